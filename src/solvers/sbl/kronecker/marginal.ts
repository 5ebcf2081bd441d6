/**
 * The marginal likelihood of a Kronecker-structured sparse Bayesian model in the eigenbases of its modes.
 *
 * Model: y = (A_1 ⊗ … ⊗ A_R) x + w, x ~ N(0, diag(γ_1 ⊗ … ⊗ γ_R)), w ~ N(0, σ² I), real or complex. With the thin
 * decompositions A_n diag(√γ_n) = U_n S_n V_n^H and the tensors
 *
 *     T = Y ×_1 U_1^H … ×_R U_R^H,   λ = s_1² ⊗ … ⊗ s_R²,   D = 1/(σ² + λ),   W = T · D
 *
 * the cost that evidence maximisation minimises is a sum over the entries of T,
 *
 *     L = ln det Σ_y + tr(Y^H Σ_y⁻¹ Y)/L_s = Σ ln(σ² + λ) + Σ |T|² D / L_s   (+ noise alone outside the range of A),
 *
 * and so are its slopes in γ_n. When one mode changes, T turns by the small matrix U_new^H U_old along that mode;
 * nothing of the size of the coefficient tensor is ever formed. A mode costs M M_n + M_n² K_n multiply-adds and the
 * decomposition of an M_n × K_n matrix.
 *
 * Where only some elements of the grid were observed, T is filled and D replaced as in {@link MaskedModel}.
 */
import { type ModeFactor, modeProductsInto } from "../../../complex/mode-products.js";
import { expandOuterProduct } from "../../../complex/outer.js";
import { type Planar, splitInto } from "../../../complex/planar.js";
import { modeProductInto, multiplyInto } from "../../../complex/products.js";
import type { Room } from "../../../kernels/room.js";
import { createSvdWorkspace, type SvdWorkspace, svdInto } from "../../../linalg/svd.js";
import { factorMasked } from "./mask/fill.js";
import { informMasked } from "./mask/information.js";
import { gridMeasurement, type Mask, type MaskedProblem } from "./mask/mask.js";
import { createMaskedModel, type MaskedModel } from "./mask/model.js";
import { learnMaskedNoise, maskedCost } from "./mask/noise.js";
import { type Mode, weightAtoms } from "./modes.js";

/** A_n diag(√γ_n) = U_n S_n V_n^H and what is read off it. */
export interface ModeSpectrum {
  readonly weighted: Planar;
  /** U_n, [M_n × rank]. */
  u: Planar;
  previousU: Planar;
  readonly s: Planar;
  /** V_n, [K_n × rank], then V_n S_n. */
  readonly v: Planar;
  rank: number;
  /** s_n². */
  readonly eigenvalues: Float64Array;
  readonly svd: SvdWorkspace;
}

/** What the marginal likelihood is of. */
export interface MarginalData {
  /** Y, [∏ M_n × snapshots], zero where it was not observed. */
  readonly measurement: Planar;
  readonly snapshots: number;
  readonly real: boolean;
  /** ‖Y‖². */
  readonly energy: number;
  /** Which elements were observed; all of them if absent. */
  readonly mask?: Mask | undefined;
}

/** The measurement of a problem where the kernels are. */
export function marginalData(problem: MaskedProblem, room: Room): MarginalData {
  const { snapshots, real, mask } = problem;
  const { data, rows } = gridMeasurement(problem);
  const measurement = room.planar(rows * snapshots, real);
  splitInto(data, measurement);
  const energy = data.reduce((sum, value) => sum + value * value, 0);
  return { measurement, snapshots, real, energy, mask };
}

/** Where the search stands: data, decompositions, and the data in their bases. */
export interface Marginal {
  readonly modes: readonly Mode[];
  readonly spectra: readonly ModeSpectrum[];
  /** Y, [∏ M_n × snapshots]. */
  readonly measurement: Planar;
  readonly rows: number;
  readonly snapshots: number;
  readonly real: boolean;
  /** ‖Y‖². */
  energy: number;
  noiseVariance: number;
  /** T, [∏ rank_n × snapshots]. */
  core: Planar;
  spareCore: Planar;
  /** ∏ rank_n. */
  size: number;
  readonly scratch: readonly [Planar, Planar];
  readonly analysis: readonly { -readonly [Key in keyof ModeFactor]: ModeFactor[Key] }[];
  readonly rotation: Planar;
  /** The eigenvalues of the other modes at every entry of T, or λ. */
  readonly lambda: Float64Array;
  /** Σ over the other modes of λ_o D, for one mode. */
  readonly traces: Float64Array;
  /** √λ_o W, its mode first. */
  readonly weighted: Planar;
  readonly gram: Planar;
  readonly projected: Planar;
  readonly ones: Float64Array;
  /** What replaces T and D if there is a mask. */
  readonly masked: MaskedModel | undefined;
}

