import { shapeError } from "../errors.js";

/** Complex numbers as re, im pairs: element i is `data[2*i]`, `data[2*i+1]`. */
export interface ComplexVector {
  readonly length: number;
  readonly data: Float64Array;
}

/** Row-major: element (r, c) starts at `data[2*(r*columns + c)]`. */
export interface ComplexMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/**
 * A complex vector of the given length, zero unless interleaved data are given (which are kept, not copied).
 *
 * @throws `shape` if the data do not hold 2·length numbers
 */
export function complexVector(
  length: number,
  data: Float64Array = new Float64Array(2 * length),
): ComplexVector {
  checkLength("complexVector", data, 2 * length);
  return { length, data };
}

/**
 * A complex matrix, zero unless interleaved row-major data are given (which are kept, not copied).
 *
 * @throws `shape` if the data do not hold 2·rows·columns numbers
 */
export function complexMatrix(
  rows: number,
  columns: number,
  data: Float64Array = new Float64Array(2 * rows * columns),
): ComplexMatrix {
  checkLength("complexMatrix", data, 2 * rows * columns);
  return { rows, columns, data };
}

/** The n × n identity. */
export function identityMatrix(n: number): ComplexMatrix {
  const matrix = complexMatrix(n, n);
  for (let i = 0; i < n; i++) matrix.data[2 * (i * n + i)] = 1;
  return matrix;
}

function checkLength(who: string, data: Float64Array, expected: number): void {
  if (data.length !== expected) {
    throw shapeError(who, "data", `${data.length} numbers`, `${expected} (re, im pairs)`);
  }
}
