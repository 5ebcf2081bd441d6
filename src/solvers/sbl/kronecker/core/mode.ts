/**
 * One mode of a Kronecker-structured model with coefficients of low rank, x = Σ_r x_1^r ⊗ … ⊗ x_N^r, all other modes
 * given: what {@link viewMode} shows of it is the measurement of the sparse Bayesian model
 *
 *     w = (A_n ⊗ diag √g) z + noise of variance σ²,   z ~ N(0, diag(γ_n ⊗ 1)),
 *
 * with the components, rotated, as a second mode whose prior variances stay equal. The atoms of A_n have unit norm here.
 */
import { type Planar, planar, split } from "../../../../complex/planar.js";
import { multiplyInto } from "../../../../complex/products.js";
import type { Room } from "../../../../kernels/room.js";
import type { Factor } from "../../../kronecker-problem.js";
import { columnNorms, unitColumns } from "../../decomposed-posterior.js";
import { type Ascent, type AscentSettings, createAscent, restart, updateMode } from "../ascent.js";
import { type Coupling, effectiveVariance } from "../coupling.js";
import { createModes, type Mode } from "../modes.js";
import { type Components, createModeView, type ModeView, setMode, viewMode } from "./components.js";

export interface CoreMode {
  /** A_n and the components. */
  readonly ascent: Ascent;
  readonly mode: Mode;
  /** The atoms that are not zero. */
  readonly atoms: Int32Array;
  /** ‖a‖ of every atom; those of the mode have unit norm. */
  readonly norms: Float64Array;
  readonly view: ModeView;
  /** U_n^H w, then what the posterior mean makes of it. */
  readonly projected: Planar;
  /** A_n E Z. */
  readonly image: Planar;
  /** Σ_i Var (A_n Z)[i, q]. */
  readonly variances: Float64Array;
  /** How far the posterior of x_n is from its prior: the Kullback–Leibler divergence, doubled if real. */
  divergence: number;
}

/** The settings of one mode of many. */
export interface CoreModeSettings extends Omit<AscentSettings, "pruneRatio" | "couplings"> {
  readonly pruneRatio: number;
  readonly coupling: Coupling | undefined;
}

export function createCoreMode(
  { factor, rank, real }: { readonly factor: Factor; readonly rank: number; readonly real: boolean },
  { pruneRatio, coupling, ...settings }: CoreModeSettings,
  room: Room,
): CoreMode {
  const { rows, columns } = factor;
  const norms = columnNorms(factor);
  const parts = split(unitColumns(factor, norms).data, factor.parts.im === undefined);
  const view = createModeView(rows, rank, real, room);
  const gains = planar(rank * rank, true);
  for (let q = 0; q < rank; q++) gains.re[q * rank + q] = 1;
  const modes = createModes(
    [
      { rows, columns, parts },
      { rows: rank, columns: rank, parts: gains },
    ],
    1,
  );
  const ascent = createAscent(
    modes,
    { measurement: view.whitened, snapshots: 1, real, energy: 0 },
    1,
    { ...settings, pruneRatio: [pruneRatio, 0], couplings: [scaled(coupling, norms), undefined] },
    room,
  );
  const [mode] = modes;
  return {
    ascent,
    mode,
    atoms: mode.active.slice(0, mode.count),
    norms,
    view,
    projected: room.planar(rows * rank, real),
    image: room.planar(rows * rank, real),
    variances: new Float64Array(rank),
    divergence: 0,
  };
}

/** γ̃ = C γ for atoms of unit norm. */
function scaled(coupling: Coupling | undefined, norms: Float64Array): Coupling | undefined {
  if (coupling === undefined) return undefined;
  const { latents } = coupling;
  return {
    ...coupling,
    matrix: coupling.matrix.map((value, i) => value * norms[Math.floor(i / latents)] ** 2),
  };
}

/** Shows mode n the others as they stand, and starts its decompositions. @returns false if one broke down */
export function enterMode(components: Components, n: number, core: CoreMode, noiseVariance: number): boolean {
  const { view, ascent } = core;
  const { marginal } = ascent;
  if (!viewMode(components, n, view)) return false;
  const { rank } = components;
  const { re, im } = view.whitened;
  let energy = 0;
  for (let i = 0; i < re.length; i++) energy += re[i] * re[i];
  if (im !== undefined) for (let i = 0; i < im.length; i++) energy += im[i] * im[i];
  marginal.energy = energy;
  marginal.noiseVariance = noiseVariance;
  const { re: gains } = marginal.modes[1].dictionary;
  for (let q = 0; q < rank; q++) gains[q * (rank + 1)] = view.gains[q];
  return restart(ascent);
}

/** Flat γ_n, over all atoms, at the level that the energy of the measurement suggests. */
export function flattenMode({ ascent, mode, atoms, view }: CoreMode): void {
  const { marginal, couplings } = ascent;
  let gain = 0;
  for (const value of view.gains) gain += value * value;
  mode.priorVariance.fill(1);
  marginal.modes[1].priorVariance.fill(gain > 0 ? marginal.energy / (gain * atoms.length) : 0);
  const coupling = couplings[0];
  if (coupling === undefined) return;
  coupling.values.fill(1);
  effectiveVariance(coupling, mode);
}

/** Some updates of γ_n. @returns the largest ‖Δγ_n‖/‖γ_n‖; NaN if a decomposition broke down or no atom is left */
export function updateCoreMode({ ascent }: CoreMode, updates: number, pruning: boolean): number {
  let change = 0;
  for (let k = 0; k < updates; k++) {
    const moved = updateMode(ascent, 0, pruning);
    if (Number.isNaN(moved)) return moved;
    change = Math.max(change, moved);
  }
  return change;
}

/** Leaves the posterior of A_n x_n with the components, and keeps its divergence. */
export function leaveMode(components: Components, n: number, core: CoreMode): void {
  const { ascent, view, projected, image, variances } = core;
  const { spectra, modes, noiseVariance } = ascent.marginal;
  const { u, rank: directions, eigenvalues } = spectra[0];
  const { rank } = components;
  const { rows } = core.mode;
  const level = modes[1].priorVariance[0];
  multiplyInto(projected, "adjoint", u, "plain", view.whitened, directions, rank, rows);
  variances.fill(0);
  let divergence = 0;
  const { re, im } = projected;
  for (let k = 0, i = 0; k < directions; k++) {
    const variance = eigenvalues[k] * level;
    for (let q = 0; q < rank; q++, i++) {
      const gain = view.gains[q];
      const signal = variance * gain * gain;
      const d = 1 / (noiseVariance + signal);
      const power = re[i] * re[i] + (im === undefined ? 0 : im[i] * im[i]);
      divergence += Math.log1p(signal / noiseVariance) - signal * d + signal * power * d * d;
      variances[q] += noiseVariance * variance * d;
      const shrinkage = variance * gain * d;
      re[i] = re[i] * shrinkage;
      if (im !== undefined) im[i] = im[i] * shrinkage;
    }
  }
  core.divergence = divergence;
  multiplyInto(image, "plain", u, "plain", projected, rows, rank, directions);
  setMode(components, n, image, view, variances);
}
