/**
 * The posterior of a Kronecker-structured sparse Bayesian model, computed mode by mode.
 *
 * Model: y = (A_1 ⊗ … ⊗ A_R) x + w, x ~ N(0, diag(γ_1 ⊗ … ⊗ γ_R)), w ~ N(0, σ² I), real or complex.
 * With the thin decompositions A_n diag(√γ_n) = U_n S_n V_n^H and the tensors T = Y ×_n U_n^H,
 * λ = s_1² ⊗ … ⊗ s_R², D = 1/(σ² + λ), the evidence covariance is U diag(1/D) U^H plus σ² on the complement, and
 *
 *     mean       μ = (T · D) ×_n (diag(√γ_n) V_n S_n)
 *     variance   diag Σ = γ · ( σ² D ×_n |V_n|² + 1 − ∏_n (1 − ν_n) ),   ν_n = 1 − row sums of |V_n|²
 *
 * where every term of the variance is positive: nothing cancels at high signal-to-noise ratio. The last term is
 * the part of the prior outside the row space of the dictionary; it is zero where K_n ≤ M_n. Log-determinant,
 * quadratic form, residual and effective number of parameters are sums over D and T.
 *
 * One posterior costs about 2 N max_n(N_n) multiply-adds for mean and variance each, and the R small
 * decompositions; memory is O(N + M). No matrix with N columns and no N × N matrix is formed.
 */
import { type ModeFactor, modeProductsInto } from "../../../complex/mode-products.js";
import { expandOuterProduct } from "../../../complex/outer.js";
import { isReal, type Planar, splitInto } from "../../../complex/planar.js";
import type { Form } from "../../../complex/products.js";
import type { Room } from "../../../kernels/room.js";
import { createSvdWorkspace, type SvdWorkspace, svdInto } from "../../../linalg/svd.js";
import type { KroneckerProblem } from "../../kronecker-problem.js";
import { fullPriorVariance, type Mode, weightAtoms } from "./modes.js";

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the decomposition of one mode needs. */
interface ModeDecomposition {
  /** A_n diag(√γ_n), [M_n × K_n]. */
  readonly weighted: Planar;
  readonly u: Planar;
  readonly s: Planar;
  readonly v: Planar;
  /** diag(√γ_n) V_n S_n, [K_n × r_n]. */
  readonly synthesis: Planar;
  /** |V_n|², [K_n × r_n], real. */
  readonly weights: Planar;
  /** 1 − ν_n: the row sums of |V_n|², 1 where K_n ≤ M_n. */
  readonly coverage: Float64Array;
  /** s_n². */
  readonly eigenvalues: Float64Array;
  readonly svd: SvdWorkspace;
}

export interface PosteriorWorkspace {
  readonly measurement: Planar;
  readonly rows: number;
  readonly snapshots: number;
  readonly real: boolean;
  /** ‖y‖². */
  readonly energy: number;
  readonly decompositions: readonly ModeDecomposition[];
  /** U_n^H, [r_n × M_n]. */
  readonly analysis: readonly Writable<ModeFactor>[];
  /** diag(√γ_n) V_n S_n, [K_n × r_n]. */
  readonly synthesis: readonly Writable<ModeFactor>[];
  /** |V_n|², [K_n × r_n]. */
  readonly spread: readonly Writable<ModeFactor>[];
  /** T, then T · D. */
  readonly core: Planar;
  /** λ, then σ² D; real. */
  readonly shrinkage: Planar;
  /** ∏ (1 − ν_n). */
  readonly coverage: Float64Array;
  readonly scratch: readonly [Planar, Planar];
  readonly realScratch: readonly [Planar, Planar];
  /** μ, [K_1 × … × K_R × snapshots]. */
  readonly mean: Planar;
  /** diag Σ, [K_1 × … × K_R], real. */
  readonly variance: Planar;
}

/** The sums that come with a posterior. */
export interface PosteriorSums {
  /** ln p(Y | γ, σ²), summed over snapshots. */
  readonly logEvidence: number;
  /** ‖Y − A μ‖². */
  readonly residualEnergy: number;
  /** Σ_j (1 − Σ_jj/γ_j) = tr(A Γ A^H Σ_y⁻¹), the number of well-determined coefficients. */
  readonly effectiveParameters: number;
}

