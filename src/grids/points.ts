import { checkFinite } from "../complex/convert.js";
import { describe, shapeError } from "../errors.js";
import type { Grid } from "./grid.js";

/**
 * Points in the coordinates of a grid, as many as are given: the few that a solver keeps, or those that are true. The
 * axes stay those of the grid; they say what the coordinates are, no longer which points there are.
 *
 * @param points - [count × axes.length]; copied
 * @throws `shape` if there is no point, or the numbers are not axes.length for each; `non-finite` with the first point
 *
 * @example
 * dictionary.withGrid(withPoints(dictionary.grid, [-0.31, 0.27])); // two atoms
 */
export function withPoints(grid: Grid, points: ArrayLike<number>): Grid {
  const who = "withPoints";
  const { length: coordinates } = grid.axes;
  const size = (points?.length ?? 0) / coordinates;
  if (size === 0 || !Number.isInteger(size)) {
    const received = points === undefined ? describe(points) : `${points.length} numbers`;
    throw shapeError(who, "points", received, `${coordinates} for each of at least 1 point`);
  }
  const copied = Float64Array.from(points);
  checkFinite(who, "points", copied, coordinates);
  return Object.freeze({ axes: grid.axes, size, points: copied });
}
