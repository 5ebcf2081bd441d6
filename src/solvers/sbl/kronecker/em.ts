/** Kronecker-structured sparse Bayesian learning by expectation-maximisation: the published methods. */
import { type Room, roomSteps } from "../../../kernels/room.js";
import type { SolverSteps, StopReason } from "../../contract.js";
import type { KroneckerProblem } from "../../kronecker-problem.js";
import type { NoiseStart } from "../../noise.js";
import { restoreLogEvidence } from "../../problem.js";
import {
  learnedNoise,
  meanPower,
  meanSquares,
  priorUnit,
  relativeChange,
  startingNoise,
} from "../hyperparameters.js";
import {
  type Coupling,
  type CouplingWorkspace,
  coupledNnlsStep,
  createCouplingWorkspace,
  dropLatents,
  effectiveVariance,
  readCouplings,
} from "./coupling.js";
import { balancedLevel, createModes, fullPriorVariance, type Mode, prune } from "./modes.js";
import {
  alternatingMinimisation,
  createMStepWorkspace,
  type MStepWorkspace,
  sequentialSvd,
} from "./mstep.js";
import { computePosterior, createPosteriorWorkspace, type PosteriorWorkspace } from "./posterior.js";
import { type KroneckerSblResult, kroneckerResult } from "./result.js";
import { type KroneckerSettings, perMode } from "./settings.js";

type Method = "svd" | "am" | "ksbl" | "nnls";

const defaultPruneRatio = { svd: 1e-3, am: 1e-2, ksbl: 1e-2, nnls: 1e-2 } as const;
const maxInnerSweeps = 1000;
/** Of coupled γ; published for a start at 1, so times the starting level. */
const coupledFloor = 1e-5;

/** @throws `option` if there is not one number for each mode; `range` if the noise variance has no number here */
export function kroneckerEmSteps(
  who: string,
  problem: KroneckerProblem,
  method: Method,
  settings: KroneckerSettings,
  noise: NoiseStart,
): SolverSteps<KroneckerSblResult> {
  const start = readStart(who, problem, method, settings, noise);
  return roomSteps(who, (room) => iterate(createState(problem, start, room), settings, noise));
}

function* iterate(
  state: State,
  settings: KroneckerSettings,
  noise: NoiseStart,
): SolverSteps<KroneckerSblResult> {
  const { problem, modes } = state;
  if (problem.zero) {
    // The evidence of y = 0 is largest at γ = 0.
    for (const mode of modes) mode.count = 0;
    return finish(state, 0, "zero-measurement");
  }

  for (let iteration = 1; iteration <= settings.maxIterations; iteration++) {
    pruneModes(state);
    if (modes.some((mode) => mode.count === 0)) return end(state, iteration - 1, "empty-support");
    const sums = computePosterior(state.posterior, modes, state.noiseVariance);
    if (sums === undefined) return end(state, iteration - 1, "breakdown");
    const change = maximise(state);
    if (noise.learned) state.noiseVariance = learnedNoise(state.noiseVariance, sums, problem);
    const supportSize = modes.reduce((product, mode) => product * mode.count, 1);
    const logEvidence = restoreLogEvidence(sums.logEvidence, problem);
    const converged = change <= settings.tolerance;
    const reason: StopReason = converged ? "tolerance" : "max-iterations";
    const current = () => state.answer ?? finish(state, iteration, reason);
    yield { iteration, change, supportSize, logEvidence, current };
    if (converged) return end(state, iteration, reason);
  }
  return end(state, settings.maxIterations, "max-iterations");
}

interface State {
  readonly problem: KroneckerProblem;
  readonly method: Method;
  readonly modes: Mode[];
  readonly couplings: readonly (Coupling | undefined)[];
  readonly posterior: PosteriorWorkspace;
  readonly maximisation: MStepWorkspace;
  readonly coupled: CouplingWorkspace | undefined;
  readonly pruneRatio: readonly number[];
  readonly pruneAbsolute: readonly number[];
  /** The starting level of γ. */
  readonly level: number;
  /** ‖Δγ‖ at which the inner loop stops. */
  readonly innerTolerance: number;
  readonly before: Float64Array;
  readonly after: Float64Array;
  noiseVariance: number;
  /** The result, once there is one. */
  answer: KroneckerSblResult | undefined;
}