/** Everything that {@link computePosterior} writes to, allocated once, for the atoms that are active now or fewer. */
export function createPosteriorWorkspace(
  modes: readonly Mode[],
  { measurement: { data }, snapshots, real }: KroneckerProblem,
  room: Room,
): PosteriorWorkspace {
  const product = (size: (mode: Mode) => number) => modes.reduce((total, mode) => total * size(mode), 1);
  const rows = product((mode) => mode.rows);
  const ranks = product((mode) => Math.min(mode.rows, mode.count));
  const atoms = product((mode) => mode.count);
  const largest = Math.max(rows, atoms);
  const measurement = room.planar(rows * snapshots, isReal(data));
  splitInto(data, measurement);
  const decompositions = modes.map((mode) => createDecomposition(mode, room));
  const factor = (matrix: Planar, form: Form): ModeFactor => ({ matrix, form, rows: 0, size: 0 });
  return {
    measurement,
    rows,
    snapshots,
    real,
    energy: data.reduce((sum, value) => sum + value * value, 0),
    decompositions,
    analysis: decompositions.map(({ u }) => factor(u, "adjoint")),
    synthesis: decompositions.map(({ synthesis }) => factor(synthesis, "plain")),
    spread: decompositions.map(({ weights }) => factor(weights, "plain")),
    core: room.planar(ranks * snapshots, real),
    shrinkage: room.planar(ranks, true),
    coverage: new Float64Array(atoms),
    scratch: [room.planar(largest * snapshots, real), room.planar(largest * snapshots, real)],
    realScratch: [room.planar(largest, true), room.planar(largest, true)],
    mean: room.planar(atoms * snapshots, real),
    variance: room.planar(atoms, true),
  };
}

function createDecomposition({ rows, count: atoms, dictionary }: Mode, room: Room): ModeDecomposition {
  const real = dictionary.im === undefined;
  const rank = Math.min(rows, atoms);
  return {
    weighted: room.planar(rows * atoms, real),
    u: room.planar(rows * rank, real),
    s: room.planar(rank, true),
    v: room.planar(atoms * rank, real),
    synthesis: room.planar(atoms * rank, real),
    weights: room.planar(atoms * rank, true),
    coverage: new Float64Array(atoms),
    eigenvalues: new Float64Array(rank),
    svd: createSvdWorkspace(rows, atoms, real),
  };
}

/**
 * Mean and variance of the posterior into the workspace.
 *
 * @returns the sums, or `undefined` if a decomposition broke down
 */
export function computePosterior(
  workspace: PosteriorWorkspace,
  modes: readonly Mode[],
  noiseVariance: number,
): PosteriorSums | undefined {
  const { synthesis, core, snapshots, scratch, mean } = workspace;
  if (!projectMeasurement(workspace, modes)) return undefined;
  const sums = shrinkCore(workspace, noiseVariance);
  modeProductsInto(mean, core, synthesis, snapshots, scratch);
  fillShares(workspace, modes);
  weighByPrior(workspace, modes);
  return sums;
}

/** The decompositions, T and λ. @returns false if a decomposition broke down */
export function projectMeasurement(workspace: PosteriorWorkspace, modes: readonly Mode[]): boolean {
  const { decompositions, analysis, synthesis, core, snapshots, measurement, scratch } = workspace;
  for (let n = 0; n < modes.length; n++) {
    const { rows, count } = modes[n];
    if (!decompose(decompositions[n], modes[n])) return false;
    const rank = Math.min(rows, count);
    resize(analysis[n], rank, rows);
    resize(synthesis[n], count, rank);
    resize(workspace.spread[n], count, rank);
  }
  const shrinkage = workspace.shrinkage.re;
  let size = 1;
  shrinkage[0] = 1;
  for (let n = 0; n < modes.length; n++) {
    size = expandOuterProduct(shrinkage, size, decompositions[n].eigenvalues, analysis[n].rows);
  }
  modeProductsInto(core, measurement, analysis, snapshots, scratch);
  return true;
}

function resize(factor: Writable<ModeFactor>, rows: number, size: number): void {
  factor.rows = rows;
  factor.size = size;
}

