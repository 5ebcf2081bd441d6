import { type MatrixInput, toComplexMatrix } from "../complex/convert.js";
import { join, type Planar, planar, split, splitInto } from "../complex/planar.js";
import { multiplyInto } from "../complex/products.js";
import { shapeError } from "../errors.js";
import { BaseOperator } from "./base-operator.js";
import { expandPairs, makePairs, type Pairs, pairsPay } from "./hermitian-pairs.js";
import type { LinearOperator } from "./operator.js";
import { type ColumnFactor, factorNorms, productColumnsInto, productGramInto } from "./product-columns.js";

/**
 * The column-wise Kronecker product A = A1 ⊙ A2 ⊙ … ⊙ AR: column n of A is the Kronecker product of the columns n
 * of the factors, last factor's index fastest. The structure of dictionaries over positions, where every position
 * has one response per domain (antennas, frequencies, …).
 *
 * The factors are gathered in two groups of about equal size, L and R, and A x is L diag(x) Rᵀ written as a
 * vector. Products with A take as long as with the dense matrix, but memory is 16 N (M_L + M_R) bytes where that takes
 * 16 N M. `gram` is the entrywise product of two small Gram matrices; `covariance` takes about
 * 2 M² N flops (M² N / 2 if real), half of the dense one's, and keeps up to 8 N (M_L² + M_R²) bytes twice.
 *
 * @param factors - A1, …, AR, each [M_n × N] with the same N; copied
 * @throws `shape` if there is none, one is empty or ragged, or their column counts differ; `non-finite` with the
 *   first index
 */
export function khatriRaoOperator(factors: readonly MatrixInput[]): LinearOperator {
  const who = "khatriRaoOperator";
  if (!Array.isArray(factors) || factors.length === 0) {
    throw shapeError(who, "factors", "no matrices", "at least 1");
  }
  const parts = factors.map((factor, n) => {
    const { rows, columns, data } = toComplexMatrix(who, `factors[${n}]`, factor);
    return { matrix: split(data), rows, columns };
  });
  const [{ columns }] = parts;
  const differing = parts.findIndex((part) => part.columns !== columns);
  if (differing > 0) {
    const received = `${parts[differing].columns} columns`;
    throw shapeError(who, `factors[${differing}]`, received, `${columns} as in factors[0]`);
  }
  const cut = balancedCut(parts.map(({ rows }) => rows));
  return new KhatriRaoOperator(group(parts.slice(0, cut), columns), group(parts.slice(cut), columns));
}

class KhatriRaoOperator extends BaseOperator {
  readonly #left: ColumnFactor;
  readonly #right: ColumnFactor;
  #pairs: Pairs | undefined;

  constructor(left: ColumnFactor, right: ColumnFactor) {
    const rows = left.rows * right.rows;
    const { columns } = left;
    super({
      kind: "khatri-rao",
      rows,
      columns,
      real: isRealFactor(left) && isRealFactor(right),
      ownBytes:
        columns * (left.rows * (isRealFactor(left) ? 8 : 16) + right.rows * (isRealFactor(right) ? 8 : 16)),
      flopsPerProduct:
        columns * (left.rows * (isRealFactor(left) ? 4 : 8) + rows * (isRealFactor(right) ? 4 : 8)),
    });
    this.#left = left;
    this.#right = right;
  }

