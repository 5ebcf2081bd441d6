import { type MatrixInput, toComplexMatrix } from "../complex/convert.js";
import { product } from "../complex/matrix-product.js";
import type { ComplexMatrix } from "../complex/types.js";
import { shapeError } from "../errors.js";
import type { Grid } from "../grids/index.js";
import { denseOperator } from "../operators/index.js";
import { atomMatrix } from "./all-atoms.js";
import type { ParametricDictionary } from "./parametric-dictionary.js";

/**
 * A parametric dictionary seen through a linear map, as through pilots or a combiner: atoms B a(u), derivatives
 * B ∂a/∂u, on the same grid.
 *
 * @param matrix - B, [measurements × dictionary.operator.rows]; copied
 * @throws `shape` if B has not one column for each row of the dictionary; `non-finite` with the first index
 *
 * @remarks Time 8 · measurements · M · N real operations at once, and as many per column of derivatives; memory
 * 16 · measurements · (M + N) bytes beside the dictionary.
 *
 * @example
 * const array = uniformLinearArray({ elements: 64 });
 * const dictionary = compressedDictionary(combiner, angleDictionary(array, cosineGrid(128)));
 */
export function compressedDictionary(
  matrix: MatrixInput,
  dictionary: ParametricDictionary,
): ParametricDictionary {
  const who = "compressedDictionary";
  const map = toComplexMatrix(who, "matrix", matrix);
  const { rows } = dictionary.operator;
  if (map.columns !== rows) {
    throw shapeError(who, "matrix", `${map.columns} columns`, `${rows} (dictionary.operator.rows)`);
  }
  return compressed(map, dictionary);
}

function compressed(map: ComplexMatrix, dictionary: ParametricDictionary): ParametricDictionary {
  return Object.freeze({
    operator: denseOperator(product("plain", map, "plain", atomMatrix(dictionary))),
    grid: dictionary.grid,
    derivatives: (indices: ArrayLike<number>, coordinate = 0) =>
      product("plain", map, "plain", dictionary.derivatives(indices, coordinate)),
    withGrid: (grid: Grid) => compressed(map, dictionary.withGrid(grid)),
  });
}
