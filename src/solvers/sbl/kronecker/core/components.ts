/**
 * A tensor as a sum of components of rank one, Y ≈ Σ_r b_1^r ⊗ … ⊗ b_N^r, one mode at a time.
 *
 * With the b of all modes but one independent of those of that mode, B^r their product and B_n = [b_n^1 … b_n^R],
 *
 *     E‖Y − Σ_r b_1^r ⊗ … ⊗ b_N^r‖² = ‖Y‖² − 2 Re tr(B_n^H C) + E tr(B_n G B_n^H),
 *     C = Y_(n) conj(E B),   G[r, r'] = ∏_m E Σ_i b_m^r[i] conj(b_m^r'[i])   (m ≠ n)
 *
 * and with G = Q diag(g) Q^H it falls apart into R separate problems, ‖√g_q z_q − (C Q)_q/√g_q‖², for Z = B_n Q.
 */
import { type Planar, planar } from "../../../../complex/planar.js";
import { modeProductInto, multiplyInto } from "../../../../complex/products.js";
import type { Room } from "../../../../kernels/room.js";
import {
  createHermitianEigenWorkspace,
  type HermitianEigenWorkspace,
  hermitianEigenInto,
} from "../../../../linalg/hermitian-eigen.js";
import { outerProduct } from "../../rank-one.js";

/** Means and second moments of the b. */
export interface Components {
  /** Y, [∏ sizes]. */
  readonly tensor: Planar;
  readonly sizes: readonly number[];
  /** R. */
  readonly rank: number;
  readonly real: boolean;
  /** E b_n^r, [size_n], by mode and component. */
  readonly vectors: readonly (readonly Planar[])[];
  /** Σ_i E b_n^r[i] conj(E b_n^r'[i]), [R × R], by mode. */
  readonly products: readonly Planar[];
  /** What the covariance of b_n adds to that. */
  readonly spreads: readonly Planar[];
  /** C. */
  readonly contracted: Planar;
  readonly gram: Planar;
  readonly eigen: HermitianEigenWorkspace;
  readonly scratch: readonly [Planar, Planar];
  readonly outer: Planar;
}

/** What one mode sees of the rest. */
export interface ModeView {
  /** (C Q)_q/√g_q, [size × R]; zero where g_q is. */
  readonly whitened: Planar;
  /** Q, [R × R]. */
  readonly basis: Planar;
  /** √g_q. */
  readonly gains: Float64Array;
}

/** Below this fraction of the largest, g_q is taken to be zero: the components cannot be told apart. */
const negligibleGain = 1e-14;

/** All b are zero. */
export function createComponents(
  tensor: Planar,
  sizes: readonly number[],
  rank: number,
  real: boolean,
  room: Room,
): Components {
  const total = sizes.reduce((product, size) => product * size, 1);
  const square = () => planar(rank * rank, real);
  return {
    tensor,
    sizes,
    rank,
    real,
    vectors: sizes.map((size) => Array.from({ length: rank }, () => room.planar(size, real))),
    products: sizes.map(square),
    spreads: sizes.map(square),
    contracted: room.planar(Math.max(...sizes) * rank, real),
    gram: square(),
    eigen: createHermitianEigenWorkspace(rank, real),
    scratch: [room.planar(total, real), room.planar(total, real)],
    outer: room.planar(total, real),
  };
}

export function createModeView(size: number, rank: number, real: boolean, room: Room): ModeView {
  return {
    whitened: room.planar(size * rank, real),
    basis: planar(rank * rank, real),
    gains: new Float64Array(rank),
  };
}