/** A_n diag(√γ_n) = U_n S_n V_n^H and what is derived from it. */
function decompose(d: ModeDecomposition, mode: Mode): boolean {
  const { rows, count, priorVariance } = mode;
  weightAtoms(mode, d.weighted);
  const rank = Math.min(rows, count);
  const { s, u, v, coverage, eigenvalues } = d;
  if (!svdInto(d.weighted, rows, count, u, s, v, d.svd)) return false;
  const singular = s.re;
  for (let k = 0; k < rank; k++) eigenvalues[k] = singular[k] * singular[k];
  const weights = d.weights.re;
  const { re: vRe, im: vIm } = v;
  const { re: toRe, im: toIm } = d.synthesis;
  for (let j = 0, i = 0; j < count; j++) {
    const root = Math.sqrt(priorVariance[j]);
    let sum = 0;
    for (let k = 0; k < rank; k++, i++) {
      const re = vRe[i];
      const im = vIm === undefined ? 0 : vIm[i];
      const square = re * re + im * im;
      weights[i] = square;
      sum += square;
      const gain = root * singular[k];
      toRe[i] = re * gain;
      if (toIm !== undefined) toIm[i] = im * gain;
    }
    coverage[j] = count <= rows ? 1 : Math.min(1, sum);
  }
  return true;
}

/** Turns T into T · D and λ into σ² D; collects the sums on the way. */
function shrinkCore(workspace: PosteriorWorkspace, noiseVariance: number): PosteriorSums {
  const { snapshots, energy, rows, real, analysis } = workspace;
  const size = analysis.reduce((product, factor) => product * factor.rows, 1);
  const { re, im } = workspace.core;
  const shrinkage = workspace.shrinkage.re;
  let logDeterminant = (rows - size) * Math.log(noiseVariance);
  let inside = 0;
  let quadratic = 0;
  let residual = 0;
  let effectiveParameters = 0;
  for (let k = 0, i = 0; k < size; k++) {
    const eigenvalue = shrinkage[k];
    const total = noiseVariance + eigenvalue;
    const d = 1 / total;
    let power = 0;
    for (let l = 0; l < snapshots; l++, i++) {
      power += re[i] * re[i];
      re[i] = re[i] * d;
      if (im !== undefined) {
        power += im[i] * im[i];
        im[i] = im[i] * d;
      }
    }
    const share = noiseVariance * d;
    shrinkage[k] = share;
    inside += power;
    quadratic += power * d;
    residual += power * share * share;
    logDeterminant += Math.log(total);
    effectiveParameters += eigenvalue * d;
  }
  // What of y lies outside the range of the dictionary meets noise alone.
  const outside = size === rows ? 0 : Math.max(0, energy - inside);
  if (outside > 0) quadratic += outside / noiseVariance;
  const perDimension = real ? 0.5 : 1;
  const constant = Math.log(real ? 2 * Math.PI : Math.PI);
  return {
    logEvidence: -perDimension * (snapshots * (rows * constant + logDeterminant) + quadratic),
    residualEnergy: residual + outside,
    effectiveParameters,
  };
}

/** variance ← diag Σ/γ of the full grid: σ² D ×_n |V_n|² + 1 − ∏ (1 − ν_n). */
export function fillShares(workspace: PosteriorWorkspace, modes: readonly Mode[]): void {
  const { decompositions, spread, shrinkage, coverage, realScratch } = workspace;
  modeProductsInto(workspace.variance, shrinkage, spread, 1, realScratch);
  const variance = workspace.variance.re;
  if (modes.some((mode) => mode.count > mode.rows)) {
    let size = 1;
    coverage[0] = 1;
    for (let n = 0; n < modes.length; n++) {
      size = expandOuterProduct(coverage, size, decompositions[n].coverage, modes[n].count);
    }
    for (let j = 0; j < size; j++) variance[j] = variance[j] + (1 - coverage[j]);
  }
}

/** variance ← γ · variance. */
export function weighByPrior(
  { variance: shares, coverage }: PosteriorWorkspace,
  modes: readonly Mode[],
): void {
  const variance = shares.re;
  // γ goes where the coverage was; rounding must not lift a posterior variance above its prior.
  const size = fullPriorVariance(modes, coverage);
  for (let j = 0; j < size; j++) variance[j] = coverage[j] * Math.min(1, variance[j]);
}
