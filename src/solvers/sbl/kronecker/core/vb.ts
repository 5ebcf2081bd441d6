/** Kronecker-structured sparse Bayesian learning for coefficients of low rank, by mean-field variational inference. */
import { planar, splitInto } from "../../../../complex/planar.js";
import { type Room, roomSteps, withRoom } from "../../../../kernels/room.js";
import { randomStream } from "../../../../random/index.js";
import type { SolverSteps, StopReason } from "../../../contract.js";
import type { KroneckerProblem } from "../../../kronecker-problem.js";
import { bayesianResult } from "../../../posterior/bayesian-result.js";
import { gaussianLogDensity, sumOfSquares } from "../../../posterior/posterior.js";
import { restoreLogEvidence, restoreVariance } from "../../../problem.js";
import { reportedPriorVariance } from "../../decomposed-posterior.js";
import { meanPower, noiseFloor } from "../../hyperparameters.js";
import { readCouplings } from "../coupling.js";
import { activeAtoms } from "../modes.js";
import type { KroneckerSblResult } from "../result.js";
import { type KroneckerSettings, perMode } from "../settings.js";
import { restore, save } from "../snapshot.js";
import { trimMode } from "../trim.js";
import { type Components, createComponents, fitEnergy, meanMisfit, spreadMisfit } from "./components.js";
import { fitComponents } from "./fit.js";
import { type CoreMode, createCoreMode, enterMode, flattenMode, leaveMode, updateCoreMode } from "./mode.js";
import { coreFactor, corePosterior } from "./posterior.js";
import { attemptCore, type CoreSearch, createCoreSearch, keepBest } from "./search.js";

/** The options that matter here. */
export type CoreSettings = Pick<
  KroneckerSettings,
  "exponent" | "pruneRatio" | "tolerance" | "maxIterations" | "restarts"
> &
  Partial<Pick<KroneckerSettings, "couplingMatrices">>;

/** How a run starts. */
export interface CoreStart {
  /** R. */
  readonly rank: number;
  readonly noiseVariance: number;
  readonly learnNoise: boolean;
  /** Iterations that were taken before. */
  readonly iterations: number;
}

interface State {
  readonly who: string;
  readonly problem: KroneckerProblem;
  readonly components: Components;
  readonly modes: readonly CoreMode[];
  readonly searches: readonly CoreSearch[];
  readonly learnNoise: boolean;
  /** ‖y‖². */
  readonly energy: number;
  noiseVariance: number;
  /** E‖Y − Σ_r ⊗ A_n x_n^r‖² and ‖Y − Σ_r ⊗ A_n E x_n^r‖². */
  misfit: number;
  residualEnergy: number;
  iterations: number;
  /** The result, once there is one. */
  answer: KroneckerSblResult | undefined;
}

/** Updates of γ_n at every visit of a mode. */
const updatesPerVisit = 2;
const sweepsBeforePruning = 5;
/** How often, at most, sweeps follow the removal of atoms. */
const maxTrims = 3;
const defaultRestarts = 10;
/** Coefficients that explain no more of the energy of the measurement are on their way to zero. */
const nothing = 1e-12;

/** Why there is no use in going on. */
function isOver(reason: StopReason): boolean {
  return reason === "breakdown" || reason === "empty-support";
}

/**
 * Model: y = (A_1 ⊗ … ⊗ A_N) x + w, x = Σ_{r ≤ R} x_1^r ⊗ … ⊗ x_N^r with x_n^r ~ N(0, diag γ_n), all independent, and
 * white noise w. The posterior is taken to be a product over the modes, ∏ q(x_n^1, …, x_n^R). Each of these is then that
 * of a small sparse Bayesian problem of M_n × N_n, in which y is contracted with what is known of all other modes, and
 * raising its evidence raises the lower bound of ln p(y).
 *
 * A sweep costs N R ∏ M_n multiply-adds and N decompositions of M_n × K_n; nothing but the result grows with ∏ N_n.
 *
 * Source: C. M. Bishop, "Variational principal components", ICANN 1999, and the decomposition by modes of Y. He and
 * G. Joseph (arXiv 2310.07869); the iterations for γ_n are those of this library's "mm".
 */
export function kroneckerCoreSteps(
  who: string,
  problem: KroneckerProblem,
  settings: CoreSettings,
  start: CoreStart,
): SolverSteps<KroneckerSblResult> {
  return roomSteps(who, (room) => iterate(createState(who, problem, settings, start, room), settings, room));
}

