/**
 * The marginal likelihood of a Kronecker-structured sparse Bayesian model of which only some elements of the grid were
 * observed, exactly.
 *
 * Model: y = P (A_1 ⊗ … ⊗ A_R) x + w, where P keeps the observed elements. Let A_n diag(√γ_n) = U_n S_n V_n^H (thin),
 * U = U_1 ⊗ … ⊗ U_R, λ = s_1² ⊗ … ⊗ s_R², D = 1/(σ² + λ), Θ² = λ D, and U_o, U_m the rows of U at observed and missing
 * elements. Two things are all that the mask changes:
 *
 * 1. The missing elements are filled with their conditional means z, and T = U^H y becomes T_f = U^H (y, z). Energies,
 *    mean, residual and quadratic form are those of the full grid at T_f.
 * 2. The counts and the variances follow from Z = U_o^H Σ_oo⁻¹ U_o instead of D, and ln det Σ_oo from the same factor.
 *
 * Both come from one Hermitian matrix that is factored for every γ, the smallest of the three
 *
 *     missing    G = I − U_m Θ² U_m^H,       z = G⁻¹ U_m Θ² T,           D − Z = σ² D U_m^H G⁻¹ U_m D,
 *     observed   C = σ² I + U_o Λ U_o^H,     D T_f = U_o^H C⁻¹ y,        Z = U_o^H C⁻¹ U_o,
 *     basis      B = σ² D + Θ U_o^H U_o Θ,   z = U_m Θ B⁻¹ Θ T,          D − Z = σ² D (J + J Θ B⁻¹ Θ J) D,  J = U_m^H U_m,
 *
 * with ln det Σ_oo = ln det Σ_y − m ln σ² + ln det G (m missing elements; or + ln det B), or ln det C. "Missing" is the
 * Woodbury form of the precision of the missing elements given the others, "basis" its dual in the range of the
 * dictionary. The latter is small as soon as atoms have been removed.
 *
 * Let k be the number of missing elements or of observed ones, whichever is smaller, r the rank ∏ rank_n of the model, q
 * the smaller of k and r. For every γ: q³ multiply-adds in "basis", k³/3 + k² r (half of that for "observed") in the other
 * two. Memory: three q × q matrices or, if larger, two and 64 MiB.
 *
 * Source: block inversion (Jacobi's identity for complementary minors, Woodbury's for the duals).
 */
import { type ModeFactor, modeProductsInto } from "../../complex/mode-products.js";
import { expandOuterProduct } from "../../complex/outer.js";
import type { Planar } from "../../complex/planar.js";
import { multiplyInto } from "../../complex/products.js";
import { clear } from "../../kernels/products.js";
import type { Room } from "../../kernels/room.js";
import { choleskyInPlace } from "../../linalg/cholesky-kernel.js";
import { solveLowerAdjointInPlace, solveLowerInPlace } from "../../linalg/triangular-kernel.js";
import { fewerPositions, type Mask, multiIndices } from "./kronecker-mask.js";
import { basisRightSides, cornerOf, fillBasisMatrix, sizeAfter } from "./kronecker-mask-basis.js";
import { fillMissingMatrix, fillObservedMatrix, rowsRightSides } from "./kronecker-mask-rows.js";
import type { Mode } from "./kronecker-modes.js";

/** What the mask needs of the decomposition of one mode. */
export interface Basis {
  /** U_n, [M_n × rank]. */
  readonly u: Planar;
  readonly rank: number;
  /** s_n². */
  readonly eigenvalues: Float64Array;
}

type WritableFactor = { -readonly [Key in keyof ModeFactor]: ModeFactor[Key] };

