import { isReal } from "../complex/planar.js";
import type { ComplexMatrix } from "../complex/types.js";
import { factorOrThrow } from "./cholesky.js";
import { inverseFromFactor } from "./hermitian-inverse-kernel.js";
import { checkSquare } from "./input.js";
import { joinScaled, splitScaled } from "./scaling.js";

/**
 * The inverse of a Hermitian positive definite matrix, exactly Hermitian. To solve equations, factor with
 * `cholesky` and use `choleskySolve`, which is cheaper and more accurate.
 *
 * @param matrix - A, [n × n]; only the lower triangle and the real part of the diagonal are read
 * @returns A⁻¹, [n × n]; real if A is
 *
 * @throws `shape` if A is not square; `non-finite`; `range` if A is not positive definite in floating point or the
 *   inverse overflows
 *
 * @remarks n³ multiplications and additions, the factorisation included.
 */
export function hermitianInverse(matrix: ComplexMatrix): ComplexMatrix {
  checkSquare("hermitianInverse", "matrix", matrix);
  const n = matrix.rows;
  const { parts, exponent } = splitScaled(matrix, isReal(matrix.data));
  factorOrThrow("hermitianInverse", parts, n);
  inverseFromFactor(parts, n, parts);
  return joinScaled("hermitianInverse", parts, n, n, -exponent);
}
