/** Hermitian matrices from products: half the arithmetic, and exactly Hermitian results. */
import type { Planar } from "../complex/planar.js";
import { addProduct, weightedSquare } from "../kernels/products.js";
import type { Scratch } from "./scratch.js";

/** Rows of A that TypeScript weighs and multiplies at a time: few enough that little above the diagonal is computed. */
const rowsPerBlock = 24;

/**
 * C ← C + A diag(w) A^H on and below the diagonal; above it C is left undefined.
 *
 * @param c - [m × m], with imaginary parts if A has them
 * @param a - [m × n]
 * @param weights - real; the weight of column j is number offset + j
 * @param scratch - where a few weighted rows are kept if there is no kernel for this
 */
export function addWeightedSquare(
  c: Planar,
  a: Planar,
  m: number,
  n: number,
  weights: Planar,
  offset: number,
  scratch: Scratch,
): void {
  if (weightedSquare(c, a, m, n, weights, offset)) return;
  const weighted = scratch.planar("weighted", rowsPerBlock * n, a.im === undefined);
  for (let first = 0; first < m; first += rowsPerBlock) {
    const rows = Math.min(rowsPerBlock, m - first);
    weightRows(weighted.re, a.re, first * n, rows, n, weights.re, offset);
    if (a.im !== undefined) weightRows(weighted.im!, a.im, first * n, rows, n, weights.re, offset);
    addProduct(1, c, first * m, m, "plain", weighted, 0, n, "adjoint", a, 0, n, rows, first + rows, n);
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

/** The lower triangle of an interleaved matrix, planar. */
export function splitLower(data: Float64Array, n: number, lower: Planar): void {
  const { re, im } = lower;
  for (let i = 0; i < n; i++) {
    for (let j = 0, at = i * n; j <= i; j++, at++) {
      re[at] = data[2 * at];
      if (im !== undefined) im[at] = data[2 * at + 1];
    }
  }
}
