/** Recursive Cholesky factorisation; nearly all arithmetic is in matrix products. */
import type { Planar } from "../complex/planar.js";
import { webAssembly } from "../kernels/backend.js";
import { cholesky } from "../kernels/factorisation.js";
import { addProduct, splitPoint, squareSize } from "./blocks.js";
import { factorColumns } from "./cholesky-leaf.js";

/** As many columns are factored entry by entry. */
const leafColumns = 16;
/** From this size on WebAssembly is faster. */
const smallestKernel = 8;

/**
 * Lower Cholesky factor L L^H = A of a Hermitian positive definite matrix, in place. Reads only the lower triangle
 * (and only the real part of the diagonal); the strictly upper part becomes zero, the diagonal real and positive.
 *
 * @returns −1, or the index of the first pivot that is not positive; the contents are then undefined
 */
export function choleskyInPlace(a: Planar, n: number): number {
  const arena = n < smallestKernel ? null : webAssembly();
  if (arena !== null) return cholesky(arena, a, n);
  const failed = factorPanel(a, 0, n, n, n);
  if (failed >= 0) return failed;
  for (let i = 0; i < n; i++) {
    a.re.fill(0, i * n + i + 1, i * n + n);
    if (a.im !== undefined) a.im.fill(0, i * n + i, i * n + n);
  }
  return -1;
}

/**
 * The first `n` columns of the factor of a matrix with `rows` rows whose first entry is at `at`: the left half of
 * the columns, its effect on the right half, the right half.
 */
function factorPanel(a: Planar, at: number, lda: number, n: number, rows: number): number {
  if (n <= leafColumns) return factorColumns(a, at, lda, n, rows);
  const half = splitPoint(n);
  const rest = n - half;
  const failed = factorPanel(a, at, lda, half, rows);
  if (failed >= 0) return failed;
  const middle = at + half * lda;
  const below = at + n * lda;
  const corner = below + half;
  subtractSquare(a, middle, middle + half, lda, rest, half);
  addProduct(-1, a, corner, lda, "plain", a, below, lda, "adjoint", a, middle, lda, rows - n, rest, half);
  const failedRight = factorPanel(a, middle + half, lda, rest, rows - half);
  return failedRight < 0 ? -1 : half + failedRight;
}

/** C ← C − B B^H on and below the diagonal of the n × n block C at `c`; B is n × k. */
function subtractSquare(a: Planar, b: number, c: number, lda: number, n: number, k: number): void {
  if (n <= squareSize) {
    addProduct(-1, a, c, lda, "plain", a, b, lda, "adjoint", a, b, lda, n, n, k);
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = half * lda;
  subtractSquare(a, b, c, lda, half, k);
  addProduct(-1, a, c + below, lda, "plain", a, b + below, lda, "adjoint", a, b, lda, rest, half, k);
  subtractSquare(a, b + below, c + below + half, lda, rest, k);
}
