import { shapeError } from "../../errors.js";
import {
  choiceOption,
  numberOption,
  type OptionRule,
  type OptionValues,
  optional,
  readOptions,
  withDefault,
} from "../../options.js";
import type { BayesianResult, NoiseModel, SolverOptions, SolverSteps } from "../contract.js";
import { noiseOption } from "../noise.js";
import type { DictionaryInput, MeasurementInput, Problem } from "../problem.js";
import { runSolver, sharedOptionRules } from "../run.js";
import { type InitialPrior, learnedNoise, meanSquares } from "./hyperparameters.js";
import { type ActivePosterior, independentPriorSteps, type PriorUpdate } from "./independent-priors.js";
import { axesOf, withNeighbours } from "./neighbours.js";

/** Options of {@link patternCoupledSbl}. */
export interface PatternCoupledSblOptions extends SolverOptions {
  /** The noise, known or to be learned. Required. */
  readonly noise: NoiseModel;
  /**
   * The extents of x as a row-major tensor; entries one step apart along an axis are neighbours, and ends are
   * not joined. For a Kronecker dictionary A₁ ⊗ A₂ ⊗ …, the numbers of columns of its factors. Default
   * [atoms], a line.
   */
  readonly shape?: readonly number[];
  /** η: how much the precision of a neighbour counts, from 0 to 1, as much as one's own. Default 0.9. */
  readonly coupling?: number;
  /** a of the hyperprior α^a exp(−b γ₀ α): the larger, the smaller are the prior variances. Default 0. */
  readonly a?: number;
  /** b of the hyperprior, relative to the level γ₀ that prior variances start at; bounds α. Default 1e-4. */
  readonly b?: number;
  /** Where the prior variances start. Default "balanced". */
  readonly initial?: InitialPrior;
  /** An atom is removed for good when its γ falls below this fraction of the largest. Default 1e-3. */
  readonly pruneRatio?: number;
  /** Stop when ‖Δγ‖ ≤ tolerance ‖γ‖. Default 1e-4. */
  readonly tolerance?: number;
  /** Default 500. */
  readonly maxIterations?: number;
}

const shapeOption: OptionRule<readonly number[]> = {
  expected: "an array of integers of at least 1",
  read: (value) => {
    if (!Array.isArray(value) || value.length === 0) return undefined;
    const extents: unknown[] = Array.from(value);
    const valid = (extent: unknown): extent is number => Number.isSafeInteger(extent) && Number(extent) >= 1;
    return extents.every(valid) ? extents : undefined;
  },
};

const optionTable = {
  noise: noiseOption,
  shape: optional(shapeOption),
  coupling: withDefault(numberOption({ min: 0, max: 1 }), 0.9),
  a: withDefault(numberOption({ min: 0 }), 0),
  b: withDefault(numberOption({ min: 0 }), 1e-4),
  initial: withDefault(choiceOption(["balanced", "ones"]), "balanced" as const),
  pruneRatio: withDefault(numberOption({ min: 0, max: 1 }), 1e-3),
  tolerance: withDefault(numberOption({ min: 0 }), 1e-4),
  maxIterations: withDefault(numberOption({ min: 1, integer: true }), 500),
  ...sharedOptionRules,
} as const;

type Settings = OptionValues<typeof optionTable>;

const who = "patternCoupledSbl";

