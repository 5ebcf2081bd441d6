/** The posterior of x = Σ_r x_1^r ⊗ … ⊗ x_N^r from those of independent modes. */
import { join, type Planar, planar } from "../../../../complex/planar.js";
import { complexMatrix } from "../../../../complex/types.js";
import type { Room } from "../../../../kernels/room.js";
import type { KroneckerProblem } from "../../../kronecker-problem.js";
import { computePosterior, createPosteriorWorkspace } from "../posterior.js";
import type { CoreMode } from "./mode.js";

/** What is known of x_n^1, …, x_n^R at the K_n active atoms, these as they are in the dictionary. */
export interface CoreFactor {
  readonly count: number;
  /** E x_n^r, [K_n], by component. */
  readonly mean: readonly Planar[];
  /** Cov(x_n^r, x_n^r'), [K_n], by r and r'. */
  readonly covariance: readonly (readonly Planar[])[];
}

/** @returns `undefined` if a decomposition broke down */
export function coreFactor(core: CoreMode, problem: KroneckerProblem, room: Room): CoreFactor | undefined {
  const { ascent, mode, norms, view } = core;
  const { modes, noiseVariance } = ascent.marginal;
  const { real } = problem;
  const rank = view.gains.length;
  const { count, active } = mode;
  const data = join(view.whitened);
  const seen = { ...problem, measurement: complexMatrix(data.length / 2, 1, data), snapshots: 1, real };
  const workspace = createPosteriorWorkspace(modes, seen, room);
  if (computePosterior(workspace, modes, noiseVariance) === undefined) return undefined;
  // Z, [K_n × R], and x_n = Z Q^H.
  const { re: zRe, im: zIm } = workspace.mean;
  const variance = workspace.variance.re;
  const { re: qRe, im: qIm } = view.basis;
  const components = Array.from({ length: rank }, (_, r) => r);
  const mean = components.map((r) => {
    const x = planar(count, real);
    for (let j = 0; j < count; j++) {
      const norm = norms[active[j]];
      for (let q = 0; q < rank; q++) {
        const [a, b] = [zRe[j * rank + q], zIm?.[j * rank + q] ?? 0];
        const [c, d] = [qRe[r * rank + q], -(qIm?.[r * rank + q] ?? 0)];
        x.re[j] += (a * c - b * d) / norm;
        if (x.im !== undefined) x.im[j] += (a * d + b * c) / norm;
      }
    }
    return x;
  });
  const covariance = components.map((r) =>
    components.map((s) => {
      const cov = planar(count, real);
      for (let j = 0; j < count; j++) {
        const square = norms[active[j]] ** 2;
        for (let q = 0; q < rank; q++) {
          const v = variance[j * rank + q] / square;
          const [a, b] = [qRe[r * rank + q], qIm?.[r * rank + q] ?? 0];
          const [c, d] = [qRe[s * rank + q], qIm?.[s * rank + q] ?? 0];
          cov.re[j] += v * (a * c + b * d);
          if (cov.im !== undefined) cov.im[j] += v * (a * d - b * c);
        }
      }
      return cov;
    }),
  );
  return { count, mean, covariance };
}

/**
 * Mean and variances of x on the product of the active atoms:
 *
 *     E x = Σ_r ⊗ E x_n^r,   Var x = Σ_{r,r'} ∏ E x_n^r conj(x_n^r') − ∏ E x_n^r conj(E x_n^r'),
 *
 * the latter mode by mode, v ← v (m + c) + p c with p the product of the m = E x_n^r conj(E x_n^r') so far and c the
 * covariance: for one component no term is negative, so nothing cancels.
 */
export function corePosterior(
  factors: readonly CoreFactor[],
  real: boolean,
): { mean: Planar; variance: Float64Array } {
  const total = factors.reduce((product, { count }) => product * count, 1);
  const rank = factors[0].mean.length;
  const mean = planar(total, real);
  const variance = new Float64Array(total);
  const product = planar(total, real);
  const added = planar(total, real);
  for (let r = 0; r < rank; r++) {
    expandMeans(factors, r, product);
    for (let i = 0; i < total; i++) {
      mean.re[i] += product.re[i];
      if (mean.im !== undefined) mean.im[i] += product.im![i];
    }
    for (let s = 0; s <= r; s++) {
      expandCovariances(factors, r, s, product, added);
      for (let i = 0; i < total; i++) variance[i] += (s < r ? 2 : 1) * added.re[i];
    }
  }
  for (let i = 0; i < total; i++) variance[i] = Math.max(0, variance[i]);
  return { mean, variance };
}

/** out ← ⊗ E x_n^r. */
function expandMeans(factors: readonly CoreFactor[], r: number, out: Planar): void {
  const { re, im } = out;
  re[0] = 1;
  if (im !== undefined) im[0] = 0;
  let size = 1;
  for (const { count, mean } of factors) {
    const { re: mRe, im: mIm } = mean[r];
    // In place, from the back: every number is read before it is overwritten.
    for (let i = size - 1; i >= 0; i--) {
      const x = re[i];
      const y = im === undefined ? 0 : im[i];
      for (let j = count - 1; j >= 0; j--) {
        const to = i * count + j;
        re[to] = x * mRe[j] - (mIm === undefined ? 0 : y * mIm[j]);
        if (im !== undefined) im[to] = x * mIm![j] + y * mRe[j];
      }
    }
    size *= count;
  }
}

/** product ← p, added ← v, for components r and s. */
function expandCovariances(
  factors: readonly CoreFactor[],
  r: number,
  s: number,
  product: Planar,
  added: Planar,
): void {
  const { re: pRe, im: pIm } = product;
  const { re: vRe, im: vIm } = added;
  pRe[0] = 1;
  vRe[0] = 0;
  if (pIm !== undefined) pIm[0] = 0;
  if (vIm !== undefined) vIm[0] = 0;
  let size = 1;
  for (const { count, mean, covariance } of factors) {
    const a = mean[r];
    const b = mean[s];
    const c = covariance[r][s];
    for (let i = size - 1; i >= 0; i--) {
      const pr = pRe[i];
      const vr = vRe[i];
      const pi = pIm === undefined ? 0 : pIm[i];
      const vi = vIm === undefined ? 0 : vIm[i];
      for (let j = count - 1; j >= 0; j--) {
        const ai = a.im === undefined ? 0 : a.im[j];
        const bi = b.im === undefined ? 0 : b.im[j];
        const ci = c.im === undefined ? 0 : c.im[j];
        const mr = a.re[j] * b.re[j] + ai * bi;
        const mi = ai * b.re[j] - a.re[j] * bi;
        const cr = c.re[j];
        const to = i * count + j;
        vRe[to] = vr * (mr + cr) - vi * (mi + ci) + pr * cr - pi * ci;
        pRe[to] = pr * mr - pi * mi;
        if (vIm === undefined || pIm === undefined) continue;
        vIm[to] = vr * (mi + ci) + vi * (mr + cr) + pr * ci + pi * cr;
        pIm[to] = pr * mi + pi * mr;
      }
    }
    size *= count;
  }
}
