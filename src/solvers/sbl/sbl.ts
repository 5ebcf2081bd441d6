import { type Room, roomSteps } from "../../kernels/room.js";
import { type WorkingOperator, workingColumns, workingOperator } from "../../operators/working.js";
import { choiceOption, numberOption, type OptionValues, readOptions, withDefault } from "../../options.js";
import type { BayesianResult, NoiseModel, SolverOptions, SolverSteps, StopReason } from "../contract.js";
import { type NoiseStart, noiseOption, readNoise } from "../noise.js";
import { bayesianResult } from "../posterior/bayesian-result.js";
import {
  type CoefficientSide,
  coefficientSidePosterior,
  createCoefficientSide,
  keepCoefficients,
} from "../posterior/coefficient-side.js";
import {
  createMeasurementSide,
  type MeasurementSide,
  measurementSidePosterior,
} from "../posterior/measurement-side.js";
import { createData, type Data, emptyPosterior, type PosteriorSums } from "../posterior/posterior.js";
import {
  type DictionaryInput,
  type MeasurementInput,
  type Problem,
  readProblem,
  restoreLogEvidence,
  restoreVariance,
} from "../problem.js";
import { runSolver, sharedOptionRules } from "../run.js";
import {
  type InitialPrior,
  learnedNoise,
  meanPower,
  meanSquares,
  noiseFromResidual,
  priorUnit,
  relativeChange,
  startingNoise,
} from "./hyperparameters.js";

/** Options of {@link sbl}. */
export interface SblOptions extends SolverOptions {
  /** The noise, known or to be learned. Required. */
  readonly noise: NoiseModel;
  /**
   * The update of the hyperparameters: "em", expectation-maximisation, γ ← |μ|² + diag Σ, which never lowers the
   * evidence, or "fixed-point" (MacKay), γ ← |μ|²/(1 − diag Σ/γ), which is much faster and usually ends as high.
   * Default "em".
   */
  readonly update?: "em" | "fixed-point";
  /** Where the prior variances start. Default "balanced". */
  readonly initial?: InitialPrior;
  /** An atom is removed for good when its γ falls below this fraction of the largest. Default 1e-3. */
  readonly pruneRatio?: number;
  /** Stop when ‖Δγ‖ ≤ tolerance ‖γ‖. Default 1e-4. */
  readonly tolerance?: number;
  /** Default 500. */
  readonly maxIterations?: number;
}

const optionTable = {
  noise: noiseOption,
  update: withDefault(choiceOption(["em", "fixed-point"]), "em" as const),
  initial: withDefault(choiceOption(["balanced", "ones"]), "balanced" as const),
  pruneRatio: withDefault(numberOption({ min: 0, max: 1 }), 1e-3),
  tolerance: withDefault(numberOption({ min: 0 }), 1e-4),
  maxIterations: withDefault(numberOption({ min: 1, integer: true }), 500),
  ...sharedOptionRules,
} as const;

type Settings = OptionValues<typeof optionTable>;

const who = "sbl";

/**
 * Sparse Bayesian learning with independent prior variances.
 *
 * Model: y = A x + w, x ~ N(0, diag(γ)), w ~ N(0, σ² I), real if neither dictionary nor measurement has an
 * imaginary part, otherwise circular complex. Finds γ (and σ² if it is learned) by maximising the evidence, then
 * returns the Gaussian posterior of x. Several snapshots share one γ (M-SBL).
 *
 * @param dictionary - A, [rows × atoms], a matrix or an operator; Kronecker structure is used inside the posterior
 * @param measurement - y, [rows], or Y, [rows × snapshots]
 * @param options - see {@link SblOptions}; the noise model is required
 * @returns mean [atoms × snapshots]; variance [atoms], in measurement power per atom power, zero for atoms that were
 *   removed; support: the atoms that were not
 *
 * @throws `shape` if measurement and dictionary disagree or anything is empty; `non-finite` if any entry is NaN or infinite;
 *   `option` if an option is out of range; `range` if a noise variance is not positive
 *
 * @remarks
 * With K active atoms and M rows an iteration costs, in complex multiply-adds (a quarter if all is real):
 * for K ≥ M, M² K + M³/3 (on a Kronecker dictionary about 4 M² max N_n + M³), for K < M, 2K³/3 + M K.
 * Memory beside the operator, in bytes (the first two a half if all is real): 16·M·atoms for a copy of a dictionary
 * that is a matrix; 16·M² for K ≥ M (32·M² if it is not a matrix), 16·(M·K + 2·K²) for K < M; (72 + 16·snapshots)·atoms.
 * The evidence does not decrease under "em" with known noise while no atom is removed. If the noise variance is so
 * small that Σ_y is singular in floating point, the last sound answer is returned with reason `breakdown`. A learned
 * noise variance stays above 1e-14 of the mean power of the measurement. Equal atoms get equal γ.
 *
 * Sources: M. E. Tipping, "Sparse Bayesian learning and the relevance vector machine", J. Machine Learning
 * Research 1, 2001, eqs. (11)-(18); D. Wipf and B. Rao, "Sparse Bayesian learning for basis selection", IEEE
 * Trans. Signal Processing 52(8), 2004, eqs. (16)-(21); several snapshots: Wipf and Rao, IEEE Trans. Signal
 * Processing 55(7), 2007. Differences: pruning is relative and the start is tied to the data, so results do not
 * depend on units.
 *
 * @example
 * const result = sbl(dictionary, y, { noise: { kind: "known", variance: 1e-2 } });
 */
