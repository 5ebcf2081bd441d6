import { toComplexVector, type VectorInput } from "../complex/convert.js";
import { isReal } from "../complex/planar.js";
import { BaseOperator } from "./base-operator.js";
import type { LinearOperator } from "./operator.js";

/**
 * A = diag(d), square. All products take O(N) time, `covariance` O(N²).
 *
 * @param entries - d; copied
 * @throws `shape` if it is empty; `non-finite` with the first index
 */
export function diagonalOperator(entries: VectorInput): LinearOperator {
  return new DiagonalOperator(toComplexVector("diagonalOperator", "entries", entries).data);
}

class DiagonalOperator extends BaseOperator {
  readonly #entries: Float64Array;

  constructor(entries: Float64Array) {
    const size = entries.length / 2;
    super({
      kind: "diagonal",
      rows: size,
      columns: size,
      real: isReal(entries),
      ownBytes: entries.byteLength,
      flopsPerProduct: 6 * size,
    });
    this.#entries = entries;
  }

  override columnNorms(): Float64Array {
    const d = this.#entries;
    return Float64Array.from({ length: this.columns }, (_, n) => d[2 * n] ** 2 + d[2 * n + 1] ** 2);
  }

  protected applyInto(x: Float64Array, out: Float64Array): void {
    const d = this.#entries;
    for (let i = 0; i < x.length; i += 2) {
      out[i] = d[i] * x[i] - d[i + 1] * x[i + 1];
      out[i + 1] = d[i] * x[i + 1] + d[i + 1] * x[i];
    }
  }

  protected adjointInto(y: Float64Array, out: Float64Array): void {
    const d = this.#entries;
    for (let i = 0; i < y.length; i += 2) {
      out[i] = d[i] * y[i] + d[i + 1] * y[i + 1];
      out[i + 1] = d[i] * y[i + 1] - d[i + 1] * y[i];
    }
  }

  protected override covarianceInto(priorVariance: Float64Array, out: Float64Array): void {
    const norms = this.columnNorms();
    out.fill(0);
    for (let n = 0; n < this.columns; n++) out[2 * n * (this.columns + 1)] = norms[n] * priorVariance[n];
  }
}
