/**
 * Raising the evidence of a Kronecker-structured sparse Bayesian model whose atoms may move: in turn the places of the
 * atoms of every mode, by damped Gauss-Newton steps, and the prior variances and the noise, by the sweeps of a model on a
 * grid. Whatever would increase L is taken back.
 */
import type { Planar } from "../../../../complex/planar.js";
import type { Room } from "../../../../kernels/room.js";
import { choleskyInPlace } from "../../../../linalg/cholesky-kernel.js";
import { solveLowerAdjointInPlace, solveLowerInPlace } from "../../../../linalg/triangular-kernel.js";
import { type Ascent, restart, sweepModes } from "../ascent.js";
import { cost } from "../marginal.js";
import { createSnapshot, restore, type Snapshot, save } from "../snapshot.js";
import {
  cellAt,
  createPlaces,
  derivativesInto,
  type GridAtoms,
  type Places,
  place,
  restorePlaces,
  savePlaces,
} from "./atoms.js";
import { createGridSlopes, focus, type GridSlopes, sliceCost, sliceFilter, sliceSlopes } from "./slopes.js";

export interface GridAscent {
  readonly ascent: Ascent;
  /** One per mode. */
  readonly atoms: readonly GridAtoms[];
  readonly slopes: GridSlopes;
  /** One per mode, of Gauss-Newton steps: relative to the diagonal of the curvature. */
  readonly damping: Float64Array;
  /** What an atom of each mode adds to the objective, in the units of L: −ln of its prior probability. */
  readonly charges: readonly number[];
  /** Before a step. */
  readonly places: readonly Places[];
  /** Before a sweep. */
  readonly sound: Snapshot;
  readonly step: Planar;
  readonly factor: Planar;
}

/** All atoms and hyperparameters at one time, to go back to. */
export interface Checkpoint {
  readonly hyperparameters: Snapshot;
  readonly places: readonly Places[];
}

/** The prior probability that a mode has one atom more; it is in any cell of its grid, as likely as in any other. */
const another = 0.05;
/** Gauss-Newton steps of one mode at a time, and sweeps after all modes. */
const stepsPerRound = 3;
const sweepsPerRound = 3;
/** Tries to find a step that lowers L. */
const maxTries = 12;
/** Cells that an atom moves at most in one step. */
const longestStep = 0.5;
const [leastDamping, firstDamping, mostDamping] = [1e-6, 1e-3, 1e9];
/** A step lowers L by at least this share of what its slope promises. */
const sufficient = 1e-4;
/** Less than this share of L is not worth a step. */
const negligible = 1e-10;
/** Less than this share of L is rounding. */
const rounding = 1e-12;

/** @param cells - per mode, points of the grid */
export function createGridAscent(
  ascent: Ascent,
  atoms: readonly GridAtoms[],
  cells: readonly number[],
  room: Room,
): GridAscent {
  const { snapshots, real } = ascent.marginal;
  const nats = snapshots * (real ? 0.5 : 1);
  const coordinates = atoms.map((mode) => mode.coordinates);
  const moves = Math.max(...atoms.map(({ mode, coordinates: c }) => mode.atoms * c));
  return {
    ascent,
    atoms,
    slopes: createGridSlopes(ascent.marginal, coordinates, room),
    charges: cells.map((size) => Math.log(size / another) / nats),
    damping: new Float64Array(atoms.length).fill(firstDamping),
    places: atoms.map(createPlaces),
    sound: createSnapshot(ascent),
    step: room.planar(moves, true),
    factor: room.planar(moves * moves, true),
  };
}

export function createCheckpoint({ ascent, atoms }: GridAscent): Checkpoint {
  return { hyperparameters: createSnapshot(ascent), places: atoms.map(createPlaces) };
}

export function keep({ ascent, atoms }: GridAscent, checkpoint: Checkpoint): void {
  save(ascent, checkpoint.hyperparameters);
  atoms.forEach((mode, n) => {
    savePlaces(mode, checkpoint.places[n]);
  });
}

/** The decompositions are not made anew. */
export function goBack(checkpoint: Checkpoint, { ascent, atoms }: GridAscent): void {
  restore(checkpoint.hyperparameters, ascent);
  atoms.forEach((mode, n) => {
    restorePlaces(checkpoint.places[n], mode);
  });
}

/** L and what the atoms cost: twice a negative log-posterior if real, once if complex, per snapshot. */
export function objective({ ascent, charges }: GridAscent): number {
  const { modes } = ascent.marginal;
  return modes.reduce((sum, { count }, n) => sum + count * charges[n], cost(ascent.marginal));
}

/**
 * One round: the places of the atoms of every mode, and a few sweeps.
 *
 * @returns L, not above what it was; NaN if a decomposition broke down
 */
export function round(grid: GridAscent): number {
  const { ascent, atoms } = grid;
  for (let n = 0; n < atoms.length; n++) {
    moveAtoms(grid, n);
    // The decompositions of the other modes' next step.
    if (!restart(ascent)) return Number.NaN;
  }
  return settle(grid, sweepsPerRound);
}

/**
 * Sweeps for the atoms where they are.
 *
 * @returns L, not above what it was; NaN if a decomposition broke down
 */
