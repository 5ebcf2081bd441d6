import { isReal } from "../complex/planar.js";
import type { ComplexMatrix } from "../complex/types.js";
import { rangeError } from "../errors.js";
import { choleskyInPlace } from "./cholesky-kernel.js";
import { checkDiagonal, checkRightHandSide, checkSquare } from "./input.js";
import { joinScaled, splitScaled } from "./scaling.js";
import { solveLowerAdjointInPlace, solveLowerInPlace } from "./triangular-kernel.js";

/**
 * Cholesky factorisation A = L L^H of a Hermitian positive definite matrix.
 *
 * @param matrix - A, [n × n]; only the lower triangle and the real part of the diagonal are read
 * @returns L, [n × n], lower triangular with a real positive diagonal; real if A is real
 *
 * @throws `shape` if A is not square; `non-finite`; `range` naming the first pivot that is not positive if A is not
 *   positive definite in floating point
 *
 * @remarks n³/3 real or complex multiplications and additions.
 *
 * @example
 * const factor = cholesky(covariance);
 * const whitened = solveTriangular(factor, measurement, { form: "lower" });
 * const logDet = logDeterminant(factor);
 */
export function cholesky(matrix: ComplexMatrix): ComplexMatrix {
  checkSquare("cholesky", "matrix", matrix);
  const { parts, exponent } = splitScaled(matrix, isReal(matrix.data));
  factorOrThrow("cholesky", parts, matrix.rows);
  return joinScaled("cholesky", parts, matrix.rows, matrix.rows, exponent / 2);
}

/** {@link choleskyInPlace}, or the `range` error that names the pivot. */
export function factorOrThrow(who: string, parts: Parameters<typeof choleskyInPlace>[0], n: number): void {
  const failed = choleskyInPlace(parts, n);
  if (failed >= 0) {
    const received = `not positive definite (pivot ${failed} is not positive)`;
    throw rangeError(who, "matrix", received, "a Hermitian positive definite matrix");
  }
}

/**
 * ln det A = 2 Σ ln l_ii from the Cholesky factor L of A.
 *
 * @param factor - L, [n × n], from {@link cholesky}; only the diagonal is read
 * @throws `shape` if L is not square; `non-finite`; `range` if a diagonal entry is not real and positive
 */
export function logDeterminant(factor: ComplexMatrix): number {
  checkSquare("logDeterminant", "factor", factor);
  let sum = 0;
  for (let i = 0; i < factor.rows; i++) {
    const at = 2 * (i * factor.columns + i);
    const entry = factor.data[at];
    if (!(entry > 0 && factor.data[at + 1] === 0)) {
      throw rangeError("logDeterminant", `factor diagonal entry ${i}`, `${entry}`, "a positive real number");
    }
    sum += Math.log(entry);
  }
  return 2 * sum;
}

/**
 * Solves A X = B given the Cholesky factor L of A: X = L^{-H} L⁻¹ B.
 *
 * @param factor - L, [n × n], from {@link cholesky}; only the lower triangle is read
 * @param rhs - B, [n × columns]
 * @returns X, [n × columns]; real if L and B are
 *
 * @throws `shape`, `non-finite`; `range` if L has a zero on its diagonal or X overflows
 */
export function choleskySolve(factor: ComplexMatrix, rhs: ComplexMatrix): ComplexMatrix {
  checkSquare("choleskySolve", "factor", factor);
  checkRightHandSide("choleskySolve", rhs, factor.rows, "factor");
  checkDiagonal("choleskySolve", "factor", factor);
  const realFactor = isReal(factor.data);
  const l = splitScaled(factor, realFactor);
  const x = splitScaled(rhs, realFactor && isReal(rhs.data));
  solveLowerInPlace(l.parts, rhs.rows, x.parts, rhs.columns);
  solveLowerAdjointInPlace(l.parts, rhs.rows, x.parts, rhs.columns);
  return joinScaled("choleskySolve", x.parts, rhs.rows, rhs.columns, x.exponent - 2 * l.exponent);
}
