/** Checks at the entry of operator methods: sizes, indices, and outputs that would overwrite their own input. */
import type { ComplexMatrix, ComplexVector } from "../complex/types.js";
import { describe, rangeError, SparseError, shapeError } from "../errors.js";

/** @throws `shape` if the vector does not have the given length */
export function checkVector(
  who: string,
  name: string,
  vector: ComplexVector,
  length: number,
  source: string,
): void {
  if (vector.length !== length) {
    throw shapeError(who, name, `${vector.length} elements`, `${length} (${source})`);
  }
  checkData(who, name, vector.data, 2 * length);
}

/** @throws `shape` if the matrix is not of the given size */
export function checkMatrix(
  who: string,
  name: string,
  matrix: ComplexMatrix,
  rows: number,
  columns: number,
): void {
  if (matrix.rows !== rows || matrix.columns !== columns) {
    throw shapeError(who, name, `${matrix.rows} × ${matrix.columns} entries`, `${rows} × ${columns}`);
  }
  checkData(who, name, matrix.data, 2 * rows * columns);
}

/** @throws `shape` if the real array does not have the given length */
export function checkReals(
  who: string,
  name: string,
  values: Float64Array,
  length: number,
  source: string,
): void {
  if (values.length !== length) {
    throw shapeError(who, name, `${values.length} elements`, `${length} (${source})`);
  }
}

/** @throws `shape` if the two arrays share memory */
export function checkSeparate(who: string, out: Float64Array, input: Float64Array, inputName: string): void {
  if (out.buffer !== input.buffer) return;
  const apart =
    out.byteOffset + out.byteLength <= input.byteOffset ||
    input.byteOffset + input.byteLength <= out.byteOffset;
  if (!apart) throw shapeError(who, "out", `memory shared with ${inputName}`, "memory of its own");
}

/** @throws `range` naming the first index that is not a whole number below `bound` */
export function checkIndices(who: string, indices: ArrayLike<number>, bound: number, name = "indices"): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!Number.isInteger(index) || index < 0 || index >= bound) {
      throw rangeError(who, `${name}[${i}]`, describe(index), `a whole number from 0 to ${bound - 1}`);
    }
  }
}

/** @throws `shape` if the size is not a whole number of at least 1; `limit` if indices would not fit 32 bits */
export function checkSize(who: string, name: string, size: number): void {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw shapeError(who, name, describe(size), "a whole number of at least 1");
  }
  if (size > 2 ** 31 - 1) tooLarge(who, name, size, 2 ** 31 - 1);
}

/** @throws `limit` if a complex matrix of this size is more than one array can hold */
export function checkAllocation(who: string, name: string, rows: number, columns: number): void {
  const largest = 2 ** 31;
  if (rows * columns > largest) tooLarge(who, `entries of ${name}`, rows * columns, largest);
}

function tooLarge(who: string, name: string, value: number, largest: number): never {
  throw new SparseError("limit", `${who}: ${name} would be ${value}; expected at most ${largest}`, {
    parameter: name,
    expected: `at most ${largest}`,
    received: String(value),
  });
}

function checkData(who: string, name: string, data: Float64Array, length: number): void {
  if (data.length !== length) {
    throw shapeError(who, `${name}.data`, `${data.length} numbers`, `${length} (re, im pairs)`);
  }
}
