import type { ComplexMatrix, ComplexVector } from "../complex/types.js";
import { rangeError } from "../errors.js";
import { DenseOperator } from "./dense.js";
import { KroneckerOperator } from "./kronecker.js";
import type { LinearOperator, OperatorCost } from "./operator.js";

/**
 * The operator times a real number, counting on the counters of the original.
 *
 * A dense operator is copied and a Kronecker operator gets another first factor, so that nothing overflows on the
 * way if the entries of A are extreme and their product with the factor is not. Any other operator is wrapped, and its
 * answers are scaled. With a power of two, every answer is exactly that of the original times the power.
 *
 * @throws `range` if the factor is not finite
 */
export function scaleOperator(operator: LinearOperator, factor: number): LinearOperator {
  if (!Number.isFinite(factor))
    throw rangeError("scaleOperator", "factor", String(factor), "a finite number");
  if (operator instanceof DenseOperator) return operator.scaled(factor);
  if (operator.factors !== undefined) {
    const [{ rows, columns, data }, ...others] = operator.factors;
    const first = { rows, columns, data: scaleInPlace(data.slice(), factor) };
    return new KroneckerOperator([first, ...others], operator.cost);
  }
  return new ScaledOperator(operator, factor);
}

class ScaledOperator implements LinearOperator {
  readonly kind = "scaled";
  readonly rows: number;
  readonly columns: number;
  readonly real: boolean;
  readonly cost: OperatorCost;
  readonly #inner: LinearOperator;
  readonly #factor: number;

  constructor(inner: LinearOperator, factor: number) {
    this.rows = inner.rows;
    this.columns = inner.columns;
    this.real = inner.real;
    this.cost = inner.cost;
    this.#inner = inner;
    this.#factor = factor;
  }

  get memoryBytes(): number {
    return this.#inner.memoryBytes;
  }

  apply(x: ComplexVector, out?: ComplexVector): ComplexVector {
    return this.#scaled(this.#inner.apply(x, out));
  }

  adjoint(y: ComplexVector, out?: ComplexVector): ComplexVector {
    return this.#scaled(this.#inner.adjoint(y, out));
  }

  atoms(indices: ArrayLike<number>, out?: ComplexMatrix): ComplexMatrix {
    return this.#scaled(this.#inner.atoms(indices, out));
  }

  gram(indices: ArrayLike<number>): ComplexMatrix {
    return this.#scaled(this.#scaled(this.#inner.gram(indices)));
  }

  covariance(priorVariance: Float64Array, out?: ComplexMatrix): ComplexMatrix {
    return this.#scaled(this.#scaled(this.#inner.covariance(priorVariance, out)));
  }

  whitenedNorms(factor: ComplexMatrix, out?: Float64Array): Float64Array {
    const norms = this.#inner.whitenedNorms(factor, out);
    scaleInPlace(scaleInPlace(norms, this.#factor), this.#factor);
    return norms;
  }

  columnNorms(): Float64Array {
    return scaleInPlace(scaleInPlace(this.#inner.columnNorms(), this.#factor), this.#factor);
  }

  #scaled<T extends ComplexVector | ComplexMatrix>(value: T): T {
    scaleInPlace(value.data, this.#factor);
    return value;
  }
}

function scaleInPlace(data: Float64Array, factor: number): Float64Array {
  for (let i = 0; i < data.length; i++) data[i] *= factor;
  return data;
}
