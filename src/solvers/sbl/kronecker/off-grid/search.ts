/**
 * The search for the atoms that the data need, and their places, from those that a model on a grid has left:
 *
 * - rounds of moves and sweeps, until L settles;
 * - then every atom is tried to be merged with a neighbour, or removed;
 * - then every mode is built anew, first in the most promising way; if no mode gains, in several ways.
 *
 * Each change is followed by rounds, and kept if the objective is lower: L and what the places of the atoms cost.
 * Whenever one was kept, all begins again.
 */
import { restart } from "../ascent.js";
import { cost } from "../marginal.js";
import {
  type Checkpoint,
  createCheckpoint,
  type GridAscent,
  goBack,
  keep,
  objective,
  round,
  settle,
} from "./ascent.js";
import { type Growing, regrow } from "./growing.js";
import { isPossible, removalsOf, remove } from "./merging.js";

export interface GridSearch {
  readonly grid: GridAscent;
  readonly growing: Growing;
  /** Per mode, in how many ways it is built anew. */
  readonly ways: readonly number[];
  /** A round that lowers L by no more than this is the last. */
  readonly tolerance: number;
  /** How many rounds there may be, trials apart. */
  readonly maxRounds: number;
}

/** What happened in a round or a trial. */
export interface GridProgress {
  /** L before. */
  readonly entering: number;
  /** By how much the objective fell. */
  readonly change: number;
  readonly reason: GridEnd;
}

export type GridEnd = "tolerance" | "max-iterations" | "breakdown";

/** Before it is known which atoms are needed, L need not settle further, in its own units. */
const roughTolerance = 1e-2;
/** Less than this is no improvement. */
const smallestGain = 1e-3;
/** Sweeps and rounds that a change has to lower the objective. */
const [trialSweeps, trialRounds] = [2, 12];

/** After a breakdown, the last sound atoms and hyperparameters. */
export function* searchOffGrid(search: GridSearch): Generator<GridProgress, GridEnd, undefined> {
  const { grid, growing, ways, tolerance, maxRounds } = search;
  const { atoms } = grid;
  const { modes } = grid.ascent.marginal;
  const checkpoint = createCheckpoint(grid);
  let rounds = 0;

  function* descend(smallest: number): Generator<GridProgress, GridEnd, undefined> {
    while (rounds < maxRounds) {
      const entering = cost(grid.ascent.marginal);
      keep(grid, checkpoint);
      const reached = round(grid);
      rounds++;
      if (Number.isNaN(reached)) {
        goBack(checkpoint, grid);
        return "breakdown";
      }
      const change = entering - reached;
      const reason = change <= smallest ? "tolerance" : "max-iterations";
      yield { entering, change, reason };
      if (reason === "tolerance") return reason;
    }
    return "max-iterations";
  }

  function* attempt(change: () => void): Generator<GridProgress, boolean, undefined> {
    const entering = cost(grid.ascent.marginal);
    const before = objective(grid);
    const improved = improves(grid, checkpoint, change);
    yield { entering, change: improved ? before - objective(grid) : 0, reason: "max-iterations" };
    return improved;
  }

  function* change(): Generator<GridProgress, boolean, undefined> {
    let improved = false;
    for (const removal of removalsOf(atoms)) {
      if (!isPossible(removal, atoms)) continue;
      if (yield* attempt(() => remove(removal, atoms))) improved = true;
    }
    for (const wide of [false, true]) {
      for (let n = 0; n < modes.length && !(wide && improved); n++) {
        if (wide && ways[n] < 2) continue;
        if (yield* attempt(() => regrow(growing, n, wide ? ways[n] : 1))) improved = true;
      }
    }
    return improved;
  }

  for (;;) {
    const reason = yield* descend(Math.max(tolerance, roughTolerance));
    if (reason !== "tolerance") return reason;
    if (!(yield* change())) return yield* descend(tolerance);
  }
}

/** Changes the atoms of a mode. @returns whether the objective is then lower; otherwise everything is as before */
function improves(grid: GridAscent, checkpoint: Checkpoint, change: () => void): boolean {
  const before = objective(grid);
  keep(grid, checkpoint);
  change();
  if (falls(grid, before - smallestGain)) return true;
  goBack(checkpoint, grid);
  restart(grid.ascent);
  return false;
}

/** Rounds until the objective is below `target`, or unlikely to be. */
function falls(grid: GridAscent, target: number): boolean {
  if (!restart(grid.ascent)) return false;
  settle(grid, trialSweeps);
  let reached = objective(grid);
  for (let left = trialRounds - 1; left >= 0 && reached >= target; left--) {
    round(grid);
    const next = objective(grid);
    // Steps only get smaller.
    if (!(next - target <= left * (reached - next))) return next < target;
    reached = next;
  }
  return reached < target;
}
