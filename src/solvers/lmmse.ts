import { timesPowerOfTwo } from "../complex/scale.js";
import { describe, nonFiniteError, rangeError, shapeError } from "../errors.js";
import { withRoom } from "../kernels/room.js";
import { workingOperator } from "../operators/working.js";
import { type OptionRule, readOptions } from "../options.js";
import type { BayesianResult, NoiseModel } from "./contract.js";
import { noiseOption, readNoise } from "./noise.js";
import { bayesianResult } from "./posterior/bayesian-result.js";
import { coefficientSidePosterior, createCoefficientSide } from "./posterior/coefficient-side.js";
import { createMeasurementSide, measurementSidePosterior } from "./posterior/measurement-side.js";
import { type ActiveModel, createData, type Data, type PosteriorSums } from "./posterior/posterior.js";
import {
  type DictionaryInput,
  type MeasurementInput,
  normalisedNoise,
  type Problem,
  readProblem,
} from "./problem.js";

type KnownNoise = Extract<NoiseModel, { readonly kind: "known" }>;

/** Options of {@link lmmse}; both are required. */
export interface LmmseOptions {
  readonly noise: KnownNoise;
  /** γ: one number for all atoms, or one for each. Zero says that a coefficient is zero. */
  readonly priorVariance: number | ArrayLike<number>;
}

const knownNoiseOption: OptionRule<KnownNoise> = {
  expected: '{ kind: "known", variance }',
  read: (value) => {
    const noise = noiseOption.read(value);
    return noise?.kind === "known" ? noise : undefined;
  },
};

const priorVarianceOption: OptionRule<number | ArrayLike<number>> = {
  expected: "a number of at least 0 or an array of such numbers, one per atom",
  read: (value) => {
    if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : undefined;
    return Array.isArray(value) || value instanceof Float64Array || value instanceof Float32Array
      ? value
      : undefined;
  },
};

const optionTable = { noise: knownNoiseOption, priorVariance: priorVarianceOption } as const;

const who = "lmmse";

/**
 * Linear minimum mean square error estimation: the posterior of x when its prior variances are known.
 *
 * Model: y = A x + w, x ~ N(0, diag(γ)), w ~ N(0, σ² I), real if neither dictionary nor measurement has an
 * imaginary part, otherwise circular complex. With Σ_y = σ² I + A diag(γ) Aᴴ,
 *
 *     μ = Γ Aᴴ Σ_y⁻¹ Y,   diag Σ = γ − γ² diag(Aᴴ Σ_y⁻¹ A).
 *
 * With the true γ this is the best that any estimator can do on average ("genie" LMMSE); with one γ for all
 * atoms it is ridge regression.
 *
 * @param dictionary - A, [rows × atoms], a matrix or an operator
 * @param measurement - y, [rows], or Y, [rows × snapshots]; all snapshots have the same prior
 * @param options - both are required:
 *   - `noise`: `{ kind: "known", variance }`, σ² = E|w|² of an element of the noise
 *   - `priorVariance`: γ, one number for all atoms or one for each, in measurement power per atom power
 * @returns mean [atoms × snapshots]; variance [atoms], the same for every snapshot; support: the atoms whose
 *   mean is not zero; logEvidence: ln p(Y), of the complex or of the real Gaussian as the model is; reason
 *   `closed-form`, or `zero-measurement` if Y = 0
 *
 * @throws `option` if an option is missing or out of range; `shape` if sizes disagree; `non-finite` with the
 *   first index; `range` if a prior variance is negative or the noise variance is not positive, or if the
 *   noise variance is so small that Σ_y is singular in floating point
 *
 * @remarks
 * Time, in complex multiply–adds (a quarter if all is real), with K the number of atoms of positive γ: for K
 * ≥ rows, one `covariance` and one `whitenedNorms` of the operator and rows³/3; for K < rows, one `gram` and
 * 2K³/3. Memory beside the operator: a copy of a dictionary that is a matrix, and 64 · min(rows, K)² bytes. The relative error of a variance is of the
 * order of ε times the signal-to-noise ratio.
 *
 * Source: S. M. Kay, "Fundamentals of Statistical Signal Processing: Estimation Theory", 1993, theorem 10.3
 * (posterior of the Bayesian linear model) and chapter 12.
 *
 * @example
 * const noise = { kind: "known", variance: 1e-2 } as const;
 * const { mean, variance } = lmmse(dictionary, y, { noise, priorVariance: 1 });
 */
