/**
 * What the recursive algorithms of this folder share: they halve a matrix until it fits a small leaf, so that
 * nearly all arithmetic is in products of blocks. A block is a planar matrix, the offset of its first entry and
 * the distance between its rows.
 */
import type { Planar } from "../complex/planar.js";

export { addProduct } from "../kernels/products.js";

/** Triangles of at most this size are handled entry by entry. */
export const leafSize = 8;

/** Hermitian products of at most this size are formed whole, although only their lower triangle is needed. */
export const squareSize = 64;

/** Where to halve a triangle that is larger than a leaf: near the middle, at a multiple of the leaf size. */
export function splitPoint(n: number): number {
  return leafSize * Math.ceil(n / (2 * leafSize));
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
