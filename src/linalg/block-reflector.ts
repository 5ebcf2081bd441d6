/**
 * Products of Householder reflections as I − V T V^H, so that they are applied by matrix products. Vectors are
 * contiguous rows, as in householder.ts.
 *
 * Source: R. Schreiber and C. Van Loan, A storage-efficient WY representation for products of Householder
 * transformations, SIAM J. Sci. Stat. Comput. 10 (1989).
 */
import { type Planar, planar } from "../complex/planar.js";
import { multiplyInto } from "../complex/products.js";
import { addProduct } from "./blocks.js";

/** How many reflections are applied at once. */
export const panelSize = 32;

/** V, T and room for the inner products of up to `count` vectors of up to `length` entries. */
export interface BlockReflector {
  /** [panelSize × length], with its zeros and ones written out. */
  readonly v: Planar;
  /** [panelSize × panelSize], upper triangular. */
  readonly t: Planar;
  readonly products: Planar;
  readonly weights: Planar;
}

export function createBlockReflector(count: number, length: number, real: boolean): BlockReflector {
  return {
    v: planar(panelSize * length, real),
    t: planar(panelSize * panelSize, real),
    products: planar(Math.max(count, panelSize) * panelSize, real),
    weights: planar(count * panelSize, real),
  };
}

/**
 * Forms T for the `size` rows of V, of the given length and stored without gaps: H_0 H_1 … = I − V T V^H, where
 * H_k = I − τ_k v_k v_k^H. τ_k is entry `first + k · step` of `tau`.
 */
export function formTriangle(
  block: BlockReflector,
  size: number,
  length: number,
  tau: Planar,
  first: number,
  step: number,
): void {
  const { v, t, products } = block;
  // Column k of T is τ_k on the diagonal and −τ_k T (V^H v_k) above it, with T as far as it is known.
  multiplyInto(products, "plain", v, "adjoint", v, size, size, length);
  for (let k = 0; k < size; k++) {
    const tauRe = tau.re[first + k * step];
    const tauIm = tau.im === undefined ? 0 : tau.im[first + k * step];
    for (let i = 0; i < size; i++) {
      let sumRe = i === k ? -1 : 0;
      let sumIm = 0;
      for (let j = i; j < k; j++) {
        // v_j^H v_k is entry (k, j) of V V^H where the vectors are the rows of V.
        const gr = products.re[k * size + j];
        const gi = products.im === undefined ? 0 : products.im[k * size + j];
        const tr = t.re[i * size + j];
        const ti = t.im === undefined ? 0 : t.im[i * size + j];
        sumRe += tr * gr - ti * gi;
        sumIm += tr * gi + ti * gr;
      }
      t.re[i * size + k] = i > k ? 0 : -(tauRe * sumRe - tauIm * sumIm);
      if (t.im !== undefined) t.im[i * size + k] = i > k ? 0 : -(tauRe * sumIm + tauIm * sumRe);
    }
  }
}

/** y ← (I − V T V^H) y, or its adjoint, for `count` vectors y: rows of `y` from `at` on, `stride` apart. */
export function applyBlock(
  block: BlockReflector,
  size: number,
  length: number,
  adjoint: boolean,
  y: Planar,
  at: number,
  stride: number,
  count: number,
): void {
  const { v, t, products, weights } = block;
  products.re.fill(0, 0, count * size);
  products.im?.fill(0, 0, count * size);
  addProduct(1, products, 0, size, "plain", y, at, stride, "adjoint", v, 0, length, count, size, length);
  multiplyInto(weights, "plain", products, adjoint ? "conjugate" : "transpose", t, count, size, size);
  addProduct(-1, y, at, stride, "plain", weights, 0, size, "plain", v, 0, length, count, length, size);
}
