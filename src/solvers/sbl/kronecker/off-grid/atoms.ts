/** The atoms of one mode that are left, and where they are: places between the points of a grid. */
import type { Planar } from "../../../../complex/planar.js";
import { timesPowerOfTwo } from "../../../../complex/scale.js";
import { allAtoms, atomMatrix } from "../../../../dictionaries/all-atoms.js";
import type { ParametricDictionary } from "../../../../dictionaries/index.js";
import { type Axis, type Grid, withPoints } from "../../../../grids/index.js";
import type { Mode } from "../modes.js";

/** The atoms that a mode has left, on the move. */
export interface GridAtoms {
  /** `mode.dictionary` holds the atoms at `points`. */
  readonly mode: Mode;
  /** Coordinates of every atom of the mode, [atoms × coordinates]. */
  readonly points: Float64Array;
  readonly coordinates: number;
  /** Between which values each coordinate stays. */
  readonly ranges: readonly Range[];
  /** The atoms of the mode are those of the dictionary times 2^−exponent. */
  readonly exponent: number;
  /** The dictionary at the points of the active atoms, once it was needed, or elsewhere. */
  dictionary: ParametricDictionary;
  /** Whether it is at these points. */
  placed: boolean;
}

interface Range {
  readonly axis: Axis;
  /** Its values, in order. */
  readonly ascending: Float64Array;
  readonly lowest: number;
  readonly highest: number;
}

/** A place of all atoms, to go back to. */
export interface Places {
  readonly points: Float64Array;
  readonly atoms: Planar;
  dictionary: ParametricDictionary;
  placed: boolean;
}

/**
 * The active atoms of a mode as a mode of their own.
 *
 * @param storage - [rows × capacity]
 * @param capacity - how many atoms there may be, at least as many as are active
 */
export function createGridAtoms(
  dictionary: ParametricDictionary,
  exponent: number,
  from: Mode,
  storage: Planar,
  capacity: number,
): GridAtoms {
  const { grid } = dictionary;
  const coordinates = grid.axes.length;
  const { rows, count, active, priorVariance } = from;
  const points = new Float64Array(capacity * coordinates);
  for (let j = 0; j < count; j++) {
    for (let c = 0; c < coordinates; c++) {
      points[j * coordinates + c] = grid.points[active[j] * coordinates + c];
    }
  }
  const mode: Mode = {
    rows,
    atoms: capacity,
    dictionary: storage,
    active: Int32Array.from({ length: capacity }, (_, j) => j),
    count,
    priorVariance: new Float64Array(capacity),
  };
  mode.priorVariance.set(priorVariance.subarray(0, count));
  const ranges = grid.axes.map((axis, c) => rangeOf(axis, grid, c));
  const atoms: GridAtoms = { mode, points, coordinates, ranges, exponent, dictionary, placed: false };
  place(atoms);
  return atoms;
}

/** Where a coordinate may go: anywhere if it is periodic, otherwise as far as the grid goes. */
function rangeOf(axis: Axis, { points, axes }: Grid, coordinate: number): Range {
  const ascending = axis.values.slice().sort();
  if (axis.period !== undefined) {
    return { axis, ascending, lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY };
  }
  let lowest = ascending[0];
  let highest = ascending[ascending.length - 1];
  for (let at = coordinate; at < points.length; at += axes.length) {
    lowest = Math.min(lowest, points[at]);
    highest = Math.max(highest, points[at]);
  }
  return { axis, ascending, lowest, highest };
}

/** Makes the active atoms anew at their points. */
export function place(atoms: GridAtoms): void {
  const { mode, exponent } = atoms;
  moveDictionary(atoms);
  const { data } = atomMatrix(atoms.dictionary);
  const { active, count, rows } = mode;
  const { re, im } = mode.dictionary;
  for (let m = 0, from = 0; m < rows; m++) {
    for (let j = 0; j < count; j++, from += 2) {
      const to = m * mode.atoms + active[j];
      re[to] = timesPowerOfTwo(data[from], -exponent);
      if (im !== undefined) im[to] = timesPowerOfTwo(data[from + 1], -exponent);
    }
  }
}

function moveDictionary(atoms: GridAtoms): void {
  atoms.dictionary = atoms.dictionary.withGrid(activeGrid(atoms));
  atoms.placed = true;
}

/** Points of a grid, and the atoms there as the mode has them, [rows × grid.size]. */
export interface Candidates {
  readonly grid: Grid;
  readonly atoms: Planar;
}

/** Adds the atom at a point of a grid. The capacity must not be used up. */
export function addAtom(
  atoms: GridAtoms,
  { grid, atoms: from }: Candidates,
  index: number,
  priorVariance: number,
): void {
  const { mode, points, coordinates } = atoms;
  const { active, count } = mode;
  let slot = 0;
  while (active.subarray(0, count).includes(slot)) slot++;
  for (let c = 0; c < coordinates; c++) points[slot * coordinates + c] = grid.points[index * coordinates + c];
  active[count] = slot;
  mode.priorVariance[count] = priorVariance;
  mode.count++;
  atoms.placed = false;
  const { re, im } = mode.dictionary;
  for (let m = 0; m < mode.rows; m++) {
    re[m * mode.atoms + slot] = from.re[m * grid.size + index];
    if (im !== undefined)
      im[m * mode.atoms + slot] = from.im === undefined ? 0 : from.im[m * grid.size + index];
  }
}