export function createMarginal(
  modes: readonly Mode[],
  data: MarginalData,
  noiseVariance: number,
  room: Room,
): Marginal {
  const { measurement, snapshots, real, energy, mask } = data;
  const rows = modes.reduce((product, mode) => product * mode.rows, 1);
  const entries = rows * data.snapshots;
  const largestRows = Math.max(...modes.map((mode) => mode.rows));
  const largest = Math.max(...modes.map((mode) => Math.min(mode.rows, mode.atoms) * mode.atoms));
  const spectra = modes.map((mode) => createSpectrum(mode, room));
  return {
    measurement,
    snapshots,
    real,
    energy,
    modes,
    spectra,
    rows,
    noiseVariance,
    core: room.planar(entries, data.real),
    spareCore: room.planar(entries, data.real),
    size: 0,
    scratch: [room.planar(entries, data.real), room.planar(entries, data.real)],
    analysis: spectra.map(({ u }) => ({ matrix: u, form: "adjoint", rows: 0, size: 0 })),
    rotation: room.planar(largestRows * largestRows, data.real),
    lambda: new Float64Array(rows),
    traces: new Float64Array(largestRows),
    weighted: room.planar(entries, data.real),
    gram: room.planar(largestRows * largestRows, data.real),
    projected: room.planar(largest, data.real),
    ones: new Float64Array(largestRows).fill(1),
    masked: mask === undefined ? undefined : createMaskedModel(mask, modes, data, room),
  };
}

function createSpectrum({ rows, atoms, dictionary }: Mode, room: Room): ModeSpectrum {
  const real = dictionary.im === undefined;
  const rank = Math.min(rows, atoms);
  return {
    weighted: room.planar(rows * atoms, real),
    u: room.planar(rows * rank, real),
    previousU: room.planar(rows * rank, real),
    s: room.planar(rank, true),
    v: room.planar(atoms * rank, real),
    rank,
    eigenvalues: new Float64Array(rank),
    svd: createSvdWorkspace(rows, atoms, real),
  };
}

/** Decomposes mode n at its γ_n. @returns false if the decomposition broke down */
function decompose({ modes, spectra }: Marginal, n: number): boolean {
  const mode = modes[n];
  const d = spectra[n];
  weightAtoms(mode, d.weighted);
  d.rank = Math.min(mode.rows, mode.count);
  [d.u, d.previousU] = [d.previousU, d.u];
  if (!svdInto(d.weighted, mode.rows, mode.count, d.u, d.s, d.v, d.svd)) return false;
  const { rank, eigenvalues } = d;
  const s = d.s.re;
  const { re, im } = d.v;
  for (let k = 0; k < rank; k++) eigenvalues[k] = s[k] * s[k];
  for (let j = 0, i = 0; j < mode.count; j++) {
    for (let k = 0; k < rank; k++, i++) {
      re[i] = re[i] * s[k];
      if (im !== undefined) im[i] = im[i] * s[k];
    }
  }
  return true;
}

/** Decomposes every mode and turns the data into their bases. @returns false if a decomposition broke down */
export function project(state: Marginal): boolean {
  const { modes, spectra, analysis } = state;
  state.size = 1;
  for (let n = 0; n < modes.length; n++) {
    if (!decompose(state, n)) return false;
    const { u, rank } = spectra[n];
    analysis[n].matrix = u;
    analysis[n].rows = rank;
    analysis[n].size = modes[n].rows;
    state.size *= rank;
  }
  modeProductsInto(state.core, state.measurement, analysis, state.snapshots, state.scratch);
  outdate(state);
  return true;
}

/**
 * Decomposes mode n anew, and turns T along it; the range of A_n diag(√γ_n) must not have grown.
 *
 * @returns false if the decomposition broke down
 */
export function turn(state: Marginal, n: number): boolean {
  const { spectra, modes, rotation, snapshots } = state;
  const d = spectra[n];
  const before = d.rank;
  if (!decompose(state, n)) return false;
  let left = 1;
  let right = snapshots;
  for (let k = 0; k < n; k++) left *= spectra[k].rank;
  for (let k = n + 1; k < modes.length; k++) right *= spectra[k].rank;
  multiplyInto(rotation, "adjoint", d.u, "plain", d.previousU, d.rank, before, modes[n].rows);
  modeProductInto(state.spareCore, "plain", rotation, d.rank, before, state.core, left, right);
  [state.core, state.spareCore] = [state.spareCore, state.core];
  state.size = (state.size / before) * d.rank;
  outdate(state);
  return true;
}

