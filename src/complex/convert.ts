/**
 * Reading what users have: our own matrices, plain arrays, ml-matrix matrices, pairs of real and imaginary parts.
 * The result is a fresh interleaved copy, checked to be finite.
 */
import { describe, nonFiniteError, SparseError, shapeError } from "../errors.js";
import { type ComplexMatrix, type ComplexVector, complexMatrix, complexVector } from "./types.js";

/** A real matrix: rows of numbers, or an object with `rows`, `columns` and `get(row, column)` such as ml-matrix's. */
export type RealMatrixInput =
  | readonly ArrayLike<number>[]
  | { readonly rows: number; readonly columns: number; get(row: number, column: number): number };

/** A real matrix, a pair of real matrices, or a {@link ComplexMatrix}. */
export type MatrixInput =
  | ComplexMatrix
  | RealMatrixInput
  | { readonly re: RealMatrixInput; readonly im: RealMatrixInput };

/** Real numbers, a pair of arrays with real and imaginary parts, or a {@link ComplexVector}. */
export type VectorInput =
  | ComplexVector
  | ArrayLike<number>
  | { readonly re: ArrayLike<number>; readonly im: ArrayLike<number> };

/**
 * Reads a matrix into interleaved row-major storage.
 *
 * @param who - the caller's name, for messages
 * @param name - the parameter's name, for messages
 * @throws `shape` if rows differ in length or nothing is there; `non-finite` with the first index
 */
export function toComplexMatrix(who: string, name: string, input: MatrixInput): ComplexMatrix {
  const matrix = readMatrix(who, name, input);
  if (matrix.rows === 0 || matrix.columns === 0) {
    throw shapeError(
      who,
      name,
      `${matrix.rows} × ${matrix.columns} entries`,
      "at least one row and one column",
    );
  }
  checkFinite(who, name, matrix.data);
  return matrix;
}

/**
 * Reads a vector into interleaved storage. A bare array of numbers is real.
 *
 * @throws `shape` if it is empty or the parts differ in length; `non-finite` with the first index
 */
export function toComplexVector(who: string, name: string, input: VectorInput): ComplexVector {
  const vector = readVector(who, name, input);
  if (vector.length === 0) throw shapeError(who, name, "0 elements", "at least 1");
  checkFinite(who, name, vector.data);
  return vector;
}

/** Reads a measurement: a vector becomes a matrix of one column (one snapshot). */
export function toMeasurement(who: string, input: MatrixInput | VectorInput): ComplexMatrix {
  if (isMatrixInput(input)) return toComplexMatrix(who, "measurement", input);
  const vector = toComplexVector(who, "measurement", input);
  return complexMatrix(vector.length, 1, vector.data);
}

/** @throws `non-finite` naming the first NaN or infinity of interleaved data by element index */
export function checkFinite(who: string, name: string, data: Float64Array, stride = 2): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) throw nonFiniteError(who, name, data[i], Math.floor(i / stride));
  }
}

function isMatrixInput(input: MatrixInput | VectorInput): input is MatrixInput {
  if (typeof input !== "object" || input === null) return false;
  if (Array.isArray(input)) return input.length > 0 && typeof input[0] !== "number";
  if ("rows" in input && "columns" in input) return true;
  return "re" in input && (isRealMatrixObject(input.re) || isListOfRows(input.re));
}

function isRealMatrixObject(value: unknown): value is Exclude<RealMatrixInput, readonly ArrayLike<number>[]> {
  return (
    typeof value === "object" && value !== null && typeof (value as { get?: unknown }).get === "function"
  );
}

function isListOfRows(value: unknown): value is readonly ArrayLike<number>[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === "object";
}

function isInterleaved(value: unknown): value is { readonly data: Float64Array } {
  return (
    typeof value === "object" && value !== null && (value as { data?: unknown }).data instanceof Float64Array
  );
}

