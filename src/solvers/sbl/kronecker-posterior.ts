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
import { type ModeFactor, modeProductsInto } from "../../complex/mode-products.js";
import { outerProductInto } from "../../complex/outer.js";
import { type Planar, planar } from "../../complex/planar.js";
import { createSvdWorkspace, type SvdWorkspace, svdInto } from "../../linalg/svd.js";
import { counts, fullPriorVariance, type Mode } from "./kronecker-modes.js";

/** What the decomposition of one mode needs. */
interface ModeDecomposition {
  /** A_n diag(√γ_n), [M_n × K_n]. */
  readonly weighted: Planar;
  readonly u: Planar;
  readonly s: Float64Array;
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
  rank: number;
}

export interface PosteriorWorkspace {
  readonly measurement: Planar;
  readonly rows: number;
  readonly snapshots: number;
  readonly real: boolean;
  /** ‖y‖². */
  readonly energy: number;
  readonly decompositions: readonly ModeDecomposition[];
  /** T, then T · D. */
  readonly core: Planar;
  /** λ, then σ² D. */
  readonly shrinkage: Float64Array;
  /** ∏ (1 − ν_n). */
  readonly coverage: Float64Array;
  readonly scratch: readonly [Planar, Planar];
  readonly realScratch: readonly [Planar, Planar];
  /** μ, [K_1 × … × K_R × snapshots]. */
  readonly mean: Planar;
  /** diag Σ, [K_1 × … × K_R]. */
  readonly variance: Float64Array;
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

/** Everything that {@link computePosterior} writes to, allocated once. */
export function createPosteriorWorkspace(
  modes: readonly Mode[],
  measurement: Planar,
  snapshots: number,
): PosteriorWorkspace {
  const real = measurement.im === undefined && modes.every((mode) => mode.dictionary.im === undefined);
  const product = (size: (mode: Mode) => number) => modes.reduce((total, mode) => total * size(mode), 1);
  const rows = product((mode) => mode.rows);
  const ranks = product((mode) => Math.min(mode.rows, mode.atoms));
  const atoms = product((mode) => mode.atoms);
  const largest = Math.max(rows, atoms);
  let energy = 0;
  for (const part of [measurement.re, measurement.im ?? []])
    for (const value of part) energy += value * value;
  return {
    measurement,
    rows,
    snapshots,
    real,
    energy,
    decompositions: modes.map(createDecomposition),
    core: planar(ranks * snapshots, real),
    shrinkage: new Float64Array(ranks),
    coverage: new Float64Array(atoms),
    scratch: [planar(largest * snapshots, real), planar(largest * snapshots, real)],
    realScratch: [planar(largest, true), planar(largest, true)],
    mean: planar(atoms * snapshots, real),
    variance: new Float64Array(atoms),
  };
}

function createDecomposition({ rows, atoms, dictionary }: Mode): ModeDecomposition {
  const real = dictionary.im === undefined;
  const rank = Math.min(rows, atoms);
  return {
    weighted: planar(rows * atoms, real),
    u: planar(rows * rank, real),
    s: new Float64Array(rank),
    v: planar(atoms * rank, real),
    synthesis: planar(atoms * rank, real),
    weights: planar(atoms * rank, true),
    coverage: new Float64Array(atoms),
    eigenvalues: new Float64Array(rank),
    svd: createSvdWorkspace(rows, atoms, real),
    rank,
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
  const { decompositions, core, shrinkage, snapshots, measurement, scratch, mean } = workspace;
  for (let n = 0; n < modes.length; n++) {
    if (!decompose(decompositions[n], modes[n])) return undefined;
  }
  modeProductsInto(core, measurement, decompositions.map(analysis(modes)), snapshots, scratch);
  const ranks = decompositions.map(({ rank }) => rank);
  const eigenvalues = decompositions.map((decomposition) => decomposition.eigenvalues);
  const size = outerProductInto(shrinkage, eigenvalues, ranks);
  const sums = shrinkCore(workspace, size, noiseVariance);
  modeProductsInto(mean, core, decompositions.map(synthesis(modes)), snapshots, scratch);
  computeVariance(workspace, modes);
  return sums;
}

/** U_n^H, [r_n × M_n]. */
const analysis =
  (modes: readonly Mode[]) =>
  (d: ModeDecomposition, n: number): ModeFactor => ({
    matrix: d.u,
    form: "adjoint",
    rows: d.rank,
    size: modes[n].rows,
  });

/** diag(√γ_n) V_n S_n, [K_n × r_n]. */
const synthesis =
  (modes: readonly Mode[]) =>
  (d: ModeDecomposition, n: number): ModeFactor => ({
    matrix: d.synthesis,
    form: "plain",
    rows: modes[n].count,
    size: d.rank,
  });

/** |V_n|², [K_n × r_n]. */
const spread =
  (modes: readonly Mode[]) =>
  (d: ModeDecomposition, n: number): ModeFactor => ({
    matrix: d.weights,
    form: "plain",
    rows: modes[n].count,
    size: d.rank,
  });

/** A_n diag(√γ_n) = U_n S_n V_n^H and what is derived from it. */
function decompose(d: ModeDecomposition, mode: Mode): boolean {
  const { rows, atoms, count, active, priorVariance, dictionary } = mode;
  for (const part of ["re", "im"] as const) {
    const from = dictionary[part];
    const to = d.weighted[part];
    if (from === undefined || to === undefined) continue;
    for (let j = 0; j < count; j++) {
      const root = Math.sqrt(priorVariance[j]);
      const atom = active[j];
      for (let m = 0; m < rows; m++) to[m * count + j] = from[m * atoms + atom] * root;
    }
  }
  d.rank = Math.min(rows, count);
  const { rank, s, u, v, weights, coverage, eigenvalues } = d;
  if (!svdInto(d.weighted, rows, count, u, s, v, d.svd)) return false;
  for (let k = 0; k < rank; k++) eigenvalues[k] = s[k] * s[k];
  for (let j = 0, i = 0; j < count; j++) {
    const root = Math.sqrt(priorVariance[j]);
    let sum = 0;
    for (let k = 0; k < rank; k++, i++) {
      const re = v.re[i];
      const im = v.im === undefined ? 0 : v.im[i];
      const square = re * re + im * im;
      weights.re[i] = square;
      sum += square;
      const gain = root * s[k];
      d.synthesis.re[i] = re * gain;
      if (d.synthesis.im !== undefined) d.synthesis.im[i] = im * gain;
    }
    coverage[j] = count <= rows ? 1 : Math.min(1, sum);
  }
  return true;
}

/** Turns T into T · D and λ into σ² D; collects the sums on the way. */
function shrinkCore(workspace: PosteriorWorkspace, size: number, noiseVariance: number): PosteriorSums {
  const { core, shrinkage, snapshots, energy, rows, real } = workspace;
  const { re, im } = core;
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

function computeVariance(workspace: PosteriorWorkspace, modes: readonly Mode[]): void {
  const { decompositions, shrinkage, variance, coverage, realScratch } = workspace;
  modeProductsInto({ re: variance }, { re: shrinkage }, decompositions.map(spread(modes)), 1, realScratch);
  if (modes.some((mode) => mode.count > mode.rows)) {
    const coverages = decompositions.map((decomposition) => decomposition.coverage);
    const size = outerProductInto(coverage, coverages, counts(modes));
    for (let j = 0; j < size; j++) variance[j] = variance[j] + (1 - coverage[j]);
  }
  // γ goes where the coverage was; rounding must not lift a posterior variance above its prior.
  const size = fullPriorVariance(modes, coverage);
  for (let j = 0; j < size; j++) variance[j] = coverage[j] * Math.min(1, variance[j]);
}
