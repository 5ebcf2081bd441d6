import { complexVector } from "../complex/types.js";
import { shapeError } from "../errors.js";
import { CompositeOperator } from "./composite.js";
import type { LinearOperator } from "./operator.js";

/**
 * Operators on the same coefficients, one below the other: A = [A1; A2; …], measurements in that order.
 *
 * @throws `shape` if there is no operator, or their column counts differ
 */
export function stackOperators(...operators: readonly LinearOperator[]): LinearOperator {
  const who = "stackOperators";
  if (operators.length === 0) throw shapeError(who, "operators", "no operators", "at least 1");
  const [{ columns }] = operators;
  const differing = operators.findIndex((operator) => operator.columns !== columns);
  if (differing > 0) {
    const received = `${operators[differing].columns} columns`;
    throw shapeError(who, `operators[${differing}]`, received, `${columns} as in operators[0]`);
  }
  return new StackedOperator(operators);
}

class StackedOperator extends CompositeOperator {
  constructor(parts: readonly LinearOperator[]) {
    const [{ columns }] = parts;
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    super("stacking", parts, rows, columns, 0);
  }

  override columnNorms(): Float64Array {
    const norms = new Float64Array(this.columns);
    for (const part of this.parts) addTo(norms, part.columnNorms());
    return norms;
  }

  protected applyInto(x: Float64Array, out: Float64Array): void {
    let first = 0;
    for (const part of this.parts) {
      const block = complexVector(part.rows, out.subarray(2 * first, 2 * (first + part.rows)));
      part.apply({ length: this.columns, data: x }, block);
      first += part.rows;
    }
  }

  protected adjointInto(y: Float64Array, out: Float64Array): void {
    const size = 2 * this.columns;
    const term = complexVector(this.columns, this.scratch.array("adjoint", size));
    out.fill(0);
    let first = 0;
    for (const part of this.parts) {
      const block = complexVector(part.rows, y.subarray(2 * first, 2 * (first + part.rows)));
      addTo(out, part.adjoint(block, term).data);
      first += part.rows;
    }
  }

  protected override atomsInto(indices: ArrayLike<number>, out: Float64Array): void {
    let first = 0;
    for (const part of this.parts) {
      out.set(part.atoms(indices).data, 2 * first * indices.length);
      first += part.rows;
    }
  }

  protected override gramInto(indices: ArrayLike<number>, out: Float64Array): void {
    out.fill(0);
    for (const part of this.parts) addTo(out, part.gram(indices).data);
  }
}

function addTo(out: Float64Array, terms: Float64Array): void {
  for (let i = 0; i < terms.length; i++) out[i] += terms[i];
}