/**
 * Pattern-coupled sparse Bayesian learning: for coefficients that come in blocks whose places and sizes are
 * not known.
 *
 * Model: y = A x + w, x_j ~ N(0, γ_j), w ~ N(0, σ² I), real if neither dictionary nor measurement has an
 * imaginary part, otherwise circular complex. The prior precision of a coefficient has a part of its own and
 * one from each neighbour,
 *
 *     1/γ_j = α_j + η Σ_{i~j} α_i,   p(α_j) ∝ α_j^a exp(−b γ₀ α_j),
 *
 * so that coefficients become large, and vanish, together. An iteration computes the posterior of x, and from
 * w_j = |μ_j|² + Σ_jj (averaged over the L snapshots; 0 for atoms that were removed), with h = L/2 in the
 * real and L in the complex model,
 *
 *     E_j = w_j + η Σ_{i~j} w_i,   α_j = (a + h)/(h E_j + b γ₀).
 *
 * @param dictionary - A, [rows × atoms], a matrix or an operator; Kronecker structure is used inside the
 *   posterior
 * @param measurement - y, [rows], or Y, [rows × snapshots]; all snapshots share γ
 * @param options - see {@link PatternCoupledSblOptions}; the noise model is required
 * @returns mean [atoms × snapshots]; variance [atoms], in measurement power per atom power, zero for atoms
 *   that were removed; hyperparameters: γ; support: the atoms that were not removed. These may include
 *   coefficients near zero: one beside a block shares its γ unless zeros follow, so gaps of one or two in a
 *   support stay.
 *
 * @throws `shape` if measurement and dictionary disagree, anything is empty, or the extents of option `shape`
 *   do not multiply to the number of atoms; `non-finite` if any entry is NaN or infinite; `option` if an
 *   option is out of range; `range` if a noise variance is not positive
 *
 * @remarks
 * Time and memory are those of {@link sbl}, and 4·axes·atoms multiply-adds in every iteration and 16·atoms
 * bytes more.
 *
 * The update of α stands in for the maximum of the expected log posterior, which has no closed form: it is
 * that maximum for η = 0; else, on a line, the maximum is between a/(h E_j + b γ₀) and (a + 3h)/(h E_j + b
 * γ₀). So no quantity need grow in every iteration. For η = a = b = 0 the iterates are those of {@link sbl}
 * with update "em".
 *
 * If the noise variance is so small that Σ_y is singular in floating point, the last sound answer is returned
 * with reason `breakdown`. A learned noise variance stays above 1e-14 of the mean power of the measurement.
 * With a > 0 it may grow until it explains the measurement alone. Equal
 * atoms in different places have different γ.
 *
 * Source: J. Fang, Y. Shen, H. Li and P. Wang, "Pattern-coupled sparse Bayesian learning for recovery of
 * block-sparse signals", IEEE Trans. Signal Processing 63(2), 2015: real data, one snapshot, a line, and α =
 * a/(E/2 + b) with a = ½, which is a = 0 here, the default. The comparison in Y. He and G. Joseph, "Bayesian
 * algorithms for Kronecker-structured sparse vector recovery", IEEE Trans. Signal Processing, 2024, has a + ½ in
 * its place, a = ½ here. Differences:
 * - b is relative to γ₀, the level at which γ starts, so that results do not depend on units. Published runs
 *   start at γ₀ = 1, where the two are the same: `initial: "ones"` gives the published constant in the units
 *   of the data.
 * - A complex coefficient counts as two real numbers, by the density ∝ γ⁻¹ exp(−|x|²/γ): α = (a + 1)/(E + b
 *   γ₀) for one snapshot. Published programs use the real form for complex data as well; it is a = 1, b =
 *   2e-4 here.
 * - Published programs set every α above a limit (1e3 times the smallest) to 1e10, which removes the
 *   neighbours too; here an atom is removed for its own γ, and keeps its α = (a + h)/(h η Σ w_i + b γ₀).
 *
 * @example
 * const dictionary = kroneckerOperator([a1, a2, a3]);
 * const noise = { kind: "known", variance: 1e-2 } as const;
 * const result = patternCoupledSbl(dictionary, y, { noise, shape: [18, 18, 18] });
 */
export function patternCoupledSbl(
  dictionary: DictionaryInput,
  measurement: MeasurementInput,
  options: PatternCoupledSblOptions,
): BayesianResult {
  return runSolver(
    who,
    patternCoupledSblSteps(dictionary, measurement, options),
    readOptions(who, optionTable, options),
  );
}

/** {@link patternCoupledSbl} step by step: yields after every iteration, returns the result. */
export function patternCoupledSblSteps(
  dictionary: DictionaryInput,
  measurement: MeasurementInput,
  options: PatternCoupledSblOptions,
): SolverSteps<BayesianResult> {
  const settings = readOptions(who, optionTable, options);
  return independentPriorSteps(who, dictionary, measurement, settings, (problem) =>
    coupledUpdate(problem, settings),
  );
}

function coupledUpdate({ operator, snapshots, real }: Problem, settings: Settings): PriorUpdate {
  const { columns } = operator;
  const { coupling, a, b } = settings;
  const axes = axesOf(readShape(settings.shape, columns));
  const half = real ? snapshots / 2 : snapshots;
  // In turn w, E, α, 1/γ of all atoms.
  const own = new Float64Array(columns);
  const coupled = new Float64Array(columns);

  function updatePriors({ data, count, atoms, level }: ActivePosterior, out: Float64Array): void {
    const { mean, variance } = data;
    meanSquares(mean, count, snapshots, out);
    own.fill(0);
    for (let j = 0; j < count; j++) own[atoms[j]] = out[j] + variance[j];
    withNeighbours(own, axes, coupling, coupled);
    const rate = b * level;
    for (let n = 0; n < columns; n++) own[n] = (a + half) / (half * coupled[n] + rate);
    withNeighbours(own, axes, coupling, coupled);
    for (let j = 0; j < count; j++) out[j] = 1 / coupled[atoms[j]];
  }
  return { who, solver: "pattern-coupled-sbl", updatePriors, learnNoise: learnedNoise };
}

/** @throws `shape` if the extents do not multiply to the number of atoms */
function readShape(shape: readonly number[] | undefined, atoms: number): readonly number[] {
  if (shape === undefined) return [atoms];
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (size !== atoms) {
    throw shapeError(who, "shape", `a product of ${size}`, `${atoms} (atoms of the dictionary)`);
  }
  return shape;
}
