import type { ComplexMatrix } from "../complex/types.js";
import type { Grid } from "../grids/index.js";
import type { LinearOperator } from "../operators/index.js";

/**
 * A dictionary whose atoms are a function of a grid point: atom n is a(grid.points[n]). Solvers that move the grid need
 * no more than this.
 */
export interface ParametricDictionary {
  readonly operator: LinearOperator;
  readonly grid: Grid;
  /**
   * ∂a/∂(coordinate) at the points of the chosen atoms, [M × indices.length], per unit of the coordinate's axis.
   *
   * @param coordinate - which axis of the grid; the first by default
   * @throws `range` if an index or the coordinate does not exist
   */
  derivatives(indices: ArrayLike<number>, coordinate?: number): ComplexMatrix;
  /** The same kind of dictionary on another grid with the same axes' names. */
  withGrid(grid: Grid): ParametricDictionary;
}
