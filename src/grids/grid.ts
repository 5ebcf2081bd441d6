import { checkFinite } from "../complex/convert.js";
import { describe, shapeError } from "../errors.js";

/** One coordinate of a grid: what it is, its unit, and the values that the grid takes on it. */
export interface Axis {
  /** "azimuth", "directionCosine", "delay", … */
  readonly name: string;
  /** "rad", "s", "Hz", "m", or "1" for a pure number. */
  readonly unit: string;
  readonly values: Float64Array;
  /** The coordinate plus its period is the same point; the last value is then a neighbour of the first. */
  readonly period?: number;
}

/**
 * Points in a space of one or more coordinates. A plain frozen object.
 *
 * A grid is made as the product of its axes, the last axis fastest: with axes of G1 and G2 values, point
 * i1·G2 + i2 is (axes[0].values[i1], axes[1].values[i2]). Its points may then be moved, see `movePoints`; the axes
 * keep the nominal values.
 */
export interface Grid {
  readonly axes: readonly Axis[];
  readonly size: number;
  /** The coordinates of every point, [size × axes.length]. */
  readonly points: Float64Array;
}

/** The product of axes, last axis fastest. */
export function gridOfAxes(axes: readonly Axis[]): Grid {
  const size = axes.reduce((product, { values }) => product * values.length, 1);
  const points = new Float64Array(size * axes.length);
  for (let index = 0; index < size; index++) {
    const positions = axisPositions(axes, index);
    for (let n = 0; n < axes.length; n++) points[index * axes.length + n] = axes[n].values[positions[n]];
  }
  return Object.freeze({ axes: Object.freeze([...axes]), size, points });
}

/** Which value of each axis a point of the product has. */
export function axisPositions(axes: readonly Axis[], index: number): number[] {
  const positions: number[] = [];
  let rest = index;
  for (let n = axes.length - 1; n >= 0; n--) {
    const { length } = axes[n].values;
    positions[n] = rest % length;
    rest = Math.floor(rest / length);
  }
  return positions;
}

/**
 * The grid with its points elsewhere, for solvers that move points off the grid. The axes stay nominal.
 *
 * @param points - [size × axes.length]; copied
 * @throws `shape` if there are more or fewer numbers than in the grid; `non-finite` with the first point
 */
export function movePoints(grid: Grid, points: ArrayLike<number>): Grid {
  const who = "movePoints";
  if (points?.length !== grid.points.length) {
    const received = points === undefined ? describe(points) : `${points.length} numbers`;
    throw shapeError(who, "points", received, `${grid.points.length} (grid.points)`);
  }
  const moved = Float64Array.from(points);
  checkFinite(who, "points", moved, grid.axes.length);
  return Object.freeze({ ...grid, points: moved });
}

/** @throws `shape` if the points are not axes.length numbers each; `non-finite` with the first point */
export function checkGrid(who: string, { axes, size, points }: Grid): void {
  if (size < 1 || points.length !== size * axes.length) {
    throw shapeError(
      who,
      "grid.points",
      `${points.length} numbers`,
      `${axes.length} for each of ${size} points`,
    );
  }
  checkFinite(who, "grid.points", points, axes.length);
}
