import { isReal, joinMatrix, planar } from "../complex/planar.js";
import type { ComplexMatrix } from "../complex/types.js";
import { createBlockReflector } from "./block-reflector.js";
import { copyUpperRows, transposeInto } from "./columns.js";
import { checkMatrix } from "./input.js";
import { factorColumns, formThinQ } from "./qr-kernel.js";
import { joinScaled, splitScaled } from "./scaling.js";

/** A = Q R: Q [rows × r] with orthonormal columns, R [r × columns] upper triangular, r = min(rows, columns). */
export interface Qr {
  readonly q: ComplexMatrix;
  readonly r: ComplexMatrix;
}

/**
 * Thin QR factorisation A = Q R by Householder reflections, without pivoting.
 *
 * @param matrix - A, [rows × columns], of any shape and rank
 * @returns Q and R; the diagonal of R is real, of either sign. Both are real if A is.
 *
 * @throws `shape`, `non-finite`; `range` if a column of A has a norm that overflows
 *
 * @remarks About 4 · rows · columns · r multiplications and additions, in blocks of 32 columns.
 *
 * @example
 * const { q, r } = qr(matrix);
 */
export function qr(matrix: ComplexMatrix): Qr {
  checkMatrix("qr", "matrix", matrix);
  const { rows, columns } = matrix;
  const real = isReal(matrix.data);
  const rank = Math.min(rows, columns);
  const { parts, exponent } = splitScaled(matrix, real);
  const x = planar(rows * columns, real);
  transposeInto(x, parts, rows, columns);
  const tau = planar(rank, real);
  const block = createBlockReflector(columns, rows, real);
  factorColumns(x, columns, rows, tau, block);

  const qRows = planar(rank * rows, real);
  formThinQ(x, rank, rows, tau, qRows, block);
  const q = planar(rows * rank, real);
  transposeInto(q, qRows, rank, rows);
  const r = planar(rank * columns, real);
  copyUpperRows(x, rows, rank, columns, r, columns, 1);
  return { q: joinMatrix(q, rows, rank), r: joinScaled("qr", r, rank, columns, exponent) };
}
