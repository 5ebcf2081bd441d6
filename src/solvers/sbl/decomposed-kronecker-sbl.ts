import { isReal, joinMatrix, splitInto } from "../../complex/planar.js";
import { shapeError } from "../../errors.js";
import { withRoom } from "../../kernels/room.js";
import { numberOption, type OptionValues, readOptions, withDefault } from "../../options.js";
import type {
  BayesianResult,
  NoiseModel,
  SolverOptions,
  SolverStep,
  SolverSteps,
  StopReason,
} from "../contract.js";
import {
  type KroneckerDictionary,
  type KroneckerProblem,
  readKroneckerProblem,
} from "../kronecker-problem.js";
import { type NoiseStart, noiseOption, readNoise } from "../noise.js";
import { bayesianResult } from "../posterior/bayesian-result.js";
import { type MeasurementInput, restoreVariance } from "../problem.js";
import { runSolver, sharedOptionRules } from "../run.js";
import { columnNorms, type ModePosterior, productPosterior, unitColumns } from "./decomposed-posterior.js";
import { learnedNoise, noiseFromResidual, startingNoise } from "./hyperparameters.js";
import { independentPriorSteps, type PriorUpdate } from "./independent-priors.js";
import { type RankOne, rankOneApproximation } from "./rank-one.js";
import { emPriors } from "./sbl.js";

/** Options of {@link decomposedKroneckerSbl}. */
export interface DecomposedKroneckerSblOptions extends SolverOptions {
  /**
   * The noise, known or to be learned. Required. With two modes or more it is learned from what the rank-one tensor
   * leaves of the measurement, which needs no `initial`; with one, or if all modes but one have one row, as by `sbl`.
   */
  readonly noise: NoiseModel;
  /** An atom of a mode is removed for good when its γ_n falls below this fraction of the mode's largest. Default 1e-3. */
  readonly pruneRatio?: number;
  /** A mode stops when ‖Δγ_n‖ ≤ tolerance ‖γ_n‖, for atoms of unit norm. Default 1e-4. */
  readonly tolerance?: number;
  /** Of every mode. Default 500. */
  readonly maxIterations?: number;
}

const optionTable = {
  noise: noiseOption,
  pruneRatio: withDefault(numberOption({ min: 0, max: 1 }), 1e-3),
  tolerance: withDefault(numberOption({ min: 0 }), 1e-4),
  maxIterations: withDefault(numberOption({ min: 1, integer: true }), 500),
  ...sharedOptionRules,
} as const;

type Settings = OptionValues<typeof optionTable>;

const who = "decomposedKroneckerSbl";

const update: PriorUpdate = { who, solver: who, updatePriors: emPriors, learnNoise: learnedNoise };

/** One sweep brings all of the gain that more of them do: up to a tenth of the error where the noise is strong. */
const powerSweeps = 1;

/**
 * Sparse Bayesian learning for coefficients of rank one, mode by mode.
 *
 * Model: y = (A_1 ⊗ … ⊗ A_R)(x_1 ⊗ … ⊗ x_R) + w with sparse x_n and white noise of variance σ². Then Y, the
 * measurement as a tensor, is λ u_1 ⊗ … ⊗ u_R plus noise, with unit vectors u_n. They are estimated by a rank-one
 * approximation of Y, and every x_n by sparse Bayesian learning on its own small problem λ u_n = A_n x_n + w_n, where
 * A_n has its atoms at unit norm; x is λ^(1−R) x_1 ⊗ … ⊗ x_R. **The coefficients must be of rank one, not only
 * their support a product**: where they are free, the answer is of rank one all the same and far off; use
 * {@link kroneckerSbl} there. The noise variance tells: it then contains the part of the signal that is left out.
 *
 * Noise: contracted with the unit vectors of the other modes, white noise keeps its variance, so that w_n has the
 * variance σ² if the vector of mode n carries the whole norm λ, as it does here. If the noise is to be learned, its
 * variance is that of the misfit of the rank-one tensor, ‖Y − λ u_1 ⊗ … ⊗ u_R‖² / (∏ M_n − Σ M_n + R − 1), which
 * knows it far better than a mode with few rows does. It stays above 1e-14 of the mean power of the measurement.
 *
 * @param dictionary - the factors A_n, [M_n × N_n], any number of them, or a Kronecker operator; element
 *   ((i_1 M_2 + i_2) M_3 + i_3) of y belongs to rows (i_1, i_2, i_3), and the same for x
 * @param measurement - y, [∏ M_n]; one snapshot
 * @param options - see {@link DecomposedKroneckerSblOptions}; the noise model is required
 * @returns mean [∏ N_n × 1], of rank one; variance [∏ N_n]: that of the product of independent x_n,
 *   ∏(|μ_n|² + Σ_n) − ∏|μ_n|²; support: the product of the supports of the x_n; hyperparameters: the γ_n, all but the
 *   last of unit norm; logEvidence: ln p(y) for x ~ N(0, diag(γ_1 ⊗ … ⊗ γ_R)), comparable with that of
 *   {@link kroneckerSbl}, but not what is maximised here. Iterations are those of the slowest mode, and `change` in
 *   the history is the largest of all modes.
 *
 * @throws `shape` if sizes disagree, anything is empty or there are several snapshots; `non-finite` for NaN or infinity,
 *   with the first index; `unsupported` if an operator has no factors; `option` if an option is out of range; `range`
 *   if a noise variance is not positive, or an answer overflows
 *
 * @remarks
 * Time: M = ∏ M_n numbers are read about 3 R times and multiplied with M_1 of themselves once; then R runs of {@link sbl}
 * of size M_n × N_n, and the product over the support. Memory: 48 M bytes, less if real, beside the runs' and the
 * result's. Nothing grows with ∏ N_n but the result.
 *
 * Source: Y. He and G. Joseph, "Kronecker-structured sparse vector recovery with application to IRS-MIMO channel
 * estimation", IEEE SPAWC, 2024 (arXiv 2310.07869): dKroSBL. Differences: atoms at unit norm, so that results depend
 * neither on units nor on the scale of columns (the published method fails where they are unequal); one sweep of the
 * power method after the sequential approximation; known noise is used, and learned noise is learned from the misfit,
 * not in every mode anew; variances.
 *
 * @example
 * const result = decomposedKroneckerSbl([A1, A2, A3], y, { noise: { kind: "learned" } });
 */
