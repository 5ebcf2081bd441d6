import { isReal } from "../complex/planar.js";
import type { ComplexMatrix } from "../complex/types.js";
import { choiceOption, readOptions } from "../options.js";
import { checkDiagonal, checkRightHandSide, checkSquare } from "./input.js";
import { joinScaled, splitScaled } from "./scaling.js";
import { solveLowerAdjointInPlace, solveLowerInPlace, solveUpperInPlace } from "./triangular-kernel.js";

/** Which triangular system is solved; see {@link solveTriangular}. */
export interface TriangularOptions {
  /**
   * - `"lower"`: L X = B, where L is the lower triangle of the matrix
   * - `"lower-adjoint"`: L^H X = B
   * - `"upper"`: R X = B, where R is the upper triangle of the matrix
   */
  readonly form: "lower" | "lower-adjoint" | "upper";
}

const optionTable = { form: choiceOption(["lower", "lower-adjoint", "upper"]) };

const solvers = {
  lower: solveLowerInPlace,
  "lower-adjoint": solveLowerAdjointInPlace,
  upper: solveUpperInPlace,
};

/**
 * Solves a triangular system. The other triangle of the matrix is not read.
 *
 * @param matrix - L or R, [n × n]
 * @param rhs - B, [n × columns]
 * @returns X, [n × columns]; real if the matrix and B are
 *
 * @throws `shape`, `non-finite`, `option`; `range` if there is a zero on the diagonal or X overflows
 *
 * @remarks n² · columns multiplications and additions.
 *
 * @example
 * const whitened = solveTriangular(cholesky(covariance), measurement, { form: "lower" });
 */
export function solveTriangular(
  matrix: ComplexMatrix,
  rhs: ComplexMatrix,
  options: TriangularOptions,
): ComplexMatrix {
  const { form } = readOptions("solveTriangular", optionTable, options);
  checkSquare("solveTriangular", "matrix", matrix);
  checkRightHandSide("solveTriangular", rhs, matrix.rows, "matrix");
  checkDiagonal("solveTriangular", "matrix", matrix);
  const realMatrix = isReal(matrix.data);
  const triangle = splitScaled(matrix, realMatrix);
  const x = splitScaled(rhs, realMatrix && isReal(rhs.data));
  solvers[form](triangle.parts, rhs.rows, x.parts, rhs.columns);
  return joinScaled("solveTriangular", x.parts, rhs.rows, rhs.columns, x.exponent - triangle.exponent);
}
