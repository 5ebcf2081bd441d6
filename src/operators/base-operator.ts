import { isReal, type Planar, planar, split, splitInto } from "../complex/planar.js";
import { multiplyInto } from "../complex/products.js";
import { type ComplexMatrix, type ComplexVector, complexMatrix, complexVector } from "../complex/types.js";
import { rangeError } from "../errors.js";
import { type Room, withRoom } from "../kernels/room.js";
import { solveLowerInPlace } from "../linalg/triangular-kernel.js";
import {
  checkAllocation,
  checkIndices,
  checkMatrix,
  checkReals,
  checkSeparate,
  checkSize,
  checkVector,
} from "./checks.js";
import { addWeightedSquare, joinLower } from "./hermitian.js";
import type { LinearOperator, OperatorCost } from "./operator.js";
import { Scratch } from "./scratch.js";

/** What an operator is, beyond its two products. */
export interface OperatorTraits {
  /** One word, used in messages: "dense", "kronecker", … */
  readonly kind: string;
  readonly rows: number;
  readonly columns: number;
  /** Whether no entry of A has an imaginary part. Derive it; never guess. */
  readonly real: boolean;
  /** Bytes of the data that the operator keeps, without working arrays taken from `scratch`. */
  readonly ownBytes: number;
  /** Real multiplications and additions of one product with A, or with A^H. */
  readonly flopsPerProduct: number;
}

/** Columns handled at a time by the methods that work on the columns of A. */
const columnsPerBlock = 128;

/**
 * The common part of all operators. A subclass gives A x and A^H y on interleaved data of the right length; every
 * other method follows from them, and may be overridden (the methods named `…Into`) where structure makes it
 * cheaper. Arguments are checked here, once, before a subclass sees them.
 *
 * Inherited methods get the columns of A from products with unit vectors, in blocks of 128: `covariance` and
 * `whitenedNorms` then cost N products, M² N complex multiply-adds (half of that for `covariance`), and
 * 16 M (M + 128) bytes of working memory during the call. Only sizes are checked; numbers that are not finite pass through.
 *
 * @example
 * class Difference extends BaseOperator {
 *   constructor(n: number) {
 *     super({ kind: "difference", rows: n - 1, columns: n, real: true, ownBytes: 0, flopsPerProduct: 2 * (n - 1) });
 *   }
 *   protected applyInto(x: Float64Array, out: Float64Array): void {
 *     for (let i = 0; i < out.length; i++) out[i] = x[i + 2] - x[i];
 *   }
 *   protected adjointInto(y: Float64Array, out: Float64Array): void {
 *     out.fill(0);
 *     for (let i = 0; i < y.length; i++) {
 *       out[i] -= y[i];
 *       out[i + 2] += y[i];
 *     }
 *   }
 * }
 */
export abstract class BaseOperator implements LinearOperator {
  readonly kind: string;
  readonly rows: number;
  readonly columns: number;
  readonly real: boolean;
  readonly cost: OperatorCost;
  /** Working arrays that are kept between calls and counted in `memoryBytes`. */
  protected readonly scratch = new Scratch();
  readonly #ownBytes: number;
  readonly #flopsPerProduct: number;

  /** @param cost - where products are counted; an operator of its own counters unless given */
  constructor(traits: OperatorTraits, cost: OperatorCost = { applies: 0, adjoints: 0, flops: 0 }) {
    checkSize(traits.kind, "rows", traits.rows);
    checkSize(traits.kind, "columns", traits.columns);
    this.kind = traits.kind;
    this.rows = traits.rows;
    this.columns = traits.columns;
    this.real = traits.real;
    this.cost = cost;
    this.#ownBytes = traits.ownBytes;
    this.#flopsPerProduct = traits.flopsPerProduct;
  }

  /** The operator's data and its working arrays; grows when a method is used for the first time. */
  get memoryBytes(): number {
    return this.#ownBytes + this.scratch.bytes;
  }

  apply(x: ComplexVector, out: ComplexVector = complexVector(this.rows)): ComplexVector {
    const who = `${this.kind}.apply`;
    checkVector(who, "x", x, this.columns, "columns");
    checkVector(who, "out", out, this.rows, "rows");
    checkSeparate(who, out.data, x.data, "x");
    this.applyInto(x.data, out.data);
    this.cost.applies += 1;
    this.cost.flops += this.#flopsPerProduct;
    return out;
  }

  adjoint(y: ComplexVector, out: ComplexVector = complexVector(this.columns)): ComplexVector {
    const who = `${this.kind}.adjoint`;
    checkVector(who, "y", y, this.rows, "rows");
    checkVector(who, "out", out, this.columns, "columns");
    checkSeparate(who, out.data, y.data, "y");
    this.adjointInto(y.data, out.data);
    this.cost.adjoints += 1;
    this.cost.flops += this.#flopsPerProduct;
    return out;
  }

  atoms(indices: ArrayLike<number>, out?: ComplexMatrix): ComplexMatrix {
    const who = `${this.kind}.atoms`;
    checkIndices(who, indices, this.columns);
    checkAllocation(who, "the result", this.rows, indices.length);
    const result = out ?? complexMatrix(this.rows, indices.length);
    checkMatrix(who, "out", result, this.rows, indices.length);
    this.atomsInto(indices, result.data);
    return result;
  }

  gram(indices: ArrayLike<number>): ComplexMatrix {
    const who = `${this.kind}.gram`;
    checkIndices(who, indices, this.columns);
    checkAllocation(who, "the result", indices.length, indices.length);
    const out = complexMatrix(indices.length, indices.length);
    this.gramInto(indices, out.data);
    return out;
  }