export function decomposedKroneckerSbl(
  dictionary: KroneckerDictionary,
  measurement: MeasurementInput,
  options: DecomposedKroneckerSblOptions,
): BayesianResult {
  const steps = decomposedKroneckerSblSteps(dictionary, measurement, options);
  return runSolver(who, steps, readOptions(who, optionTable, options));
}

/**
 * {@link decomposedKroneckerSbl} step by step: yields after every iteration, in which every mode that is not done takes
 * one; returns the result.
 */
export function decomposedKroneckerSblSteps(
  dictionary: KroneckerDictionary,
  measurement: MeasurementInput,
  options: DecomposedKroneckerSblOptions,
): SolverSteps<BayesianResult> {
  const settings = readOptions(who, optionTable, options);
  const noise = readNoise(who, settings.noise);
  const problem = readKroneckerProblem(who, dictionary, measurement);
  if (problem.snapshots !== 1) throw shapeError(who, "measurement", `${problem.snapshots} snapshots`, "1");
  return iterate(problem, settings, noise, startingNoise(who, noise, problem));
}

function* iterate(
  problem: KroneckerProblem,
  settings: Settings,
  noise: NoiseStart,
  noiseStart: number,
): SolverSteps<BayesianResult> {
  const norms = problem.factors.map(columnNorms);
  const nothing = (reason: StopReason) =>
    resultOf({ problem, norm: 1, norms }, undefined, noiseStart, 0, reason);
  if (problem.zero) return nothing("zero-measurement");
  if (norms.some((mode) => mode.every((norm) => norm === 0))) return nothing("empty-support");
  const fit = decompose(problem);
  if (fit === undefined) return nothing("breakdown");
  const state = startModes(problem, fit, norms, settings, noise, noiseStart);
  try {
    for (let iteration = 1; ; iteration++) {
      const change = advance(state);
      if (change === undefined) return end(state, iteration - 1);
      const supportSize = state.modes.reduce((size, mode) => size * supportSizeOf(mode), 1);
      yield { iteration, change, supportSize, current: () => state.answer ?? answerOf(state, iteration) };
    }
  } finally {
    for (const { steps } of state.modes) steps.return(undefined as never);
  }
}

function decompose({ measurement, factors }: KroneckerProblem): RankOne | undefined {
  return withRoom(who, (room) => {
    const y = room.planar(measurement.rows, isReal(measurement.data));
    splitInto(measurement.data, y);
    const sizes = factors.map(({ rows }) => rows);
    return rankOneApproximation(y, sizes, powerSweeps, room);
  });
}

/** The problem of one mode, and how far it is. */
interface ModeRun {
  readonly steps: SolverSteps<BayesianResult>;
  last: SolverStep<BayesianResult> | undefined;
  result: BayesianResult | undefined;
}

