import { isReal, planar } from "../complex/planar.js";
import type { ComplexMatrix } from "../complex/types.js";
import { rangeError, shapeError } from "../errors.js";
import { copyUpperRows, transposeInto } from "./columns.js";
import { applyReflection, pivotedQrInPlace } from "./householder.js";
import { checkMatrix, checkRightHandSide } from "./input.js";
import { joinScaled, splitScaled } from "./scaling.js";
import { solveUpperInPlace } from "./triangular-kernel.js";

/**
 * Solves min ‖A X − B‖ for a matrix of full column rank, by QR factorisation with column pivoting.
 *
 * @param matrix - A, [rows × columns] with rows ≥ columns
 * @param rhs - B, [rows × k]
 * @returns X, [columns × k]; real if A and B are
 *
 * @throws `shape`, also if rows < columns; `non-finite`; `range` naming the numerical rank if it is below the number
 *   of columns, that is, if what remains of a column after projection is below rows · 2⁻⁵² of the largest column;
 *   `range` if X overflows
 *
 * @remarks 2 · rows · columns² multiplications and additions.
 *
 * @example
 * const gains = leastSquares(dictionary.atoms(support), measurement);
 */
export function leastSquares(matrix: ComplexMatrix, rhs: ComplexMatrix): ComplexMatrix {
  checkMatrix("leastSquares", "matrix", matrix);
  checkRightHandSide("leastSquares", rhs, matrix.rows, "matrix");
  const { rows, columns } = matrix;
  if (rows < columns) {
    throw shapeError(
      "leastSquares",
      "matrix",
      `${rows} × ${columns} entries`,
      "at least as many rows as columns",
    );
  }
  const realMatrix = isReal(matrix.data);
  const realBoth = realMatrix && isReal(rhs.data);
  const a = splitScaled(matrix, realMatrix);
  const b = splitScaled(rhs, realBoth);
  const x = planar(rows * columns, realMatrix);
  transposeInto(x, a.parts, rows, columns);
  const tau = planar(columns, realMatrix);
  const order = new Int32Array(columns);
  const norms = new Float64Array(2 * columns);
  const rank = pivotedQrInPlace(x, columns, rows, tau, order, norms, rows * Number.EPSILON);
  if (rank < columns) {
    throw rangeError("leastSquares", "numerical rank of matrix", `${rank}`, `${columns} (matrix.columns)`);
  }

  const projected = planar(rows * rhs.columns, realBoth);
  transposeInto(projected, b.parts, rows, rhs.columns);
  for (let k = 0; k < columns; k++) applyReflection(x, k, rows, tau, true, projected, 0, rhs.columns);
  const solution = planar(columns * rhs.columns, realBoth);
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < rhs.columns; j++) {
      solution.re[i * rhs.columns + j] = projected.re[j * rows + i];
      if (solution.im !== undefined) solution.im[i * rhs.columns + j] = projected.im![j * rows + i];
    }
  }
  const triangle = planar(columns * columns, realMatrix);
  copyUpperRows(x, rows, columns, columns, triangle, columns, 1);
  solveUpperInPlace(triangle, columns, solution, rhs.columns);
  const ordered = planar(columns * rhs.columns, realBoth);
  for (let i = 0; i < columns; i++) {
    const from = i * rhs.columns;
    const to = order[i] * rhs.columns;
    for (let j = 0; j < rhs.columns; j++) ordered.re[to + j] = solution.re[from + j];
    if (ordered.im !== undefined) {
      for (let j = 0; j < rhs.columns; j++) ordered.im[to + j] = solution.im![from + j];
    }
  }
  return joinScaled("leastSquares", ordered, columns, rhs.columns, b.exponent - a.exponent);
}
