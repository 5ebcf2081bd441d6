/** Hermitian matrices from products: half the arithmetic, and exactly Hermitian results. */
import type { Planar } from "../complex/planar.js";
import { kernels } from "../kernels/kernels.js";

/** Rows of A that are weighted and multiplied at a time: few enough that little above the diagonal is computed. */
export const rowsPerBlock = 24;

/**
 * C ← β C + A diag(w) A^H on and below the diagonal; above it C is left undefined.
 *
 * @param c - [m × m], with imaginary parts if A has them
 * @param a - [m × n]
 * @param weights - the weight of column j is weights[offset + j]
 * @param scratch - room for {@link rowsPerBlock} rows of A
 */
export function addWeightedSquare(
  c: Planar,
  a: Planar,
  m: number,
  n: number,
  weights: Float64Array,
  offset: number,
  beta: number,
  scratch: Planar,
): void {
  for (let first = 0; first < m; first += rowsPerBlock) {
    const rows = Math.min(rowsPerBlock, m - first);
    const width = first + rows;
    weightRows(scratch.re, a.re, first * n, rows, n, weights, offset);
    product(rows, width, n, 1, scratch.re, a.re, beta, c.re, first * m, m);
    if (a.im === undefined || scratch.im === undefined || c.im === undefined) continue;
    weightRows(scratch.im, a.im, first * n, rows, n, weights, offset);
    product(rows, width, n, 1, scratch.im, a.im, 1, c.re, first * m, m);
    product(rows, width, n, 1, scratch.im, a.re, beta, c.im, first * m, m);
    product(rows, width, n, -1, scratch.re, a.im, 1, c.im, first * m, m);
  }
}

/**
 * The interleaved Hermitian matrix whose lower triangle is given; the imaginary parts of its diagonal are zero.
 */
export function joinLower(lower: Planar, n: number, out: Float64Array): void {
  const { re, im } = lower;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const at = 2 * (i * n + j);
      const mirrored = 2 * (j * n + i);
      const imaginary = im === undefined ? 0 : im[i * n + j];
      out[at] = re[i * n + j];
      out[at + 1] = imaginary;
      out[mirrored] = re[i * n + j];
      out[mirrored + 1] = imaginary === 0 ? 0 : -imaginary;
    }
    out[2 * (i * n + i)] = re[i * n + i];
    out[2 * (i * n + i) + 1] = 0;
  }
}

function weightRows(
  out: Float64Array,
  a: Float64Array,
  at: number,
  rows: number,
  n: number,
  weights: Float64Array,
  offset: number,
): void {
  for (let r = 0; r < rows; r++) {
    const row = r * n;
    for (let j = 0; j < n; j++) out[row + j] = a[at + row + j] * weights[offset + j];
  }
}

/** C ← β C + α W A^T for the first rows of A, all of width n. */
function product(
  rows: number,
  width: number,
  n: number,
  alpha: number,
  w: Float64Array,
  a: Float64Array,
  beta: number,
  c: Float64Array,
  cAt: number,
  cStride: number,
): void {
  kernels.gemm(false, true, rows, width, n, alpha, w, 0, n, a, 0, n, beta, c, cAt, cStride);
}