function createState(
  who: string,
  problem: KroneckerProblem,
  settings: CoreSettings,
  { rank, noiseVariance, learnNoise, iterations }: CoreStart,
  room: Room,
): State {
  const { factors, measurement, real } = problem;
  const tensor = room.planar(measurement.rows, real);
  splitInto(measurement.data, tensor);
  const sizes = factors.map(({ rows }) => rows);
  const { couplingMatrices = factors.map(() => null) } = settings;
  const couplings = readCouplings(who, couplingMatrices, factors);
  const pruneRatio = perMode(who, "pruneRatio", settings.pruneRatio ?? 1e-4, factors.length);
  const modes = factors.map((factor, n) =>
    createCoreMode(
      { factor, rank, real },
      {
        exponent: settings.exponent ?? 1,
        learnNoise: false,
        noiseFloor: 0,
        pruneRatio: pruneRatio[n],
        coupling: couplings[n],
      },
      room,
    ),
  );
  const energy = sumOfSquares(tensor, measurement.rows);
  return {
    who,
    problem,
    components: createComponents(tensor, sizes, rank, real, room),
    energy,
    modes,
    searches: modes.map(createCoreSearch),
    learnNoise,
    noiseVariance,
    misfit: energy,
    residualEnergy: energy,
    iterations,
    answer: undefined,
  };
}

function* iterate(state: State, settings: CoreSettings, room: Room): SolverSteps<KroneckerSblResult> {
  const { problem, components, modes } = state;
  if (problem.zero) return end(state, "zero-measurement");
  if (modes.some(({ mode }) => mode.count === 0)) return end(state, "empty-support");
  if (Number.isNaN(fitComponents(components, state.noiseVariance, room))) return end(state, "breakdown");
  for (let n = 0; n < modes.length; n++) {
    if (!enterMode(components, n, modes[n], state.noiseVariance)) return end(state, "breakdown");
    flattenMode(modes[n]);
  }
  let reason = yield* climb(state, settings, 0);
  if (isOver(reason)) return end(state, reason);
  const changed = yield* searchModes(state, settings, reason);
  for (let again = changed, k = 0; again && k < maxTrims; k++) {
    reason = yield* climb(state, settings, sweepsBeforePruning);
    if (isOver(reason)) break;
    again = trimModes(state);
  }
  return end(state, reason);
}

type Sweep = ReturnType<typeof stepOf>;

/** Sweeps until the γ settle, or the bound: along the scales of several components the γ move on with next to no gain. */
function* climb(
  state: State,
  { maxIterations, tolerance }: CoreSettings,
  firstSweep: number,
): Generator<Sweep, StopReason, undefined> {
  let bound = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < maxIterations; k++) {
    const sweep = firstSweep + k;
    let moved = 0;
    for (let n = 0; n < state.modes.length; n++) {
      const visited = visit(state, n, sweep >= sweepsBeforePruning);
      if (typeof visited !== "number") return visited;
      moved = Math.max(moved, visited);
    }
    measureMisfit(state);
    const before = bound;
    bound = lowerBound(state);
    const change = Math.min(moved, Math.abs(bound - before));
    // Not before atoms were removed: the support is those that are left.
    const settled = change <= tolerance && sweep >= sweepsBeforePruning;
    const reason = settled ? "tolerance" : "max-iterations";
    yield stepOf(state, change, reason);
    if (settled) return reason;
  }
  return "max-iterations";
}

/** Updates of one mode. @returns the change; or what has gone wrong, with the γ as they were before */
function visit(state: State, n: number, pruning: boolean): number | "breakdown" | "empty-support" {
  const { components, modes, searches, noiseVariance, energy } = state;
  if (fitEnergy(components) <= nothing * energy) return "empty-support";
  const core = modes[n];
  const { trial } = searches[n];
  save(core.ascent, trial);
  if (!enterMode(components, n, core, noiseVariance)) return "breakdown";
  const change = updateCoreMode(core, updatesPerVisit, pruning);
  if (Number.isNaN(change)) {
    const isEmpty = core.mode.count === 0;
    if (!isEmpty) restore(trial, core.ascent);
    return isEmpty ? "empty-support" : "breakdown";
  }
  leaveMode(components, n, core);
  return change;
}

/** The misfit of the posterior, and the noise from it if it is learned. */
function measureMisfit(state: State): void {
  const { components, problem, learnNoise } = state;
  state.residualEnergy = meanMisfit(components);
  state.misfit = state.residualEnergy + spreadMisfit(components);
  if (!learnNoise) return;
  const { rows } = problem.measurement;
  state.noiseVariance = Math.max(state.misfit / rows, noiseFloor * meanPower(problem));
}

/** Removes atoms that do not pay for themselves. @returns whether there were any */
function trimModes(state: State): boolean {
  const { components, modes, searches, noiseVariance } = state;
  let removed = 0;
  for (let n = 0; n < modes.length; n++) {
    if (!enterMode(components, n, modes[n], noiseVariance)) continue;
    removed += trimMode(modes[n].ascent, 0, searches[n].trial);
    leaveMode(components, n, modes[n]);
  }
  measureMisfit(state);
  return removed > 0;
}

