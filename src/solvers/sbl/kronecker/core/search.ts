/**
 * The search for the atoms of one mode of a Kronecker-structured model with coefficients of low rank.
 *
 * The model of one mode is small, and its evidence has many maxima: close to as many atoms as rows nearly always explain
 * its few numbers. So its atoms have the prior of `trim.ts`, and J is lowered by removing atoms for as long as it falls,
 * and from random γ over all atoms.
 */
import type { RandomStream } from "../../../../random/index.js";
import { type Ascent, restart, updateMode } from "../ascent.js";
import { cost } from "../marginal.js";
import { drawVariances } from "../search.js";
import { createSnapshot, restore, type Snapshot, save } from "../snapshot.js";
import { penaltyOf, trimMode } from "../trim.js";
import type { CoreMode } from "./mode.js";

export interface CoreSearch {
  readonly core: CoreMode;
  /** The best hyperparameters so far, and their J. */
  readonly best: Snapshot;
  bestCost: number;
  readonly trial: Snapshot;
}

const updatesBeforePruning = 5;
const maxUpdates = 40;
const updateTolerance = 1e-3;
/** Less than this, in nats, is no other maximum. */
const smallestGain = 1e-3;

/** A search for a mode that was entered. */
export function createCoreSearch(core: CoreMode): CoreSearch {
  const { ascent } = core;
  return {
    core,
    best: createSnapshot(ascent),
    bestCost: Number.POSITIVE_INFINITY,
    trial: createSnapshot(ascent),
  };
}

/** Makes the hyperparameters as they stand the best so far. */
export function keepBest(search: CoreSearch): void {
  const { ascent } = search.core;
  save(ascent, search.best);
  search.bestCost = penalised(ascent);
}

/**
 * One attempt from random γ. Afterwards the hyperparameters are the best ones so far, and the decompositions those of the
 * attempt.
 *
 * @returns whether J fell
 */
export function attemptCore(search: CoreSearch, stream: RandomStream): boolean {
  const { core, best } = search;
  const reached = raise(search, stream);
  const improved = reached < search.bestCost - smallestGain;
  if (improved) {
    save(core.ascent, best);
    search.bestCost = reached;
  } else restore(best, core.ascent);
  return improved;
}

/** @returns J; NaN if a decomposition broke down or no atom is left */
function raise(search: CoreSearch, stream: RandomStream): number {
  const { ascent, atoms } = search.core;
  drawVariances(ascent, 0, atoms, stream);
  if (!restart(ascent)) return Number.NaN;
  for (let k = 0; k < maxUpdates; k++) {
    const change = updateMode(ascent, 0, k >= updatesBeforePruning);
    if (Number.isNaN(change)) return Number.NaN;
    if (change <= updateTolerance) break;
  }
  trimMode(ascent, 0, search.trial);
  return penalised(ascent);
}

/** J. */
function penalised(ascent: Ascent): number {
  return cost(ascent.marginal) + penaltyOf(ascent, 0);
}
