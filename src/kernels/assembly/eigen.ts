/** Eigendecomposition of Hermitian matrices. */
import { allFinite, entry, index, setEntry } from "./entries";
import {
  applyTridiagonalisers,
  reduceToTridiagonal,
  tridiagonaliserWork,
  tridiagonalWork,
} from "./tridiagonal";
import { tridiagonalEigen, tridiagonalEigenWork } from "./tridiagonal-divide";

/**
 * Numbers from row to row in the work area: an odd number of cache lines, so that columns spread over the
 * sets.
 */
function paddedRow(n: i32): i32 {
  return ((n + 7) & ~15) + 8;
}

/**
 * The bytes of the work area of {@link hermitianEigen}: two square matrices, or three where A is complex,
 * with padded rows, five vectors, and the largest of the work areas of the stages. About 40 n² bytes, or 32
 * n² where A is real.
 */
export function hermitianEigenWork(n: i32, real: bool): i32 {
  const stage = max(max(tridiagonalWork(n, real), tridiagonalEigenWork(n)), tridiagonaliserWork(n, real));
  return (((real ? 2 : 3) * paddedRow(n) * n + 5 * (n + 1)) << 3) + stage;
}

/**
 * A = V diag(values) V^H for a Hermitian matrix [n × n] whose largest entry is of order one. Only the lower
 * triangle and the real part of the diagonal are read; A is not written to.
 *
 * Source: G. H. Golub and C. F. Van Loan, Matrix Computations, 4th ed., section 8.3.
 *
 * @param values - filled with n eigenvalues, ascending
 * @param vr - with vi filled with V, row-major, eigenvectors as columns; vi is 0 if A is real
 * @param work - {@link hermitianEigenWork} bytes
 * @returns 0, or 1 if a number is not finite or the bounded number of iterations was not enough
 */
export function hermitianEigen(
  ar: usize,
  ai: usize,
  n: i32,
  values: usize,
  vr: usize,
  vi: usize,
  work: usize,
): i32 {
  const row = paddedRow(n);
  const square = <usize>(row * n) << 3;
  const vector = <usize>((n + 1) & ~1) << 3;
  const reducedRe = work;
  const rows = work + square;
  const reducedIm: usize = ai != 0 ? rows + square : 0;
  const diagonal = rows + (ai != 0 ? 2 * square : square);
  const below = diagonal + vector;
  const taus = below + vector;
  const order = taus + 2 * vector;
  const stage = order + vector;
  copyLower(ar, n, reducedRe, row);
  if (ai != 0) copyLower(ai, n, reducedIm, row);
  reduceToTridiagonal(reducedRe, reducedIm, row, n, diagonal, below, taus, stage);
  memory.fill(rows, 0, square);
  if (!tridiagonalEigen(diagonal, below, n, rows, row, order, stage)) return 1;
  if (!allFinite(diagonal, n)) return 1;
  for (let i = 0; i < n; i++) setEntry(values, i, entry(diagonal, index(order, i)));
  transposeOrdered(rows, row, order, n, vr);
  if (vi != 0) memory.fill(vi, 0, <usize>(n * n) << 3);
  applyTridiagonalisers(reducedRe, reducedIm, row, n, taus, vr, vi, stage);
  return 0;
}

function copyLower(a: usize, n: i32, to: usize, toRow: i32): void {
  for (let i = 0; i < n; i++) {
    memory.copy(to + (<usize>(i * toRow) << 3), a + (<usize>(i * n) << 3), <usize>(i + 1) << 3);
  }
}

/** Column j of V ← row order[j] of `rows`. Eight columns at a time fill whole cache lines. */
function transposeOrdered(rows: usize, row: i32, order: usize, n: i32, v: usize): void {
  for (let first = 0; first < n; first += 8) {
    const end = min(n, first + 8);
    for (let i = 0; i < n; i++) {
      for (let j = first; j < end; j++) setEntry(v, i * n + j, entry(rows, index(order, j) * row + i));
    }
  }
}
