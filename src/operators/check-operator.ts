import { complexMatrix, complexVector } from "../complex/types.js";
import { numberOption, readOptions, withDefault } from "../options.js";
import {
  columnOf,
  combine,
  distance,
  forwardSubstitute,
  innerProduct,
  isHermitian,
  multiply,
  norm,
  relative,
  sameNumbers,
  testFactor,
  testReals,
  testVector,
} from "./check-arithmetic.js";
import type { LinearOperator } from "./operator.js";

/** What {@link checkOperator} compares; see there. */
export type OperatorLaw =
  | "adjoint"
  | "linearity"
  | "output"
  | "real"
  | "atoms"
  | "gram"
  | "covariance"
  | "whitenedNorms"
  | "columnNorms";

export interface OperatorReport {
  /** Every ratio is at most the tolerance. */
  readonly passed: boolean;
  readonly tolerance: number;
  /**
   * For every law the largest deviation found, relative to the size of what was compared, in units of machine
   * epsilon times max(M, N). Infinite where exactness is promised and missed, or numbers are not finite.
   */
  readonly ratios: Readonly<Record<OperatorLaw, number>>;
}

const table = { tolerance: withDefault(numberOption({ min: 0, above: true }), 10) };

/** Columns that are looked at one by one, spread evenly from the first to the last. */
const sampleSize = 8;

/**
 * Checks that an operator keeps its contract. For operators of your own; every operator of this library passes.
 *
 * - `adjoint`: ⟨A x, y⟩ = ⟨x, A^H y⟩
 * - `linearity`: A (c x + z) = c A x + A z for a complex c
 * - `output`: `out` is filled whatever it held, and returned; inputs are left as they were
 * - `real`: if the operator says that it is real, a real x gives a real A x
 * - `atoms`: the columns are A e_n, also when an index is repeated
 * - `gram`: equals atoms^H atoms, and is exactly Hermitian
 * - `covariance`: C v = A diag(γ) A^H v, exactly Hermitian, zero for γ = 0
 * - `whitenedNorms`: ‖L⁻¹ a_n‖² by forward substitution
 * - `columnNorms`: ‖a_n‖²
 *
 * The last five are checked on up to 8 columns. The adjoint identity alone is not sufficient: an operator whose
 * factors are in the wrong order, everywhere alike, passes all of these laws. Compare with the explicit matrix too.
 *
 * The test vectors are the same every time: additive sequences 2 frac(k √p) − 1 for different primes p, which have
 * no two equal entries and no structure that an operator would share.
 *
 * Takes some 30 products, one covariance and one call of `whitenedNorms`, and about 48 M² bytes.
 *
 * @param options - `tolerance`: the largest ratio that passes, default 10
 * @throws `option` for an unknown option or a tolerance that is not above 0
 */
export function checkOperator(
  operator: LinearOperator,
  options?: { readonly tolerance?: number },
): OperatorReport {
  const { tolerance } = readOptions("checkOperator", table, options);
  const sample = sampleIndices(operator.columns);
  const ratios: Record<OperatorLaw, number> = {
    adjoint: adjointLaw(operator),
    linearity: linearityLaw(operator),
    output: outputLaw(operator),
    real: realLaw(operator),
    atoms: atomsLaw(operator, sample),
    gram: gramLaw(operator, sample),
    covariance: covarianceLaw(operator),
    whitenedNorms: whitenedNormsLaw(operator, sample),
    columnNorms: columnNormsLaw(operator, sample),
  };
  const unit = Number.EPSILON * Math.max(operator.rows, operator.columns);
  for (const law of Object.keys(ratios) as OperatorLaw[]) {
    const ratio = ratios[law] / unit;
    ratios[law] = Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
  }
  const passed = Object.values(ratios).every((ratio) => ratio <= tolerance);
  return Object.freeze({ passed, tolerance, ratios: Object.freeze(ratios) });
}

function adjointLaw(operator: LinearOperator): number {
  const x = testVector(operator.columns, 2);
  const y = testVector(operator.rows, 3);
  const image = operator.apply(x);
  const back = operator.adjoint(y);
  const [leftRe, leftIm] = innerProduct(image.data, y.data);
  const [rightRe, rightIm] = innerProduct(x.data, back.data);
  const scale = norm(image.data) * norm(y.data) + norm(x.data) * norm(back.data);
  return relative(Math.hypot(leftRe - rightRe, leftIm - rightIm), scale);
}