/** What the modes have been made of. */
interface Decomposition {
  readonly problem: KroneckerProblem;
  /** λ. */
  readonly norm: number;
  /** ‖aₙ‖ of every atom of every mode. */
  readonly norms: readonly Float64Array[];
}

interface State extends Decomposition {
  readonly modes: readonly ModeRun[];
  /** σ², or the mode that learns it. */
  readonly noise: { readonly variance: number } | { readonly learnedBy: number };
  /** The result, once there is one. */
  answer: BayesianResult | undefined;
}

function startModes(
  problem: KroneckerProblem,
  { vectors, norm, residualEnergy }: RankOne,
  norms: readonly Float64Array[],
  { pruneRatio, tolerance, maxIterations }: Settings,
  { learned }: NoiseStart,
  noiseStart: number,
): State {
  const { factors, measurement } = problem;
  const rows = factors.map((factor) => factor.rows);
  const largest = rows.indexOf(Math.max(...rows));
  // As many numbers as the parameters of a rank-one tensor: the rest of the measurement knows of nothing but noise.
  const effectiveParameters = rows.reduce((sum, size) => sum + size - 1, 1);
  // If there is no rest, all modes but one have one row. That one learns the noise, and the others have none.
  const alone = learned && effectiveParameters === measurement.rows;
  const misfit = { residualEnergy: alone ? 0 : residualEnergy, effectiveParameters };
  const variance = learned ? noiseFromResidual(noiseStart, misfit, problem) : noiseStart;
  const modes = factors.map((factor, n): ModeRun => {
    const learns = alone && n === largest;
    const noise: NoiseModel = learns ? { kind: "learned", initial: noiseStart } : { kind: "known", variance };
    const run = { noise, initial: "balanced", pruneRatio, tolerance, maxIterations } as const;
    const atoms = unitColumns(factor, norms[n]);
    const vector = joinMatrix(vectors[n], rows[n], 1);
    const steps = independentPriorSteps(who, atoms, vector, run, () => update);
    return { steps, last: undefined, result: undefined };
  });
  const source = alone ? { learnedBy: largest } : { variance };
  return { problem, norm, norms, modes, noise: source, answer: undefined };
}

/** One iteration of every mode that is not done; the largest change, or `undefined` if all of them are. */
function advance({ modes }: State): number | undefined {
  let change: number | undefined;
  for (const mode of modes) {
    if (mode.result !== undefined) continue;
    const next = mode.steps.next();
    if (next.done) mode.result = next.value;
    else {
      mode.last = next.value;
      change = Math.max(change ?? 0, next.value.change);
    }
  }
  return change;
}

function supportSizeOf({ last, result }: ModeRun): number {
  return result?.support.length ?? last?.supportSize ?? 0;
}

/** Of several reasons, the first of these counts. */
const reasons: readonly StopReason[] = ["breakdown", "empty-support", "max-iterations", "tolerance"];

function end(state: State, iterations: number): BayesianResult {
  state.answer = answerOf(state, iterations);
  return state.answer;
}

/** The answer from the modes as they stand. */
function answerOf(state: State, iterations: number): BayesianResult {
  const { modes, noise } = state;
  const results = modes.map(({ result, last }) => result ?? last!.current());
  const reason = reasons.find((one) => results.some((result) => result.reason === one)) ?? "breakdown";
  const noiseVariance = "variance" in noise ? noise.variance : results[noise.learnedBy].noiseVariance;
  return resultOf(state, results, noiseVariance, iterations, reason);
}

/** In the caller's units; without results of the modes, nothing is active. */
function resultOf(
  { problem, norm, norms }: Decomposition,
  results: readonly BayesianResult[] | undefined,
  noiseVariance: number,
  iterations: number,
  reason: StopReason,
): BayesianResult {
  const { factors, units } = problem;
  const posteriors = results?.map(modePosterior);
  const posterior = productPosterior(who, problem, posteriors, norms, norm, noiseVariance);
  const last = factors.length - 1;
  const priorVariance = posterior.priorVariance.map((factor, n) =>
    n === last ? restoreVariance(who, factor, units) : factor,
  );
  return bayesianResult(problem, {
    solver: "decomposed-kronecker-sbl",
    who,
    atoms: factors.reduce((product, { columns }) => product * columns, 1),
    support: posterior.support,
    posterior,
    hyperparameters: { kind: "kronecker", factors: priorVariance },
    noiseVariance,
    iterations,
    reason,
  });
}

function modePosterior({ support, mean, variance, hyperparameters }: BayesianResult): ModePosterior {
  if (hyperparameters.kind !== "independent")
    throw new Error(`${who}: the modes have one prior variance for each atom`);
  return { support, mean, variance, priorVariance: hyperparameters.priorVariance };
}