/** The decompositions have changed. */
function outdate({ masked }: Marginal): void {
  if (masked !== undefined) masked.factored = false;
}

/** lambda ← λ. */
function fillEigenvalues({ spectra, lambda }: Marginal): void {
  let size = 1;
  lambda[0] = 1;
  for (const { eigenvalues, rank } of spectra) size = expandOuterProduct(lambda, size, eigenvalues, rank);
}

/** lambda ← λ without the eigenvalues of mode n. */
function fillOtherEigenvalues({ spectra, lambda, ones }: Marginal, n: number): void {
  let size = 1;
  lambda[0] = 1;
  for (let k = 0; k < spectra.length; k++) {
    const { eigenvalues, rank } = spectra[k];
    size = expandOuterProduct(lambda, size, k === n ? ones : eigenvalues, rank);
  }
}

/** What of Y lies outside the range of the dictionary meets noise alone. */
function outsideEnergy({ core, size, rows, snapshots, energy }: Marginal): number {
  if (size === rows) return 0;
  const { re, im } = core;
  let inside = 0;
  for (let i = 0; i < size * snapshots; i++) inside += re[i] * re[i] + (im === undefined ? 0 : im[i] * im[i]);
  return Math.max(0, energy - inside);
}

/** L = ln det Σ_y + tr(Y^H Σ_y⁻¹ Y)/snapshots, of what was observed; NaN if it broke down (only with a mask). */
export function cost(state: Marginal): number {
  const { masked } = state;
  if (masked !== undefined) return fill(state, masked) ? maskedCost(masked) : Number.NaN;
  const { core, lambda, size, rows, snapshots, noiseVariance } = state;
  fillEigenvalues(state);
  const { re, im } = core;
  let logDeterminant = (rows - size) * Math.log(noiseVariance);
  let quadratic = outsideEnergy(state) / noiseVariance;
  for (let k = 0, i = 0; k < size; k++) {
    const total = noiseVariance + lambda[k];
    logDeterminant += Math.log(total);
    let power = 0;
    for (let l = 0; l < snapshots; l++, i++) power += re[i] * re[i] + (im === undefined ? 0 : im[i] * im[i]);
    quadratic += power / total;
  }
  return logDeterminant + quadratic / snapshots;
}

/** Fills T and factors what replaces D. @returns false if that broke down */
function fill({ spectra, core, noiseVariance }: Marginal, masked: MaskedModel): boolean {
  return factorMasked(masked, spectra, core, noiseVariance);
}

/**
 * The slopes of L in ln γ_n are ν_j − S_j:
 * S_j = γ_n[j] · y^H Σ_y⁻¹ C_j Σ_y⁻¹ y and ν_j = γ_n[j] · tr(Σ_y⁻¹ C_j), where C_j = ∂Σ_y/∂γ_n[j]. The same as the
 * sums over slice j of |μ|²/γ and of 1 − diag Σ/γ.
 *
 * @returns false if it broke down (only with a mask)
 */
export function slopes(state: Marginal, n: number, energies: Float64Array, counts: Float64Array): boolean {
  const { modes, spectra, snapshots, noiseVariance, lambda, traces, masked, weighted, gram, projected } =
    state;
  if (masked !== undefined && !fill(state, masked)) return false;
  const core = masked === undefined ? state.core : masked.filled;
  const { rank, eigenvalues, v } = spectra[n];
  fillOtherEigenvalues(state, n);
  let left = 1;
  let right = 1;
  for (let k = 0; k < n; k++) left *= spectra[k].rank;
  for (let k = n + 1; k < modes.length; k++) right *= spectra[k].rank;
  const others = left * right * snapshots;
  traces.fill(0, 0, rank);
  const { re: tRe, im: tIm } = core;
  const { re: wRe, im: wIm } = weighted;
  for (let a = 0, k = 0, from = 0; a < left; a++) {
    for (let m = 0; m < rank; m++) {
      let trace = 0;
      let to = m * others + a * right * snapshots;
      for (let b = 0; b < right; b++, k++) {
        const other = lambda[k];
        const d = 1 / (noiseVariance + other * eigenvalues[m]);
        trace += other * d;
        const gain = Math.sqrt(other) * d;
        for (let l = 0; l < snapshots; l++, from++, to++) {
          wRe[to] = tRe[from] * gain;
          if (wIm !== undefined) wIm[to] = tIm![from] * gain;
        }
      }
      traces[m] = traces[m] + trace;
    }
  }
  multiplyInto(gram, "plain", weighted, "adjoint", weighted, rank, rank, others);
  const { count } = modes[n];
  multiplyInto(projected, "plain", v, "plain", gram, count, rank, rank);
  const { re: pRe, im: pIm } = projected;
  const { re: vRe, im: vIm } = v;
  for (let j = 0, i = 0; j < count; j++) {
    let energy = 0;
    let trace = 0;
    for (let m = 0; m < rank; m++, i++) {
      let square = vRe[i] * vRe[i];
      energy += pRe[i] * vRe[i];
      if (vIm !== undefined) {
        energy += pIm![i] * vIm[i];
        square += vIm[i] * vIm[i];
      }
      trace += square * traces[m];
    }
    energies[j] = Math.max(0, energy) / snapshots;
    counts[j] = trace;
  }
  if (masked !== undefined) maskedCounts(state, masked, n, counts);
  return true;
}