export interface MaskedModel {
  readonly mask: Mask;
  readonly snapshots: number;
  /** y on the grid, zero where it is missing, [M × snapshots]. */
  readonly measurement: Planar;
  /** Which elements there are fewer of; where they are in the grid, and their multi-indices. */
  readonly fewer: "missing" | "observed";
  readonly positions: Int32Array;
  readonly indices: Int32Array;
  /** Which matrix is factored, and its size q. */
  kind: "missing" | "observed" | "basis";
  order: number;
  /** The matrix, then its lower Cholesky factor L, [q × q]. */
  readonly square: Planar;
  /** J of "basis", [r × r]. */
  readonly overlaps: Planar;
  /** Columns to be solved for, as many as there is room for at a time. */
  readonly rightSides: Planar;
  readonly capacity: number;
  /** z, or C⁻¹ y, [k × snapshots]. */
  readonly values: Planar;
  /** T_f, [r × snapshots]. */
  readonly filled: Planar;
  /** Tensors of the size of the grid. */
  readonly grid: Planar;
  readonly fit: Planar;
  readonly scratch: readonly [Planar, Planar];
  /** U_n^H and U_n. */
  readonly analysis: readonly WritableFactor[];
  readonly synthesis: readonly WritableFactor[];
  /** Σ over the other modes of λ_o Z, [rank_n × rank_n]. */
  readonly information: Planar;
  /** Matrices that belong to one mode, [M_n × M_n] each. */
  readonly covariances: readonly Planar[];
  readonly modeScratch: Planar;
  /** r. */
  size: number;
  /** λ, Θ² = λ D, Θ, and σ² D. */
  readonly lambda: Float64Array;
  readonly signal: Float64Array;
  readonly theta: Float64Array;
  readonly noise: Float64Array;
  /** The eigenvalues of the other modes, and weights of columns. */
  readonly others: Float64Array;
  readonly weights: Float64Array;
  /** 1 or −1 for every column. */
  readonly signs: Planar;
  /** One row of U_1 ⊗ … without one mode. */
  readonly row: Planar;
  /** Sums over the rows of one mode. */
  readonly sums: Planar;
  /** ln det Σ_oo. */
  logDeterminant: number;
  /** tr(Y^H Σ_oo⁻¹ Y). */
  quadratic: number;
  /** ‖Y − P A μ‖². */
  residualEnergy: number;
  /** Whether all of this belongs to the decompositions as they stand, and the noise variance that it belongs to. */
  factored: boolean;
  noiseVariance: number;
  /** The mode whose information is there, −1 if none. */
  informed: number;
}

/** Columns are solved for in pieces of about 64 MiB. */
const pieceNumbers = 2 ** 22;

/** The sizes that the working arrays follow from. */
function sizesOf({ extents, rows, observed }: Mask, atoms: readonly number[]) {
  const ranks = extents.map((extent, n) => Math.min(extent, atoms[n]));
  const largestSize = ranks.reduce((product, rank) => product * rank, 1);
  const elements = Math.min(observed.length, rows - observed.length);
  const order = Math.min(elements, largestSize);
  const largestRank = Math.max(...ranks);
  const capacity = Math.max(
    order * largestRank,
    elements * Math.ceil(order / 2),
    Math.min(order * largestSize, pieceNumbers),
  );
  return { elements, order, largestRank, capacity };
}

/** About how many bytes {@link createMaskedModel} takes. */
export function maskedModelBytes(
  mask: Mask,
  atoms: readonly number[],
  snapshots: number,
  real: boolean,
): number {
  const { order, capacity } = sizesOf(mask, atoms);
  return (real ? 8 : 16) * (2 * order ** 2 + capacity + 5 * mask.rows * snapshots);
}

/** Everything that the mask needs to write to, allocated once, for the atoms that are active now or fewer. */
export function createMaskedModel(
  mask: Mask,
  modes: readonly Mode[],
  data: { readonly measurement: Planar; readonly snapshots: number; readonly real: boolean },
  room: Room,
): MaskedModel {
  const { snapshots, measurement, real } = data;
  const { extents, rows } = mask;
  const { elements, order, largestRank, capacity } = sizesOf(
    mask,
    modes.map((mode) => mode.atoms),
  );
  const realBases = modes.every((mode) => mode.dictionary.im === undefined);
  const positions = fewerPositions(mask);
  const tensor = () => room.planar(rows * snapshots, real);
  const factor = (form: ModeFactor["form"]): WritableFactor => ({
    matrix: measurement,
    form,
    rows: 0,
    size: 0,
  });
  const largestExtent = Math.max(...extents);
  return {
    mask,
    snapshots,
    measurement,
    fewer: positions === mask.observed ? "observed" : "missing",
    positions,
    indices: multiIndices(positions, extents),
    kind: "basis",
    order: 0,
    square: room.planar(order * order, realBases),
    overlaps: room.planar(order * order, realBases),
    rightSides: room.planar(capacity, realBases),
    capacity,
    values: room.planar(elements * snapshots, real),
    filled: tensor(),
    grid: tensor(),
    fit: tensor(),
    scratch: [tensor(), tensor()],
    analysis: modes.map(() => factor("adjoint")),
    synthesis: modes.map(() => factor("plain")),
    information: room.planar(largestRank * largestRank, realBases),
    covariances: extents.map((extent) => room.planar(extent * extent, realBases)),
    modeScratch: room.planar(largestExtent * largestRank, realBases),
    size: 0,
    lambda: new Float64Array(rows),
    signal: new Float64Array(rows),
    theta: new Float64Array(rows),
    noise: new Float64Array(rows),
    others: new Float64Array(rows),
    weights: new Float64Array(rows),
    signs: room.planar(rows, true),
    row: { re: new Float64Array(rows), im: new Float64Array(rows) },
    sums: room.planar(largestExtent, realBases),
    logDeterminant: 0,
    quadratic: 0,
    residualEnergy: 0,
    factored: false,
    noiseVariance: 0,
    informed: -1,
  };
}

