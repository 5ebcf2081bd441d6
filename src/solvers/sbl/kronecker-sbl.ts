import { optionError } from "../../errors.js";
import { type Room, roomSteps } from "../../kernels/room.js";
import {
  choiceOption,
  numberOption,
  type OptionRule,
  type OptionValues,
  optional,
  readOptions,
  withDefault,
} from "../../options.js";
import type { BayesianResult, NoiseModel, SolverOptions, SolverSteps, StopReason } from "../contract.js";
import {
  type Factor,
  type KroneckerDictionary,
  type KroneckerProblem,
  readKroneckerProblem,
} from "../kronecker-problem.js";
import { type NoiseStart, noiseOption, readNoise } from "../noise.js";
import { bayesianResult } from "../posterior/bayesian-result.js";
import { type MeasurementInput, restoreLogEvidence, restoreVariance } from "../problem.js";
import { runSolver, sharedOptionRules } from "../run.js";
import {
  type InitialPrior,
  learnedNoise,
  meanPower,
  meanSquares,
  priorUnit,
  relativeChange,
  startingNoise,
} from "./hyperparameters.js";
import { activeAtoms, createModes, fullPriorVariance, type Mode, prune } from "./kronecker-modes.js";
import {
  alternatingMinimisation,
  createMStepWorkspace,
  type MStepWorkspace,
  sequentialSvd,
} from "./kronecker-mstep.js";
import {
  computePosterior,
  createPosteriorWorkspace,
  type PosteriorWorkspace,
} from "./kronecker-posterior.js";

/** Options of {@link kroneckerSbl}. */
export interface KroneckerSblOptions extends SolverOptions {
  /** The noise, known or to be learned. Required. */
  readonly noise: NoiseModel;
  /**
   * The M-step: "am", alternating minimisation, the exact maximisation step of expectation-maximisation, or
   * "svd", sequential rank-one approximation, which moves faster. Default "svd".
   */
  readonly method?: "am" | "svd";
  /**
   * Where the prior variances start: "balanced", flat at the level that the energy of the data suggests, so that
   * results do not depend on units, or "ones", flat at 1 in the units of the data, as published. Default
   * "balanced".
   */
  readonly initial?: InitialPrior;
  /**
   * An atom of a mode is removed for good when its γ_n falls below this fraction of the mode's largest. One
   * number, or one per mode. Default: the published 1e-3 for "svd", 1e-2 for "am". The latter removes true
   * coefficients of less than a tenth of the largest.
   */
  readonly pruneRatio?: number | readonly number[];
  /**
   * An atom of a mode is removed when its γ_n falls below this value, in the units of the data (all factors but
   * the last have unit norm). Default 0: never, because such a threshold depends on units.
   */
  readonly pruneAbsolute?: number | readonly number[];
  /** Stop when ‖Δγ‖ ≤ tolerance ‖γ‖. Default 1e-4. */
  readonly tolerance?: number;
  /**
   * The inner loop of "am" stops when ‖Δγ‖ falls below this times the starting level of γ. Default 1e-5, as
   * published.
   */
  readonly innerTolerance?: number;
  /** Default 150. */
  readonly maxIterations?: number;
}

/** A number from 0 to `max`, or an array of such numbers, one per mode. */
function perModeOption(max: number): OptionRule<number | readonly number[]> {
  const { expected, read } = numberOption({ min: 0, max });
  return {
    expected: `${expected}, or an array of such numbers, one per mode`,
    read: (value) => {
      if (!Array.isArray(value)) return read(value);
      return value.every((entry) => read(entry) !== undefined) ? (value as number[]) : undefined;
    },
  };
}

const optionTable = {
  noise: noiseOption,
  method: withDefault(choiceOption(["svd", "am"]), "svd" as const),
  initial: withDefault(choiceOption(["balanced", "ones"]), "balanced" as const),
  pruneRatio: optional(perModeOption(1)),
  pruneAbsolute: withDefault(perModeOption(Number.POSITIVE_INFINITY), 0),
  tolerance: withDefault(numberOption({ min: 0 }), 1e-4),
  innerTolerance: withDefault(numberOption({ min: 0 }), 1e-5),
  maxIterations: withDefault(numberOption({ min: 1, integer: true }), 150),
  ...sharedOptionRules,
} as const;

type Settings = OptionValues<typeof optionTable>;

const who = "kroneckerSbl";
const defaultPruneRatio = { svd: 1e-3, am: 1e-2 } as const;