/** view ← what mode n sees. @returns false if G could not be decomposed */
export function viewMode(components: Components, n: number, view: ModeView): boolean {
  const { sizes, rank, gram, eigen, contracted } = components;
  const { whitened, basis, gains } = view;
  fillGram(components, n);
  if (!hermitianEigenInto(gram, rank, gains, basis, eigen)) return false;
  const least = negligibleGain * gains[rank - 1];
  for (let q = 0; q < rank; q++) gains[q] = gains[q] > least ? Math.sqrt(gains[q]) : 0;
  for (let r = 0; r < rank; r++) contractComponent(components, n, r);
  multiplyInto(whitened, "plain", contracted, "plain", basis, sizes[n], rank, rank);
  const { re, im } = whitened;
  for (let i = 0; i < sizes[n] * rank; i++) {
    const gain = gains[i % rank];
    re[i] = gain > 0 ? re[i] / gain : 0;
    if (im !== undefined) im[i] = gain > 0 ? im[i] / gain : 0;
  }
  return true;
}

/**
 * b_n ← Z Q^H.
 *
 * @param rotated - E Z, [size_n × R]
 * @param variances - Σ_i Var Z[i, q], or nothing if Z is known
 */
export function setMode(
  components: Components,
  n: number,
  rotated: Planar,
  { basis }: ModeView,
  variances?: Float64Array,
): void {
  const { sizes, rank, vectors, contracted } = components;
  multiplyInto(contracted, "plain", rotated, "adjoint", basis, sizes[n], rank, rank);
  for (let r = 0; r < rank; r++) {
    const { re: fromRe, im: fromIm } = contracted;
    const { re, im } = vectors[n][r];
    for (let i = 0; i < sizes[n]; i++) {
      re[i] = fromRe[i * rank + r];
      if (im !== undefined) im[i] = fromIm![i * rank + r];
    }
  }
  fillProducts(components, n);
  rotateVariances(components, n, basis, variances);
}

/** products[n] from the vectors. */
export function fillProducts({ sizes, rank, vectors, products, contracted }: Components, n: number): void {
  const { re, im } = contracted;
  for (let r = 0; r < rank; r++) {
    const { re: fromRe, im: fromIm } = vectors[n][r];
    for (let i = 0; i < sizes[n]; i++) {
      re[i * rank + r] = fromRe[i];
      if (im !== undefined) im[i * rank + r] = fromIm![i];
    }
  }
  multiplyInto(products[n], "transpose", contracted, "conjugate", contracted, rank, rank, sizes[n]);
}

/** spreads[n] ← the covariance of Z Q^H, summed over i: Σ_q variances[q] conj(Q[r, q]) Q[r', q]. */
function rotateVariances(
  { rank, spreads }: Components,
  n: number,
  { re: qRe, im: qIm }: Planar,
  variances: Float64Array | undefined,
): void {
  const { re, im } = spreads[n];
  re.fill(0);
  im?.fill(0);
  if (variances === undefined) return;
  for (let r = 0, k = 0; r < rank; r++) {
    for (let s = 0; s < rank; s++, k++) {
      for (let q = 0; q < rank; q++) {
        const a = r * rank + q;
        const b = s * rank + q;
        re[k] += variances[q] * qRe[a] * qRe[b];
        if (im === undefined) continue;
        re[k] += variances[q] * qIm![a] * qIm![b];
        im[k] += variances[q] * (qRe[a] * qIm![b] - qIm![a] * qRe[b]);
      }
    }
  }
}

/** gram ← G without mode n. */
function fillGram({ sizes, rank, products, spreads, gram }: Components, n: number): void {
  const { re, im } = gram;
  re.fill(1);
  im?.fill(0);
  for (let m = 0; m < sizes.length; m++) {
    if (m === n) continue;
    const p = products[m];
    const s = spreads[m];
    for (let k = 0; k < rank * rank; k++) {
      const x = p.re[k] + s.re[k];
      const a = re[k];
      re[k] = a * x;
      if (im === undefined) continue;
      const y = p.im![k] + s.im![k];
      re[k] = a * x - im[k] * y;
      im[k] = a * y + im[k] * x;
    }
  }
}

