/** What a mask changes in T and in L: the missing elements filled, and the factor that this takes. */
import { modeProductsInto } from "../../../../complex/mode-products.js";
import { expandOuterProduct } from "../../../../complex/outer.js";
import type { Planar } from "../../../../complex/planar.js";
import { clear } from "../../../../kernels/products.js";
import { choleskyInPlace } from "../../../../linalg/cholesky-kernel.js";
import { solveLowerAdjointInPlace, solveLowerInPlace } from "../../../../linalg/triangular-kernel.js";
import { fillBasisMatrix } from "./basis.js";
import type { Basis, MaskedModel } from "./model.js";
import { fillMissingMatrix, fillObservedMatrix } from "./rows.js";

/**
 * T_f and the sums of the masked model at these decompositions. Does nothing if they are there already;
 * whoever changes the decompositions must say so by `factored`.
 *
 * @param core - T, [r × snapshots]
 * @returns false if the matrix is not positive definite in floating point
 */
export function factorMasked(
  model: MaskedModel,
  bases: readonly Basis[],
  core: Planar,
  noiseVariance: number,
): boolean {
  if (model.factored && model.noiseVariance === noiseVariance) return true;
  model.factored = false;
  model.informed = -1;
  model.noiseVariance = noiseVariance;
  prepare(model, bases, noiseVariance);
  const { size, positions } = model;
  model.kind = size <= positions.length ? "basis" : model.side;
  model.order = model.kind === "basis" ? size : positions.length;
  if (model.kind === "basis") fillBasisMatrix(model, bases);
  else if (model.kind === "missing") fillMissingMatrix(model, bases);
  else fillObservedMatrix(model, bases, noiseVariance);
  const { square, order } = model;
  if (choleskyInPlace(square, order) >= 0) return false;
  sumLogarithms(model, noiseVariance);
  if (model.kind === "observed") fillFromObserved(model, noiseVariance);
  else {
    if (model.kind === "missing") predictMissing(model, core);
    else predictInBasis(model, core);
    projectFilled(model);
    fitFilled(model);
  }
  sumQuadratic(model, noiseVariance);
  model.factored = Number.isFinite(model.logDeterminant + model.quadratic);
  return model.factored;
}

function prepare(model: MaskedModel, bases: readonly Basis[], noiseVariance: number): void {
  const { analysis, synthesis, lambda, signal, theta, noise, mask } = model;
  let size = 1;
  lambda[0] = 1;
  for (let n = 0; n < bases.length; n++) {
    const { u, rank, eigenvalues } = bases[n];
    const extent = mask.extents[n];
    analysis[n].matrix = u;
    analysis[n].rows = rank;
    analysis[n].size = extent;
    synthesis[n].matrix = u;
    synthesis[n].rows = extent;
    synthesis[n].size = rank;
    size = expandOuterProduct(lambda, size, eigenvalues, rank);
  }
  for (let k = 0; k < size; k++) {
    const total = noiseVariance + lambda[k];
    signal[k] = lambda[k] / total;
    theta[k] = Math.sqrt(signal[k]);
    noise[k] = noiseVariance / total;
  }
  model.size = size;
}

function sumLogarithms(model: MaskedModel, noiseVariance: number): void {
  const { square, order, size, lambda, mask, kind } = model;
  const factor = square.re;
  let sum = 0;
  for (let i = 0; i < order; i++) sum += 2 * Math.log(factor[i * (order + 1)]);
  if (kind !== "observed") {
    // The noise outside the range of the dictionary, where it was observed.
    sum += (mask.observed.length - size) * Math.log(noiseVariance);
    for (let k = 0; k < size; k++) sum += Math.log(noiseVariance + lambda[k]);
  }
  model.logDeterminant = sum;
}

/** to ← weights · from, [r × snapshots]; to may be from. */
function weigh({ size, snapshots }: MaskedModel, to: Planar, from: Planar, weights: Float64Array): void {
  const { re, im } = to;
  const { re: fromRe, im: fromIm } = from;
  for (let k = 0, i = 0; k < size; k++) {
    const w = weights[k];
    for (let l = 0; l < snapshots; l++, i++) {
      re[i] = fromRe[i] * w;
      if (im !== undefined) im[i] = fromIm![i] * w;
    }
  }
}

/** grid ← y and, where it is missing, z = G⁻¹ U_m Θ² T. */
function predictMissing(model: MaskedModel, core: Planar): void {
  const { size, mask, filled, fit, values, square, order, snapshots, positions, grid } = model;
  // Where U is square, U_m T = y_m = 0, so that U_m Θ² T = −U_m σ² D T: the same without what cancels.
  const isWhole = size === mask.rows;
  weigh(model, filled, core, isWhole ? model.noise : model.signal);
  modeProductsInto(fit, filled, model.synthesis, snapshots, model.scratch);
  gatherRows(values, fit, positions, snapshots, isWhole ? -1 : 1);
  solveLowerInPlace(square, order, values, snapshots);
  solveLowerAdjointInPlace(square, order, values, snapshots);
  copyAll(grid, model.measurement, mask.rows * snapshots);
  scatterRows(grid, values, positions, snapshots);
}