export function sbl(
  dictionary: DictionaryInput,
  measurement: MeasurementInput,
  options: SblOptions,
): BayesianResult {
  return runSolver(who, sblSteps(dictionary, measurement, options), readOptions(who, optionTable, options));
}

/** {@link sbl} step by step: yields after every iteration, returns the result. */
export function sblSteps(
  dictionary: DictionaryInput,
  measurement: MeasurementInput,
  options: SblOptions,
): SolverSteps<BayesianResult> {
  const settings = readOptions(who, optionTable, options);
  const noise = readNoise(who, settings.noise);
  const problem = readProblem(who, dictionary, measurement);
  const noiseVariance = startingNoise(who, noise, problem);
  return roomSteps(who, (room) =>
    iterate(createState(problem, settings, noiseVariance, room), settings, noise),
  );
}

function* iterate(state: State, settings: Settings, noise: NoiseStart): SolverSteps<BayesianResult> {
  const { problem } = state;
  if (problem.zero) {
    // The evidence of y = 0 is largest at γ = 0.
    state.count = 0;
    return finish(state, 0, "zero-measurement");
  }
  if (state.count === 0) return finish(state, 0, "empty-support");

  for (let iteration = 1; iteration <= settings.maxIterations; iteration++) {
    const posterior = computePosterior(state);
    if (posterior === undefined) return end(state, iteration - 1, "breakdown");
    const change = maximise(state, posterior, settings, noise);
    const supportSize = state.count;
    const logEvidence = restoreLogEvidence(posterior.logEvidence, problem);
    const converged = change <= settings.tolerance;
    const reason: StopReason =
      supportSize === 0 ? "empty-support" : converged ? "tolerance" : "max-iterations";
    const current = () => state.answer ?? finish(state, iteration, reason);
    yield { iteration, change, supportSize, logEvidence, current };
    if (reason !== "max-iterations") return end(state, iteration, reason);
  }
  return end(state, settings.maxIterations, "max-iterations");
}

/** Hyperparameters and the atoms they belong to; the first `count` entries of each list. */
interface Hyperparameters {
  count: number;
  /** Columns of the caller's dictionary, ascending. */
  readonly atoms: Int32Array;
  priorVariance: Float64Array;
  noiseVariance: number;
}

interface State extends Hyperparameters {
  readonly problem: Problem;
  readonly data: Data;
  operator: WorkingOperator;
  /** The active atoms as columns of the operator. */
  readonly columns: Int32Array;
  /** Where the next prior variances are put together. */
  updated: Float64Array;
  measurementSide: MeasurementSide | undefined;
  coefficientSide: CoefficientSide | undefined;
  /** The hyperparameters of the last posterior that could be computed; `count` −1 before the first. */
  readonly sound: Hyperparameters;
  /** The result, once there is one. */
  answer: BayesianResult | undefined;
  /** Positions of the atoms that are kept when others are removed. */
  readonly kept: Int32Array;
}

function createState(problem: Problem, settings: Settings, noiseVariance: number, room: Room): State {
  const { operator } = problem;
  const norms = operator.columnNorms();
  const energy = norms.reduce((sum, norm) => sum + norm, 0);
  const level =
    settings.initial === "ones" || energy === 0
      ? priorUnit(problem)
      : (meanPower(problem) * operator.rows) / energy;
  // An atom that is zero can explain nothing and is never active.
  const columns = Int32Array.from(norms, (_, column) => column).filter((column) => norms[column] !== 0);
  const count = columns.length;
  return {
    problem,
    data: createData(problem, operator.columns, room),
    operator: workingOperator(operator, room),
    count,
    columns,
    atoms: columns.slice(),
    priorVariance: new Float64Array(count).fill(level),
    updated: new Float64Array(count),
    noiseVariance,
    measurementSide: undefined,
    coefficientSide: undefined,
    sound: { count: -1, atoms: columns.slice(), priorVariance: new Float64Array(count), noiseVariance: 0 },
    answer: undefined,
    kept: new Int32Array(count),
  };
}

