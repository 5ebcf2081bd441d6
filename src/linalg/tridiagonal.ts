/** Reduction of a Hermitian matrix to a real symmetric tridiagonal one, and the way back for eigenvectors. */
import type { Planar } from "../complex/planar.js";
import { applyBlock, type BlockReflector, formTriangle, panelSize } from "./block-reflector.js";
import { makeReflector } from "./reflector.js";

/**
 * Reduces a Hermitian matrix by Householder reflections from the last row up: A = Q T Q^H with real T. Only the
 * lower triangle is read. Row i is overwritten before the diagonal by the vector v_i of H_i = I − τ_i v_i v_i^H,
 * which acts on the first i coordinates; Q = H_{n−1} … H_1.
 *
 * @param diagonal - filled with the n diagonal entries of T
 * @param below - filled with the entries of T below the diagonal, from index 0 on
 * @param work - scratch for n numbers
 */
export function reduceToTridiagonal(
  a: Planar,
  n: number,
  diagonal: Float64Array,
  below: Float64Array,
  tau: Planar,
  work: Planar,
): void {
  for (let i = n - 1; i > 0; i--) {
    below[i - 1] = makeRowReflection(a, i, n, tau);
    if (tau.re[i] !== 0 || (tau.im !== undefined && tau.im[i] !== 0)) {
      if (a.im === undefined) transformReal(a.re, i, n, tau.re[i], work.re);
      else transformComplex(a.re, a.im, i, n, tau.re[i], tau.im![i], work.re, work.im!);
    }
  }
  for (let i = 0; i < n; i++) diagonal[i] = a.re[i * n + i];
}

/** The first i entries of row i are b^H and become v; H^H b = β e_{i−1} with real β, which is returned. */
function makeRowReflection(a: Planar, i: number, n: number, tau: Planar): number {
  const { re, im } = a;
  const row = i * n;
  const last = row + i - 1;
  if (im !== undefined) for (let k = row; k <= last; k++) im[k] = -im[k];
  const beta = makeReflector(a, last, row, last, tau, i);
  re[last] = 1;
  return beta;
}

/** B ← H^H B H for the leading i × i block: with p = τ B v and w = p − ½ τ (p^H v) v, B ← B − v w^H − w v^H. */
function transformReal(a: Float64Array, i: number, n: number, tau: number, w: Float64Array): void {
  const v = i * n;
  w.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    const row = j * n;
    const vj = a[v + j];
    let sum = 0;
    for (let k = 0; k < j; k++) {
      const entry = a[row + k];
      sum += entry * a[v + k];
      w[k] = w[k] + entry * vj;
    }
    w[j] = w[j] + sum + a[row + j] * vj;
  }
  let product = 0;
  for (let j = 0; j < i; j++) {
    w[j] = tau * w[j];
    product += w[j] * a[v + j];
  }
  const shift = -0.5 * tau * product;
  for (let j = 0; j < i; j++) w[j] = w[j] + shift * a[v + j];
  for (let j = 0; j < i; j++) {
    const row = j * n;
    const vj = a[v + j];
    const wj = w[j];
    for (let k = 0; k <= j; k++) a[row + k] = a[row + k] - (vj * w[k] + wj * a[v + k]);
  }
}

function transformComplex(
  ar: Float64Array,
  ai: Float64Array,
  i: number,
  n: number,
  tauRe: number,
  tauIm: number,
  wr: Float64Array,
  wi: Float64Array,
): void {
  const v = i * n;
  wr.fill(0, 0, i);
  wi.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    const row = j * n;
    const vr = ar[v + j];
    const vi = ai[v + j];
    let sumRe = ar[row + j] * vr;
    let sumIm = ar[row + j] * vi;
    for (let k = 0; k < j; k++) {
      const br = ar[row + k];
      const bi = ai[row + k];
      const xr = ar[v + k];
      const xi = ai[v + k];
      sumRe += br * xr - bi * xi;
      sumIm += br * xi + bi * xr;
      wr[k] = wr[k] + (br * vr + bi * vi);
      wi[k] = wi[k] + (br * vi - bi * vr);
    }
    wr[j] = wr[j] + sumRe;
    wi[j] = wi[j] + sumIm;
  }
  // p^H v times τ is |τ|² v^H B v, which is real.
  let product = 0;
  for (let j = 0; j < i; j++) product += wr[j] * ar[v + j] + wi[j] * ai[v + j];
  const shift = -0.5 * (tauRe * tauRe + tauIm * tauIm) * product;
  for (let j = 0; j < i; j++) {
    const pr = tauRe * wr[j] - tauIm * wi[j];
    const pi = tauRe * wi[j] + tauIm * wr[j];
    wr[j] = pr + shift * ar[v + j];
    wi[j] = pi + shift * ai[v + j];
  }
  for (let j = 0; j < i; j++) {
    const row = j * n;
    const vr = ar[v + j];
    const vi = ai[v + j];
    const yr = wr[j];
    const yi = wi[j];
    for (let k = 0; k <= j; k++) {
      const xr = ar[v + k];
      const xi = ai[v + k];
      const zr = wr[k];
      const zi = wi[k];
      ar[row + k] = ar[row + k] - (vr * zr + vi * zi + yr * xr + yi * xi);
      ai[row + k] = ai[row + k] - (vi * zr - vr * zi + yi * xr - yr * xi);
    }
  }
}

/** y ← Q y for the n vectors that are the rows of `y`, with Q as {@link reduceToTridiagonal} left it in `a`. */
export function applyTridiagonalisers(
  a: Planar,
  n: number,
  tau: Planar,
  y: Planar,
  block: BlockReflector,
): void {
  for (let first = 1; first < n; first += panelSize) {
    const size = Math.min(panelSize, n - first);
    const length = first + size - 1;
    // H_first is applied first, so it comes last in the product.
    for (let k = 0; k < size; k++) {
      const i = first + size - 1 - k;
      copyPadded(a.re, i * n, i, block.v.re, k * length, length);
      if (a.im !== undefined) copyPadded(a.im, i * n, i, block.v.im!, k * length, length);
    }
    formTriangle(block, size, length, tau, first + size - 1, -1);
    applyBlock(block, size, length, false, y, 0, n, n);
  }
}

function copyPadded(
  from: Float64Array,
  at: number,
  count: number,
  to: Float64Array,
  toAt: number,
  length: number,
): void {
  for (let k = 0; k < count; k++) to[toAt + k] = from[at + k];
  to.fill(0, toAt + count, toAt + length);
}
