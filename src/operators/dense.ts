import { type MatrixInput, toComplexMatrix } from "../complex/convert.js";
import { type Planar, split } from "../complex/planar.js";
import { withRoom } from "../kernels/room.js";
import { BaseOperator } from "./base-operator.js";
import { addWeightedSquare, joinLower } from "./hermitian.js";
import type { LinearOperator, OperatorCost } from "./operator.js";

/**
 * A matrix given by its entries. Keeps a private copy, in half the memory if the matrix is real.
 *
 * Products with A and A^H read the copy once. `covariance` costs M² N / 2 complex multiply-adds (a quarter of that
 * in time if real); `whitenedNorms` costs M² N / 2. Both need 16 M² + O(N) bytes of working memory during the call
 * (half if real).
 *
 * @param matrix - A, [rows × atoms]
 * @throws `shape` if it is empty or ragged; `non-finite` with the first index
 *
 * @example
 * const a = denseOperator([[1, 0, 1], [0, 1, 1]]);
 * a.apply(complexVector(3, Float64Array.of(1, 0, 2, 0, 3, 0))); // 4, 5
 */
export function denseOperator(matrix: MatrixInput): LinearOperator {
  const { rows, columns, data } = toComplexMatrix("denseOperator", "matrix", matrix);
  return new DenseOperator(split(data), rows, columns);
}

export class DenseOperator extends BaseOperator {
  readonly #matrix: Planar;

  constructor(matrix: Planar, rows: number, columns: number, cost?: OperatorCost) {
    const real = matrix.im === undefined;
    super(
      {
        kind: "dense",
        rows,
        columns,
        real,
        ownBytes: (real ? 8 : 16) * rows * columns,
        flopsPerProduct: (real ? 4 : 8) * rows * columns,
      },
      cost,
    );
    this.#matrix = matrix;
  }

  /** The same matrix times a real factor, counting on the same counters. */
  scaled(factor: number): DenseOperator {
    const re = this.#matrix.re.map((value) => value * factor);
    const im = this.#matrix.im?.map((value) => value * factor);
    return new DenseOperator(im === undefined ? { re } : { re, im }, this.rows, this.columns, this.cost);
  }

  /** The entries. */
  get matrix(): Planar {
    return this.#matrix;
  }

  protected applyInto(x: Float64Array, out: Float64Array): void {
    const { re, im } = this.#matrix;
    if (im === undefined) applyReal(re, this.rows, this.columns, x, out);
    else applyComplex(re, im, this.rows, this.columns, x, out);
  }

  protected adjointInto(y: Float64Array, out: Float64Array): void {
    const { re, im } = this.#matrix;
    if (im === undefined) adjointReal(re, this.rows, this.columns, y, out);
    else adjointComplex(re, im, this.rows, this.columns, y, out);
  }

  protected override atomsInto(indices: ArrayLike<number>, out: Float64Array): void {
    const { re, im } = this.#matrix;
    for (let m = 0, to = 0; m < this.rows; m++) {
      const row = m * this.columns;
      for (let k = 0; k < indices.length; k++, to += 2) {
        out[to] = re[row + indices[k]];
        out[to + 1] = im === undefined ? 0 : im[row + indices[k]];
      }
    }
  }

  protected override columnsInto(first: number, count: number, block: Planar): void {
    const { re, im } = this.#matrix;
    copyColumns(re, this.rows, this.columns, first, count, block.re);
    if (im !== undefined && block.im !== undefined) {
      copyColumns(im, this.rows, this.columns, first, count, block.im);
    }
  }

  protected override covarianceInto(priorVariance: Float64Array, out: Float64Array): void {
    const { rows, columns, real } = this;
    withRoom("dense.covariance", (room) => {
      const lower = room.planar(rows * rows, real);
      addWeightedSquare(lower, this.#matrix, rows, columns, { re: priorVariance }, 0, this.scratch);
      joinLower(lower, rows, out);
    });
  }
}

function copyColumns(
  a: Float64Array,
  rows: number,
  columns: number,
  first: number,
  count: number,
  out: Float64Array,
): void {
  for (let m = 0, to = 0; m < rows; m++) {
    const row = m * columns + first;
    for (let k = 0; k < count; k++, to++) out[to] = a[row + k];
  }
}

/** Two rows at a time, so that four sums wait for their own last addition only; an odd last row is done twice. */
function applyReal(a: Float64Array, rows: number, columns: number, x: Float64Array, out: Float64Array): void {
  for (let m = 0; m < rows; m += 2) {
    const other = Math.min(m + 1, rows - 1);
    const row = m * columns;
    const otherRow = other * columns;
    let re = 0;
    let im = 0;
    let otherRe = 0;
    let otherIm = 0;
    for (let n = 0; n < columns; n++) {
      const xRe = x[2 * n];
      const xIm = x[2 * n + 1];
      re += a[row + n] * xRe;
      im += a[row + n] * xIm;
      otherRe += a[otherRow + n] * xRe;
      otherIm += a[otherRow + n] * xIm;
    }
    out[2 * m] = re;
    out[2 * m + 1] = im;
    out[2 * other] = otherRe;
    out[2 * other + 1] = otherIm;
  }
}

function applyComplex(
  re: Float64Array,
  im: Float64Array,
  rows: number,
  columns: number,
  x: Float64Array,
  out: Float64Array,
): void {
  for (let m = 0; m < rows; m++) {
    // Four sums, each of which waits for its own last addition only.
    let rr = 0;
    let ii = 0;
    let ri = 0;
    let ir = 0;
    const row = m * columns;
    for (let n = 0; n < columns; n++) {
      const aRe = re[row + n];
      const aIm = im[row + n];
      const xRe = x[2 * n];
      const xIm = x[2 * n + 1];
      rr += aRe * xRe;
      ii += aIm * xIm;
      ri += aRe * xIm;
      ir += aIm * xRe;
    }
    out[2 * m] = rr - ii;
    out[2 * m + 1] = ri + ir;
  }
}

/** Two rows at a time, which halves the traffic of `out`; an odd last row is joined by itself times zero. */
function adjointReal(
  a: Float64Array,
  rows: number,
  columns: number,
  y: Float64Array,
  out: Float64Array,
): void {
  out.fill(0);
  for (let m = 0; m < rows; m += 2) {
    const paired = m + 1 < rows;
    const row = m * columns;
    const otherRow = paired ? row + columns : row;
    const yRe = y[2 * m];
    const yIm = y[2 * m + 1];
    const otherRe = paired ? y[2 * m + 2] : 0;
    const otherIm = paired ? y[2 * m + 3] : 0;
    for (let n = 0; n < columns; n++) {
      out[2 * n] += a[row + n] * yRe + a[otherRow + n] * otherRe;
      out[2 * n + 1] += a[row + n] * yIm + a[otherRow + n] * otherIm;
    }
  }
}

function adjointComplex(
  re: Float64Array,
  im: Float64Array,
  rows: number,
  columns: number,
  y: Float64Array,
  out: Float64Array,
): void {
  out.fill(0);
  for (let m = 0; m < rows; m++) {
    const yRe = y[2 * m];
    const yIm = y[2 * m + 1];
    const row = m * columns;
    for (let n = 0; n < columns; n++) {
      const aRe = re[row + n];
      const aIm = im[row + n];
      out[2 * n] += aRe * yRe + aIm * yIm;
      out[2 * n + 1] += aRe * yIm - aIm * yRe;
    }
  }
}