export function settle({ ascent, sound }: GridAscent, sweeps: number): number {
  let lowest = cost(ascent.marginal);
  for (let k = 0; k < sweeps; k++) {
    save(ascent, sound);
    const reached = sweep(ascent);
    if (reached <= lowest + rounding * (1 + Math.abs(lowest))) {
      lowest = reached;
      continue;
    }
    restore(sound, ascent);
    if (!restart(ascent)) return Number.NaN;
    if (ascent.exponent !== 1) break;
    // The step that is known to be one down.
    const careful = sweep({ ...ascent, exponent: 0.5 });
    if (!(careful <= lowest + rounding * (1 + Math.abs(lowest)))) {
      restore(sound, ascent);
      return restart(ascent) ? lowest : Number.NaN;
    }
    lowest = careful;
  }
  return lowest;
}

/** @returns L; NaN if a decomposition broke down or no atom is left */
function sweep(ascent: Ascent): number {
  // The first sweeps of an ascent, as which all of these count, remove no atom.
  return Number.isNaN(sweepModes(ascent, 0)) ? Number.NaN : cost(ascent.marginal);
}

/** Moves the atoms of mode n, all others where they are; L does not increase. The decompositions are not made anew. */
export function moveAtoms(grid: GridAscent, n: number): void {
  focus(grid.slopes, n);
  moveFocused(grid, n, stepsPerRound);
}

/** The same for the mode n that is in focus. @returns L */
export function moveFocused(grid: GridAscent, n: number, steps: number): number {
  const { slopes, damping } = grid;
  const atoms = grid.atoms[n];
  let lowest = sliceCost(slopes);
  if (atoms.mode.count === 0) return lowest;
  for (let step = 0; step < steps && Number.isFinite(lowest); step++) {
    derivativesInto(atoms, slopes.derivatives);
    sliceFilter(slopes);
    sliceSlopes(slopes, atoms.coordinates);
    savePlaces(atoms, grid.places[n]);
    const reached = lowerBy(grid, n, lowest);
    if (reached === undefined) {
      restorePlaces(grid.places[n], atoms);
      damping[n] = firstDamping;
      break;
    }
    lowest = reached;
  }
  return lowest;
}

/** Tries ever shorter steps. @returns the lower L, or `undefined` if none is */
function lowerBy(grid: GridAscent, n: number, from: number): number | undefined {
  const { slopes, damping, places } = grid;
  for (let attempt = 0; attempt < maxTries && damping[n] <= mostDamping; attempt++) {
    const promised = gaussNewtonStep(grid, n);
    // There is no way down, or none that shows.
    if (Math.abs(promised) <= negligible * (1 + Math.abs(from))) return undefined;
    if (promised < 0) {
      applyStep(grid, n, places[n].points);
      const reached = sliceCost(slopes);
      if (reached < from + sufficient * promised) {
        damping[n] = Math.max(leastDamping, damping[n] / 10);
        return reached;
      }
    }
    damping[n] *= 10;
  }
  return undefined;
}

/** step ← −(H + μ diag H)⁻¹ g, within the longest step and the ranges. @returns its product with g */
function gaussNewtonStep({ slopes, damping, step, factor, atoms, places }: GridAscent, n: number): number {
  const { gradient, curvature } = slopes;
  const { mode, coordinates } = atoms[n];
  const moves = mode.count * coordinates;
  let largest = 0;
  for (let k = 0; k < moves; k++) largest = Math.max(largest, curvature[k * moves + k]);
  if (!(largest > 0)) return 0;
  const { re } = factor;
  for (let i = 0; i < moves * moves; i++) re[i] = curvature[i];
  for (let k = 0; k < moves; k++) {
    const at = k * moves + k;
    // A coordinate that nothing depends on stays where it is.
    re[at] = curvature[at] > 0 ? curvature[at] * (1 + damping[n]) + 1e-14 * largest : largest;
    step.re[k] = -gradient[k];
  }
  if (choleskyInPlace(factor, moves) >= 0) return Number.NaN;
  solveLowerInPlace(factor, moves, step, 1);
  solveLowerAdjointInPlace(factor, moves, step, 1);
  const { re: moved } = step;
  let promised = 0;
  for (let k = 0; k < moves; k++) {
    moved[k] = Math.min(
      longestStep,
      Math.max(-longestStep, limited(atoms[n], places[n].points, k, moved[k])),
    );
    promised += moved[k] * gradient[k];
  }
  return promised;
}

/** A step of one coordinate from where it was, in cells, that does not leave its range. */
function limited(atoms: GridAtoms, points: Float64Array, move: number, cells: number): number {
  const { mode, coordinates, ranges } = atoms;
  const c = move % coordinates;
  const value = points[mode.active[Math.floor(move / coordinates)] * coordinates + c];
  const cell = cellAt(atoms, c, value);
  if (cell === 0) return 0;
  const { lowest, highest } = ranges[c];
  return Math.min((highest - value) / cell, Math.max((lowest - value) / cell, cells));
}

/** The points ← `from` and a step; the atoms follow. */
function applyStep({ atoms, step }: GridAscent, n: number, from: Float64Array): void {
  const { mode, coordinates, points, ranges } = atoms[n];
  for (let k = 0; k < mode.count * coordinates; k++) {
    const c = k % coordinates;
    const at = mode.active[Math.floor(k / coordinates)] * coordinates + c;
    const moved = from[at] + step.re[k] * cellAt(atoms[n], c, from[at]);
    points[at] = Math.min(ranges[c].highest, Math.max(ranges[c].lowest, moved));
  }
  place(atoms[n]);
}
