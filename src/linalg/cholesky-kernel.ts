/** Recursive Cholesky factorisation; nearly all arithmetic is in matrix products. */
import type { Planar } from "../complex/planar.js";
import { addProduct, leafSize, splitPoint, squareSize } from "./blocks.js";

/**
 * Lower Cholesky factor L L^H = A of a Hermitian positive definite matrix, in place. Reads only the lower triangle
 * (and only the real part of the diagonal); the strictly upper part becomes zero, the diagonal real and positive.
 *
 * @returns −1, or the index of the first pivot that is not positive; the contents are then undefined
 */
export function choleskyInPlace(a: Planar, n: number): number {
  const failed = factor(a, 0, n, n);
  if (failed >= 0) return failed;
  for (let i = 0; i < n; i++) {
    a.re.fill(0, i * n + i + 1, i * n + n);
    if (a.im === undefined) continue;
    a.im.fill(0, i * n + i, i * n + n);
  }
  return -1;
}

function factor(a: Planar, at: number, lda: number, n: number): number {
  if (n <= leafSize) return factorLeaf(a, at, lda, n);
  const half = splitPoint(n);
  const rest = n - half;
  const below = at + half * lda;
  const failed = factor(a, at, lda, half);
  if (failed >= 0) return failed;
  solveFromRight(a, at, below, lda, half, rest);
  subtractSquare(a, below, below + half, lda, rest, half);
  const failedBelow = factor(a, below + half, lda, rest);
  return failedBelow < 0 ? -1 : half + failedBelow;
}

/** C ← C − B B^H on and below the diagonal of the n × n block C; B is n × k. */
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

/** B ← B L^{-H} for the n × n lower triangle L at `at` and the `rows` × n block B, both of the same matrix. */
function solveFromRight(a: Planar, at: number, b: number, lda: number, n: number, rows: number): void {
  if (n <= leafSize) {
    if (a.im === undefined) solveLeafReal(a.re, at, b, lda, n, rows);
    else solveLeafComplex(a.re, a.im, at, b, lda, n, rows);
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = at + half * lda;
  solveFromRight(a, at, b, lda, half, rows);
  addProduct(-1, a, b + half, lda, "plain", a, b, lda, "adjoint", a, below, lda, rows, rest, half);
  solveFromRight(a, below + half, b + half, lda, rest, rows);
}

function solveLeafReal(a: Float64Array, at: number, bAt: number, lda: number, n: number, rows: number): void {
  // Four rows at a time: four independent sums hide the latency of the additions.
  const paired = rows - (rows % 4);
  for (let r = 0; r < paired; r += 4) {
    const b0 = bAt + r * lda;
    const b1 = b0 + lda;
    const b2 = b1 + lda;
    const b3 = b2 + lda;
    for (let j = 0; j < n; j++) {
      const l = at + j * lda;
      let s0 = a[b0 + j]!;
      let s1 = a[b1 + j]!;
      let s2 = a[b2 + j]!;
      let s3 = a[b3 + j]!;
      for (let k = 0; k < j; k++) {
        const x = a[l + k]!;
        s0 -= x * a[b0 + k]!;
        s1 -= x * a[b1 + k]!;
        s2 -= x * a[b2 + k]!;
        s3 -= x * a[b3 + k]!;
      }
      const d = a[l + j]!;
      a[b0 + j] = s0 / d;
      a[b1 + j] = s1 / d;
      a[b2 + j] = s2 / d;
      a[b3 + j] = s3 / d;
    }
  }
  for (let r = paired; r < rows; r++) {
    const b = bAt + r * lda;
    for (let j = 0; j < n; j++) {
      const l = at + j * lda;
      let sum = a[b + j]!;
      for (let k = 0; k < j; k++) sum -= a[l + k]! * a[b + k]!;
      a[b + j] = sum / a[l + j]!;
    }
  }
}

function solveLeafComplex(
  re: Float64Array,
  im: Float64Array,
  at: number,
  bAt: number,
  lda: number,
  n: number,
  rows: number,
): void {
  for (let r = 0; r < rows; r++) {
    const b = bAt + r * lda;
    for (let j = 0; j < n; j++) {
      const l = at + j * lda;
      let sumRe = re[b + j]!;
      let sumIm = im[b + j]!;
      for (let k = 0; k < j; k++) {
        const lr = re[l + k]!;
        const li = im[l + k]!;
        const xr = re[b + k]!;
        const xi = im[b + k]!;
        sumRe -= xr * lr + xi * li;
        sumIm -= xi * lr - xr * li;
      }
      const d = re[l + j]!;
      re[b + j] = sumRe / d;
      im[b + j] = sumIm / d;
    }
  }
}

/** Row by row: first l_ij for j < i, as a solve with the rows above, then the pivot. */
function factorLeaf({ re, im }: Planar, at: number, lda: number, n: number): number {
  for (let i = 0; i < n; i++) {
    const row = at + i * lda;
    if (im === undefined) solveLeafReal(re, at, row, lda, i, 1);
    else solveLeafComplex(re, im, at, row, lda, i, 1);
    let pivot = re[row + i]!;
    for (let k = 0; k < i; k++) pivot -= re[row + k]! * re[row + k]!;
    if (im !== undefined) for (let k = 0; k < i; k++) pivot -= im[row + k]! * im[row + k]!;
    if (!(pivot > 0)) return i;
    re[row + i] = Math.sqrt(pivot);
  }
  return -1;
}
