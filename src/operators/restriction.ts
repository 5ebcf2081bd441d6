import { shapeError } from "../errors.js";
import { BaseOperator } from "./base-operator.js";
import { checkIndices, checkSize } from "./checks.js";
import type { LinearOperator } from "./operator.js";

/**
 * Chosen rows of the identity: y_i = x at chosen[i], [chosen.length × columns]. Composed with an operator it
 * keeps the chosen rows of that, as when some measurements are missing. Products take O(M + N) time.
 *
 * @param columns - N, the length of x
 * @param chosen - the elements to keep, in this order; repeats are allowed; copied
 * @throws `shape` if nothing is chosen or `columns` is not a whole number of at least 1; `range` naming the first
 *   index that is out of bounds
 */
export function restrictionOperator(columns: number, chosen: ArrayLike<number>): LinearOperator {
  const who = "restrictionOperator";
  checkSize(who, "columns", columns);
  if (chosen.length === 0) throw shapeError(who, "chosen", "0 indices", "at least 1");
  checkIndices(who, chosen, columns, "chosen");
  return new RestrictionOperator(columns, Int32Array.from(chosen));
}

class RestrictionOperator extends BaseOperator {
  readonly #chosen: Int32Array;

  constructor(columns: number, chosen: Int32Array) {
    super({
      kind: "restriction",
      rows: chosen.length,
      columns,
      real: true,
      ownBytes: chosen.byteLength,
      flopsPerProduct: 0,
    });
    this.#chosen = chosen;
  }

  protected applyInto(x: Float64Array, out: Float64Array): void {
    for (let i = 0; i < this.#chosen.length; i++) {
      out[2 * i] = x[2 * this.#chosen[i]];
      out[2 * i + 1] = x[2 * this.#chosen[i] + 1];
    }
  }

  protected adjointInto(y: Float64Array, out: Float64Array): void {
    out.fill(0);
    for (let i = 0; i < this.#chosen.length; i++) {
      out[2 * this.#chosen[i]] += y[2 * i];
      out[2 * this.#chosen[i] + 1] += y[2 * i + 1];
    }
  }
}