/** grid ← y and, where it is missing, z = U_m Θ B⁻¹ Θ T. */
function predictInBasis(model: MaskedModel, core: Planar): void {
  const { mask, filled, grid, square, order, snapshots, theta } = model;
  weigh(model, filled, core, theta);
  solveLowerInPlace(square, order, filled, snapshots);
  solveLowerAdjointInPlace(square, order, filled, snapshots);
  weigh(model, filled, filled, theta);
  modeProductsInto(grid, filled, model.synthesis, snapshots, model.scratch);
  copyObserved(grid, model.measurement, mask.observed, snapshots);
}

/** filled ← U^H (y, z). */
function projectFilled({ filled, grid, analysis, snapshots, scratch }: MaskedModel): void {
  modeProductsInto(filled, grid, analysis, snapshots, scratch);
}

/** The residual: what of y is not U Θ² T_f. */
function fitFilled(model: MaskedModel): void {
  const { filled, grid, fit, snapshots, mask, measurement } = model;
  weigh(model, grid, filled, model.signal);
  modeProductsInto(fit, grid, model.synthesis, snapshots, model.scratch);
  const { observed } = mask;
  const { re, im } = measurement;
  const { re: fitRe, im: fitIm } = fit;
  let energy = 0;
  for (let k = 0; k < observed.length; k++) {
    for (let l = 0, i = observed[k] * snapshots; l < snapshots; l++, i++) {
      energy += (re[i] - fitRe[i]) ** 2;
      if (im !== undefined) energy += (im[i] - fitIm![i]) ** 2;
    }
  }
  model.residualEnergy = energy;
}

/** filled ← D⁻¹ U_o^H C⁻¹ y; the residual is σ² C⁻¹ y. */
function fillFromObserved(model: MaskedModel, noiseVariance: number): void {
  const { mask, values, square, order, snapshots, grid, positions } = model;
  gatherRows(values, model.measurement, positions, snapshots, 1);
  solveLowerInPlace(square, order, values, snapshots);
  solveLowerAdjointInPlace(square, order, values, snapshots);
  clear(grid, 0, mask.rows * snapshots);
  scatterRows(grid, values, positions, snapshots);
  projectFilled(model);
  const { re, im } = values;
  let energy = 0;
  for (let i = 0; i < order * snapshots; i++)
    energy += re[i] * re[i] + (im === undefined ? 0 : im[i] * im[i]);
  model.residualEnergy = energy * noiseVariance * noiseVariance;
  const { size, lambda } = model;
  const { re: toRe, im: toIm } = model.filled;
  for (let k = 0, i = 0; k < size; k++) {
    const total = noiseVariance + lambda[k];
    for (let l = 0; l < snapshots; l++, i++) {
      toRe[i] = toRe[i] * total;
      if (toIm !== undefined) toIm[i] = toIm[i] * total;
    }
  }
}

/** ‖Y − P A μ‖²/σ² + Σ |μ|²/γ. */
function sumQuadratic(model: MaskedModel, noiseVariance: number): void {
  const { size, snapshots, lambda, signal, filled } = model;
  const { re, im } = filled;
  let sum = model.residualEnergy / noiseVariance;
  for (let k = 0, i = 0; k < size; k++) {
    let power = 0;
    for (let l = 0; l < snapshots; l++, i++) power += re[i] * re[i] + (im === undefined ? 0 : im[i] * im[i]);
    sum += signal[k] * (power / (noiseVariance + lambda[k]));
  }
  model.quadratic = sum;
}

function copyAll(to: Planar, from: Planar, size: number): void {
  const { re, im } = to;
  const { re: fromRe, im: fromIm } = from;
  for (let i = 0; i < size; i++) re[i] = fromRe[i];
  if (im !== undefined) for (let i = 0; i < size; i++) im[i] = fromIm![i];
}

/** Row k ← sign · the row at position k. */
function gatherRows(to: Planar, from: Planar, positions: Int32Array, snapshots: number, sign: number): void {
  const { re, im } = to;
  const { re: fromRe, im: fromIm } = from;
  for (let k = 0, i = 0; k < positions.length; k++) {
    for (let l = 0, at = positions[k] * snapshots; l < snapshots; l++, i++, at++) {
      re[i] = sign * fromRe[at];
      if (im !== undefined) im[i] = sign * fromIm![at];
    }
  }
}

/** The row at position k ← row k. */
function scatterRows(to: Planar, from: Planar, positions: Int32Array, snapshots: number): void {
  const { re, im } = to;
  const { re: fromRe, im: fromIm } = from;
  for (let k = 0, i = 0; k < positions.length; k++) {
    for (let l = 0, at = positions[k] * snapshots; l < snapshots; l++, i++, at++) {
      re[at] = fromRe[i];
      if (im !== undefined) im[at] = fromIm![i];
    }
  }
}

/** Rows at positions into the rows at the same positions. */
function copyObserved(to: Planar, from: Planar, positions: Int32Array, snapshots: number): void {
  const { re, im } = to;
  const { re: fromRe, im: fromIm } = from;
  for (let k = 0; k < positions.length; k++) {
    for (let l = 0, i = positions[k] * snapshots; l < snapshots; l++, i++) {
      re[i] = fromRe[i];
      if (im !== undefined) im[i] = fromIm![i];
    }
  }
}