/**
 * Sparse Bayesian learning with a Kronecker-structured dictionary and prior.
 *
 * Model: y = (A_1 ⊗ … ⊗ A_R) x + w, x ~ N(0, diag(γ_1 ⊗ … ⊗ γ_R)), w ~ N(0, σ² I), real if neither
 * dictionary nor measurement has an imaginary part, otherwise circular complex. The support of x is a product of R
 * index sets; its coefficients are free. Finds the γ_n (and σ² if it is learned) by expectation-maximisation, then
 * returns the Gaussian posterior of x. Several snapshots share the γ_n.
 *
 * @param dictionary - the factors A_n, [M_n × N_n], any number of them, or a Kronecker operator; element
 *   ((i_1 M_2 + i_2) M_3 + i_3) of y belongs to rows (i_1, i_2, i_3), and the same for x
 * @param measurement - y, [∏ M_n], or Y, [∏ M_n × snapshots]
 * @param options - see {@link KroneckerSblOptions}; the noise model is required
 * @returns mean [∏ N_n × snapshots] and variance [∏ N_n], zero for atoms that were removed; support: the atoms that
 *   were not; hyperparameters: the γ_n, all but the last of unit norm
 *
 * @throws `shape` if sizes disagree or anything is empty; `non-finite` for NaN or infinity, with the first index;
 *   `option` if an option is out of range; `range` if a noise variance is not positive
 *
 * @remarks
 * An iteration takes about 4 N max(N_n) multiply-adds for the posterior, with N = ∏ N_n over the atoms that are
 * left, and R singular value decompositions of size M_n × N_n. Memory: about (80 + 64·snapshots) max(M, N) bytes,
 * less if real. Neither a matrix with N columns nor an N × N matrix is formed. With known noise, `method: "am"`
 * and no pruning the evidence does not decrease; `method: "svd"` usually raises it but need not.
 *
 * Source: Y. He and G. Joseph, "Bayesian algorithms for Kronecker-structured sparse vector recovery with
 * application to IRS-MIMO channel estimation", IEEE Trans. Signal Processing, 2024 (arXiv 2307.14719): AM-KroSBL
 * and SVD-KroSBL. Differences: the posterior is computed mode by mode; the start is tied to the data unless
 * `initial` is "ones".
 *
 * @example
 * const result = kroneckerSbl([A1, A2, A3], y, { noise: { kind: "known", variance: 1e-2 } });
 */
export function kroneckerSbl(
  dictionary: KroneckerDictionary,
  measurement: MeasurementInput,
  options: KroneckerSblOptions,
): BayesianResult {
  return runSolver(
    who,
    kroneckerSblSteps(dictionary, measurement, options),
    readOptions(who, optionTable, options),
  );
}

/** {@link kroneckerSbl} step by step: yields after every iteration, returns the result. */
export function kroneckerSblSteps(
  dictionary: KroneckerDictionary,
  measurement: MeasurementInput,
  options: KroneckerSblOptions,
): SolverSteps<BayesianResult> {
  const settings = readOptions(who, optionTable, options);
  const noise = readNoise(who, settings.noise);
  const problem = readKroneckerProblem(who, dictionary, measurement);
  const start = readStart(problem, settings, noise);
  return roomSteps(who, (room) => iterate(createState(problem, start, room), settings, noise));
}

