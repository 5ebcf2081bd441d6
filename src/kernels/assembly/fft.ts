/**
 * Discrete Fourier transforms of any length, row by row, planar or interleaved:
 *
 *   X_k = Σ_m x_m e^{∓j2πkm/n},  k = 0 … n − 1,
 *
 * unscaled, − for the transform and + for its inverse. Every row has the same bits in any batch; conjugated
 * data have the conjugated inverse transform, to the bit.
 */
import { bluestein, bluesteinInnerLength, bluesteinSize, bluesteinTable, bluesteinWork } from "./bluestein";
import { convolutionLength, hasPlan, makePlan, planSize } from "./fft-plan";
import { transformRows, transformWork } from "./fft-rows";

/**
 * The length L of the list of roots of unity e^{−j2πk/L}, k = 0 … L − 1, that {@link fftTable} needs first.
 */
export function fftRoots(n: i32): i32 {
  return hasPlan(n) ? n : 2 * n;
}

/** The length of the list of roots that {@link fftTable} needs next, or 0. */
export function fftInnerRoots(n: i32): i32 {
  return hasPlan(n) ? 0 : bluesteinInnerLength(n);
}

/** The bytes of the table of a length, a multiple of 16. */
export function fftTableSize(n: i32): i32 {
  return hasPlan(n) ? planSize(n) : bluesteinSize(n);
}

/** The bytes of the work area of a length, for any number of rows. */
export function fftWork(n: i32): i32 {
  return hasPlan(n) ? transformWork(n) : bluesteinWork(n);
}

/**
 * Fills the table of a length.
 *
 * @param roots - the real parts of the first list of roots, their imaginary parts, then the same of the
 *   second list
 * @param work - {@link fftWork} bytes
 */
export function fftTable(n: i32, roots: usize, table: usize, work: usize): void {
  if (hasPlan(n)) makePlan(n, roots, roots + (<usize>n << 3), table);
  else bluesteinTable(n, roots, table, work);
}

/**
 * The transform, or inverse transform, of `batch` rows of n numbers that follow each other.
 *
 * @param xr - the real parts, left as they are
 * @param outr - the real parts of the result, not to overlap x
 * @param table - from {@link fftTable}
 * @param work - {@link fftWork} bytes
 */
export function fft(
  n: i32,
  batch: i32,
  xr: usize,
  xi: usize,
  outr: usize,
  outi: usize,
  table: usize,
  work: usize,
  inverse: bool,
): void {
  if (inverse) transform(n, batch, xi, xr, outi, outr, 8, table, work);
  else transform(n, batch, xr, xi, outr, outi, 8, table, work);
}

/** As {@link fft}, on rows in which real and imaginary parts alternate. */
export function fftInterleaved(
  n: i32,
  batch: i32,
  x: usize,
  out: usize,
  table: usize,
  work: usize,
  inverse: bool,
): void {
  if (inverse) transform(n, batch, x + 8, x, out + 8, out, 16, table, work);
  else transform(n, batch, x, x + 8, out, out + 8, 16, table, work);
}

function transform(
  n: i32,
  batch: i32,
  xr: usize,
  xi: usize,
  outr: usize,
  outi: usize,
  step: usize,
  table: usize,
  work: usize,
): void {
  if (convolutionLength(table) == 0) transformRows(n, batch, xr, xi, outr, outi, step, table, work);
  else bluestein(n, batch, xr, xi, outr, outi, step, table, work);
}
