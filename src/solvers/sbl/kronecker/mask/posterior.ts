/**
 * The posterior of a Kronecker-structured sparse Bayesian model of which only some elements of the grid were
 * observed.
 *
 * The mean is that of the full grid at T_f, see {@link MaskedModel}. With L the factor of the model's matrix,
 * e_k a unit vector, and E the elements of the grid that belong to its rows, the variances over their priors
 * are
 *
 *     missing    σ² D ×_n |V_n|² + 1 − ∏ (1 − ν_n) + Σ_k |(σ D Λ^½ U^H E L^{-H} e_k) ×_n V_n|²,
 *     observed   1 − Σ_k |(Λ^½ U^H E L^{-H} e_k) ×_n V_n|²,
 *     basis      1 − ∏ (1 − ν_n) + Σ_k |(σ D^½ L^{-H} e_k) ×_n V_n|²:
 *
 * sums of positive terms, but for "observed". For every k about M max(M_n) + N max(N_n) multiply-adds, only
 * the latter in "basis". Columns are taken as many at a time as fit in about 64 MiB.
 */
import { type ModeFactor, modeProductsInto } from "../../../../complex/mode-products.js";
import type { Planar } from "../../../../complex/planar.js";
import { clear } from "../../../../kernels/products.js";
import type { Room } from "../../../../kernels/room.js";
import { solveLowerAdjointInPlace } from "../../../../linalg/triangular-kernel.js";
import { gaussianLogDensity } from "../../../posterior/posterior.js";
import type { Mode } from "../modes.js";
import {
  fillShares,
  type PosteriorSums,
  type PosteriorWorkspace,
  projectMeasurement,
  weighByPrior,
} from "../posterior.js";
import { factorMasked } from "./fill.js";
import type { Basis, MaskedModel } from "./model.js";

/** What {@link computeMaskedPosterior} writes to besides the posterior itself. */
export interface MaskedPosterior {
  readonly model: MaskedModel;
  /** Unit vectors, then columns of L^{-H}, [q × columns]. */
  readonly units: Planar;
  /** The same on the grid, in the bases, and at the atoms. */
  readonly tensor: Planar;
  readonly atoms: Planar;
  readonly scratch: readonly [Planar, Planar];
  /** V_n. */
  readonly expansion: readonly { -readonly [Key in keyof ModeFactor]: ModeFactor[Key] }[];
  /** How many columns there is room for at a time. */
  readonly columns: number;
}

/** Tensors of as many numbers are 16 MiB. */
const tensorNumbers = 2 ** 20;

/** @param workspace - of the same atoms, on the full grid, with zeros where nothing was observed */
export function createMaskedPosterior(
  model: MaskedModel,
  workspace: PosteriorWorkspace,
  modes: readonly Mode[],
  room: Room,
): MaskedPosterior {
  const real = modes.every((mode) => mode.dictionary.im === undefined);
  const atoms = modes.reduce((product, mode) => product * mode.count, 1);
  const size = modes.reduce((product, mode) => product * Math.min(mode.rows, mode.count), 1);
  const largest = Math.max(model.mask.rows, atoms);
  const order = size <= model.positions.length ? size : model.positions.length;
  const columns = Math.max(1, Math.min(order, Math.floor(tensorNumbers / largest)));
  const tensor = () => room.planar(largest * columns, real);
  return {
    model,
    units: room.planar(order * columns, real),
    tensor: tensor(),
    atoms: tensor(),
    scratch: [tensor(), tensor()],
    expansion: workspace.decompositions.map(({ v }) => ({ matrix: v, form: "plain", rows: 0, size: 0 })),
    columns,
  };
}

/**
 * Mean and variance of the posterior into the workspace; whatever the model was factored for before is lost.
 *
 * @returns the sums, or `undefined` if a decomposition or a factorisation broke down
 */
export function computeMaskedPosterior(
  masked: MaskedPosterior,
  workspace: PosteriorWorkspace,
  modes: readonly Mode[],
  noiseVariance: number,
): PosteriorSums | undefined {
  const { model } = masked;
  if (!projectMeasurement(workspace, modes)) return undefined;
  const { analysis, decompositions, core, mean, synthesis, snapshots, scratch, real } = workspace;
  const bases: Basis[] = decompositions.map(({ u, eigenvalues }, n) => ({
    u,
    eigenvalues,
    rank: analysis[n].rows,
  }));
  model.factored = false;
  const isSound = factorMasked(model, bases, core, noiseVariance);
  model.factored = false;
  if (!isSound) return undefined;
  shrinkFilled(model, core, noiseVariance);
  modeProductsInto(mean, core, synthesis, snapshots, scratch);
  fillMaskedShares(masked, workspace, modes);
  const shares = workspace.variance.re;
  const atoms = modes.reduce((product, mode) => product * mode.count, 1);
  let effectiveParameters = 0;
  for (let j = 0; j < atoms; j++) effectiveParameters += 1 - shares[j];
  weighByPrior(workspace, modes);
  const { logDeterminant, quadratic, residualEnergy, mask } = model;
  const dimensions = { rows: mask.observed.length, snapshots, real };
  const logEvidence = gaussianLogDensity(dimensions, logDeterminant, quadratic);
  return { logEvidence, residualEnergy, effectiveParameters };
}