function readMatrix(who: string, name: string, input: MatrixInput): ComplexMatrix {
  if (isRealMatrixObject(input) || Array.isArray(input)) {
    const { rows, columns, get } = realMatrix(who, name, input as RealMatrixInput);
    const matrix = complexMatrix(rows, columns);
    for (let r = 0, i = 0; r < rows; r++)
      for (let c = 0; c < columns; c++, i += 2) matrix.data[i] = get(r, c);
    return matrix;
  }
  if (isInterleaved(input) && "rows" in input) {
    const { rows, columns, data } = input;
    checkCount(who, `${name}.rows`, rows);
    checkCount(who, `${name}.columns`, columns);
    if (data.length !== 2 * rows * columns) {
      throw shapeError(who, `${name}.data`, `${data.length} numbers`, `${2 * rows * columns} (re, im pairs)`);
    }
    return complexMatrix(rows, columns, Float64Array.from(data));
  }
  if (typeof input === "object" && input !== null && "re" in input && "im" in input) {
    const re = realMatrix(who, `${name}.re`, input.re);
    const im = realMatrix(who, `${name}.im`, input.im);
    if (re.rows !== im.rows || re.columns !== im.columns) {
      throw shapeError(who, `${name}.im`, `${im.rows} × ${im.columns} entries`, `${re.rows} × ${re.columns}`);
    }
    const matrix = complexMatrix(re.rows, re.columns);
    for (let r = 0, i = 0; r < re.rows; r++) {
      for (let c = 0; c < re.columns; c++, i += 2) {
        matrix.data[i] = re.get(r, c);
        matrix.data[i + 1] = im.get(r, c);
      }
    }
    return matrix;
  }
  throw new SparseError("shape", `${who}: ${name} is ${describe(input)}; expected a matrix`, {
    parameter: name,
    expected: "a matrix",
    received: describe(input),
  });
}

function realMatrix(who: string, name: string, input: RealMatrixInput) {
  if (isRealMatrixObject(input)) {
    checkCount(who, `${name}.rows`, input.rows);
    checkCount(who, `${name}.columns`, input.columns);
    return {
      rows: input.rows,
      columns: input.columns,
      get: (r: number, c: number) => Number(input.get(r, c)),
    };
  }
  if (!Array.isArray(input)) throw shapeError(who, name, describe(input), "rows of numbers");
  const list = input as readonly ArrayLike<number>[];
  const columns = list.length === 0 ? 0 : (list[0]?.length ?? Number.NaN);
  checkCount(who, `${name}[0].length`, columns);
  for (let r = 0; r < list.length; r++) {
    if (list[r]?.length !== columns) {
      throw shapeError(who, `${name}[${r}]`, `${list[r]?.length ?? "no"} entries`, `${columns} as in row 0`);
    }
  }
  return { rows: list.length, columns, get: (r: number, c: number) => toNumber(list[r][c]) };
}

function readVector(who: string, name: string, input: VectorInput): ComplexVector {
  if (isInterleaved(input) && "length" in input) {
    checkCount(who, `${name}.length`, input.length);
    if (input.data.length !== 2 * input.length) {
      throw shapeError(
        who,
        `${name}.data`,
        `${input.data.length} numbers`,
        `${2 * input.length} (re, im pairs)`,
      );
    }
    return complexVector(input.length, Float64Array.from(input.data));
  }
  if (typeof input === "object" && input !== null && "re" in input && "im" in input) {
    const { re, im } = input;
    checkCount(who, `${name}.re.length`, re?.length);
    if (re.length !== im?.length) {
      throw shapeError(who, `${name}.im`, `${im?.length ?? "no"} elements`, `${re.length} as in ${name}.re`);
    }
    const vector = complexVector(re.length);
    for (let i = 0; i < re.length; i++) {
      vector.data[2 * i] = toNumber(re[i]);
      vector.data[2 * i + 1] = toNumber(im[i]);
    }
    return vector;
  }
  if (typeof input === "object" && input !== null && "length" in input) {
    checkCount(who, `${name}.length`, input.length);
    const vector = complexVector(input.length);
    for (let i = 0; i < input.length; i++) vector.data[2 * i] = toNumber((input as ArrayLike<number>)[i]);
    return vector;
  }
  throw new SparseError("shape", `${who}: ${name} is ${describe(input)}; expected a vector`, {
    parameter: name,
    expected: "a vector",
    received: describe(input),
  });
}

function checkCount(who: string, name: string, value: unknown): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new SparseError("shape", `${who}: ${name} is ${describe(value)}; expected a whole number`, {
      parameter: name,
      expected: "a whole number",
      received: describe(value),
    });
  }
}

/** Anything that is not a number reads as NaN, which the check for finite numbers then reports. */
function toNumber(value: unknown): number {
  return typeof value === "number" ? value : Number.NaN;
}
