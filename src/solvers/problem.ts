/**
 * What a solver works on: dictionary and measurement, read, checked, and normalised by powers of two so that no
 * intermediate square can overflow whatever the units are. The solution is scaled back at exit, exactly.
 */
import { type MatrixInput, toComplexMatrix, toMeasurement, type VectorInput } from "../complex/convert.js";
import { isReal } from "../complex/planar.js";
import { exponentOf, maxAbs, scaleByPowerOfTwo, timesPowerOfTwo } from "../complex/scale.js";
import { type ComplexMatrix, complexMatrix } from "../complex/types.js";
import { nonFiniteError, rangeError, shapeError } from "../errors.js";
import { denseOperator } from "../operators/dense.js";
import type { LinearOperator } from "../operators/operator.js";
import { scaleOperator } from "../operators/scaled.js";

/** A dictionary: an operator, or a matrix to make one of. */
export type DictionaryInput = LinearOperator | MatrixInput;
/** A measurement: y, [rows], or Y, [rows × snapshots]. */
export type MeasurementInput = VectorInput | MatrixInput;

export interface Problem {
  /** The dictionary times 2^−dictionaryExponent. */
  readonly operator: LinearOperator;
  /** The measurement times 2^−measurementExponent, [rows × snapshots]. */
  readonly measurement: ComplexMatrix;
  readonly snapshots: number;
  /** Neither has an imaginary part: the model is real. */
  readonly real: boolean;
  /** y = 0. */
  readonly zero: boolean;
  readonly units: Units;
}

/** Exponents of the powers of two that were taken out. */
export interface Units {
  readonly dictionaryExponent: number;
  readonly measurementExponent: number;
}

/**
 * Reads and normalises a problem.
 *
 * @throws `shape` if measurement and dictionary disagree or something is empty; `non-finite` with the first index
 */
export function readProblem(
  who: string,
  dictionary: DictionaryInput,
  measurement: MeasurementInput,
): Problem {
  const y = readMeasurement(who, measurement);
  const { operator, exponent } = normalisedDictionary(who, dictionary);
  checkRows(who, y.measurement.rows, operator.rows);
  return {
    ...y,
    operator,
    real: operator.real && isReal(y.measurement.data),
    units: { dictionaryExponent: exponent, measurementExponent: y.measurementExponent },
  };
}

/** A measurement, normalised so that its largest part lies in [1, 2). */
export function readMeasurement(who: string, input: MeasurementInput) {
  const measurement = toMeasurement(who, input);
  const largest = maxAbs(measurement.data);
  const measurementExponent = largest === 0 ? 0 : exponentOf(largest);
  scaleByPowerOfTwo(measurement.data, -measurementExponent);
  return { measurement, measurementExponent, snapshots: measurement.columns, zero: largest === 0 };
}

/** @throws `shape` naming both sizes */
export function checkRows(who: string, received: number, expected: number): void {
  if (received !== expected) {
    throw shapeError(who, "measurement", `${received} rows`, `${expected} (dictionary.rows)`);
  }
}

/** Whether the dictionary is an operator already. */
export function isOperator(dictionary: DictionaryInput): dictionary is LinearOperator {
  return typeof (dictionary as LinearOperator | null)?.apply === "function";
}

/**
 * Dictionaries of ordinary magnitude are used as they are: the exponent that is taken out is a multiple of 64, so
 * that only extreme units cost a copy.
 */
function normalisedDictionary(who: string, dictionary: DictionaryInput) {
  if (!isOperator(dictionary)) {
    const matrix = toComplexMatrix(who, "dictionary", dictionary);
    const exponent = coarse(maxAbs(matrix.data));
    scaleByPowerOfTwo(matrix.data, -exponent);
    return { operator: denseOperator(matrix), exponent };
  }
  const norms = dictionary.columnNorms();
  for (let n = 0; n < norms.length; n++) {
    if (!Number.isFinite(norms[n])) throw nonFiniteError(who, "dictionary.columnNorms()", norms[n], n);
  }
  const exponent = coarse(Math.sqrt(maxAbs(norms)));
  return { operator: exponent === 0 ? dictionary : scaleOperator(dictionary, 2 ** -exponent), exponent };
}

function coarse(magnitude: number): number {
  return magnitude === 0 ? 0 : 64 * Math.round(exponentOf(magnitude) / 64);
}

/** Coefficients in the caller's units. @throws `range` if they overflow there */
export function restoreMean(who: string, mean: ComplexMatrix, units: Units): ComplexMatrix {
  const data = Float64Array.from(mean.data);
  scaleByPowerOfTwo(data, units.measurementExponent - units.dictionaryExponent);
  checkRange(who, "mean", data);
  return complexMatrix(mean.rows, mean.columns, data);
}

/** Variances of coefficients in the caller's units. @throws `range` if they overflow there */
export function restoreVariance(who: string, variance: Float64Array, units: Units): Float64Array {
  const data = Float64Array.from(variance);
  scaleByPowerOfTwo(data, 2 * (units.measurementExponent - units.dictionaryExponent));
  checkRange(who, "variance", data);
  return data;
}

/** A noise variance in the caller's units. @throws `range` if it overflows there */
export function restoreNoise(who: string, variance: number, units: Units): number {
  const restored = timesPowerOfTwo(variance, 2 * units.measurementExponent);
  checkRange(who, "noiseVariance", [restored]);
  return restored;
}

/** The norm of a residual in the caller's units. @throws `range` if it overflows there */
export function restoreResidualNorm(who: string, norm: number, units: Units): number {
  const restored = timesPowerOfTwo(norm, units.measurementExponent);
  checkRange(who, "residualNorm", [restored]);
  return restored;
}

/**
 * A noise variance in the units of the normalised problem.
 *
 * @throws `range` if it is so far from the power of the measurement that it has no number there
 */
export function normalisedNoise(who: string, variance: number, units: Units): number {
  const normalised = timesPowerOfTwo(variance, -2 * units.measurementExponent);
  if (normalised > 0 && Number.isFinite(normalised)) return normalised;
  const expected = "one within a factor of about 1e300 of the measurement's power";
  throw rangeError(who, "noise.variance", String(variance), expected);
}

/** ln p of the measurement in the caller's units: a change of variables of rows · snapshots numbers. */
export function restoreLogEvidence(
  logEvidence: number,
  problem: Pick<Problem, "measurement" | "real" | "units">,
): number {
  const { measurement, real, units } = problem;
  const dimensions = measurement.data.length / (real ? 2 : 1);
  return logEvidence - dimensions * units.measurementExponent * Math.LN2;
}

function checkRange(who: string, name: string, data: ArrayLike<number>): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i]))
      throw rangeError(who, name, "an overflow in the units of the input", "a finite number");
  }
}
