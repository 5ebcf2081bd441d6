import type { ComplexVector } from "../complex/types.js";
import { BaseOperator } from "./base-operator.js";
import type { LinearOperator } from "./operator.js";

/** What operators made of other operators share: their memory and their flops are those of the parts. */
export abstract class CompositeOperator extends BaseOperator {
  protected readonly parts: readonly LinearOperator[];
  readonly #distinct: readonly LinearOperator[];

  /** @param ownBytes - working arrays beside the parts */
  constructor(
    kind: string,
    parts: readonly LinearOperator[],
    rows: number,
    columns: number,
    ownBytes: number,
  ) {
    const real = parts.every((part) => part.real);
    super({ kind, rows, columns, real, ownBytes, flopsPerProduct: 0 });
    this.parts = [...parts];
    this.#distinct = [...new Set(parts)];
  }

  override get memoryBytes(): number {
    return this.#distinct.reduce((bytes, part) => bytes + part.memoryBytes, super.memoryBytes);
  }

  override apply(x: ComplexVector, out?: ComplexVector): ComplexVector {
    const before = this.#flopsOfParts();
    const result = super.apply(x, out);
    this.cost.flops += this.#flopsOfParts() - before;
    return result;
  }

  override adjoint(y: ComplexVector, out?: ComplexVector): ComplexVector {
    const before = this.#flopsOfParts();
    const result = super.adjoint(y, out);
    this.cost.flops += this.#flopsOfParts() - before;
    return result;
  }

  #flopsOfParts(): number {
    return this.#distinct.reduce((flops, part) => flops + part.cost.flops, 0);
  }
}