/** core ← T_f · D. */
function shrinkFilled({ filled, lambda, size, snapshots }: MaskedModel, core: Planar, noise: number): void {
  const { re, im } = core;
  const { re: fromRe, im: fromIm } = filled;
  for (let k = 0, i = 0; k < size; k++) {
    const total = noise + lambda[k];
    for (let l = 0; l < snapshots; l++, i++) {
      re[i] = fromRe[i] / total;
      if (im !== undefined) im[i] = fromIm![i] / total;
    }
  }
}

/** variance ← diag Σ/γ. */
function fillMaskedShares(
  masked: MaskedPosterior,
  workspace: PosteriorWorkspace,
  modes: readonly Mode[],
): void {
  const { model, columns, expansion } = masked;
  const { kind, order, size, noise } = model;
  const shrinkage = workspace.shrinkage.re;
  for (let k = 0; k < size; k++) shrinkage[k] = kind === "missing" ? noise[k] : 0;
  fillShares(workspace, modes);
  const atoms = modes.reduce((product, mode) => product * mode.count, 1);
  if (kind === "observed") workspace.variance.re.fill(1, 0, atoms);
  for (let n = 0; n < modes.length; n++) {
    expansion[n].rows = modes[n].count;
    expansion[n].size = model.analysis[n].rows;
  }
  for (let first = 0; first < order; first += columns) {
    const count = Math.min(columns, order - first);
    fillColumns(masked, first, count);
    modeProductsInto(masked.atoms, masked.tensor, expansion, count, masked.scratch);
    addSquares(workspace.variance.re, masked.atoms, atoms, count, kind === "observed" ? -1 : 1);
  }
}

/** tensor ← columns `first` to `first + count` − 1 of what is summed over, in the bases, [r × count]. */
function fillColumns(
  { model, units, tensor, atoms, scratch }: MaskedPosterior,
  first: number,
  count: number,
) {
  const { kind, order, square, positions, mask, analysis } = model;
  clear(units, 0, order * count);
  const { re: unit } = units;
  for (let k = 0; k < count; k++) unit[(first + k) * count + k] = 1;
  solveLowerAdjointInPlace(square, order, units, count);
  if (kind === "basis") {
    weighColumns(model, tensor, units, count);
    return;
  }
  clear(tensor, 0, mask.rows * count);
  const { re, im } = tensor;
  const { re: fromRe, im: fromIm } = units;
  for (let i = 0, from = 0; i < order; i++) {
    for (let k = 0, to = positions[i] * count; k < count; k++, from++, to++) {
      re[to] = fromRe[from];
      if (im !== undefined) im[to] = fromIm![from];
    }
  }
  modeProductsInto(atoms, tensor, analysis, count, scratch);
  weighColumns(model, tensor, atoms, count);
}

/** to ← from with the weights of the sums, [r × count]. */
function weighColumns(model: MaskedModel, to: Planar, from: Planar, count: number): void {
  const { kind, size, lambda, noise, signal } = model;
  const { re, im } = to;
  const { re: fromRe, im: fromIm } = from;
  for (let s = 0, i = 0; s < size; s++) {
    // σ D^½, Λ^½, or σ D Λ^½.
    const square = kind === "basis" ? noise[s] : kind === "observed" ? lambda[s] : noise[s] * signal[s];
    const weight = Math.sqrt(square);
    for (let k = 0; k < count; k++, i++) {
      re[i] = weight * fromRe[i];
      if (im !== undefined) im[i] = weight * fromIm![i];
    }
  }
}

/** shares ← shares + sign · Σ |value|² over columns, not below zero. */
function addSquares(
  shares: Float64Array,
  { re, im }: Planar,
  atoms: number,
  columns: number,
  sign: number,
): void {
  for (let j = 0, i = 0; j < atoms; j++) {
    let sum = 0;
    for (let k = 0; k < columns; k++, i++) sum += re[i] * re[i] + (im === undefined ? 0 : im[i] * im[i]);
    shares[j] = Math.max(0, shares[j] + sign * sum);
  }
}