function linearityLaw(operator: LinearOperator): number {
  const [re, im] = [0.6, -0.8];
  const x = testVector(operator.columns, 5);
  const z = testVector(operator.columns, 7);
  const combined = operator.apply(complexVector(operator.columns, combine(re, im, x.data, z.data)));
  const expected = combine(re, im, operator.apply(x).data, operator.apply(z).data);
  return distance(combined.data, expected);
}

function outputLaw(operator: LinearOperator): number {
  const x = testVector(operator.columns, 2);
  const y = testVector(operator.rows, 3);
  const image = complexVector(operator.rows, new Float64Array(2 * operator.rows).fill(Number.NaN));
  const back = complexVector(operator.columns, new Float64Array(2 * operator.columns).fill(Number.NaN));
  const kept =
    operator.apply(x, image) === image &&
    operator.adjoint(y, back) === back &&
    sameNumbers(x.data, testVector(operator.columns, 2).data) &&
    sameNumbers(y.data, testVector(operator.rows, 3).data) &&
    sameNumbers(image.data, operator.apply(x).data) &&
    sameNumbers(back.data, operator.adjoint(y).data);
  return kept ? 0 : Number.POSITIVE_INFINITY;
}

function realLaw(operator: LinearOperator): number {
  if (!operator.real) return 0;
  const x = testVector(operator.columns, 2);
  for (let n = 0; n < operator.columns; n++) x.data[2 * n + 1] = 0;
  return operator.apply(x).data.some((value, i) => i % 2 === 1 && value !== 0) ? Number.POSITIVE_INFINITY : 0;
}

function atomsLaw(operator: LinearOperator, sample: readonly number[]): number {
  const indices = [...sample, sample[0]];
  const atoms = operator.atoms(indices);
  const unit = complexVector(operator.columns);
  let worst = 0;
  for (let k = 0; k < indices.length; k++) {
    unit.data[2 * indices[k]] = 1;
    worst = Math.max(worst, distance(columnOf(atoms, k), operator.apply(unit).data));
    unit.data[2 * indices[k]] = 0;
  }
  return worst;
}

function gramLaw(operator: LinearOperator, sample: readonly number[]): number {
  const gram = operator.gram(sample);
  const atoms = operator.atoms(sample);
  const expected = complexMatrix(sample.length, sample.length);
  for (let a = 0; a < sample.length; a++) {
    for (let b = 0; b < sample.length; b++) {
      const entry = innerProduct(columnOf(atoms, a), columnOf(atoms, b));
      expected.data.set(entry, 2 * (a * sample.length + b));
    }
  }
  return isHermitian(gram) ? distance(gram.data, expected.data) : Number.POSITIVE_INFINITY;
}

function covarianceLaw(operator: LinearOperator): number {
  const { rows, columns } = operator;
  const priorVariance = testReals(columns, 11).map((value) => Math.abs(value));
  const covariance = operator.covariance(new Float64Array(columns), complexMatrix(rows, rows));
  const zero = covariance.data.every((value) => value === 0);
  operator.covariance(priorVariance, covariance);
  const v = testVector(rows, 13);
  const weighted = operator.adjoint(v);
  for (let n = 0; n < columns; n++) {
    weighted.data[2 * n] *= priorVariance[n];
    weighted.data[2 * n + 1] *= priorVariance[n];
  }
  const expected = operator.apply(weighted);
  if (!zero || !isHermitian(covariance)) return Number.POSITIVE_INFINITY;
  return distance(multiply(covariance, v), expected.data);
}

function whitenedNormsLaw(operator: LinearOperator, sample: readonly number[]): number {
  const factor = testFactor(operator.rows, operator.real);
  const norms = operator.whitenedNorms(factor);
  const atoms = operator.atoms(sample);
  let worst = 0;
  for (let k = 0; k < sample.length; k++) {
    const column = columnOf(atoms, k);
    forwardSubstitute(factor, column);
    const expected = norm(column) ** 2;
    worst = Math.max(worst, relative(Math.abs(norms[sample[k]] - expected), expected));
  }
  return worst;
}

function columnNormsLaw(operator: LinearOperator, sample: readonly number[]): number {
  const norms = operator.columnNorms();
  const atoms = operator.atoms(sample);
  let worst = 0;
  for (let k = 0; k < sample.length; k++) {
    const expected = norm(columnOf(atoms, k)) ** 2;
    worst = Math.max(worst, relative(Math.abs(norms[sample[k]] - expected), expected));
  }
  return worst;
}

function sampleIndices(columns: number): number[] {
  const size = Math.min(sampleSize, columns);
  return Array.from({ length: size }, (_, k) => Math.round((k * (columns - 1)) / Math.max(1, size - 1)));
}