/** What the options say about this problem. */
type Start = Pick<
  State,
  "method" | "couplings" | "pruneRatio" | "pruneAbsolute" | "level" | "innerTolerance" | "noiseVariance"
>;

function readStart(
  who: string,
  problem: KroneckerProblem,
  method: Method,
  settings: KroneckerSettings,
  noise: NoiseStart,
): Start {
  const { factors } = problem;
  const unit = priorUnit(problem);
  const ratio = settings.pruneRatio ?? defaultPruneRatio[method];
  const absolute = perMode(who, "pruneAbsolute", settings.pruneAbsolute ?? 0, factors.length);
  const level = settings.initial === "ones" ? unit : balancedLevel(factors, meanPower(problem));
  const { couplingMatrices } = settings;
  return {
    method,
    couplings: couplingMatrices === undefined ? [] : readCouplings(who, couplingMatrices, factors),
    pruneRatio: perMode(who, "pruneRatio", ratio, factors.length),
    // All factors but the last have unit norm: only the last one carries units.
    pruneAbsolute: absolute.map((value, n) => (n === factors.length - 1 ? value * unit : value)),
    level,
    innerTolerance: (settings.innerTolerance ?? 1e-5) * level,
    noiseVariance: startingNoise(who, noise, problem),
  };
}

function createState(problem: KroneckerProblem, start: Start, room: Room): State {
  const modes = createModes(problem.factors, start.level);
  const size = modes.reduce((product, mode) => product * mode.atoms, 1);
  const isCoupled = start.couplings.length > 0;
  if (isCoupled) startCoupled(modes, start);
  return {
    ...start,
    problem,
    modes,
    posterior: createPosteriorWorkspace(modes, problem, room),
    maximisation: createMStepWorkspace(modes, room),
    coupled: isCoupled ? createCouplingWorkspace(modes, start.couplings) : undefined,
    before: new Float64Array(size),
    after: new Float64Array(size),
    answer: undefined,
  };
}

/** Latent variances of 1 in every mode, times the starting level. */
function startCoupled(modes: readonly Mode[], { couplings, level }: Start): void {
  modes.forEach((mode, n) => {
    const coupling = couplings[n];
    const value = n === modes.length - 1 ? level : 1;
    if (coupling === undefined) {
      mode.priorVariance.fill(value);
      return;
    }
    coupling.values.fill(value);
    effectiveVariance(coupling, mode);
  });
}

function pruneModes({ modes, couplings, pruneRatio, pruneAbsolute }: State): void {
  modes.forEach((mode, n) => {
    prune(mode, pruneRatio[n], pruneAbsolute[n]);
    const coupling = couplings[n];
    if (coupling !== undefined) dropLatents(coupling, mode, "published");
  });
}

/** One M-step on Λ = |μ|² + diag Σ; returns ‖Δγ‖/‖γ‖. */
function maximise(state: State): number {
  const { modes, method, posterior, before, after, maximisation, problem, level, innerTolerance } = state;
  const size = fullPriorVariance(modes, before);
  meanSquares(posterior.mean, size, problem.snapshots, after);
  const powers = posterior.variance;
  add(after, powers.re, size);
  if (method === "nnls") {
    const floors = modes.map((_, n) => (n === modes.length - 1 ? coupledFloor * level : coupledFloor));
    coupledNnlsStep(powers, modes, state.couplings, floors, state.coupled!);
  } else if (method === "svd") sequentialSvd(powers, modes, maximisation);
  else {
    const sweeps = method === "ksbl" ? 1 : maxInnerSweeps;
    alternatingMinimisation(powers, modes, innerTolerance, sweeps, maximisation);
  }
  fullPriorVariance(modes, after);
  return relativeChange(after, before, size);
}

function add(from: Float64Array, to: Float64Array, size: number): void {
  for (let j = 0; j < size; j++) to[j] = to[j] + from[j];
}

/** Ends the run; from now on its working memory is not there. */
function end(state: State, iterations: number, reason: StopReason): KroneckerSblResult {
  state.answer = finish(state, iterations, reason);
  return state.answer;
}

function finish(state: State, iterations: number, reason: StopReason): KroneckerSblResult {
  return kroneckerResult(state, state.posterior, iterations, reason);
}
