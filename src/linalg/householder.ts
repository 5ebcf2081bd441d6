/**
 * Householder reflections on vectors that are contiguous in memory: `x` holds `count` vectors of length `length`,
 * one per row, which are the columns of the matrix that is being factored.
 *
 * Reflection k is H_k = I − τ_k v_k v_k^H; v_k is zero before entry k, one at entry k, and its tail is stored in
 * place of the entries it annihilates. Q = H_0 H_1 … and Q^H A = R.
 */
import type { Planar } from "../complex/planar.js";
import { makeReflector } from "./reflector.js";

/** Makes the reflection that maps the tail of vector `k`, from entry k on, to β e_k with real β, and stores it. */
export function makeReflection(x: Planar, k: number, length: number, tau: Planar): void {
  const head = k * length + k;
  makeReflector(x, head, head + 1, (k + 1) * length, tau, k);
}

/** y ← H_k y for the `last − first` vectors of y (H_k^H y if `adjoint`); they have the length of those of x. */
export function applyReflection(
  x: Planar,
  k: number,
  length: number,
  tau: Planar,
  adjoint: boolean,
  y: Planar,
  first: number,
  last: number,
): void {
  if (x.im !== undefined) {
    applyComplex(x, k, length, tau, adjoint ? -1 : 1, y, first, last);
    return;
  }
  applyReal(x.re, k, length, tau.re[k], y.re, first, last);
  if (y.im !== undefined) applyReal(x.re, k, length, tau.re[k], y.im, first, last);
}

function applyReal(
  x: Float64Array,
  k: number,
  length: number,
  tau: number,
  y: Float64Array,
  first: number,
  last: number,
): void {
  if (tau === 0) return;
  const head = k * length + k;
  const size = length - k;
  for (let j = first; j < last; j++) {
    const at = j * length + k;
    let sum = y[at];
    for (let i = 1; i < size; i++) sum += x[head + i] * y[at + i];
    sum *= tau;
    y[at] = y[at] - sum;
    for (let i = 1; i < size; i++) y[at + i] = y[at + i] - sum * x[head + i];
  }
}

function applyComplex(
  x: Planar,
  k: number,
  length: number,
  tau: Planar,
  sign: number,
  y: Planar,
  first: number,
  last: number,
): void {
  const tauRe = tau.re[k];
  const tauIm = sign * tau.im![k];
  if (tauRe === 0 && tauIm === 0) return;
  const xr = x.re;
  const xi = x.im!;
  const yr = y.re;
  const yi = y.im!;
  const head = k * length + k;
  const size = length - k;
  for (let j = first; j < last; j++) {
    const at = j * length + k;
    let sumRe = yr[at];
    let sumIm = yi[at];
    for (let i = 1; i < size; i++) {
      const vr = xr[head + i];
      const vi = xi[head + i];
      const wr = yr[at + i];
      const wi = yi[at + i];
      sumRe += vr * wr + vi * wi;
      sumIm += vr * wi - vi * wr;
    }
    const fr = tauRe * sumRe - tauIm * sumIm;
    const fi = tauRe * sumIm + tauIm * sumRe;
    yr[at] = yr[at] - fr;
    yi[at] = yi[at] - fi;
    for (let i = 1; i < size; i++) {
      const vr = xr[head + i];
      const vi = xi[head + i];
      yr[at + i] = yr[at + i] - (fr * vr - fi * vi);
      yi[at + i] = yi[at + i] - (fr * vi + fi * vr);
    }
  }
}

/**
 * Factors A P = Q R with column pivoting: at every step the column with the largest remaining norm comes next.
 * `x` holds the columns of A and is overwritten by R (entries up to the diagonal) and the reflections.
 *
 * @param order - filled with the columns of A in the order they were taken
 * @param norms - scratch, two numbers per column
 * @param negligible - stop when the largest remaining norm is at most this fraction of the largest of all
 * @returns the number of steps taken, the numerical rank; what remains of later columns counts as zero
 *
 * Source: P. Businger and G. H. Golub, Linear least squares solutions by Householder transformations, Numer.
 * Math. 7 (1965).
 */
export function pivotedQrInPlace(
  x: Planar,
  count: number,
  length: number,
  tau: Planar,
  order: Int32Array,
  norms: Float64Array,
  negligible: number,
): number {
  let largestOfAll = 0;
  for (let j = 0; j < count; j++) {
    order[j] = j;
    norms[j] = norms[count + j] = tailSquare(x, j, 0, length);
    if (norms[j] > largestOfAll) largestOfAll = norms[j];
  }
  const threshold = largestOfAll * negligible * negligible;
  const steps = Math.min(count, length);
  for (let k = 0; k < steps; k++) {
    let pivot = k;
    for (let j = k + 1; j < count; j++) if (norms[j] > norms[pivot]) pivot = j;
    // The running norms only choose the pivot; the decision to stop uses the true one.
    if (tailSquare(x, pivot, k, length) <= threshold) {
      for (let j = k; j < count; j++) norms[j] = norms[count + j] = tailSquare(x, j, k, length);
      pivot = k;
      for (let j = k + 1; j < count; j++) if (norms[j] > norms[pivot]) pivot = j;
      if (norms[pivot] <= threshold) return k;
    }
    if (pivot !== k) swapColumns(x, count, length, order, norms, k, pivot);
    makeReflection(x, k, length, tau);
    applyReflection(x, k, length, tau, true, x, k + 1, count);
    downdateNorms(x, count, length, norms, k);
  }
  return steps;
}

/** Takes entry k out of the norms of the later columns; recomputes those that cancellation has spoiled. */
function downdateNorms(x: Planar, count: number, length: number, norms: Float64Array, k: number): void {
  for (let j = k + 1; j < count; j++) {
    const at = j * length + k;
    let square = x.re[at] * x.re[at];
    if (x.im !== undefined) square += x.im[at] * x.im[at];
    norms[j] = norms[j] - square;
    if (norms[j] <= 1e-6 * norms[count + j]) {
      norms[j] = norms[count + j] = tailSquare(x, j, k + 1, length);
    }
  }
}

function tailSquare({ re, im }: Planar, column: number, from: number, length: number): number {
  const end = (column + 1) * length;
  let sum = 0;
  for (let i = column * length + from; i < end; i++) sum += re[i] * re[i];
  if (im !== undefined) for (let i = column * length + from; i < end; i++) sum += im[i] * im[i];
  return sum;
}

function swapColumns(
  x: Planar,
  count: number,
  length: number,
  order: Int32Array,
  norms: Float64Array,
  k: number,
  pivot: number,
): void {
  swapRange(x.re, k * length, pivot * length, length);
  if (x.im !== undefined) swapRange(x.im, k * length, pivot * length, length);
  const kept = order[k];
  order[k] = order[pivot];
  order[pivot] = kept;
  norms[pivot] = norms[k];
  norms[count + pivot] = norms[count + k];
}

function swapRange(data: Float64Array, a: number, b: number, size: number): void {
  for (let i = 0; i < size; i++) {
    const kept = data[a + i];
    data[a + i] = data[b + i];
    data[b + i] = kept;
  }
}
