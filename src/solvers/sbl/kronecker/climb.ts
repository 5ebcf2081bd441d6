/** The way up to a maximum of the evidence: sweeps, the search for a higher one, sweeps. */
import type { StopReason } from "../../contract.js";
import { type Ascent, restart, sweepModes, sweepsBeforePruning } from "./ascent.js";
import { cost } from "./marginal.js";
import type { Mode } from "./modes.js";
import { attempt, createSearch } from "./search.js";
import { createSnapshot, restore, type Snapshot, save } from "./snapshot.js";
import { trim } from "./trim.js";

/** A sweep over the modes, or an attempt of the search. */
export interface Climb {
  /** ‖Δγ_n‖/‖γ_n‖ of a sweep; the relative gain of an attempt. */
  readonly change: number;
  /** L before a sweep, or the best one after an attempt. */
  readonly cost: number;
  /** Why the run would end here. */
  readonly reason: StopReason;
}

interface ClimbSettings {
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly restarts?: number | undefined;
}

const defaultRestarts = 10;
/** How often, at most, sweeps follow the removal of atoms. */
const maxTrims = 3;

/**
 * From the hyperparameters as they stand to a maximum of the evidence, and from there to higher ones.
 *
 * @returns why it ended; "breakdown" with the last hyperparameters whose decompositions could be computed
 */
export function* climb(ascent: Ascent, settings: ClimbSettings): Generator<Climb, StopReason, undefined> {
  const { modes } = ascent.marginal;
  if (modes.some((mode) => mode.count === 0)) return "empty-support";
  const atoms = modes.map((mode) => mode.active.slice(0, mode.count));
  const sound = createSnapshot(ascent);
  let reason = yield* settle(ascent, settings, sound);
  const { restarts = defaultRestarts } = settings;
  if (isOver(reason) || restarts === 0) return reason;

  const search = createSearch(ascent, atoms);
  for (let k = 0; k < restarts; k++) {
    const before = search.bestCost;
    attempt(search);
    const change = (before - search.bestCost) / Math.max(1, Math.abs(before));
    // Of the best so far; the decompositions are those of the attempt.
    yield { change, cost: search.bestEvidence, reason };
  }
  for (let k = 0; k < maxTrims; k++) {
    reason = yield* settle(ascent, settings, sound);
    if (isOver(reason) || trim(ascent, search.trial) === 0) break;
  }
  return reason;
}

function isOver(reason: StopReason): boolean {
  return reason === "breakdown" || reason === "empty-support";
}

/** Sweeps until γ settles. */
function* settle(
  ascent: Ascent,
  { maxIterations, tolerance }: ClimbSettings,
  sound: Snapshot,
): Generator<Climb, StopReason, undefined> {
  const { marginal } = ascent;
  if (!restart(ascent)) return "breakdown";
  for (let sweep = 0; sweep < maxIterations; sweep++) {
    const entering = cost(marginal);
    if (Number.isNaN(entering)) {
      if (sweep > 0) restore(sound, ascent);
      return "breakdown";
    }
    save(ascent, sound);
    const atoms = countAtoms(marginal.modes);
    const change = sweepModes(ascent, sweep);
    if (Number.isNaN(change)) {
      if (marginal.modes.some((mode) => mode.count === 0)) return "empty-support";
      restore(sound, ascent);
      return "breakdown";
    }
    // Not before pruning, nor just after: the support is the atoms that are left, and their γ is to be settled.
    const isPruned = sweep >= sweepsBeforePruning && countAtoms(marginal.modes) === atoms;
    const reason = isPruned && change <= tolerance ? "tolerance" : "max-iterations";
    yield { change, cost: entering, reason };
    if (reason === "tolerance") return reason;
  }
  return "max-iterations";
}

function countAtoms(modes: readonly Mode[]): number {
  let count = 0;
  for (const mode of modes) count += mode.count;
  return count;
}
