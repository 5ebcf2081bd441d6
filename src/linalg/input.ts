/** What every public function of this folder checks at entry. Zero rows or columns are legal here. */
import { checkFinite } from "../complex/convert.js";
import type { ComplexMatrix } from "../complex/types.js";
import { describe, rangeError, SparseError, shapeError } from "../errors.js";

/**
 * @throws `shape` if it is not a matrix or its data do not fit its size; `non-finite` with the first index
 */
export function checkMatrix(who: string, name: string, matrix: ComplexMatrix): void {
  if (!(matrix?.data instanceof Float64Array)) {
    throw new SparseError("shape", `${who}: ${name} is ${describe(matrix)}; expected a ComplexMatrix`, {
      parameter: name,
      expected: "a ComplexMatrix",
      received: describe(matrix),
    });
  }
  const { rows, columns, data } = matrix;
  if (!(isCount(rows) && isCount(columns) && data.length === 2 * rows * columns)) {
    const expected = `${describe(rows)} × ${describe(columns)} re, im pairs`;
    throw shapeError(who, `${name}.data`, `${data.length} numbers`, expected);
  }
  checkFinite(who, name, data);
}

/** @throws `shape` unless the matrix is square; also what {@link checkMatrix} throws */
export function checkSquare(who: string, name: string, matrix: ComplexMatrix): void {
  checkMatrix(who, name, matrix);
  if (matrix.rows !== matrix.columns) {
    throw shapeError(who, name, `${matrix.rows} × ${matrix.columns} entries`, "as many rows as columns");
  }
}

/** @throws `shape` unless `rhs` has `rows` rows; also what {@link checkMatrix} throws */
export function checkRightHandSide(who: string, rhs: ComplexMatrix, rows: number, source: string): void {
  checkMatrix(who, "rhs", rhs);
  if (rhs.rows !== rows) throw shapeError(who, "rhs", `${rhs.rows} rows`, `${rows} (${source}.rows)`);
}

/** @throws `range` if a triangular matrix has a zero on its diagonal */
export function checkDiagonal(who: string, name: string, { rows, columns, data }: ComplexMatrix): void {
  for (let i = 0; i < rows; i++) {
    const at = 2 * (i * columns + i);
    if (data[at] === 0 && data[at + 1] === 0) {
      throw rangeError(who, name, `singular (diagonal entry ${i} is zero)`, "no zero on the diagonal");
    }
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
