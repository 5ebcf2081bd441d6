/**
 * The atoms of one mode from nothing, while those of the other modes stay: one after the other enters where the evidence
 * promises most, then all move and take the prior variance that suits them, until one more is not worth its place.
 */
import type { Planar } from "../../../../complex/planar.js";
import type { Grid } from "../../../../grids/index.js";
import type { Room } from "../../../../kernels/room.js";
import type { Factor } from "../../../kronecker-problem.js";
import { type Checkpoint, createCheckpoint, type GridAscent, goBack, keep, moveFocused } from "./ascent.js";
import { addAtom, areNeighbours, type Candidates } from "./atoms.js";
import { focus, sliceCost, sliceFilter, sliceRatios, sliceVariances } from "./slopes.js";

export interface Growing {
  readonly grid: GridAscent;
  readonly candidates: readonly Candidates[];
  readonly projected: Planar;
  readonly ratios: Float64Array;
  readonly traces: Float64Array;
  readonly before: Checkpoint;
  readonly best: Checkpoint;
}

/** Updates of prior variances and places for every atom that enters. */
const updates = 3;

/** @param factors - the atoms at the points of the grids, as the modes have them */
export function createGrowing(
  grid: GridAscent,
  factors: readonly Factor[],
  grids: readonly Grid[],
  room: Room,
): Growing {
  const { rows, snapshots, modes, real } = grid.ascent.marginal;
  const most = Math.max(...factors.map(({ columns }) => columns));
  const sizes = factors.map(({ columns }, n) => {
    const others = modes.reduce(
      (size, mode, o) => (o === n ? size : size * Math.min(mode.rows, mode.atoms)),
      1,
    );
    return columns * Math.max(modes[n].rows, Math.min(others, rows / modes[n].rows) * snapshots);
  });
  return {
    grid,
    candidates: factors.map(({ parts }, n) => ({ grid: grids[n], atoms: parts })),
    projected: room.planar(Math.max(...sizes), real),
    ratios: new Float64Array(most),
    traces: new Float64Array(most),
    before: createCheckpoint(grid),
    best: createCheckpoint(grid),
  };
}

/**
 * Mode n anew, the best of several ways to begin, which differ in the first two atoms. It may end with no atom; the
 * decompositions are not made anew.
 */
export function regrow(growing: Growing, n: number, ways: number): void {
  const { grid, best } = growing;
  const { slopes } = grid;
  focus(slopes, n);
  let lowest = Number.POSITIVE_INFINITY;
  for (const choices of waysToChoose(ways)) {
    const reached = grow(growing, n, choices);
    if (!(reached < lowest)) continue;
    lowest = reached;
    keep(grid, best);
  }
  goBack(best, grid);
}

/** Ranks of the first two atoms that enter, the more promising pairs first. */
function waysToChoose(count: number): (readonly number[])[] {
  const ways: [number, number][] = [];
  for (let total = 1; ways.length < count; total++) {
    for (let first = total; first >= 1 && ways.length < count; first--) {
      if (total % first === 0) ways.push([first - 1, total / first - 1]);
    }
  }
  return ways;
}

/** @param choices - which of the most promising atoms enters, the best being 0; the best where it does not say */
function grow(growing: Growing, n: number, choices: readonly number[]): number {
  const { grid, candidates, before } = growing;
  const { slopes, atoms, charges } = grid;
  const { mode } = atoms[n];
  mode.count = 0;
  let lowest = sliceCost(slopes);
  while (mode.count < mode.atoms) {
    sliceFilter(slopes);
    const entering = promising(growing, n, choices[mode.count] ?? 0);
    if (entering === undefined) break;
    keep(grid, before);
    addAtom(atoms[n], candidates[n], entering.index, entering.priorVariance);
    const reached = adapt(grid, n) + mode.count * charges[n];
    if (!(reached < lowest)) {
      goBack(before, grid);
      break;
    }
    lowest = reached;
    if (Number.isNaN(sliceCost(slopes))) break;
  }
  return lowest;
}

/** @returns L */
function adapt(grid: GridAscent, n: number): number {
  const { slopes } = grid;
  for (let k = 0; k < updates; k++) {
    if (Number.isNaN(sliceCost(slopes))) return Number.NaN;
    sliceFilter(slopes);
    sliceVariances(slopes);
    moveFocused(grid, n, 1);
  }
  return sliceCost(slopes);
}

/**
 * A candidate whose energy is a large multiple of what the model expects, and the prior variance that it asks for.
 *
 * @param rank - 0 for the largest multiple, 1 for the next that is not beside it
 */
function promising(
  { grid: { slopes, atoms: modes }, candidates, projected, ratios, traces }: Growing,
  n: number,
  rank: number,
) {
  const { atoms, grid } = candidates[n];
  const count = grid.size;
  sliceRatios(slopes, atoms, count, projected, ratios, traces);
  for (let k = 0; ; k++) {
    let index = 0;
    for (let j = 1; j < count; j++) if (ratios[j] > ratios[index]) index = j;
    if (!(ratios[index] > 1)) return undefined;
    if (k === rank) {
      const columns = slopes.columns / slopes.marginal.snapshots;
      return { index, priorVariance: ((ratios[index] - 1) * columns) / traces[index] };
    }
    for (let j = 0; j < count; j++) if (areNeighbours(modes[n], grid, index, j)) ratios[j] = 0;
  }
}