/** The column of C that belongs to component r. */
function contractComponent(components: Components, n: number, r: number): void {
  const { tensor, sizes, rank, vectors, scratch, contracted } = components;
  let from = tensor;
  let extent = sizes.reduce((product, size) => product * size, 1);
  let step = 0;
  const apply = (m: number, first: boolean) => {
    const size = sizes[m];
    extent /= size;
    const to = scratch[step++ % 2];
    const [left, right] = first ? [1, extent] : [extent, 1];
    modeProductInto(to, "conjugate", vectors[m][r], 1, size, from, left, right);
    from = to;
  };
  for (let m = sizes.length - 1; m > n; m--) apply(m, false);
  for (let m = 0; m < n; m++) apply(m, true);
  const { re: toRe, im: toIm } = contracted;
  const { re, im } = from;
  for (let i = 0; i < sizes[n]; i++) {
    toRe[i * rank + r] = re[i];
    if (toIm !== undefined) toIm[i * rank + r] = im === undefined ? 0 : im[i];
  }
}

/** out ← Σ_r E b_1^r ⊗ … ⊗ E b_N^r. */
export function sumComponents({ vectors, rank, sizes, outer }: Components, out: Planar): void {
  const total = sizes.reduce((product, size) => product * size, 1);
  for (let r = 0; r < rank; r++) {
    outerProduct(
      vectors.map((mode) => mode[r]),
      outer,
    );
    const { re: fromRe, im: fromIm } = outer;
    const { re, im } = out;
    for (let i = 0; i < total; i++) {
      re[i] = r === 0 ? fromRe[i] : re[i] + fromRe[i];
      if (im !== undefined) im[i] = r === 0 ? fromIm![i] : im[i] + fromIm![i];
    }
  }
}

/** ‖Y − Σ_r E b_1^r ⊗ … ⊗ E b_N^r‖², from the difference itself. */
export function meanMisfit(components: Components): number {
  const { tensor, sizes, scratch } = components;
  const total = sizes.reduce((product, size) => product * size, 1);
  sumComponents(components, scratch[0]);
  const { re: yRe, im: yIm } = tensor;
  const { re, im } = scratch[0];
  let sum = 0;
  for (let i = 0; i < total; i++) {
    sum += (yRe[i] - re[i]) ** 2;
    if (im !== undefined) sum += ((yIm === undefined ? 0 : yIm[i]) - im[i]) ** 2;
  }
  return sum;
}

/**
 * What the covariances of the b add to the misfit: Σ_{r,r'} ∏(products + spreads) − ∏ products, mode by mode, so that for
 * one component no term is negative.
 */
export function spreadMisfit({ sizes, rank, products, spreads }: Components): number {
  let sum = 0;
  for (let k = 0; k < rank * rank; k++) {
    let [pRe, pIm, vRe, vIm] = [1, 0, 0, 0];
    for (let m = 0; m < sizes.length; m++) {
      const aRe = products[m].re[k];
      const aIm = products[m].im?.[k] ?? 0;
      const sRe = spreads[m].re[k];
      const sIm = spreads[m].im?.[k] ?? 0;
      const re = vRe * (aRe + sRe) - vIm * (aIm + sIm) + pRe * sRe - pIm * sIm;
      vIm = vRe * (aIm + sIm) + vIm * (aRe + sRe) + pRe * sIm + pIm * sRe;
      vRe = re;
      const next = pRe * aRe - pIm * aIm;
      pIm = pRe * aIm + pIm * aRe;
      pRe = next;
    }
    sum += vRe;
  }
  return sum;
}

/** E‖Σ_r b_1^r ⊗ … ⊗ b_N^r‖². */
export function fitEnergy({ sizes, rank, products, spreads }: Components): number {
  let sum = 0;
  for (let k = 0; k < rank * rank; k++) {
    let re = 1;
    let im = 0;
    for (let m = 0; m < sizes.length; m++) {
      const x = products[m].re[k] + spreads[m].re[k];
      const y = (products[m].im?.[k] ?? 0) + (spreads[m].im?.[k] ?? 0);
      const next = re * x - im * y;
      im = re * y + im * x;
      re = next;
    }
    sum += re;
  }
  return sum;
}
