import { conjugated } from "../complex/rearrange.js";
import type { Grid } from "../grids/index.js";
import { denseOperator } from "../operators/index.js";
import { atomMatrix } from "./all-atoms.js";
import type { ParametricDictionary } from "./parametric-dictionary.js";

/**
 * The conjugate of a parametric dictionary, as departures need it where arrivals have the dictionary itself: atoms
 * conj(a(u)), derivatives conj(∂a/∂u), on the same grid.
 *
 * @remarks Time and memory O(M N).
 */
export function conjugateDictionary(dictionary: ParametricDictionary): ParametricDictionary {
  return Object.freeze({
    operator: denseOperator(conjugated(atomMatrix(dictionary))),
    grid: dictionary.grid,
    derivatives: (indices: ArrayLike<number>, coordinate = 0) =>
      conjugated(dictionary.derivatives(indices, coordinate)),
    withGrid: (grid: Grid) => conjugateDictionary(dictionary.withGrid(grid)),
  });
}
