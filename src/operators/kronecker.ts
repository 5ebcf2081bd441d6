import { type MatrixInput, toComplexMatrix } from "../complex/convert.js";
import { type ModeFactor, modeProductsInto } from "../complex/mode-products.js";
import { outerProductInto } from "../complex/outer.js";
import { isReal, join, type Planar, split, splitInto } from "../complex/planar.js";
import type { Form } from "../complex/products.js";
import type { ComplexMatrix } from "../complex/types.js";
import { shapeError } from "../errors.js";
import { withRoom } from "../kernels/room.js";
import { inverseFromFactor } from "../linalg/hermitian-inverse-kernel.js";
import { BaseOperator } from "./base-operator.js";
import { expandPairs, foldPairs, makePairs, type Pairs, pairsPay } from "./hermitian-pairs.js";
import type { LinearOperator, OperatorCost } from "./operator.js";
import { type ColumnFactor, factorNorms, productColumnsInto, productGramInto } from "./product-columns.js";

/**
 * A = A1 ⊗ A2 ⊗ … ⊗ AR for any R ≥ 1, never formed.
 *
 * Element (i1, …, iR) of a measurement is at (…(i1·M2 + i2)·M3 + …) + iR, the last index fastest, and likewise for
 * the coefficients: the order of the explicit Kronecker product.
 *
 * Cost, with M = ∏ M_n and N = ∏ N_n: products with A and A^H are mode products, the one that shrinks most first,
 * 8 N M_n flops for that and less for each that follows if the factors are wide. `covariance` and `whitenedNorms`
 * work in real coordinates of Hermitian matrices: about 2 M² max N_n flops if complex and 2^{1 − R} M² max N_n if
 * real, where the dense ones take 4 M² N and M² N; `whitenedNorms` needs the inverse of L Lᴴ besides, 8/3 M³ flops
 * (real 2/3 M³). Memory: the factors twice; after the first covariance also 8 ∑ M_n² N_n + 16 max(M², N) bytes, after
 * the first whitened norms another 16 M² (all about half or less if real).
 *
 * @param factors - A1, …, AR, each [M_n × N_n]; copied
 * @throws `shape` if there is none, or one is empty or ragged; `non-finite` with the first index
 *
 * @example
 * const a = kroneckerOperator([pilots, antennas]);
 * a.rows; // pilots.rows · antennas.rows
 */
export function kroneckerOperator(factors: readonly MatrixInput[]): LinearOperator {
  if (!Array.isArray(factors) || factors.length === 0) {
    throw shapeError("kroneckerOperator", "factors", "no matrices", "at least 1");
  }
  return new KroneckerOperator(
    factors.map((factor, n) => toComplexMatrix("kroneckerOperator", `factors[${n}]`, factor)),
  );
}

export class KroneckerOperator extends BaseOperator {
  readonly factors: readonly ComplexMatrix[];
  readonly #columnFactors: readonly ColumnFactor[];
  readonly #forward: readonly ModeFactor[];
  readonly #backward: readonly ModeFactor[];
  /** A single factor is a dense matrix, and treated as such. */
  readonly #usePairs: boolean;
  #pairs: Pairs | undefined;

  /** @param factors - kept, not copied */
  constructor(factors: readonly ComplexMatrix[], cost?: OperatorCost) {
    const parts = factors.map(({ rows, columns, data }) => ({ matrix: split(data), rows, columns }));
    super(
      {
        kind: "kronecker",
        rows: product(factors.map(({ rows }) => rows)),
        columns: product(factors.map(({ columns }) => columns)),
        real: parts.every(({ matrix }) => matrix.im === undefined),
        ownBytes: sum(
          parts.map(({ matrix, rows, columns }) => (matrix.im === undefined ? 24 : 32) * rows * columns),
        ),
        flopsPerProduct: modeProductFlops(parts),
      },
      cost,
    );
    this.factors = Object.freeze([...factors]);
    this.#columnFactors = parts;
    this.#forward = parts.map(({ matrix, rows, columns }) => mode(matrix, "plain", rows, columns));
    this.#backward = parts.map(({ matrix, rows, columns }) => mode(matrix, "adjoint", columns, rows));
    this.#usePairs = parts.length > 1 && pairsPay(parts, this.rows, this.columns);
  }