/** By the smaller of the two inverses. */
function computePosterior(state: State): PosteriorSums | undefined {
  const { data } = state;
  let posterior: PosteriorSums | undefined;
  if (state.count === 0) posterior = emptyPosterior(data, state.noiseVariance);
  else if (state.count < data.rows) {
    state.coefficientSide ??= createCoefficientSide(state, data);
    posterior = coefficientSidePosterior(state.coefficientSide, state, data);
  } else {
    state.measurementSide ??= createMeasurementSide(data);
    posterior = measurementSidePosterior(state.measurementSide, state, data);
  }
  if (posterior !== undefined) copyHyperparameters(state, state.sound);
  return posterior;
}

function copyHyperparameters(from: Hyperparameters, to: Hyperparameters): void {
  to.count = from.count;
  to.noiseVariance = from.noiseVariance;
  for (let j = 0; j < from.count; j++) {
    to.atoms[j] = from.atoms[j];
    to.priorVariance[j] = from.priorVariance[j];
  }
}

/** One update of γ and σ², then pruning; returns ‖Δγ‖/‖γ‖. */
function maximise(state: State, posterior: PosteriorSums, settings: Settings, noise: NoiseStart): number {
  const { problem, data, count, priorVariance, updated } = state;
  const { variance, determined } = data;
  meanSquares(data.mean, count, problem.snapshots, updated);
  for (let j = 0; j < count; j++) {
    if (settings.update === "em") updated[j] = updated[j] + variance[j];
    else updated[j] = determined[j] > 0 ? updated[j] / determined[j] : 0;
  }
  if (noise.learned) {
    const learn = settings.update === "em" ? learnedNoise : noiseFromResidual;
    state.noiseVariance = learn(state.noiseVariance, posterior, problem);
  }
  const change = relativeChange(updated, priorVariance, count);
  state.priorVariance = updated;
  state.updated = priorVariance;
  prune(state, settings.pruneRatio);
  return change;
}

/** Keeps the atoms whose γ is at least `ratio` times the largest. */
function prune(state: State, ratio: number): void {
  const { data, columns, atoms, priorVariance, kept, count: before } = state;
  let largest = 0;
  for (let j = 0; j < before; j++) largest = Math.max(largest, priorVariance[j]);
  let count = 0;
  for (let j = 0; j < before; j++) {
    const value = priorVariance[j];
    if (!(value > 0) || value < ratio * largest) continue;
    columns[count] = columns[j];
    atoms[count] = atoms[j];
    priorVariance[count] = value;
    kept[count++] = j;
  }
  if (count === before) return;
  state.count = count;
  if (state.coefficientSide !== undefined) keepCoefficients(state.coefficientSide, kept, count, before, data);
  else compact(state);
}

/** Without structure to lose, few atoms are cheaper as a matrix of their own. */
function compact(state: State): void {
  const { problem, operator, columns, count, data } = state;
  if (problem.operator.factors !== undefined || count < data.rows || 2 * count >= operator.columns) return;
  if (!operator.keep(columns, count)) {
    state.operator = workingColumns(operator, columns, count, problem.operator.cost, data.room);
  }
  for (let j = 0; j < count; j++) columns[j] = j;
}

/** Goes back to the last hyperparameters whose posterior could be computed. */
function restoreSound(state: State): void {
  const { problem, sound, columns, data } = state;
  copyHyperparameters(sound, state);
  state.operator = workingOperator(problem.operator, data.room);
  state.coefficientSide = undefined;
  columns.set(state.atoms.subarray(0, state.count));
}

/** Ends the run; from now on its working memory is not there. */
function end(state: State, iterations: number, reason: StopReason): BayesianResult {
  state.answer = finish(state, iterations, reason);
  return state.answer;
}

/** The posterior at the hyperparameters as they stand, or the last sound ones, in the caller's units. */
function finish(state: State, iterations: number, stop: StopReason): BayesianResult {
  const { problem, data, sound } = state;
  let sums = stop === "breakdown" ? undefined : computePosterior(state);
  const reason = sums === undefined ? "breakdown" : stop;
  if (sums === undefined && sound.count >= 0) {
    restoreSound(state);
    sums = computePosterior(state);
  }
  const { count, noiseVariance } = state;
  const atoms = state.atoms.slice(0, count);
  const columns = problem.operator.columns;
  const priorVariance = new Float64Array(columns);
  for (let j = 0; j < count; j++) priorVariance[atoms[j]] = state.priorVariance[j];
  return bayesianResult(problem, {
    solver: "sbl",
    who,
    atoms: columns,
    support: atoms,
    posterior: sums && { mean: data.mean, variance: data.variance, ...sums },
    hyperparameters: {
      kind: "independent",
      priorVariance: restoreVariance(who, priorVariance, problem.units),
    },
    noiseVariance,
    iterations,
    reason,
  });
}