/** ν_j of what was observed: row j of V_n S_n with the information of the mode. */
function maskedCounts(state: Marginal, masked: MaskedModel, n: number, counts: Float64Array): void {
  const { modes, spectra, noiseVariance, projected } = state;
  const { rank, v } = spectra[n];
  const { count } = modes[n];
  informMasked(masked, spectra, n, noiseVariance);
  multiplyInto(projected, "plain", v, "plain", masked.information, count, rank, rank);
  const { re: pRe, im: pIm } = projected;
  const { re: vRe, im: vIm } = v;
  for (let j = 0, i = 0; j < count; j++) {
    let sum = 0;
    for (let m = 0; m < rank; m++, i++) {
      sum += pRe[i] * vRe[i];
      if (vIm !== undefined) sum += pIm![i] * vIm[i];
    }
    counts[j] = Math.max(0, sum);
  }
}

/** γ_n ← γ_n / scale, with everything that was read off it; T does not change. */
export function rescale(state: Marginal, n: number, scale: number): void {
  const { modes, spectra } = state;
  const { priorVariance, count } = modes[n];
  const { eigenvalues, s, v, rank } = spectra[n];
  const root = Math.sqrt(scale);
  for (let j = 0; j < count; j++) priorVariance[j] = priorVariance[j] / scale;
  const singular = s.re;
  for (let k = 0; k < rank; k++) {
    eigenvalues[k] = eigenvalues[k] / scale;
    singular[k] = singular[k] / root;
  }
  const { re, im } = v;
  for (let i = 0; i < count * rank; i++) {
    re[i] = re[i] / root;
    if (im !== undefined) im[i] = im[i] / root;
  }
  outdate(state);
}

const maxNoiseSteps = 50;

/**
 * The noise variance that minimises L for γ as it stands: safeguarded Newton steps on ln σ², each O(M),
 *
 *     dL/d ln σ² = Σ σ² D − σ² |T|² D² / snapshots,
 *
 * from the present value to the nearest minimum, above `floor`.
 *
 * Source: the sums of T and D above; the fixed points are those of MacKay's update σ² ← σ² Σ|T|² D² / Σ D.
 *
 * With a mask, one or two steps that do not raise L.
 */
export function learnNoise(state: Marginal, floor: number): void {
  const { core, lambda, size, rows, snapshots, masked } = state;
  if (masked !== undefined) {
    state.noiseVariance = learnMaskedNoise(masked, state.spectra, core, state.noiseVariance, floor);
    return;
  }
  fillEigenvalues(state);
  const outside = outsideEnergy(state) / snapshots;
  const { re, im } = core;
  let s = state.noiseVariance;
  for (let step = 0; step < maxNoiseSteps; step++) {
    let slope = rows - size - outside / s;
    let curvature = outside / s;
    for (let k = 0, i = 0; k < size; k++) {
      let power = 0;
      for (let l = 0; l < snapshots; l++, i++)
        power += re[i] * re[i] + (im === undefined ? 0 : im[i] * im[i]);
      const share = s / (s + lambda[k]);
      const fit = power / snapshots / (s + lambda[k]);
      slope += share * (1 - fit);
      curvature += share * ((1 - share) * (1 - fit) + share * fit);
    }
    // Where L is not convex in ln σ², a step down its slope.
    const factor = curvature > 0 ? 1 - slope / curvature : slope > 0 ? 0 : Number.POSITIVE_INFINITY;
    const next = Math.max(s * Math.min(4, Math.max(1 / 4, factor)), floor);
    const settled = Math.abs(next - s) <= 1e-8 * s;
    s = next;
    if (settled) break;
  }
  state.noiseVariance = s;
}
