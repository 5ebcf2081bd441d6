/** The sum of a few tensors of rank one that is closest to a given tensor. */
import type { Planar } from "../../../../complex/planar.js";
import type { Room } from "../../../../kernels/room.js";
import { outerProduct, rankOneApproximation } from "../../rank-one.js";
import {
  type Components,
  createModeView,
  fillProducts,
  type ModeView,
  meanMisfit,
  setMode,
  viewMode,
} from "./components.js";

const powerSweeps = 3;
const maxSweeps = 1000;

/**
 * Alternating least squares for Σ_r b_1^r ⊗ … ⊗ b_N^r ≈ Y, from the components that are found one after the other, each
 * in what the ones before it leave. Every component carries the same norm in all modes.
 *
 * A sweep reads Y N R times. No more than 1000 of them.
 *
 * @param enough - a sweep that lowers the misfit by less ends the iteration
 * @returns ‖Y − Σ_r b_1^r ⊗ … ⊗ b_N^r‖²; NaN if a decomposition broke down
 *
 * Source: J. D. Carroll and J.-J. Chang, "Analysis of individual differences in multidimensional scaling via an N-way
 * generalization of Eckart-Young decomposition", Psychometrika 35 (1970).
 */
export function fitComponents(components: Components, enough: number, room: Room): number {
  if (!deflate(components, room)) return Number.NaN;
  const { sizes, rank, real } = components;
  const views = sizes.map((size) => createModeView(size, rank, real, room));
  let misfit = meanMisfit(components);
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    for (let n = 0; n < sizes.length; n++) {
      if (!viewMode(components, n, views[n])) return Number.NaN;
      solve(components, n, views[n]);
      balance(components);
    }
    const before = misfit;
    misfit = meanMisfit(components);
    if (!(before - misfit > enough)) break;
  }
  return misfit;
}

/** Z = (C Q) diag(1/g): the whitened data over the gains. */
function solve(components: Components, n: number, view: ModeView): void {
  const { sizes, rank } = components;
  const { gains, whitened } = view;
  const { re, im } = whitened;
  for (let i = 0; i < sizes[n] * rank; i++) {
    const gain = gains[i % rank];
    re[i] = gain > 0 ? re[i] / gain : 0;
    if (im !== undefined) im[i] = gain > 0 ? im[i] / gain : 0;
  }
  setMode(components, n, whitened, view);
}

/** Gives every component the same norm in all modes. */
function balance(components: Components): void {
  const { sizes, rank, vectors, products } = components;
  for (let r = 0; r < rank; r++) {
    let logarithm = 0;
    for (let n = 0; n < sizes.length; n++) logarithm += Math.log(products[n].re[r * rank + r]);
    const mean = Math.exp(logarithm / (2 * sizes.length));
    if (!(mean > 0)) continue;
    for (let n = 0; n < sizes.length; n++)
      scale(vectors[n][r], mean / Math.sqrt(products[n].re[r * rank + r]));
  }
  for (let n = 0; n < sizes.length; n++) fillProducts(components, n);
}

/** One component after the other, by the best tensor of rank one for what is left. */
function deflate(components: Components, room: Room): boolean {
  const { tensor, sizes, rank, real, vectors, outer } = components;
  const total = sizes.reduce((product, size) => product * size, 1);
  const rest = room.planar(total, real);
  copy(tensor, rest);
  for (let r = 0; r < rank; r++) {
    const found = rankOneApproximation(rest, sizes, powerSweeps, room);
    if (found === undefined) return false;
    const share = found.norm > 0 ? found.norm ** (1 / sizes.length - 1) : 0;
    for (let n = 0; n < sizes.length; n++) {
      copy(found.vectors[n], vectors[n][r]);
      scale(vectors[n][r], share);
    }
    if (r === rank - 1) break;
    subtractOuter(
      rest,
      vectors.map((mode) => mode[r]),
      outer,
    );
  }
  for (let n = 0; n < sizes.length; n++) fillProducts(components, n);
  return true;
}

function copy(from: Planar, to: Planar): void {
  to.re.set(from.re);
  if (to.im === undefined) return;
  if (from.im === undefined) to.im.fill(0);
  else to.im.set(from.im);
}

function scale({ re, im }: Planar, by: number): void {
  for (let i = 0; i < re.length; i++) re[i] = re[i] * by;
  if (im !== undefined) for (let i = 0; i < im.length; i++) im[i] = im[i] * by;
}

/** t ← t − v_1 ⊗ … ⊗ v_N. */
function subtractOuter(t: Planar, vectors: readonly Planar[], outer: Planar): void {
  outerProduct(vectors, outer);
  const { re: fromRe, im: fromIm } = outer;
  const { re, im } = t;
  for (let i = 0; i < re.length; i++) re[i] = re[i] - fromRe[i];
  if (im !== undefined) for (let i = 0; i < im.length; i++) im[i] = im[i] - fromIm![i];
}
