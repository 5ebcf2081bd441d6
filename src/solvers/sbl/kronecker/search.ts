/**
 * The search for a higher maximum of the evidence, mode by mode.
 *
 * The evidence has local maxima, nearly always because the atoms of one mode are wrong while those of the others are
 * right. So an attempt draws the γ of one mode anew, over all of its atoms, lets them settle with the other modes as they
 * are, then all modes together, removes what does not pay for itself, and is kept if {@link penalisedCost} is lower. The modes are drawn in proportion to (K_n/M_n)³: the
 * more atoms explain the fewer rows, the more ways there are to be wrong.
 */
import { type RandomStream, randomStream } from "../../../random/index.js";
import { type Ascent, restart, sweepModes, sweepsBeforePruning, updateMode } from "./ascent.js";
import { effectiveVariance } from "./coupling.js";
import { cost } from "./marginal.js";
import type { Mode } from "./modes.js";
import { createSnapshot, restore, type Snapshot, save } from "./snapshot.js";
import { penalisedCost, trim } from "./trim.js";

export interface Search {
  readonly ascent: Ascent;
  readonly stream: RandomStream;
  /** The nonzero atoms of every mode. */
  readonly atoms: readonly Int32Array[];
  /** The best hyperparameters so far, their J, and their L. */
  readonly best: Snapshot;
  bestCost: number;
  bestEvidence: number;
  readonly trial: Snapshot;
}

/** Sweeps over the mode that was drawn anew, then at most over all modes. */
const settlingUpdates = 10;
const maxSweeps = 40;
const sweepTolerance = 1e-3;
/** Less than this, in nats, is no other maximum. */
const smallestGain = 1e-3;

/** A search from the hyperparameters as they stand, without what does not pay for itself. */
export function createSearch(ascent: Ascent, atoms: readonly Int32Array[]): Search {
  const [best, trial] = [createSnapshot(ascent), createSnapshot(ascent)];
  trim(ascent, trial);
  save(ascent, best);
  // The same attempts for the same data, whatever their units.
  const stream = randomStream(1, "kronecker search");
  const bestCost = penalisedCost(ascent);
  return { ascent, stream, atoms, best, bestCost, bestEvidence: cost(ascent.marginal), trial };
}

/**
 * One attempt. Afterwards the hyperparameters are the best ones so far, and the decompositions those of the attempt.
 *
 * @returns whether J fell
 */
export function attempt(search: Search): boolean {
  const { ascent, best } = search;
  const reached = raise(search);
  const improved = reached < search.bestCost - smallestGain;
  if (improved) {
    save(ascent, best);
    search.bestCost = reached;
    search.bestEvidence = cost(ascent.marginal);
  } else restore(best, ascent);
  return improved;
}

/** @returns the J that was reached; NaN if a decomposition broke down or no atom is left */
function raise({ ascent, stream, atoms, trial }: Search): number {
  const n = drawMode(ascent.marginal.modes, stream);
  drawVariances(ascent, n, atoms[n], stream);
  if (!restart(ascent)) return Number.NaN;
  for (let k = 0; k < settlingUpdates; k++) {
    if (Number.isNaN(updateMode(ascent, n, k >= settlingUpdates / 2))) return Number.NaN;
  }
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    // Pruned like the run that it is compared with.
    const change = sweepModes(ascent, sweepsBeforePruning + sweep);
    if (Number.isNaN(change)) return Number.NaN;
    if (change <= sweepTolerance) break;
  }
  trim(ascent, trial);
  return penalisedCost(ascent);
}

function drawMode(modes: readonly Mode[], stream: RandomStream): number {
  const total = modes.reduce((sum, mode) => sum + ambiguity(mode), 0);
  let at = stream.uniform() * total;
  for (let n = 0; n < modes.length - 1; n++) {
    at -= ambiguity(modes[n]);
    if (at < 0) return n;
  }
  return modes.length - 1;
}

function ambiguity({ count, rows }: Mode): number {
  return (count / rows) ** 3;
}

/** γ_n ← the largest γ_n times fourth powers of uniform numbers, over all atoms: about as likely of any magnitude. */
export function drawVariances(
  { marginal, couplings }: Ascent,
  n: number,
  atoms: Int32Array,
  stream: RandomStream,
): void {
  const mode = marginal.modes[n];
  let largest = 0;
  for (let j = 0; j < mode.count; j++) largest = Math.max(largest, mode.priorVariance[j]);
  mode.active.set(atoms);
  mode.count = atoms.length;
  const coupling = couplings[n];
  const to = coupling === undefined ? mode.priorVariance : coupling.values;
  const size = coupling === undefined ? atoms.length : coupling.latents;
  for (let j = 0; j < size; j++) {
    const u = 1 - stream.uniform();
    to[j] = largest * u * u * u * u;
  }
  if (coupling === undefined) return;
  coupling.count = coupling.latents;
  for (let k = 0; k < coupling.latents; k++) coupling.remaining[k] = k;
  effectiveVariance(coupling, mode);
}