function* iterate(state: State, settings: Settings, noise: NoiseStart): SolverSteps<BayesianResult> {
  const { problem } = state;
  const { modes, pruneRatio, pruneAbsolute } = state;
  if (problem.zero) {
    // The evidence of y = 0 is largest at γ = 0.
    for (const mode of modes) mode.count = 0;
    return finish(state, 0, "zero-measurement");
  }

  for (let iteration = 1; iteration <= settings.maxIterations; iteration++) {
    prune(modes, pruneRatio, pruneAbsolute);
    if (modes.some((mode) => mode.count === 0)) return end(state, iteration - 1, "empty-support");
    const sums = computePosterior(state.posterior, modes, state.noiseVariance);
    if (sums === undefined) return end(state, iteration - 1, "breakdown");
    const change = maximise(state, settings);
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
  readonly modes: Mode[];
  readonly posterior: PosteriorWorkspace;
  readonly maximisation: MStepWorkspace;
  readonly pruneRatio: readonly number[];
  readonly pruneAbsolute: readonly number[];
  /** The starting level of γ. */
  readonly level: number;
  readonly before: Float64Array;
  readonly after: Float64Array;
  noiseVariance: number;
  /** The result, once there is one. */
  answer: BayesianResult | undefined;
}

/** What the options say about this problem. */
type Start = Pick<State, "pruneRatio" | "pruneAbsolute" | "level" | "noiseVariance">;

/** @throws `option` if there is not one number for each mode; `range` if the noise variance has no number here */
function readStart(problem: KroneckerProblem, settings: Settings, noise: NoiseStart): Start {
  const { factors } = problem;
  const unit = priorUnit(problem);
  const ratio = settings.pruneRatio ?? defaultPruneRatio[settings.method];
  const absolute = perMode("pruneAbsolute", settings.pruneAbsolute, factors.length);
  return {
    pruneRatio: perMode("pruneRatio", ratio, factors.length),
    // All factors but the last have unit norm: only the last one carries units.
    pruneAbsolute: absolute.map((value, n) => (n === factors.length - 1 ? value * unit : value)),
    level: settings.initial === "ones" ? unit : balancedLevel(factors, meanPower(problem)),
    noiseVariance: startingNoise(who, noise, problem),
  };
}

function createState(problem: KroneckerProblem, start: Start, room: Room): State {
  const modes = createModes(problem.factors, start.level);
  const size = modes.reduce((product, mode) => product * mode.atoms, 1);
  return {
    ...start,
    problem,
    modes,
    posterior: createPosteriorWorkspace(modes, problem, room),
    maximisation: createMStepWorkspace(modes, room),
    before: new Float64Array(size),
    after: new Float64Array(size),
    answer: undefined,
  };
}

/** The flat γ whose expected measurement power, γ ∏ ‖A_n‖_F²/M_n, is that of the measurement. */
function balancedLevel(factors: readonly Factor[], power: number): number {
  let level = power;
  for (const { rows, parts } of factors) {
    let energy = 0;
    for (const part of [parts.re, parts.im ?? []]) for (const value of part) energy += value * value;
    if (energy > 0) level *= rows / energy;
  }
  return level;
}

function perMode(name: string, value: number | readonly number[], modes: number): readonly number[] {
  if (typeof value === "number") return new Array<number>(modes).fill(value);
  if (value.length !== modes) {
    throw optionError(who, name, `an array of ${value.length}`, `one number, or ${modes}, one per mode`);
  }
  return value;
}

/** One M-step on Λ = |μ|² + diag Σ; returns ‖Δγ‖/‖γ‖. */
function maximise(
  { modes, posterior, before, after, maximisation, problem, level }: State,
  settings: Settings,
): number {
  const size = fullPriorVariance(modes, before);
  meanSquares(posterior.mean, size, problem.snapshots, after);
  const powers = posterior.variance;
  add(after, powers.re, size);
  if (settings.method === "svd") sequentialSvd(powers, modes, maximisation);
  else alternatingMinimisation(powers, modes, settings.innerTolerance * level, maximisation);
  fullPriorVariance(modes, after);
  return relativeChange(after, before, size);
}

function add(from: Float64Array, to: Float64Array, size: number): void {
  for (let j = 0; j < size; j++) to[j] = to[j] + from[j];
}

/** Ends the run; from now on its working memory is not there. */
function end(state: State, iterations: number, reason: StopReason): BayesianResult {
  state.answer = finish(state, iterations, reason);
  return state.answer;
}

/** The posterior at the hyperparameters as they stand, in the caller's units. */
function finish(state: State, iterations: number, reason: StopReason): BayesianResult {
  const { problem, modes, posterior, noiseVariance } = state;
  const sums = computePosterior(posterior, modes, noiseVariance);
  return bayesianResult(problem, {
    solver: "kronecker-sbl",
    who,
    atoms: modes.reduce((product, mode) => product * mode.atoms, 1),
    support: activeAtoms(modes),
    posterior: sums && { mean: posterior.mean, variance: posterior.variance.re, ...sums },
    hyperparameters: { kind: "kronecker", factors: reportedFactors(modes, problem) },
    noiseVariance,
    iterations,
    reason,
  });
}

/** γ_n over all atoms of each mode, zero where they were removed; only the last one carries units. */
function reportedFactors(modes: readonly Mode[], { units }: KroneckerProblem): Float64Array[] {
  return modes.map((mode, n) => {
    const factor = new Float64Array(mode.atoms);
    for (let j = 0; j < mode.count; j++) factor[mode.active[j]] = mode.priorVariance[j];
    return n === modes.length - 1 ? restoreVariance(who, factor, units) : factor;
  });
}
