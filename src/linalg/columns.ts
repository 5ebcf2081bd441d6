/** Moving between row-major matrices and columns that are contiguous in memory. */
import type { Planar } from "../complex/planar.js";

/** out ← A^T (not conjugated) for a rows × columns matrix A; tile by tile, for the sake of the cache. */
export function transposeInto(out: Planar, a: Planar, rows: number, columns: number): void {
  transposePart(out.re, a.re, rows, columns);
  if (out.im === undefined) return;
  if (a.im === undefined) out.im.fill(0, 0, rows * columns);
  else transposePart(out.im, a.im, rows, columns);
}

function transposePart(out: Float64Array, a: Float64Array, rows: number, columns: number): void {
  const tile = 32;
  for (let i0 = 0; i0 < rows; i0 += tile) {
    const iEnd = Math.min(rows, i0 + tile);
    for (let j0 = 0; j0 < columns; j0 += tile) {
      const jEnd = Math.min(columns, j0 + tile);
      for (let i = i0; i < iEnd; i++) {
        for (let j = j0; j < jEnd; j++) out[j * rows + i] = a[i * columns + j];
      }
    }
  }
}

/** Unit vectors 0 … count − 1 of the given length. */
export function setUnitVectors({ re, im }: Planar, count: number, length: number): void {
  re.fill(0, 0, count * length);
  for (let i = 0; i < count; i++) re[i * length + i] = 1;
  im?.fill(0, 0, count * length);
}

/** The rows of an upper trapezoidal matrix that is stored by columns; conjugated if `sign` is −1. */
export function copyUpperRows(
  from: Planar,
  columnStride: number,
  rows: number,
  columns: number,
  out: Planar,
  rowStride: number,
  sign: number,
): void {
  for (let i = 0; i < rows; i++) {
    const row = i * rowStride;
    out.re.fill(0, row, row + i);
    for (let j = i; j < columns; j++) out.re[row + j] = from.re[j * columnStride + i];
    if (out.im === undefined) continue;
    out.im.fill(0, row, row + i);
    for (let j = i; j < columns; j++) out.im[row + j] = sign * from.im![j * columnStride + i];
  }
}

/** Indices 0 … count − 1 by descending value; insertion sort, for they mostly come nearly in order. */
export function rankDescending(values: Float64Array, count: number, ranking: Int32Array): void {
  for (let i = 0; i < count; i++) {
    let at = i;
    while (at > 0 && values[ranking[at - 1]] < values[i]) {
      ranking[at] = ranking[at - 1];
      at--;
    }
    ranking[at] = i;
  }
}

/**
 * A row-major matrix of `count` columns from contiguous vectors in the order of `ranking`; entry k of a vector goes
 * to row `order[k]`, or to row k.
 */
export function storeColumns(
  vectors: Planar,
  length: number,
  count: number,
  ranking: Int32Array,
  order: Int32Array | undefined,
  out: Planar,
): void {
  for (let k = 0; k < length; k++) {
    const row = (order === undefined ? k : order[k]) * count;
    for (let i = 0; i < count; i++) out.re[row + i] = vectors.re[ranking[i] * length + k];
    if (out.im === undefined) continue;
    if (vectors.im === undefined) out.im.fill(0, row, row + count);
    else for (let i = 0; i < count; i++) out.im[row + i] = vectors.im[ranking[i] * length + k];
  }
}
