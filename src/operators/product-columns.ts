/** Columns that are Kronecker products of columns of small matrices, without forming the large matrix. */
import type { Planar } from "../complex/planar.js";
import { multiplyInto } from "../complex/products.js";
import { joinLower } from "./hermitian.js";

/** A factor, planar; its shape beside it. */
export interface ColumnFactor {
  readonly matrix: Planar;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Column k of the block ← ⊗_n (column indices[n][k] of factor n), [∏ rows × count], last factor fastest. The
 * imaginary parts of the block are left alone if all factors are real.
 */
export function productColumnsInto(
  factors: readonly ColumnFactor[],
  indices: readonly ArrayLike<number>[],
  count: number,
  block: Planar,
): void {
  const { re, im } = factors.every(({ matrix }) => matrix.im === undefined) ? { re: block.re } : block;
  re.fill(1, 0, count);
  im?.fill(0, 0, count);
  let done = 1;
  for (let n = 0; n < factors.length; n++) {
    const { matrix, rows, columns } = factors[n];
    // In place, from the back: every row is read before it is overwritten.
    for (let i = done - 1; i >= 0; i--) {
      for (let m = rows - 1; m >= 0; m--) {
        multiplyRow(re, im, i * count, (i * rows + m) * count, matrix, m * columns, indices[n], count);
      }
    }
    done *= rows;
  }
}

/** The Gram matrix of the same columns, interleaved: the entrywise product of the Gram matrices of the factors. */
export function productGramInto(
  factors: readonly ColumnFactor[],
  indices: readonly ArrayLike<number>[],
  count: number,
  out: Float64Array,
): void {
  const size = count * count;
  const real = factors.every(({ matrix }) => matrix.im === undefined);
  const re = new Float64Array(size).fill(1);
  const im = real ? undefined : new Float64Array(size);
  for (let n = 0; n < factors.length; n++) {
    const { matrix, rows } = factors[n];
    const chosen = emptyLike(matrix, rows * count);
    const gram = emptyLike(matrix, size);
    productColumnsInto([factors[n]], [indices[n]], count, chosen);
    multiplyInto(gram, "adjoint", chosen, "plain", chosen, count, count, rows);
    multiplyRow(re, im, 0, 0, gram, 0, undefined, size);
  }
  joinLower(im === undefined ? { re } : { re, im }, count, out);
}

/** The squared norm of every column. */
export function factorNorms({ matrix: { re, im }, rows, columns }: ColumnFactor): Float64Array {
  const norms = new Float64Array(columns);
  for (let m = 0, at = 0; m < rows; m++) {
    for (let k = 0; k < columns; k++, at++) {
      norms[k] += re[at] * re[at] + (im === undefined ? 0 : im[at] * im[at]);
    }
  }
  return norms;
}

function emptyLike({ im }: Planar, size: number): Planar {
  const re = new Float64Array(size);
  return im === undefined ? { re } : { re, im: new Float64Array(size) };
}

/** row `to` ← row `from` times the chosen entries of a row of `b`, entry by entry; all of them if none are named. */
function multiplyRow(
  re: Float64Array,
  im: Float64Array | undefined,
  from: number,
  to: number,
  b: Planar,
  bRow: number,
  chosen: ArrayLike<number> | undefined,
  count: number,
): void {
  for (let k = 0; k < count; k++) {
    const at = bRow + (chosen === undefined ? k : chosen[k]);
    const xRe = re[from + k];
    const yRe = b.re[at];
    if (im === undefined) {
      re[to + k] = xRe * yRe;
      continue;
    }
    const xIm = im[from + k];
    const yIm = b.im === undefined ? 0 : b.im[at];
    re[to + k] = xRe * yRe - xIm * yIm;
    im[to + k] = xRe * yIm + xIm * yRe;
  }
}
