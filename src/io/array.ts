import { type ComplexMatrix, complexMatrix } from "../complex/types.js";
import { describe, SparseError, shapeError } from "../errors.js";
import { describeShape } from "./reading.js";

/** A numeric array as files hold them: any number of dimensions, real or complex. */
export interface NpyArray {
  /** Sizes of the dimensions; `[]` for a single number. */
  readonly shape: readonly number[];
  readonly complex: boolean;
  /** C order (last index fastest); re, im pairs if complex. */
  readonly data: Float64Array;
}

/**
 * A one- or two-dimensional array as a matrix; one dimension becomes a column.
 *
 * Complex data are kept, not copied; real data are spread into a new array of twice the size. NaN and infinities
 * pass: the solvers reject them.
 *
 * @param name - what the array is called in messages
 * @throws `shape` for any other number of dimensions
 */
export function toMatrix(array: NpyArray, name = "array"): ComplexMatrix {
  checkArray("toMatrix", array);
  const { shape, complex, data } = array;
  if (shape.length !== 1 && shape.length !== 2) {
    throw shapeError("toMatrix", name, `${shape.length} dimensions`, "1 or 2");
  }
  const [rows, columns = 1] = shape as [number, number?];
  return complexMatrix(rows, columns, complex ? data : interleaveReal(data));
}

function interleaveReal(re: Float64Array): Float64Array {
  const data = new Float64Array(2 * re.length);
  for (let i = 0; i < re.length; i++) data[2 * i] = re[i];
  return data;
}

/** @throws `shape` if the fields do not fit together */
export function checkArray(who: string, array: NpyArray): void {
  if (!Array.isArray(array?.shape) || !(array.data instanceof Float64Array)) {
    const received = describe(array);
    const expected = "an object of shape, complex and data (a Float64Array)";
    throw new SparseError("shape", `${who}: array is ${received}; expected ${expected}`, {
      parameter: "array",
      expected,
      received,
    });
  }
  const bad = array.shape.findIndex((size) => !Number.isSafeInteger(size) || size < 0);
  if (bad >= 0) {
    throw shapeError(who, "array", `a dimension of ${describe(array.shape[bad])}`, "whole numbers");
  }
  const numbers = array.shape.reduce((product, size) => product * size, array.complex ? 2 : 1);
  if (array.data.length !== numbers) {
    const expected = `${numbers} for ${array.complex ? "complex" : "real"} ${describeShape(array.shape)}`;
    throw shapeError(who, "array.data", `${array.data.length} numbers`, expected);
  }
}
