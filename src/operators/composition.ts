import { type ComplexVector, complexVector } from "../complex/types.js";
import { shapeError } from "../errors.js";
import { CompositeOperator } from "./composite.js";
import type { LinearOperator } from "./operator.js";

/**
 * The product A = A1 A2 … AR: the last operator acts first. Memory beside the parts: one vector between
 * neighbours. The atoms are the last operator's, sent through the others.
 *
 * @throws `shape` if there is no operator, or the columns of one do not match the rows of the next
 *
 * @example
 * composeOperators(restrictionOperator(n, observed), kroneckerOperator(factors)); // some measurements missing
 */
export function composeOperators(...operators: readonly LinearOperator[]): LinearOperator {
  const who = "composeOperators";
  if (operators.length === 0) throw shapeError(who, "operators", "no operators", "at least 1");
  for (let n = 1; n < operators.length; n++) {
    const { rows } = operators[n];
    const { columns } = operators[n - 1];
    if (rows !== columns) {
      throw shapeError(who, `operators[${n}]`, `${rows} rows`, `${columns} (operators[${n - 1}].columns)`);
    }
  }
  return new CompositionOperator(operators);
}

class CompositionOperator extends CompositeOperator {
  /** What part n + 1 gives and part n takes. */
  readonly #between: readonly ComplexVector[];

  constructor(parts: readonly LinearOperator[]) {
    const between = parts.slice(1).map(({ rows }) => complexVector(rows));
    const bytes = between.reduce((sum, { data }) => sum + data.byteLength, 0);
    super("composition", parts, parts[0].rows, parts[parts.length - 1].columns, bytes);
    this.#between = between;
  }

  protected applyInto(x: Float64Array, out: Float64Array): void {
    this.#through(this.parts.length - 1, { length: this.columns, data: x }, { length: this.rows, data: out });
  }

  protected adjointInto(y: Float64Array, out: Float64Array): void {
    let vector: ComplexVector = { length: this.rows, data: y };
    for (let n = 0; n < this.parts.length; n++) {
      const to = n < this.#between.length ? this.#between[n] : { length: this.columns, data: out };
      vector = this.parts[n].adjoint(vector, to);
    }
  }

  protected override atomsInto(indices: ArrayLike<number>, out: Float64Array): void {
    const last = this.parts[this.parts.length - 1];
    const { data } = last.atoms(indices);
    const count = indices.length;
    if (this.parts.length === 1) {
      out.set(data);
      return;
    }
    const column = complexVector(last.rows);
    const atom = complexVector(this.rows);
    for (let k = 0; k < count; k++) {
      copyColumn(data, count, k, column.data, 1, 0, last.rows);
      this.#through(this.parts.length - 2, column, atom);
      copyColumn(atom.data, 1, 0, out, count, k, this.rows);
    }
  }

  /** out ← A_1 … A_n x for n counted from 0. */
  #through(n: number, x: ComplexVector, out: ComplexVector): void {
    let vector = x;
    for (let k = n; k >= 0; k--) vector = this.parts[k].apply(vector, k === 0 ? out : this.#between[k - 1]);
  }
}

/** Column `k` of one interleaved matrix to column `l` of another. */
function copyColumn(
  from: Float64Array,
  fromColumns: number,
  k: number,
  to: Float64Array,
  toColumns: number,
  l: number,
  rows: number,
): void {
  for (let m = 0; m < rows; m++) {
    to[2 * (m * toColumns + l)] = from[2 * (m * fromColumns + k)];
    to[2 * (m * toColumns + l) + 1] = from[2 * (m * fromColumns + k) + 1];
  }
}
