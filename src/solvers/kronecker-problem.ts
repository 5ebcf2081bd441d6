/** Reading the problem of a Kronecker-structured solver: factors and measurement, normalised mode by mode. */
import { type MatrixInput, toComplexMatrix } from "../complex/convert.js";
import { isReal, type Planar, split } from "../complex/planar.js";
import { exponentOf, maxAbs, scaleByPowerOfTwo } from "../complex/scale.js";
import type { ComplexMatrix } from "../complex/types.js";
import { describe, SparseError, shapeError } from "../errors.js";
import type { LinearOperator } from "../operators/operator.js";
import {
  checkRows,
  type DictionaryInput,
  isOperator,
  type MeasurementInput,
  type Problem,
  readMeasurement,
} from "./problem.js";

/** The Kronecker dictionary: its factors A_1, …, A_R in order, or an operator that advertises them. */
export type KroneckerDictionary = readonly MatrixInput[] | LinearOperator;

/** One factor A_n, [rows × columns]. */
export interface Factor {
  readonly rows: number;
  readonly columns: number;
  readonly parts: Planar;
}

/** Factors and measurement, normalised by powers of two. */
export interface KroneckerProblem extends Omit<Problem, "operator"> {
  readonly factors: readonly Factor[];
}

const maxModes = 30;

/**
 * Reads factors and measurement; each factor is normalised by a power of two of its own.
 *
 * @throws `shape` if sizes disagree or something is empty; `non-finite` with the first index; `unsupported` if an
 *   operator has no factors
 */
export function readKroneckerProblem(
  who: string,
  dictionary: KroneckerDictionary,
  measurement: MeasurementInput,
): KroneckerProblem {
  const y = readMeasurement(who, measurement);
  const matrices = readFactors(who, dictionary);
  const rows = matrices.reduce((product, matrix) => product * matrix.rows, 1);
  checkRows(who, y.measurement.rows, rows);
  return factorProblem(y, matrices);
}

/** The problem of a measurement and the factors, which are normalised in place. */
export function factorProblem(
  y: ReturnType<typeof readMeasurement>,
  matrices: readonly ComplexMatrix[],
): KroneckerProblem {
  let dictionaryExponent = 0;
  const factors = matrices.map((matrix) => {
    const largest = maxAbs(matrix.data);
    const exponent = largest === 0 ? 0 : exponentOf(largest);
    dictionaryExponent += exponent;
    const parts = split(scaleByPowerOfTwo(matrix.data, -exponent));
    return { rows: matrix.rows, columns: matrix.columns, parts };
  });
  return {
    ...y,
    factors,
    real: isReal(y.measurement.data) && factors.every((factor) => factor.parts.im === undefined),
    units: { dictionaryExponent, measurementExponent: y.measurementExponent },
  };
}

/** The factors as fresh matrices. A dictionary that is a single matrix object has one factor. */
export function readFactors(who: string, dictionary: KroneckerDictionary): ComplexMatrix[] {
  const list = listFactors(who, dictionary);
  if (list.length === 0 || list.length > maxModes) {
    throw shapeError(who, "dictionary", `${list.length} factors`, `1 to ${maxModes}`);
  }
  return list.map((factor, n) => toComplexMatrix(who, `dictionary[${n}]`, factor));
}

function listFactors(who: string, dictionary: KroneckerDictionary): readonly MatrixInput[] {
  if (Array.isArray(dictionary)) return dictionary as readonly MatrixInput[];
  const single = dictionary as DictionaryInput;
  if (!isOperator(single)) return [single];
  if (single.factors !== undefined) return single.factors;
  throw new SparseError(
    "unsupported",
    `${who}: dictionary is a ${describe(single.kind)} operator without factors; expected a Kronecker operator`,
    { parameter: "dictionary", expected: "a Kronecker operator", received: `${single.kind} operator` },
  );
}
