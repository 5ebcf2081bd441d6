/**
 * How many atoms a support is worth: the evidence alone keeps atoms that explain a little noise. With the prior
 * p(S_1, …, S_R) ∝ ∏ N_n^−|S_n| of the supports, what is lowered is
 *
 *     J = L + Σ_n |S_n| ln N_n        (per snapshot; the last term doubled if real),
 *
 * so an atom of mode n must lower L by ln N_n nats, or is removed. Where γ_n comes from latent variances, these are
 * counted and removed instead of the atoms.
 *
 * Source: two-part codes; J. Rissanen, "Modeling by shortest data description", Automatica 14 (1978): naming one of N
 * atoms takes ln N nats.
 */
import { type Ascent, restart, updateMode } from "./ascent.js";
import { type Coupling, effectiveVariance } from "./coupling.js";
import { cost, slopes } from "./marginal.js";
import { type Mode, prune } from "./modes.js";
import { restore, type Snapshot, save } from "./snapshot.js";

/** After something was removed. */
const settlingUpdates = 2;

/** ln N_n for every atom, or latent variance, of mode n, in units of L. */
export function penaltyOf(ascent: Ascent, n: number): number {
  const { marginal, couplings } = ascent;
  return priceOf(ascent, n) * (couplings[n]?.count ?? marginal.modes[n].count);
}

function priceOf({ marginal, couplings }: Ascent, n: number): number {
  const { real, snapshots, modes } = marginal;
  const choices = couplings[n]?.latents ?? modes[n].atoms;
  return ((real ? 2 : 1) * Math.log(choices)) / snapshots;
}

/** J. */
export function penalisedCost(ascent: Ascent): number {
  let sum = cost(ascent.marginal);
  for (let n = 0; n < ascent.marginal.modes.length; n++) sum += penaltyOf(ascent, n);
  return sum;
}

/** {@link trimMode} of every mode. @returns how many atoms and latent variances were removed */
export function trim(ascent: Ascent, trial: Snapshot): number {
  let removed = 0;
  for (let n = 0; n < ascent.marginal.modes.length; n++) removed += trimMode(ascent, n, trial);
  return removed;
}

/**
 * Removes from a mode what does not pay for itself, the least energetic first, for as long as J falls. The
 * decompositions are those of what is left.
 *
 * @param trial - overwritten
 * @returns how many atoms or latent variances were removed
 */
export function trimMode(ascent: Ascent, n: number, trial: Snapshot): number {
  const price = priceOf(ascent, n);
  let removed = 0;
  let reached = cost(ascent.marginal);
  while (removeLeast(ascent, n, trial)) {
    const next = settle(ascent, n);
    // Not even a number if a decomposition broke down.
    if (!(next - reached < price)) {
      restore(trial, ascent);
      restart(ascent);
      break;
    }
    reached = next;
    removed++;
  }
  return removed;
}

/** @returns L; NaN if a decomposition broke down */
function settle(ascent: Ascent, n: number): number {
  if (!restart(ascent)) return Number.NaN;
  for (let k = 0; k < settlingUpdates; k++) {
    if (Number.isNaN(updateMode(ascent, n, false))) return Number.NaN;
  }
  return cost(ascent.marginal);
}

/** @returns whether there was more than one; then `trial` has the hyperparameters as they were */
function removeLeast(ascent: Ascent, n: number, trial: Snapshot): boolean {
  const mode = ascent.marginal.modes[n];
  const coupling = ascent.couplings[n];
  if (mode.count < 2 || (coupling !== undefined && coupling.count < 2)) return false;
  if (!slopes(ascent.marginal, n, ascent.energies, ascent.counts)) return false;
  save(ascent, trial);
  if (coupling === undefined) removeAtom(mode, ascent.energies);
  else removeLatent(coupling, mode, ascent.energies);
  return mode.count > 0;
}

function removeAtom(mode: Mode, energies: Float64Array): void {
  const { active, priorVariance } = mode;
  const at = smallest(energies, mode.count);
  mode.count--;
  for (let j = at; j < mode.count; j++) {
    active[j] = active[j + 1];
    priorVariance[j] = priorVariance[j + 1];
  }
}

/** The energy of a latent variance is its share of that of the atoms that it reaches. */
function removeLatent(coupling: Coupling, mode: Mode, energies: Float64Array): void {
  const { matrix, latents, values, remaining } = coupling;
  let least = Number.POSITIVE_INFINITY;
  let at = 0;
  for (let k = 0; k < coupling.count; k++) {
    const latent = remaining[k];
    let energy = 0;
    for (let j = 0; j < mode.count; j++) {
      const share = (matrix[mode.active[j] * latents + latent] * values[latent]) / mode.priorVariance[j];
      energy += share * energies[j];
    }
    if (energy < least) [least, at] = [energy, k];
  }
  values[remaining[at]] = 0;
  coupling.count--;
  for (let k = at; k < coupling.count; k++) remaining[k] = remaining[k + 1];
  effectiveVariance(coupling, mode);
  // Atoms that no other latent variance reaches.
  prune(mode, 0, 0);
}

function smallest(values: Float64Array, size: number): number {
  let at = 0;
  for (let j = 1; j < size; j++) if (values[j] < values[at]) at = j;
  return at;
}
