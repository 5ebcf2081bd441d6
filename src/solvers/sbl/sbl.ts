import { choiceOption, numberOption, type OptionValues, readOptions, withDefault } from "../../options.js";
import type { BayesianResult, NoiseModel, SolverOptions, SolverSteps } from "../contract.js";
import { noiseOption } from "../noise.js";
import type { DictionaryInput, MeasurementInput } from "../problem.js";
import { runSolver, sharedOptionRules } from "../run.js";
import { type InitialPrior, learnedNoise, meanSquares, noiseFromResidual } from "./hyperparameters.js";
import { type ActivePosterior, independentPriorSteps, type PriorUpdate } from "./independent-priors.js";

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
  return independentPriorSteps(who, dictionary, measurement, settings, () => updates[settings.update]);
}

/** γ ← |μ|² + diag Σ. */
export function emPriors({ problem, data, count }: ActivePosterior, out: Float64Array): void {
  const { mean, variance } = data;
  meanSquares(mean, count, problem.snapshots, out);
  for (let j = 0; j < count; j++) out[j] = out[j] + variance[j];
}

/** γ ← |μ|²/(1 − diag Σ/γ). */
function fixedPointPriors({ problem, data, count }: ActivePosterior, out: Float64Array): void {
  const { mean, determined } = data;
  meanSquares(mean, count, problem.snapshots, out);
  for (let j = 0; j < count; j++) out[j] = determined[j] > 0 ? out[j] / determined[j] : 0;
}

const updates: Readonly<Record<Settings["update"], PriorUpdate>> = {
  em: { who, solver: who, updatePriors: emPriors, learnNoise: learnedNoise },
  "fixed-point": { who, solver: who, updatePriors: fixedPointPriors, learnNoise: noiseFromResidual },
};