  override get memoryBytes(): number {
    return super.memoryBytes + (this.#pairs?.bytes ?? 0);
  }

  override columnNorms(): Float64Array {
    const right = factorNorms(this.#right);
    return factorNorms(this.#left).map((norm, n) => norm * right[n]);
  }

  protected applyInto(x: Float64Array, out: Float64Array): void {
    const { rows, columns } = this.#left;
    const weighted = this.scratch.planar("left", rows * columns, false);
    const product = this.scratch.planar("product", this.rows, false);
    multiplyColumns(weighted, this.#left, x);
    multiplyInto(
      product,
      "plain",
      weighted,
      "transpose",
      this.#right.matrix,
      rows,
      this.#right.rows,
      columns,
    );
    join(product, this.rows, 1, out);
  }

  protected adjointInto(y: Float64Array, out: Float64Array): void {
    const { rows, columns } = this.#left;
    const contracted = this.scratch.planar("left", rows * columns, false);
    const measurement = this.scratch.planar("product", this.rows, false);
    splitInto(y, measurement);
    multiplyInto(
      contracted,
      "plain",
      measurement,
      "conjugate",
      this.#right.matrix,
      rows,
      columns,
      this.#right.rows,
    );
    contractColumns(out, this.#left, contracted);
  }

  protected override atomsInto(indices: ArrayLike<number>, out: Float64Array): void {
    const size = this.rows * indices.length;
    const block = planar(size, this.real);
    productColumnsInto([this.#left, this.#right], [indices, indices], indices.length, block);
    join(block, size, 1, out);
  }

  protected override columnsInto(first: number, count: number, block: Planar): void {
    const indices = Int32Array.from({ length: count }, (_, k) => first + k);
    productColumnsInto([this.#left, this.#right], [indices, indices], count, block);
  }

  protected override gramInto(indices: ArrayLike<number>, out: Float64Array): void {
    productGramInto([this.#left, this.#right], [indices, indices], indices.length, out);
  }

  /** A diag(γ) A^H = expand(P_L diag(γ) P_Rᵀ), where P has the coordinates of a a^H of a group's columns a. */
  protected override covarianceInto(priorVariance: Float64Array, out: Float64Array): void {
    const groups = [this.#left, this.#right];
    if (!pairsPay(groups, this.rows, this.columns)) {
      super.covarianceInto(priorVariance, out);
      return;
    }
    this.#pairs ??= makePairs(groups);
    const { matrices, modes, count } = this.#pairs;
    const [leftCount, rightCount] = [modes[0].count, modes[1].count];
    const n = this.columns;
    const weighted = this.scratch.array("weighted", leftCount * n);
    const tensor = this.scratch.array("tensor", count);
    for (let row = 0, at = 0; row < leftCount; row++) {
      for (let k = 0; k < n; k++, at++) weighted[at] = matrices[0][at] * priorVariance[k];
    }
    const [left, right] = [{ re: weighted }, { re: matrices[1] }];
    multiplyInto({ re: tensor }, "plain", left, "transpose", right, leftCount, rightCount, n);
    expandPairs(this.#pairs, tensor, this.rows, out);
  }
}

/** How many factors go into the first group so that the groups together have the fewest rows. */
function balancedCut(rows: readonly number[]): number {
  let best = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (let cut = 0; cut < rows.length; cut++) {
    const left = rows.slice(0, cut).reduce((product, size) => product * size, 1);
    const right = rows.slice(cut).reduce((product, size) => product * size, 1);
    if (left + right < fewest) [best, fewest] = [cut, left + right];
  }
  return best;
}

/** The column-wise Kronecker product of some factors as one; of none, a row of ones. */
function group(factors: readonly ColumnFactor[], columns: number): ColumnFactor {
  const rows = factors.reduce((product, factor) => product * factor.rows, 1);
  const matrix = planar(rows * columns, factors.every(isRealFactor));
  const all = Int32Array.from({ length: columns }, (_, n) => n);
  productColumnsInto(
    factors,
    factors.map(() => all),
    columns,
    matrix,
  );
  return { matrix, rows, columns };
}

function isRealFactor({ matrix }: ColumnFactor): boolean {
  return matrix.im === undefined;
}

/** out ← L diag(x). */
function multiplyColumns(
  out: Planar,
  { matrix: { re, im }, rows, columns }: ColumnFactor,
  x: Float64Array,
): void {
  const outIm = out.im!;
  for (let m = 0, at = 0; m < rows; m++) {
    for (let n = 0; n < columns; n++, at++) {
      const aIm = im === undefined ? 0 : im[at];
      out.re[at] = re[at] * x[2 * n] - aIm * x[2 * n + 1];
      outIm[at] = re[at] * x[2 * n + 1] + aIm * x[2 * n];
    }
  }
}

/** out_n ← Σ_m conj(L_mn) T_mn. */
function contractColumns(
  out: Float64Array,
  { matrix: { re, im }, rows, columns }: ColumnFactor,
  t: Planar,
): void {
  const tIm = t.im!;
  out.fill(0);
  for (let m = 0, at = 0; m < rows; m++) {
    for (let n = 0; n < columns; n++, at++) {
      const aIm = im === undefined ? 0 : im[at];
      out[2 * n] += re[at] * t.re[at] + aIm * tIm[at];
      out[2 * n + 1] += re[at] * tIm[at] - aIm * t.re[at];
    }
  }
}
