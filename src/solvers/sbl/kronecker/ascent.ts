/**
 * Raising the evidence of a Kronecker-structured sparse Bayesian model, one mode at a time.
 *
 * L = ln det Σ_y + y^H Σ_y⁻¹ y, with Σ_y linear in the γ_n of one mode, is majorised by the tangent of the
 * log-determinant and the usual bound of the quadratic form. The minimiser of the bound is
 *
 *     γ_n[j] ← γ_n[j] (S_j/ν_j)^p,   p = 1/2
 *
 * with S and ν from {@link slopes}; L never increases. With p = 1, MacKay's fixed point, it moves twice as fast and has not
 * been seen to increase L. Where γ_n = C γ' with non-negative C, the same bound gives γ'[k] ← γ'[k] (Σ_j C_jk S_j/γ_n[j]
 * / Σ_j C_jk ν_j/γ_n[j])^p.
 */
import type { Room } from "../../../kernels/room.js";
import { type Coupling, dropLatents, effectiveVariance } from "./coupling.js";
import {
  createMarginal,
  learnNoise,
  type Marginal,
  type MarginalData,
  project,
  rescale,
  slopes,
  turn,
} from "./marginal.js";
import { type Mode, prune } from "./modes.js";

/** How the evidence is raised. */
export interface AscentSettings {
  /** p. */
  readonly exponent: number;
  readonly learnNoise: boolean;
  /** A learned noise variance stays above this. */
  readonly noiseFloor: number;
  /** One per mode: an atom is removed when its γ falls below this fraction of the largest of its mode. */
  readonly pruneRatio: readonly number[];
  /** How the γ of a mode come from latent ones, if they do. */
  readonly couplings: readonly (Coupling | undefined)[];
}

export interface Ascent extends AscentSettings {
  readonly marginal: Marginal;
  /** S and ν of one mode. */
  readonly energies: Float64Array;
  readonly counts: Float64Array;
  readonly before: Float64Array;
}

export function createAscent(
  modes: readonly Mode[],
  data: MarginalData,
  noiseVariance: number,
  settings: AscentSettings,
  room: Room,
): Ascent {
  const atoms = Math.max(...modes.map((mode) => mode.atoms));
  return {
    ...settings,
    marginal: createMarginal(modes, data, noiseVariance, room),
    energies: new Float64Array(atoms),
    counts: new Float64Array(atoms),
    before: new Float64Array(atoms),
  };
}

/** Every atom is kept in the first sweeps: early values of γ say little. */
export const sweepsBeforePruning = 5;

/**
 * One sweep over the modes, and the noise.
 *
 * @param sweep - counted from 0
 * @returns the largest ‖Δγ_n‖/‖γ_n‖ of a mode; NaN if a decomposition broke down or no atom is left
 */
export function sweepModes(ascent: Ascent, sweep: number): number {
  let change = 0;
  for (let n = 0; n < ascent.marginal.modes.length; n++) {
    const moved = updateMode(ascent, n, sweep >= sweepsBeforePruning);
    // Math.max hands NaN on.
    change = Math.max(change, moved);
  }
  if (ascent.learnNoise && !Number.isNaN(change)) learnNoise(ascent.marginal, ascent.noiseFloor);
  return change;
}

/** One update of γ_n. @returns ‖Δγ_n‖/‖γ_n‖; NaN if the decomposition broke down or no atom is left */
export function updateMode(ascent: Ascent, n: number, pruning: boolean): number {
  const { marginal, energies, counts, before } = ascent;
  const { modes } = marginal;
  const mode = modes[n];
  const { count, priorVariance } = mode;
  if (count === 0) return Number.NaN;
  if (!slopes(marginal, n, energies, counts)) return Number.NaN;
  for (let j = 0; j < count; j++) before[j] = priorVariance[j];
  const coupling = ascent.couplings[n];
  if (coupling === undefined) {
    for (let j = 0; j < count; j++) {
      priorVariance[j] = priorVariance[j] * power(energies[j], counts[j], ascent.exponent);
    }
  } else updateLatents(coupling, mode, ascent);
  let moved = 0;
  let squares = 0;
  for (let j = 0; j < count; j++) {
    moved += (priorVariance[j] - before[j]) ** 2;
    squares += before[j] ** 2;
  }
  if (!(moved < Number.POSITIVE_INFINITY)) return Number.NaN;
  prune(mode, pruning ? ascent.pruneRatio[n] : 0, 0);
  let norm = 0;
  for (let j = 0; j < mode.count; j++) norm += priorVariance[j] ** 2;
  // Squares below the range of numbers: γ has vanished.
  if (norm === 0 || squares === 0) mode.count = 0;
  if (mode.count === 0) return Number.NaN;
  if (coupling !== undefined && mode.count < count) dropLatents(coupling, mode, "unreached");
  if (n < modes.length - 1) moveScale(ascent, n, Math.sqrt(norm));
  return turn(marginal, n) ? Math.sqrt(moved / squares) : Number.NaN;
}

/** (S/ν)^p; 0 where the data say nothing. */
function power(energy: number, count: number, exponent: number): number {
  if (!(count > 0)) return 0;
  const ratio = energy / count;
  return exponent === 1 ? ratio : Math.sqrt(ratio);
}

function updateLatents(coupling: Coupling, mode: Mode, { energies, counts, exponent }: Ascent): void {
  const { matrix, latents, values, remaining } = coupling;
  const { active, priorVariance } = mode;
  for (let j = 0; j < mode.count; j++) {
    energies[j] = energies[j] / priorVariance[j];
    counts[j] = counts[j] / priorVariance[j];
  }
  for (let k = 0; k < coupling.count; k++) {
    const latent = remaining[k];
    let energy = 0;
    let count = 0;
    for (let j = 0; j < mode.count; j++) {
      const share = matrix[active[j] * latents + latent];
      energy += share * energies[j];
      count += share * counts[j];
    }
    values[latent] = values[latent] * power(energy, count, exponent);
  }
  effectiveVariance(coupling, mode);
}

/** Takes `scale` out of γ_n, which is about to be decomposed, and puts it into the last mode. */
function moveScale({ marginal, couplings }: Ascent, n: number, scale: number): void {
  const { modes } = marginal;
  const last = modes.length - 1;
  const { priorVariance, count } = modes[n];
  for (let j = 0; j < count; j++) priorVariance[j] = priorVariance[j] / scale;
  scaleLatents(couplings[n], 1 / scale);
  rescale(marginal, last, 1 / scale);
  scaleLatents(couplings[last], scale);
}

function scaleLatents(coupling: Coupling | undefined, scale: number): void {
  if (coupling === undefined) return;
  for (let k = 0; k < coupling.latents; k++) coupling.values[k] = coupling.values[k] * scale;
}

/** Decomposes everything anew, after γ was set from outside. @returns false if that broke down */
export function restart({ marginal }: Ascent): boolean {
  return marginal.modes.every((mode) => mode.count > 0) && project(marginal);
}
