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
        for (let j = j0; j < jEnd; j++) out[j * rows + i] = a[i * columns + j]!;
      }
    }
  }
}
