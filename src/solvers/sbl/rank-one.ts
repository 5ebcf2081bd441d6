/** The rank-one tensor closest to a given one: Y ≈ λ u_1 ⊗ … ⊗ u_R with unit vectors u_n. */

import type { Planar } from "../../complex/planar.js";
import { modeProductInto, multiplyInto } from "../../complex/products.js";
import type { Room } from "../../kernels/room.js";
import { createHermitianEigenWorkspace, hermitianEigenInto } from "../../linalg/hermitian-eigen.js";

/** A rank-one approximation. */
export interface RankOne {
  /** λ u_n, [size_n], one for each mode. */
  readonly vectors: readonly Planar[];
  /** λ. */
  readonly norm: number;
  /** ‖Y − λ u_1 ⊗ … ⊗ u_R‖². */
  readonly residualEnergy: number;
}

/**
 * Sequential rank-one approximation: Y is unfolded to [size_1 × rest], its leading left singular vector is u_1, and
 * u_1^H Y, folded, goes on; then `sweeps` of the higher-order power method, u_n ← Y ×_{m≠n} u_m^H, normalised, which
 * never raise the residual.
 *
 * One Hermitian eigenvector of size min(size_n, rest) for each mode but the last; 2 R multiply-adds for each number of Y
 * and sweep.
 *
 * @param tensor - Y, [∏ sizes], last mode fastest
 * @returns `undefined` if an eigenvector could not be computed; Y itself if there is one mode
 *
 * Source: L. De Lathauwer, B. De Moor, J. Vandewalle, "On the best rank-1 and rank-(R1, …, RN) approximation of
 * higher-order tensors", SIAM J. Matrix Anal. Appl. 21 (2000), the higher-order power method.
 */
export function rankOneApproximation(
  tensor: Planar,
  sizes: readonly number[],
  sweeps: number,
  room: Room,
): RankOne | undefined {
  const total = sizes.reduce((product, size) => product * size, 1);
  const real = tensor.im === undefined;
  const vectors = sizes.map((size) => room.planar(size, real));
  const scratch: Scratch = [room.planar(total, real), room.planar(total, real)];
  if (!sequential(tensor, sizes, vectors, scratch, room)) return undefined;
  if (sizes.length > 1) {
    for (let sweep = 0; sweep < sweeps; sweep++) {
      for (let n = 0; n < sizes.length; n++) contract(tensor, sizes, vectors, n, scratch);
    }
  }
  const norm = normOf(vectors[sizes.length - 1]);
  const misfit = residualEnergy(tensor, vectors, scratch[0]);
  for (let n = 0; n < sizes.length - 1; n++) scale(vectors[n], norm);
  return { vectors: vectors.map(copyOf), norm, residualEnergy: misfit };
}

type Scratch = readonly [Planar, Planar];

/** Unit vectors for all modes but the last; the last one carries the norm. */
function sequential(
  tensor: Planar,
  sizes: readonly number[],
  vectors: readonly Planar[],
  scratch: Scratch,
  room: Room,
): boolean {
  let rest = tensor.re.length;
  let from = tensor;
  for (let n = 0; n < sizes.length - 1; n++) {
    const size = sizes[n];
    rest = rest / size;
    if (!leadingVector(from, size, rest, vectors[n], room)) return false;
    const to = scratch[n % 2];
    modeProductInto(to, "conjugate", vectors[n], 1, size, from, 1, rest);
    from = to;
  }
  copy(from, rest, vectors[sizes.length - 1]);
  return true;
}

/** u ← the leading left singular vector of C, [size × rest], by the smaller one of its two Gram matrices. */
function leadingVector(c: Planar, size: number, rest: number, u: Planar, room: Room): boolean {
  const real = c.im === undefined;
  const order = Math.min(size, rest);
  const gram = room.planar(order * order, real);
  const eigenvectors = room.planar(order * order, real);
  const tall = size > rest;
  if (tall) multiplyInto(gram, "adjoint", c, "plain", c, order, order, size);
  else multiplyInto(gram, "plain", c, "adjoint", c, order, order, rest);
  const values = new Float64Array(order);
  const workspace = createHermitianEigenWorkspace(order, real);
  if (!hermitianEigenInto(gram, order, values, eigenvectors, workspace)) return false;
  const leading = tall ? room.planar(order, real) : u;
  copyColumn(eigenvectors, order, order - 1, leading);
  if (tall) multiplyInto(u, "plain", c, "plain", leading, size, 1, rest);
  normalise(u);
  return true;
}