/**
 * T_f and the sums of the masked model at these decompositions. Does nothing if they are there already; whoever changes the
 * decompositions must say so by `factored`.
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
  model.kind = size <= positions.length ? "basis" : model.fewer;
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

/**
 * information ← Σ over the other modes of λ_o Z, for mode n: the counts are ν_j = v F v^H with row j of V_n S_n.
 *
 * Columns of the right-hand side are ordered with the entry of mode n fastest, so that one product adds up a piece.
 */
export function informMasked(
  model: MaskedModel,
  bases: readonly Basis[],
  n: number,
  noiseVariance: number,
): void {
  if (model.informed === n) return;
  const { others, weights, information, rightSides, square, order, size, kind, capacity } = model;
  const { rank, eigenvalues } = bases[n];
  let count = 1;
  others[0] = 1;
  for (let k = 0; k < bases.length; k++) {
    if (k !== n) count = expandOuterProduct(others, count, bases[k].eigenvalues, bases[k].rank);
  }
  for (let b = 0, i = 0; b < count; b++) {
    for (let p = 0; p < rank; p++, i++) {
      const root = Math.sqrt(others[b]);
      const total = noiseVariance + others[b] * eigenvalues[p];
      weights[i] = kind === "observed" ? root : (root * Math.sqrt(noiseVariance)) / total;
    }
  }
  clear(information, 0, rank * rank);
  const sign = kind === "observed" ? 1 : -1;
  const piece = Math.max(1, Math.floor(capacity / (order * rank)));
  for (let first = 0; first < count; first += piece) {
    const blocks = Math.min(piece, count - first);
    if (kind === "basis") basisRightSides(model, bases, n, first, blocks);
    else rowsRightSides(model, bases, n, first, blocks);
    solveLowerInPlace(square, order, rightSides, blocks * rank);
    multiplyInto(
      information,
      "adjoint",
      rightSides,
      "plain",
      rightSides,
      rank,
      rank,
      order * blocks,
      sign,
      1,
    );
  }
  if (kind === "basis") subtractOverlaps(model, bases, n, count);
  if (kind !== "observed") addTraces(model, bases[n], count, noiseVariance);
  model.informed = size === 0 ? -1 : n;
}

/** information ← information + diag(Σ λ_o D). */
function addTraces(
  { information, others }: MaskedModel,
  { rank, eigenvalues }: Basis,
  count: number,
  noiseVariance: number,
): void {
  const to = information.re;
  for (let p = 0; p < rank; p++) {
    let trace = 0;
    for (let b = 0; b < count; b++) trace += others[b] / (noiseVariance + others[b] * eigenvalues[p]);
    to[p * (rank + 1)] += trace;
  }
}

/** information ← information − Σ λ_o σ² D J D. */
function subtractOverlaps(
  { information, overlaps, weights, size }: MaskedModel,
  bases: readonly Basis[],
  n: number,
  count: number,
): void {
  const { rank } = bases[n];
  const right = sizeAfter(bases, n);
  const { re, im } = overlaps;
  const { re: toRe, im: toIm } = information;
  for (let b = 0; b < count; b++) {
    const corner = cornerOf(b, rank, right);
    for (let p = 0; p < rank; p++) {
      const row = (corner + p * right) * size + corner;
      for (let q = 0; q < rank; q++) {
        const weight = weights[b * rank + p] * weights[b * rank + q];
        toRe[p * rank + q] -= weight * re[row + q * right];
        if (toIm !== undefined) toIm[p * rank + q] -= weight * im![row + q * right];
      }
    }
  }
}