export function lmmse(
  dictionary: DictionaryInput,
  measurement: MeasurementInput,
  options: LmmseOptions,
): BayesianResult {
  const settings = readOptions(who, optionTable, options);
  const noiseVariance = readNoise(who, settings.noise).variance!;
  const problem = readProblem(who, dictionary, measurement);
  const { operator, snapshots, units } = problem;
  const scaledNoise = normalisedNoise(who, noiseVariance, units);
  const priorVariance = readPriorVariance(settings.priorVariance, operator.columns);
  const priorExponent = 2 * (units.dictionaryExponent - units.measurementExponent);
  const scaledPrior = priorVariance.map((gamma) => timesPowerOfTwo(gamma, priorExponent));
  const columns = Int32Array.from(scaledPrior, (_, n) => n).filter((n) => scaledPrior[n] > 0);
  const result = withRoom(who, (room) => {
    const data = createData(problem, operator.columns, room);
    const sums = computePosterior(problem, data, {
      operator: workingOperator(operator, room),
      count: columns.length,
      columns,
      priorVariance: scaledPrior.filter((gamma) => gamma > 0),
      noiseVariance: scaledNoise,
    });
    if (sums === undefined) {
      const expected = "more, because with so little noise Σ_y is singular in floating point";
      throw rangeError(who, "noise.variance", String(noiseVariance), expected);
    }
    return bayesianResult(problem, {
      solver: who,
      who,
      atoms: operator.columns,
      support: columns,
      posterior: { mean: data.mean, variance: data.variance, ...sums },
      hyperparameters: { kind: "independent", priorVariance },
      noiseVariance: scaledNoise,
      iterations: 0,
      reason: problem.zero ? "zero-measurement" : "closed-form",
    });
  });
  const { data } = result.mean;
  const row = (n: number) => data.subarray(2 * n * snapshots, 2 * (n + 1) * snapshots);
  return Object.freeze({ ...result, support: columns.filter((n) => row(n).some((part) => part !== 0)) });
}

/**
 * A noise variance, relative to the largest measurement, below which its quotients leave the range of
 * numbers.
 */
const smallestNoise = 2 ** -960;

/** By the smaller of the two inverses; `undefined` if it is singular in floating point. */
function computePosterior(problem: Problem, data: Data, model: ActiveModel): PosteriorSums | undefined {
  if (model.noiseVariance < smallestNoise && !problem.zero) return undefined;
  return model.count < data.rows
    ? coefficientSidePosterior(createCoefficientSide(model, data), model, data)
    : measurementSidePosterior(createMeasurementSide(data), model, data);
}

/** @throws `shape` if there is not one number for each atom; `non-finite` or `range` with the first index */
function readPriorVariance(prior: number | ArrayLike<number>, atoms: number): Float64Array {
  if (typeof prior === "number") return new Float64Array(atoms).fill(prior);
  if (prior.length !== atoms) {
    throw shapeError(who, "priorVariance", `${prior.length} elements`, `${atoms} (dictionary.columns)`);
  }
  return Float64Array.from(prior, (value, n) => {
    if (!Number.isFinite(value)) throw nonFiniteError(who, "priorVariance", Number(value), n);
    if (value < 0) throw rangeError(who, `priorVariance[${n}]`, describe(value), "at least 0");
    return value;
  });
}
