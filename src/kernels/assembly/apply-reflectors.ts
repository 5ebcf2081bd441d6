/** Products of Householder reflections applied to a matrix. */
import { imaginaryAt } from "./imaginary";
import { reflectRows } from "./reflection-passes";
import { finishProjection, recordBytes } from "./reflection-records";

/** Columns that all reflections are applied to before the next ones, which stay in the cache; even. */
const strip: i32 = 64;

/** The bytes of the work area of {@link applyReflectors}. */
export function applyReflectorsWork(columns: i32, real: bool): i32 {
  return <i32>recordBytes(min(strip, columns), real);
}

/**
 * C ← H_0 H_1 … H_{count−1} C, or (H_0 H_1 … H_{count−1})^H C if `adjoint`, for C [length × columns] and
 * Householder reflections H_i = I − τ_i v_i v_i^H. Each is applied while the next one forms its inner
 * products with C, which takes less arithmetic than blocks of reflections and, strip by strip, as little
 * traffic.
 *
 * Row i of V is v_i with its zeros and its one, which is number i, written out. C has an even number of
 * columns and is complex if V is; imaginary addresses of 0 mean real.
 *
 * @param taus - `count` pairs (re, im)
 */
export function applyReflectors(
  adjoint: bool,
  vr: usize,
  vi: usize,
  vRow: i32,
  count: i32,
  length: i32,
  taus: usize,
  cr: usize,
  ci: usize,
  cRow: i32,
  columns: i32,
  work: usize,
): void {
  if (count <= 0) return;
  const rowStep = <usize>cRow << 3;
  for (let column = 0; column < columns; column += strip) {
    const end = work + recordBytes(min(strip, columns - column), vi == 0);
    memory.fill(work, 0, end - work);
    const re = cr + (<usize>column << 3);
    const im = imaginaryAt(ci, <usize>column << 3);
    reflectStrip(adjoint, vr, vi, vRow, count, length, taus, re, im, rowStep, work, end);
  }
}

/** As {@link applyReflectors} for the columns of one strip, with the records at `pairs` … `end`. */
function reflectStrip(
  adjoint: bool,
  vr: usize,
  vi: usize,
  vRow: i32,
  count: i32,
  length: i32,
  taus: usize,
  cr: usize,
  ci: usize,
  rowStep: usize,
  pairs: usize,
  end: usize,
): void {
  // The reflection whose update is left over: at first none (y is zero), and after the last pass none either.
  let last = adjoint ? 0 : count - 1;
  for (let k = 0; k <= count; k++) {
    const i = k == count ? last : adjoint ? k : count - 1 - k;
    const from = min(i, last);
    const p = <usize>(last * vRow + from) << 3;
    const h = <usize>(i * vRow + from) << 3;
    const pi = imaginaryAt(vi, p);
    const hi = imaginaryAt(vi, h);
    const c = <usize>from * rowStep;
    reflectRows(cr + c, imaginaryAt(ci, c), rowStep, length - from, vr + p, pi, vr + h, hi, pairs, end);
    finishProjection(pairs, end, ci == 0, taus + (<usize>i << 4), adjoint);
    last = i;
  }
}