  override get memoryBytes(): number {
    return super.memoryBytes + (this.#pairs?.bytes ?? 0);
  }

  override columnNorms(): Float64Array {
    const norms = new Float64Array(this.columns);
    const lengths = this.#columnFactors.map(({ columns }) => columns);
    outerProductInto(norms, this.#columnFactors.map(factorNorms), lengths);
    return norms;
  }

  protected applyInto(x: Float64Array, out: Float64Array): void {
    this.#multiply(this.#forward, x, out);
  }

  protected adjointInto(y: Float64Array, out: Float64Array): void {
    this.#multiply(this.#backward, y, out);
  }

  protected override atomsInto(indices: ArrayLike<number>, out: Float64Array): void {
    const size = this.rows * indices.length;
    withRoom("kronecker.atoms", (room) => {
      const block = room.planar(size, this.real);
      productColumnsInto(this.#columnFactors, this.#factorIndices(indices), indices.length, block);
      join(block, size, 1, out);
    });
  }

  protected override columnsInto(first: number, count: number, block: Planar): void {
    const indices = Int32Array.from({ length: count }, (_, k) => first + k);
    productColumnsInto(this.#columnFactors, this.#factorIndices(indices), count, block);
  }

  protected override gramInto(indices: ArrayLike<number>, out: Float64Array): void {
    productGramInto(this.#columnFactors, this.#factorIndices(indices), indices.length, out);
  }

  /** A diag(γ) A^H = expand(γ ×_1 R_1 ×_2 R_2 …), where column j of R_n has the coordinates of a_j a_j^H. */
  protected override covarianceInto(priorVariance: Float64Array, out: Float64Array): void {
    if (!this.#usePairs) {
      super.covarianceInto(priorVariance, out);
      return;
    }
    const pairs = this.#pairsOnce();
    const factors = pairs.matrices.map((re, n) =>
      mode({ re }, "plain", pairs.modes[n].count, this.factors[n].columns),
    );
    const scratch = this.#tensors("pairs", Math.max(this.columns, pairs.count), true);
    const tensor = scratch[(factors.length - 1) % 2];
    modeProductsInto(tensor, { re: priorVariance }, factors, 1, scratch);
    expandPairs(pairs, tensor.re, this.rows, out);
  }

  /** diag(A^H P A) = fold(P) ×_1 R_1^T ×_2 R_2^T … with P = (L L^H)⁻¹. */
  protected override whitenedNormsInto(factor: Float64Array, out: Float64Array): void {
    // With few columns, solving for them costs less than the inverse.
    if (!this.#usePairs || 3 * this.columns < 2 * this.rows) {
      super.whitenedNormsInto(factor, out);
      return;
    }
    const pairs = this.#pairsOnce();
    const square = this.scratch.planar("square", this.rows * this.rows, isReal(factor));
    splitInto(factor, square);
    inverseFromFactor(square, this.rows, square);
    const scratch = this.#tensors("pairs", Math.max(this.columns, pairs.count), true);
    foldPairs(pairs, square, this.rows, scratch[1].re);
    const factors = pairs.matrices.map((re, n) =>
      mode({ re }, "transpose", this.factors[n].columns, pairs.modes[n].count),
    );
    modeProductsInto({ re: out }, scratch[1], factors, 1, scratch);
  }

  #multiply(factors: readonly ModeFactor[], from: Float64Array, out: Float64Array): void {
    const scratch = this.#tensors("product", Math.max(this.rows, this.columns), false);
    // The chain writes scratch[0], scratch[1], scratch[0], …: its input may lie in the second, its output in the last.
    const result = scratch[(factors.length - 1) % 2];
    splitInto(from, scratch[1]);
    modeProductsInto(result, scratch[1], factors, 1, scratch);
    join(result, out.length / 2, 1, out);
  }

  #tensors(name: string, size: number, real: boolean): [Planar, Planar] {
    return [this.scratch.planar(`${name}0`, size, real), this.scratch.planar(`${name}1`, size, real)];
  }

  /** For every factor the column that it contributes to each of the chosen columns. */
  #factorIndices(indices: ArrayLike<number>): Int32Array[] {
    const result = this.factors.map(() => new Int32Array(indices.length));
    for (let k = 0; k < indices.length; k++) {
      let rest = indices[k];
      for (let n = this.factors.length - 1; n >= 0; n--) {
        const { columns } = this.factors[n];
        result[n][k] = rest % columns;
        rest = Math.floor(rest / columns);
      }
    }
    return result;
  }

  #pairsOnce(): Pairs {
    this.#pairs ??= makePairs(this.#columnFactors);
    return this.#pairs;
  }
}

function mode(matrix: Planar, form: Form, rows: number, size: number): ModeFactor {
  return { matrix, form, rows, size };
}

/** Mode by mode, the one that shrinks most first; the adjoint goes the same way back and costs the same. */
export function modeProductFlops(factors: readonly ColumnFactor[]): number {
  const ordered = [...factors].sort((a, b) => a.rows / a.columns - b.rows / b.columns);
  let size = product(factors.map(({ columns }) => columns));
  let flops = 0;
  for (const { matrix, rows, columns } of ordered) {
    flops += (matrix.im === undefined ? 4 : 8) * size * rows;
    size = (size / columns) * rows;
  }
  return flops;
}

function product(values: readonly number[]): number {
  return values.reduce((result, value) => result * value, 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((result, value) => result + value, 0);
}
