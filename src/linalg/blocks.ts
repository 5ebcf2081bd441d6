/**
 * What the recursive algorithms of this folder share: they halve a matrix until it fits a small leaf, so that
 * nearly all arithmetic is in products of blocks. A block is a planar matrix, the offset of its first entry and
 * the distance between its rows.
 */
import type { Planar } from "../complex/planar.js";
import { kernels } from "../kernels/kernels.js";

/** Triangles of at most this size are handled entry by entry. */
export const leafSize = 8;

/** Hermitian products of at most this size are formed whole, although only their lower triangle is needed. */
export const squareSize = 64;

/** Where to halve a triangle that is larger than a leaf: near the middle, at a multiple of the leaf size. */
export function splitPoint(n: number): number {
  return leafSize * Math.ceil(n / (2 * leafSize));
}

/**
 * C ← C + α op(A) op(B) on blocks. C is m × n, the inner dimension is k; `lda` is the distance between the rows of
 * A as stored. C must have imaginary parts if A or B has.
 */
export function addProduct(
  alpha: number,
  c: Planar,
  cAt: number,
  ldc: number,
  formA: "plain" | "adjoint",
  a: Planar,
  aAt: number,
  lda: number,
  formB: "plain" | "adjoint",
  b: Planar,
  bAt: number,
  ldb: number,
  m: number,
  n: number,
  k: number,
): void {
  if (m === 0 || n === 0 || k === 0) return;
  const { gemm } = kernels;
  const ta = formA === "adjoint";
  const tb = formB === "adjoint";
  const alphaA = ta ? -alpha : alpha;
  const alphaB = tb ? -alpha : alpha;
  gemm(ta, tb, m, n, k, alpha, a.re, aAt, lda, b.re, bAt, ldb, 1, c.re, cAt, ldc);
  if (a.im !== undefined && b.im !== undefined) {
    gemm(ta, tb, m, n, k, tb ? alphaA : -alphaA, a.im, aAt, lda, b.im, bAt, ldb, 1, c.re, cAt, ldc);
  }
  if (a.im !== undefined) gemm(ta, tb, m, n, k, alphaA, a.im, aAt, lda, b.re, bAt, ldb, 1, c.im!, cAt, ldc);
  if (b.im !== undefined) gemm(ta, tb, m, n, k, alphaB, a.re, aAt, lda, b.im, bAt, ldb, 1, c.im!, cAt, ldc);
}

/** b[to …] ← b[to …] + factor · b[from …] over `count` entries. */
export function addRow(
  { re, im }: Planar,
  to: number,
  from: number,
  count: number,
  factorRe: number,
  factorIm: number,
): void {
  if (im === undefined) {
    for (let i = 0; i < count; i++) re[to + i] = re[to + i] + factorRe * re[from + i];
    return;
  }
  if (factorIm === 0) {
    for (let i = 0; i < count; i++) re[to + i] = re[to + i] + factorRe * re[from + i];
    for (let i = 0; i < count; i++) im[to + i] = im[to + i] + factorRe * im[from + i];
    return;
  }
  for (let i = 0; i < count; i++) {
    const x = re[from + i];
    const y = im[from + i];
    re[to + i] = re[to + i] + (factorRe * x - factorIm * y);
    im[to + i] = im[to + i] + (factorRe * y + factorIm * x);
  }
}

/** Multiplies `count` entries by a real number. */
export function scaleRow({ re, im }: Planar, at: number, count: number, factor: number): void {
  for (let i = at; i < at + count; i++) re[i] = re[i] * factor;
  if (im !== undefined) for (let i = at; i < at + count; i++) im[i] = im[i] * factor;
}

/** Makes an n × n matrix Hermitian from its lower triangle; tile by tile, for the sake of the cache. */
export function mirrorLower({ re, im }: Planar, n: number): void {
  const tile = 32;
  for (let i0 = 0; i0 < n; i0 += tile) {
    const iEnd = Math.min(n, i0 + tile);
    for (let j0 = 0; j0 <= i0; j0 += tile) {
      for (let i = i0; i < iEnd; i++) {
        const jEnd = Math.min(i, j0 + tile);
        for (let j = j0; j < jEnd; j++) re[j * n + i] = re[i * n + j];
        if (im !== undefined) for (let j = j0; j < jEnd; j++) im[j * n + i] = -im[i * n + j];
      }
    }
  }
  if (im !== undefined) for (let i = 0; i < n; i++) im[i * n + i] = 0;
}
