/**
 * The run that sparse Bayesian solvers with one prior variance for each atom share: posterior, update, pruning,
 * until nothing changes. They differ in the update of γ and σ².
 */
import { type Room, roomSteps } from "../../kernels/room.js";
import { type WorkingOperator, workingColumns, workingOperator } from "../../operators/working.js";
import type { BayesianResult, NoiseModel, SolverSteps, StopReason } from "../contract.js";
import { type NoiseStart, readNoise } from "../noise.js";
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
import {
  type InitialPrior,
  type learnedNoise,
  meanPower,
  priorUnit,
  relativeChange,
  startingNoise,
} from "./hyperparameters.js";

/** The active atoms and their posterior, which the next prior variances are made of. */
export interface ActivePosterior {
  readonly problem: Problem;
  /** μ, diag Σ and 1 − Σ_jj/γ_j of the active atoms. */
  readonly data: Data;
  /** K, the number of active atoms. */
  readonly count: number;
  /** Columns of the caller's dictionary that are active, ascending: the first K entries. */
  readonly atoms: Int32Array;
  /** The level that all prior variances started at. */
  readonly level: number;
}

/** What makes one of these solvers. */
export interface PriorUpdate {
  /** The function, for errors. */
  readonly who: string;
  /** The solver, for the result. */
  readonly solver: string;
  /** out[j] ← the next γ of active atom j; an atom without a positive one is removed. */
  updatePriors(active: ActivePosterior, out: Float64Array): void;
  readonly learnNoise: typeof learnedNoise;
}

/** The options that the run needs. */
export interface RunSettings {
  readonly noise: NoiseModel;
  readonly initial: InitialPrior;
  readonly pruneRatio: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

/**
 * Runs a solver step by step.
 *
 * @param createUpdate - called once the problem has been read, to make the update
 * @throws as the solvers document it, before the first step
 */
export function independentPriorSteps(
  who: string,
  dictionary: DictionaryInput,
  measurement: MeasurementInput,
  settings: RunSettings,
  createUpdate: (problem: Problem) => PriorUpdate,
): SolverSteps<BayesianResult> {
  const noise = readNoise(who, settings.noise);
  const problem = readProblem(who, dictionary, measurement);
  const noiseVariance = startingNoise(who, noise, problem);
  const update = createUpdate(problem);
  return roomSteps(who, (room) =>
    iterate(createState(problem, settings, update, noiseVariance, room), settings, noise),
  );
}

function* iterate(state: State, settings: RunSettings, noise: NoiseStart): SolverSteps<BayesianResult> {
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
  readonly update: PriorUpdate;
  readonly level: number;
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

function createState(
  problem: Problem,
  settings: RunSettings,
  update: PriorUpdate,
  noiseVariance: number,
  room: Room,
): State {
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
    update,
    level,
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
function maximise(state: State, posterior: PosteriorSums, settings: RunSettings, noise: NoiseStart): number {
  const { problem, count, priorVariance, updated, update } = state;
  update.updatePriors(state, updated);
  if (noise.learned) state.noiseVariance = update.learnNoise(state.noiseVariance, posterior, problem);
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
  const { problem, data, sound, update } = state;
  const { who, solver } = update;
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
    solver,
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
