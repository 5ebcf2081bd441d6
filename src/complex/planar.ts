/** Between interleaved public data ({@link ComplexMatrix}) and the planar storage of the kernels. */
import type { Planar } from "../kernels/planar.js";
import type { ComplexMatrix } from "./types.js";

export type { Planar };

/** Room for `size` numbers, zero. */
export function planar(size: number, real: boolean): Planar {
  return real ? { re: new Float64Array(size) } : { re: new Float64Array(size), im: new Float64Array(size) };
}

/** Whether no number of interleaved data has an imaginary part. O(size). */
export function isReal(data: Float64Array): boolean {
  for (let i = 1; i < data.length; i += 2) if (data[i] !== 0) return false;
  return true;
}

/** The parts of interleaved data, times `scale`; real if asked for (the imaginary parts must then be zero). */
export function split(data: Float64Array, real = isReal(data), scale = 1): Planar {
  const parts = planar(data.length / 2, real);
  splitInto(data, parts, scale);
  return parts;
}

/** As {@link split}, into existing arrays. */
export function splitInto(data: Float64Array, { re, im }: Planar, scale = 1): void {
  const size = data.length / 2;
  for (let i = 0; i < size; i++) re[i] = data[2 * i] * scale;
  if (im !== undefined) for (let i = 0; i < size; i++) im[i] = data[2 * i + 1] * scale;
}

/** Interleaved data of the first `size` numbers, times `scale`. */
export function join(
  { re, im }: Planar,
  size = re.length,
  scale = 1,
  out: Float64Array = new Float64Array(2 * size),
): Float64Array {
  for (let i = 0; i < size; i++) {
    out[2 * i] = re[i] * scale;
    out[2 * i + 1] = im === undefined ? 0 : im[i] * scale;
  }
  return out;
}

/** The same as a matrix. */
export function joinMatrix(parts: Planar, rows: number, columns: number, scale = 1): ComplexMatrix {
  return { rows, columns, data: join(parts, rows * columns, scale) };
}
