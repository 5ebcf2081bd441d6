/**
 * The marginal likelihood of a Kronecker-structured sparse Bayesian model of which only some elements of the
 * grid were observed, exactly.
 *
 * Model: y = P (A_1 ⊗ … ⊗ A_R) x + w, where P keeps the observed elements. Let A_n diag(√γ_n) = U_n S_n V_n^H
 * (thin), U = U_1 ⊗ … ⊗ U_R, λ = s_1² ⊗ … ⊗ s_R², D = 1/(σ² + λ), Θ² = λ D, and U_o, U_m the rows of U at
 * observed and missing elements. Two things are all that the mask changes:
 *
 * 1. The missing elements are filled with their conditional means z, and T = U^H y becomes T_f = U^H (y, z). Energies,
 *    mean, residual and quadratic form are those of the full grid at T_f.
 * 2. The counts and the variances follow from Z = U_o^H Σ_oo⁻¹ U_o instead of D, and ln det Σ_oo from the same factor.
 *
 * Both come from one Hermitian matrix that is factored for every γ, one of the three
 *
 *     missing    G = I − U_m Θ² U_m^H,       z = G⁻¹ U_m Θ² T,       D − Z = σ² D U_m^H G⁻¹ U_m D,
 *     observed   C = σ² I + U_o Λ U_o^H,     D T_f = U_o^H C⁻¹ y,    Z = U_o^H C⁻¹ U_o,
 *     basis      B = σ² D + Θ U_o^H U_o Θ,   z = U_m Θ B⁻¹ Θ T,      D − Z = σ² D (J + J Θ B⁻¹ Θ J) D
 *
 * with J = U_m^H U_m = I − U_o^H U_o. ln det Σ_oo is ln det C, or, with m missing elements, ln det Σ_y − m ln
 * σ² plus ln det G or ln det B. "Missing" is the Woodbury form for the missing elements, "basis" its dual in
 * the range of the dictionary, which is small as soon as atoms have been removed.
 *
 * Let k be the number of the elements that are counted, missing or observed, r = ∏ rank_n, and q the smaller
 * of k and r at the start. For every γ: about r³ multiply-adds in "basis", k³ in "observed" whatever the size
 * of the grid, and k² r + k³/3 in "missing". Where C is so ill-conditioned that its inverse would lose half
 * of the digits, "observed" solves for every entry of the basis instead, in k² r. Memory: three q × q
 * matrices or, if that is more, two and 64 MiB.
 *
 * Source: block inversion and the Woodbury identity.
 */
import type { ModeFactor } from "../../../../complex/mode-products.js";
import type { Planar } from "../../../../complex/planar.js";
import { SparseError } from "../../../../errors.js";
import { workingMemoryLimit } from "../../../../kernels/backend.js";
import type { Room } from "../../../../kernels/room.js";
import type { Mode } from "../modes.js";
import { cheaperSide, type Mask, type MaskedProblem, multiIndices, positionsOf } from "./mask.js";

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
  /** Which elements are counted; where they are in the grid, and their multi-indices. */
  readonly side: "missing" | "observed";
  readonly positions: Int32Array;
  readonly indices: Int32Array;
  /** Which matrix is factored, and its size q. */
  kind: "missing" | "observed" | "basis";
  order: number;
  /** The matrix, then its lower Cholesky factor L, [q × q]. */
  readonly square: Planar;
  /** J of "basis", [r × r]; C⁻¹ of "observed". */
  readonly overlaps: Planar;
  /** C is not inverted where the squared ratio of the pivots of L is larger. */
  readonly inversionLimit: number;
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
  /** A_n Γ_n A_n^H of "observed", [M_n × M_n]. */
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
  /** Sums over the elements in each row of one mode, or, in "observed", in each pair of rows. */
  readonly sums: Planar;
  /** ln det Σ_oo. */
  logDeterminant: number;
  /** tr(Y^H Σ_oo⁻¹ Y). */
  quadratic: number;
  /** ‖Y − P A μ‖². */
  residualEnergy: number;
  /**
   * Whether all of this belongs to the decompositions as they stand, and the noise variance that it belongs
   * to.
   */
  factored: boolean;
  noiseVariance: number;
  /** The mode whose information is there, −1 if none. */
  informed: number;
}

/** From here on the inverse of C would have half of the digits of a number. */
const largestCondition = 1e8;
/** Columns are solved for in pieces of about 64 MiB. */
const pieceNumbers = 2 ** 22;

/** The sizes that the working arrays follow from. */
function sizesOf(mask: Mask, atoms: readonly number[]) {
  const { extents, rows, observed } = mask;
  const side = cheaperSide(mask);
  const ranks = extents.map((extent, n) => Math.min(extent, atoms[n]));
  const largestSize = ranks.reduce((product, rank) => product * rank, 1);
  const elements = side === "observed" ? observed.length : rows - observed.length;
  const order = Math.min(elements, largestSize);
  const largestRank = Math.max(...ranks);
  const capacity = Math.max(
    order * largestRank,
    elements * Math.ceil(order / 2),
    Math.min(order * largestSize, pieceNumbers),
  );
  const squares = side === "observed" ? extents.reduce((sum, extent) => sum + extent ** 2, 0) : 0;
  return { side, elements, order, largestRank, capacity, squares };
}

/**
 * Whether there will be room for the matrices of {@link createMaskedModel}, before anything is taken.
 *
 * @throws `limit` with what can be done about it
 */
export function checkMaskedMemory(who: string, problem: MaskedProblem): void {
  const { mask, factors, snapshots, real } = problem;
  if (mask === undefined) return;
  const { order, capacity, squares } = sizesOf(
    mask,
    factors.map((factor) => factor.columns),
  );
  const realBases = factors.every((factor) => factor.parts.im === undefined);
  const matrices = (realBases ? 8 : 16) * (2 * order ** 2 + capacity + squares);
  const bytes = matrices + (real ? 8 : 16) * 6 * mask.rows * snapshots;
  const limit = workingMemoryLimit();
  if (bytes <= limit) return;
  const received = mebibytes(bytes);
  const expected = `at most ${mebibytes(limit)} (memoryLimit)`;
  const remedy = "allow more with useKernels, or observe all combinations of some rows of each factor";
  throw new SparseError(
    "limit",
    `${who}: working memory would be ${received} for this mask; expected ${expected}; ${remedy}`,
    { parameter: "observed", expected, received },
  );
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
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
  const { side, elements, order, largestRank, capacity } = sizesOf(
    mask,
    modes.map((mode) => mode.atoms),
  );
  const realBases = modes.every((mode) => mode.dictionary.im === undefined);
  const positions = positionsOf(mask, side);
  const tensor = () => room.planar(rows * snapshots, real);
  const factor = (form: ModeFactor["form"]): WritableFactor => ({
    matrix: measurement,
    form,
    rows: 0,
    size: 0,
  });
  const isObserved = side === "observed";
  const largestExtent = Math.max(...extents);
  return {
    mask,
    snapshots,
    measurement,
    side,
    positions,
    indices: multiIndices(positions, extents),
    kind: "basis",
    order: 0,
    square: room.planar(order * order, realBases),
    overlaps: room.planar(order * order, realBases),
    inversionLimit: largestCondition,
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
    covariances: extents.map((extent) => room.planar(isObserved ? extent ** 2 : 0, realBases)),
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
    sums: room.planar(isObserved ? largestExtent ** 2 : largestExtent, realBases),
    logDeterminant: 0,
    quadratic: 0,
    residualEnergy: 0,
    factored: false,
    noiseVariance: 0,
    informed: -1,
  };
}