/** Takes away the atom at a position in `active`. */
export function dropAtom(atoms: GridAtoms, position: number): void {
  const { mode } = atoms;
  const { active, priorVariance } = mode;
  for (let j = position + 1; j < mode.count; j++) {
    active[j - 1] = active[j];
    priorVariance[j - 1] = priorVariance[j];
  }
  mode.count--;
  atoms.placed = false;
}

/** The points of the active atoms, at least one. */
export function activeGrid({ dictionary, mode, points, coordinates }: GridAtoms): Grid {
  const chosen = new Float64Array(mode.count * coordinates);
  for (let j = 0; j < mode.count; j++) {
    const at = mode.active[j] * coordinates;
    for (let c = 0; c < coordinates; c++) chosen[j * coordinates + c] = points[at + c];
  }
  return withPoints(dictionary.grid, chosen);
}

/**
 * The derivatives of the active atoms per grid cell, [rows × (count · coordinates)], the coordinates of an atom side by
 * side.
 */
export function derivativesInto(atoms: GridAtoms, out: Planar): void {
  if (!atoms.placed) moveDictionary(atoms);
  const { dictionary, mode, coordinates, exponent, points } = atoms;
  const { rows, count, active } = mode;
  const indices = allAtoms(dictionary);
  for (let c = 0; c < coordinates; c++) {
    const { data } = dictionary.derivatives(indices, c);
    const { re, im } = out;
    for (let j = 0; j < count; j++) {
      const cell = cellAt(atoms, c, points[active[j] * coordinates + c]);
      for (let m = 0; m < rows; m++) {
        const from = 2 * (m * count + j);
        const to = (m * count + j) * coordinates + c;
        re[to] = timesPowerOfTwo(data[from], -exponent) * cell;
        if (im !== undefined) im[to] = timesPowerOfTwo(data[from + 1], -exponent) * cell;
      }
    }
  }
}

/** The distance between the grid's values of a coordinate, about where it is; 0 if there is one value only. */
export function cellAt({ ranges }: GridAtoms, coordinate: number, value: number): number {
  const { ascending, axis } = ranges[coordinate];
  const last = ascending.length - 1;
  if (last === 0) return axis.period ?? 0;
  let below = 0;
  for (let above = last; above - below > 1; ) {
    const middle = (below + above) >> 1;
    if (ascending[middle] <= value) below = middle;
    else above = middle;
  }
  return ascending[below + 1] - ascending[below];
}

/** How far two atoms are apart, in cells: the most of all coordinates. */
export function cellsBetween(atoms: GridAtoms, a: number, b: number): number {
  const { coordinates, points } = atoms;
  let largest = 0;
  for (let c = 0; c < coordinates; c++) {
    const cell = cellAt(atoms, c, points[a * coordinates + c]);
    if (cell > 0) largest = Math.max(largest, Math.abs(offset(atoms, c, a, b)) / cell);
  }
  return largest;
}

/** From atom a to atom b along a coordinate, the shorter way round. */
export function offset({ ranges, points, coordinates }: GridAtoms, c: number, a: number, b: number): number {
  const { period } = ranges[c].axis;
  const difference = points[b * coordinates + c] - points[a * coordinates + c];
  return period === undefined ? difference : difference - period * Math.round(difference / period);
}

/** Whether two points of a grid are less than two cells apart in every coordinate. */
export function areNeighbours(atoms: GridAtoms, { points }: Grid, a: number, b: number): boolean {
  const { coordinates, ranges } = atoms;
  for (let c = 0; c < coordinates; c++) {
    const { period } = ranges[c].axis;
    const from = points[a * coordinates + c];
    const difference = points[b * coordinates + c] - from;
    const apart = period === undefined ? difference : difference - period * Math.round(difference / period);
    if (Math.abs(apart) >= 1.5 * cellAt(atoms, c, from)) return false;
  }
  return true;
}

/** The grid of the active atoms, periodic coordinates within the period that begins with the axis. */
export function reportedGrid(atoms: GridAtoms): Grid {
  const grid = activeGrid(atoms);
  const points = grid.points.map((value, at) => {
    const { values, period } = grid.axes[at % atoms.coordinates];
    if (period === undefined) return value;
    const inside = value - period * Math.floor((value - values[0]) / period);
    // Rounding may take what is just below the beginning to the end.
    return inside < values[0] + period ? inside : values[0];
  });
  return withPoints(grid, points);
}

export function createPlaces({ mode, points, dictionary, placed }: GridAtoms): Places {
  const size = mode.rows * mode.atoms;
  const { im } = mode.dictionary;
  return {
    points: new Float64Array(points.length),
    atoms: { re: new Float64Array(size), im: im === undefined ? undefined : new Float64Array(size) },
    dictionary,
    placed,
  };
}

export function savePlaces({ mode, points, dictionary, placed }: GridAtoms, places: Places): void {
  const { re, im } = mode.dictionary;
  places.dictionary = dictionary;
  places.placed = placed;
  places.points.set(points);
  copy(re, places.atoms.re);
  if (im !== undefined) copy(im, places.atoms.im!);
}

/** The active atoms must be those that were active when the places were saved. */
export function restorePlaces(places: Places, atoms: GridAtoms): void {
  const { re, im } = atoms.mode.dictionary;
  atoms.points.set(places.points);
  copy(places.atoms.re, re);
  if (im !== undefined) copy(places.atoms.im!, im);
  atoms.dictionary = places.dictionary;
  atoms.placed = places.placed;
}

function copy(from: Float64Array, to: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] = from[i];
}
