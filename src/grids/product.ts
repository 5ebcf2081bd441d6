import { shapeError } from "../errors.js";
import { type Grid, gridOfAxes } from "./grid.js";

/**
 * The product of grids: every combination of their axes' values, the last axis fastest.
 *
 * @throws `shape` if there is no grid, or the product has more than 2²⁴ points
 *
 * @example
 * productGrid(delays, dopplers).points; // τ0 ν0, τ0 ν1, …, τ1 ν0, …
 */
export function productGrid(...grids: readonly Grid[]): Grid {
  const who = "productGrid";
  if (grids.length === 0) throw shapeError(who, "grids", "no grids", "at least 1");
  const axes = grids.flatMap((grid) => grid.axes);
  const size = axes.reduce((product, { values }) => product * values.length, 1);
  if (size > 2 ** 24) throw shapeError(who, "grids", `${size} points together`, `at most ${2 ** 24}`);
  return gridOfAxes(axes);
}