  covariance(priorVariance: Float64Array, out?: ComplexMatrix): ComplexMatrix {
    const who = `${this.kind}.covariance`;
    checkReals(who, "priorVariance", priorVariance, this.columns, "columns");
    checkAllocation(who, "the result", this.rows, this.rows);
    const result = out ?? complexMatrix(this.rows, this.rows);
    checkMatrix(who, "out", result, this.rows, this.rows);
    checkSeparate(who, result.data, priorVariance, "priorVariance");
    this.covarianceInto(priorVariance, result.data);
    return result;
  }

  whitenedNorms(factor: ComplexMatrix, out: Float64Array = new Float64Array(this.columns)): Float64Array {
    const who = `${this.kind}.whitenedNorms`;
    checkMatrix(who, "factor", factor, this.rows, this.rows);
    checkReals(who, "out", out, this.columns, "columns");
    checkSeparate(who, out, factor.data, "factor");
    for (let i = 0; i < this.rows; i++) {
      const pivot = factor.data[2 * (i * this.rows + i)];
      if (!(pivot > 0)) throw rangeError(who, `factor's pivot ${i}`, String(pivot), "a positive number");
    }
    this.whitenedNormsInto(factor.data, out);
    return out;
  }

  columnNorms(): Float64Array {
    const norms = new Float64Array(this.columns);
    withRoom(`${this.kind}.columnNorms`, (room) => {
      this.#forEachBlock(room, this.real, (block, first, count) =>
        addColumnNorms(block, this.rows, count, norms, first),
      );
    });
    return norms;
  }

  /** out ← A x, all of it; x must be left as it is. */
  protected abstract applyInto(x: Float64Array, out: Float64Array): void;

  /** out ← A^H y, all of it; y must be left as it is. */
  protected abstract adjointInto(y: Float64Array, out: Float64Array): void;

  /** The chosen columns, interleaved, [M × indices.length]. */
  protected atomsInto(indices: ArrayLike<number>, out: Float64Array): void {
    const unit = complexVector(this.columns);
    const atom = complexVector(this.rows);
    for (let k = 0; k < indices.length; k++) {
      unit.data[2 * indices[k]] = 1;
      this.apply(unit, atom);
      unit.data[2 * indices[k]] = 0;
      for (let m = 0; m < this.rows; m++) {
        out[2 * (m * indices.length + k)] = atom.data[2 * m];
        out[2 * (m * indices.length + k) + 1] = atom.data[2 * m + 1];
      }
    }
  }

  /** The columns from `first` on, planar, [M × count]; `block` has imaginary parts unless the operator is real. */
  protected columnsInto(first: number, count: number, block: Planar): void {
    const indices = Int32Array.from({ length: count }, (_, k) => first + k);
    const atoms = this.scratch.array("atoms", 2 * this.rows * count).subarray(0, 2 * this.rows * count);
    this.atomsInto(indices, atoms);
    splitInto(atoms, block);
  }

  /** A_S^H A_S, interleaved. */
  protected gramInto(indices: ArrayLike<number>, out: Float64Array): void {
    const size = indices.length;
    const atoms = new Float64Array(2 * this.rows * size);
    this.atomsInto(indices, atoms);
    const a = split(atoms, this.real);
    const product = planar(size * size, this.real);
    multiplyInto(product, "adjoint", a, "plain", a, size, size, this.rows);
    joinLower(product, size, out);
  }

  /** A diag(γ) A^H, interleaved. */
  protected covarianceInto(priorVariance: Float64Array, out: Float64Array): void {
    withRoom(`${this.kind}.covariance`, (room) => {
      const lower = room.planar(this.rows * this.rows, this.real);
      const weights = { re: priorVariance };
      this.#forEachBlock(room, this.real, (block, first, count) =>
        addWeightedSquare(lower, block, this.rows, count, weights, first, this.scratch),
      );
      joinLower(lower, this.rows, out);
    });
  }

  /** ‖L⁻¹ aₙ‖² from the interleaved factor L. */
  protected whitenedNormsInto(factor: Float64Array, out: Float64Array): void {
    withRoom(`${this.kind}.whitenedNorms`, (room) => {
      const lower = room.planar(this.rows * this.rows, isReal(factor));
      splitInto(factor, lower);
      out.fill(0);
      this.#forEachBlock(room, this.real && lower.im === undefined, (block, first, count) => {
        solveLowerInPlace(lower, this.rows, block, count);
        addColumnNorms(block, this.rows, count, out, first);
      });
    });
  }

  /** Calls `use` with every block of columns, in a working array that `use` may overwrite. */
  #forEachBlock(room: Room, real: boolean, use: (block: Planar, first: number, count: number) => void): void {
    const width = Math.min(columnsPerBlock, this.columns);
    const block = room.planar(this.rows * width, real);
    for (let first = 0; first < this.columns; first += width) {
      const count = Math.min(width, this.columns - first);
      if (this.real && !real) block.im?.fill(0, 0, this.rows * count);
      this.columnsInto(first, count, block);
      use(block, first, count);
    }
  }
}

/** out[first + k] ← out[first + k] + ‖column k‖². */
function addColumnNorms(
  { re, im }: Planar,
  rows: number,
  columns: number,
  out: Float64Array,
  first: number,
): void {
  for (let m = 0, at = 0; m < rows; m++) {
    for (let k = 0; k < columns; k++, at++) {
      out[first + k] += re[at] * re[at] + (im === undefined ? 0 : im[at] * im[at]);
    }
  }
}