/** One step of the power method for mode n; the last mode keeps its norm. */
function contract(
  tensor: Planar,
  sizes: readonly number[],
  vectors: readonly Planar[],
  n: number,
  scratch: Scratch,
): void {
  const last = sizes.length - 1;
  if (n !== last) normalise(vectors[last]);
  let from = tensor;
  let extent = tensor.re.length;
  let step = 0;
  const apply = (mode: number, first: boolean) => {
    const size = sizes[mode];
    extent = extent / size;
    const to = scratch[step++ % 2];
    modeProductInto(to, "conjugate", vectors[mode], 1, size, from, first ? 1 : extent, first ? extent : 1);
    from = to;
  };
  for (let mode = 0; mode < n; mode++) apply(mode, true);
  for (let mode = last; mode > n; mode--) apply(mode, false);
  copy(from, sizes[n], vectors[n]);
  if (n !== last) normalise(vectors[n]);
}

/** ‖Y − v_1 ⊗ … ⊗ v_R‖², from the difference itself: nothing cancels where Y is of rank one. */
function residualEnergy(tensor: Planar, vectors: readonly Planar[], fit: Planar): number {
  outerProduct(vectors, fit);
  const { re, im } = tensor;
  const { re: fitRe, im: fitIm } = fit;
  let energy = 0;
  for (let i = 0; i < re.length; i++) energy += (re[i] - fitRe[i]) ** 2;
  if (im !== undefined) for (let i = 0; i < re.length; i++) energy += (im[i] - fitIm![i]) ** 2;
  return energy;
}

/** out ← v_1 ⊗ … ⊗ v_R, last index fastest; `out` must have imaginary parts if a vector has. */
export function outerProduct(vectors: readonly Planar[], out: Planar): void {
  const { re, im } = out;
  re[0] = 1;
  if (im !== undefined) im[0] = 0;
  let total = 1;
  for (const { re: vRe, im: vIm } of vectors) {
    const size = vRe.length;
    // In place, from the back: every number is read before it is overwritten.
    for (let i = total - 1; i >= 0; i--) {
      const x = re[i];
      const y = im === undefined ? 0 : im[i];
      for (let j = size - 1; j >= 0; j--) {
        const a = vRe[j];
        const b = vIm === undefined ? 0 : vIm[j];
        re[i * size + j] = x * a - y * b;
        if (im !== undefined) im[i * size + j] = x * b + y * a;
      }
    }
    total *= size;
  }
}

function normOf({ re, im }: Planar): number {
  let squares = 0;
  for (let i = 0; i < re.length; i++) squares += re[i] * re[i];
  if (im !== undefined) for (let i = 0; i < re.length; i++) squares += im[i] * im[i];
  return Math.sqrt(squares);
}

function normalise(v: Planar): void {
  const norm = normOf(v);
  if (norm > 0) scale(v, 1 / norm);
}

function scale({ re, im }: Planar, by: number): void {
  for (let i = 0; i < re.length; i++) re[i] = re[i] * by;
  if (im !== undefined) for (let i = 0; i < re.length; i++) im[i] = im[i] * by;
}

function copy(from: Planar, size: number, to: Planar): void {
  for (let i = 0; i < size; i++) to.re[i] = from.re[i];
  if (to.im !== undefined) for (let i = 0; i < size; i++) to.im[i] = from.im![i];
}

function copyColumn(from: Planar, n: number, column: number, to: Planar): void {
  for (let i = 0; i < n; i++) to.re[i] = from.re[i * n + column];
  if (to.im !== undefined) for (let i = 0; i < n; i++) to.im[i] = from.im![i * n + column];
}

/** Out of working memory. */
function copyOf({ re, im }: Planar): Planar {
  return { re: re.slice(), ...(im && { im: im.slice() }) };
}