/** Trims every mode and looks for better atoms in it. @returns whether something has changed */
function* searchModes(
  state: State,
  { restarts = defaultRestarts }: CoreSettings,
  reason: StopReason,
): Generator<Sweep, boolean, undefined> {
  const { components, modes, searches } = state;
  // The same attempts for the same data, whatever their units.
  const stream = randomStream(1, "kronecker core search");
  let changed = trimModes(state);
  const ambiguities = modes.map(({ mode }) => (mode.count / mode.rows) ** 3);
  const total = ambiguities.reduce((sum, value) => sum + value, 0);
  for (let n = 0; n < modes.length; n++) {
    const attempts = Math.round((restarts * modes.length * ambiguities[n]) / total);
    const core = modes[n];
    if (attempts === 0 || !enterMode(components, n, core, state.noiseVariance)) continue;
    const search = searches[n];
    keepBest(search);
    for (let k = 0; k < attempts; k++) {
      const before = search.bestCost;
      changed = attemptCore(search, stream) || changed;
      yield stepOf(state, (before - search.bestCost) / Math.max(1, Math.abs(before)), reason);
    }
    if (enterMode(components, n, core, state.noiseVariance)) leaveMode(components, n, core);
  }
  return changed;
}

function stepOf(state: State, change: number, reason: StopReason) {
  const iteration = ++state.iterations;
  return {
    iteration,
    change,
    supportSize: state.modes.reduce((product, { mode }) => product * mode.count, 1),
    logEvidence: restoreLogEvidence(lowerBound(state), state.problem),
    current: () => state.answer ?? finish(state, iteration, reason),
  };
}

/** ln p(y) is not below E ln p(y | x) − Σ_n KL(q(x_n) ‖ p(x_n)). */
function lowerBound({ problem, modes, noiseVariance, misfit }: State): number {
  const { measurement, real } = problem;
  const { rows } = measurement;
  const divergence = modes.reduce((sum, mode) => sum + mode.divergence, 0);
  const shape = { rows, snapshots: 1, real };
  return gaussianLogDensity(shape, rows * Math.log(noiseVariance) + divergence, misfit / noiseVariance);
}

/** Ends the run; from now on its working memory is not there. */
function end(state: State, reason: StopReason): KroneckerSblResult {
  if (reason === "empty-support" || reason === "zero-measurement") {
    // Where one mode has no atom, the others have none to meet.
    for (const { mode } of state.modes) mode.count = 0;
  }
  state.answer = finish(state, state.iterations, reason);
  return state.answer;
}

function finish(state: State, iterations: number, reason: StopReason): KroneckerSblResult {
  const { who, problem, modes, noiseVariance, components } = state;
  const { units } = problem;
  const last = modes.length - 1;
  const priorVariance = reportedPriorVariance(
    modes.map((mode, n) => reportedMode(mode, n === last ? components.rank : 1)),
  );
  const result = bayesianResult(problem, {
    solver: "kronecker-sbl",
    who,
    atoms: modes.reduce((product, { mode }) => product * mode.atoms, 1),
    support: activeAtoms(modes.map(({ mode }) => mode)),
    posterior: posteriorOf(state),
    hyperparameters: {
      kind: "kronecker",
      factors: priorVariance.map((factor, n) => (n === last ? restoreVariance(who, factor, units) : factor)),
    },
    noiseVariance,
    iterations,
    reason,
  });
  return { ...result, core: components.rank };
}

/** γ_n for the atoms as they are in the dictionary, times a number. */
function reportedMode({ ascent, mode, norms }: CoreMode, by: number) {
  const level = by * ascent.marginal.modes[1].priorVariance[0];
  const support = mode.active.slice(0, mode.count);
  const priorVariance = Float64Array.from(
    support,
    (atom, j) => (level * mode.priorVariance[j]) / norms[atom] ** 2,
  );
  return { columns: mode.atoms, support, priorVariance };
}

function posteriorOf(state: State) {
  const { who, problem, modes, energy } = state;
  const { real, measurement } = problem;
  if (modes.some(({ mode }) => mode.count === 0)) {
    const residualEnergy = energy;
    const logDeterminant = measurement.rows * Math.log(state.noiseVariance);
    const shape = { rows: measurement.rows, snapshots: 1, real };
    const quadratic = residualEnergy === 0 ? 0 : residualEnergy / state.noiseVariance;
    const logEvidence = gaussianLogDensity(shape, logDeterminant, quadratic);
    return { mean: planar(0, real), variance: new Float64Array(), residualEnergy, logEvidence };
  }
  const factors = modes.map((mode) => withRoom(who, (room) => coreFactor(mode, problem, room)));
  if (!factors.every((factor) => factor !== undefined)) return undefined;
  const { residualEnergy } = state;
  return { ...corePosterior(factors, real), residualEnergy, logEvidence: lowerBound(state) };
}
