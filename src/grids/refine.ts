import { describe, rangeError } from "../errors.js";
import { type Axis, axisPositions, type Grid, gridOfAxes } from "./grid.js";

/**
 * A finer grid around one point: on every axis from the point's lower to its upper neighbour, each of the two steps
 * divided into `factor` equal parts. At the end of an axis that has no period, one neighbour is missing and the grid
 * goes to one side only; on a periodic axis it goes on past the end, so values may lie outside one period.
 *
 * @param index - of the point in the grid; nominal values are used if points were moved
 * @param factor - parts per step, at least 1
 * @throws `range` if the index is not in the grid or the factor is not a whole number of at least 1
 */
export function refineAround(grid: Grid, index: number, factor: number): Grid {
  const who = "refineAround";
  if (!Number.isInteger(index) || index < 0 || index >= grid.size) {
    throw rangeError(who, "index", describe(index), `a whole number from 0 to ${grid.size - 1}`);
  }
  if (!Number.isInteger(factor) || factor < 1) {
    throw rangeError(who, "factor", describe(factor), "a whole number of at least 1");
  }
  const positions = axisPositions(grid.axes, index);
  return gridOfAxes(grid.axes.map((axis, n) => refinedAxis(axis, positions[n], factor)));
}

function refinedAxis({ name, unit, values, period }: Axis, position: number, factor: number): Axis {
  const value = values[position];
  const last = values.length - 1;
  const wrapped = values.length > 1 ? period : undefined;
  const below = position > 0 ? values[position - 1] : wrapped && values[last] - wrapped;
  const above = position < last ? values[position + 1] : wrapped && values[0] + wrapped;
  const refined: number[] = [];
  for (let k = factor; k > 0 && below !== undefined; k--)
    refined.push(value + (k * (below - value)) / factor);
  refined.push(value);
  for (let k = 1; k <= factor && above !== undefined; k++)
    refined.push(value + (k * (above - value)) / factor);
  return Object.freeze({ name, unit, values: Float64Array.from(refined) });
}
