/**
 * The search for the atoms of one mode of a Kronecker-structured model with coefficients of low rank.
 *
 * The model of one mode is small, and its evidence has many maxima: close to as many atoms as rows nearly always explain
 * its few numbers. So its atoms have a prior, p(S) ∝ N^−|S| for N atoms, and what is lowered is
 *
 *     J = L + |S| ln N   (L and both terms doubled if real),
 *
 * by removing atoms for as long as J falls, and from random γ over all atoms.
 */
import type { RandomStream } from "../../random/index.js";
import { restart, updateMode } from "./kronecker-ascent.js";
import type { CoreMode } from "./kronecker-core-mode.js";
import { cost, slopes } from "./kronecker-marginal.js";
import { drawVariances } from "./kronecker-search.js";
import { createSnapshot, restore, type Snapshot, save } from "./kronecker-snapshot.js";

export interface CoreSearch {
  readonly core: CoreMode;
  /** What an atom costs, ln N. */
  readonly price: number;
  /** The best hyperparameters so far, and their J. */
  readonly best: Snapshot;
  bestCost: number;
  readonly trial: Snapshot;
}

const updatesBeforePruning = 5;
const maxUpdates = 40;
const updateTolerance = 1e-3;
/** After an atom was removed. */
const settlingUpdates = 2;
/** Less than this, in nats, is no other maximum. */
const smallestGain = 1e-3;

/** A search for a mode that was entered. Atoms whose γ are coupled are neither counted nor removed one by one. */
export function createCoreSearch(core: CoreMode): CoreSearch {
  const { real } = core.ascent.marginal;
  const coupled = core.ascent.couplings[0] !== undefined;
  const price = coupled ? 0 : (real ? 2 : 1) * Math.log(core.atoms.length);
  const { ascent } = core;
  return {
    core,
    price,
    best: createSnapshot(ascent),
    bestCost: Number.POSITIVE_INFINITY,
    trial: createSnapshot(ascent),
  };
}

/** Removes atoms for as long as J falls. @returns how many */
export function trim(search: CoreSearch): number {
  const { core, price, trial } = search;
  const { ascent, mode } = core;
  const before = mode.count;
  let reached = cost(ascent.marginal);
  while (price > 0 && mode.count > 1) {
    save(ascent, trial);
    removeAtom(mode, leastLoss(core));
    let next = restart(ascent) ? 0 : Number.NaN;
    for (let k = 0; k < settlingUpdates && !Number.isNaN(next); k++) next = updateMode(ascent, 0, false);
    if (!Number.isNaN(next)) next = cost(ascent.marginal);
    if (!(next - reached < price)) {
      restore(trial, ascent);
      restart(ascent);
      break;
    }
    reached = next;
  }
  return before - mode.count;
}

/** The atom without which L rises least: by ln(1 − ν) + S/(1 − ν) for one component, if the others stay as they are. */
function leastLoss({ ascent, mode, view }: CoreMode): number {
  const { energies, counts, marginal } = ascent;
  slopes(marginal, 0, energies, counts);
  const rank = view.gains.length;
  let least = Number.POSITIVE_INFINITY;
  let at = 0;
  for (let j = 0; j < mode.count; j++) {
    const rest = Math.max(Number.EPSILON, 1 - counts[j] / rank);
    const loss = rank * Math.log(rest) + energies[j] / rest;
    if (loss < least) [least, at] = [loss, j];
  }
  return at;
}

function removeAtom(mode: CoreMode["mode"], at: number): void {
  const { active, priorVariance } = mode;
  mode.count--;
  for (let j = at; j < mode.count; j++) {
    active[j] = active[j + 1];
    priorVariance[j] = priorVariance[j + 1];
  }
}

/** Makes the hyperparameters as they stand the best so far. */
export function keepBest(search: CoreSearch): void {
  const { core, price } = search;
  save(core.ascent, search.best);
  search.bestCost = cost(core.ascent.marginal) + price * core.mode.count;
}

/**
 * One attempt from random γ. Afterwards the hyperparameters are the best ones so far, and the decompositions those of the
 * attempt.
 *
 * @returns whether J fell
 */
export function attemptCore(search: CoreSearch, stream: RandomStream): boolean {
  const { core, best, price } = search;
  const reached = raise(search, stream) + price * core.mode.count;
  const improved = reached < search.bestCost - smallestGain;
  if (improved) {
    save(core.ascent, best);
    search.bestCost = reached;
  } else restore(best, core.ascent);
  return improved;
}

/** @returns L; NaN if a decomposition broke down or no atom is left */
function raise(search: CoreSearch, stream: RandomStream): number {
  const { ascent, atoms } = search.core;
  drawVariances(ascent, 0, atoms, stream);
  if (!restart(ascent)) return Number.NaN;
  for (let k = 0; k < maxUpdates; k++) {
    const change = updateMode(ascent, 0, k >= updatesBeforePruning);
    if (Number.isNaN(change)) return Number.NaN;
    if (change <= updateTolerance) break;
  }
  trim(search);
  return cost(ascent.marginal);
}
