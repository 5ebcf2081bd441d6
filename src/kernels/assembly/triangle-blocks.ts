/**
 * Triangles that are small enough to be handled without products of blocks: right-hand sides are copied into
 * strips, a group at a time, and every strip of the group meets the same four rows of the triangle before the
 * next four.
 */
import { groupSteps, stripsThatFit } from "./block-sizes";
import { multiplyDiagonal, solveDiagonal } from "./diagonal-blocks";
import { imaginaryAt } from "./imaginary";
import { subtractRows } from "./quads";
import { packGroup, unpackGroup } from "./strip-groups";
import { packRows, stepBytes, stripBytes, stripCount, stripLines, unpackRows } from "./strips";
import { Triangle } from "./triangle";

/** The strips of a group. */
export const room: usize = memory.data(32 * groupSteps, 16);

/** From so many strips on it pays to copy rows that are far apart in memory. */
const fewStrips: i32 = 4;
/** Multiples of this distance in bytes evict each other from the cache. */
const criticalStep: usize = 2048;
/** A copy of four rows: with that many strips, each has at most a quarter of the steps of a group. */
const rowRoom: usize = memory.data(64 * (groupSteps >> 2), 16);

/** Where four rows of a triangle are: addresses of their first entries and steps in bytes. */
@unmanaged
class Rows {
  re: usize;
  im: usize;
  rowStep: usize;
  columnStep: usize;
}

const four: Rows = changetype<Rows>(memory.data(offsetof<Rows>(), 16));

/** B ← T⁻¹ B; the rows of B are `rowStep` bytes apart. T is a block and has the reciprocals of its pivots. */
export function solveColumns(t: Triangle, br: usize, bi: usize, rowStep: usize, columns: i32): void {
  const size = stripBytes(t.size);
  const most = groupLines(t.size, bi != 0);
  for (let j = 0; j < columns; j += most) {
    const group = min(most, columns - j);
    const at = <usize>j << 3;
    const ci = imaginaryAt(bi, at);
    packGroup(room, size, t.size, t.reversed, br + at, ci, rowStep, group, false, t.sign);
    solveStrips(t, room, size, stripCount(group, bi != 0), 0);
    unpackGroup(room, size, t.size, t.reversed, br + at, ci, rowStep, group, false, 1, t.sign);
  }
}

/**
 * B^T ← T⁻¹ B^T for a matrix B with `rows` rows that are `rowStep` bytes apart; T as in {@link solveColumns}.
 */
export function solveRows(t: Triangle, br: usize, bi: usize, rowStep: usize, rows: i32): void {
  const size = stripBytes(t.size);
  const lines = stripLines(bi != 0);
  const most = groupLines(t.size, bi != 0);
  for (let i = 0; i < rows; i += most) {
    const end = min(rows, i + most);
    for (let k = i, strip = room; k < end; k += lines, strip += size) {
      const at = <usize>k * rowStep;
      const count = min(lines, end - k);
      packRows(strip, t.size, t.reversed, br + at, imaginaryAt(bi, at), rowStep, count, t.sign);
    }
    solveStrips(t, room, size, stripCount(end - i, bi != 0), 0);
    for (let k = i, strip = room; k < end; k += lines, strip += size) {
      const at = <usize>k * rowStep;
      const count = min(lines, end - k);
      unpackRows(strip, t.size, t.reversed, br + at, imaginaryAt(bi, at), rowStep, count, t.sign);
    }
  }
}

/** B ← σ T B for a block T and σ = ±1; the rows of B are `rowStep` bytes apart. */
export function multiplyColumns(
  t: Triangle,
  br: usize,
  bi: usize,
  rowStep: usize,
  columns: i32,
  sign: f64,
): void {
  const most = groupLines(t.size, bi != 0);
  for (let j = 0; j < columns; j += most) {
    const at = <usize>j << 3;
    multiplyGroup(t, br + at, imaginaryAt(bi, at), rowStep, min(most, columns - j), false, sign);
  }
}

/**
 * B ← σ T B for one group of columns.
 *
 * @param lower - for a reversed T, that is the transpose of a lower triangle: B is a lower triangle too, and
 *   of the result only the lower triangle is computed
 */
export function multiplyGroup(
  t: Triangle,
  br: usize,
  bi: usize,
  rowStep: usize,
  columns: i32,
  lower: bool,
  sign: f64,
): void {
  const size = stripBytes(t.size);
  const complex = bi != 0;
  packGroup(room, size, t.size, t.reversed, br, bi, rowStep, columns, lower, t.sign);
  multiplyStrips(t, room, size, stripCount(columns, complex), lower ? stripLines(complex) : 0);
  unpackGroup(room, size, t.size, t.reversed, br, bi, rowStep, columns, lower, -sign, -sign * t.sign);
}

/** Right-hand sides of a group. */
function groupLines(n: i32, complex: bool): i32 {
  return stripLines(complex) * stripsThatFit(n);
}

/**
 * X ← T⁻¹ X for each of `count` strips that are `size` bytes apart; T has the reciprocals of its pivots.
 *
 * @param lead - strip s begins with s · lead zeros
 */
export function solveStrips(t: Triangle, strips: usize, size: usize, count: i32, lead: i32): void {
  for (let i = 0; i < t.size; i += 4) {
    const rows = min(4, t.size - i);
    const at = <usize>i << 3;
    const inverseIm = imaginaryAt(t.inverseIm, at);
    selectRows(t, i, rows, count);
    const step = four.columnStep;
    const diagonal = <usize>i * step;
    const diagonalIm = imaginaryAt(four.im, diagonal);
    for (let s = 0, x = strips; s < count; s++, x += size) {
      const zeros = (s * lead) & ~3;
      if (zeros > i) break;
      const skipped = <usize>zeros * step;
      const first = x + <usize>zeros * stepBytes;
      const c = x + <usize>i * stepBytes;
      subtractRows(c, four.re + skipped, imaginaryAt(four.im, skipped), four.rowStep, step, rows, first);
      solveDiagonal(c, four.re + diagonal, diagonalIm, four.rowStep, step, rows, t.inverseRe + at, inverseIm);
    }
  }
}

/**
 * X ← −T X for each of `count` strips.
 *
 * @param lag - the last s · lag steps of strip s are not wanted
 */
function multiplyStrips(t: Triangle, strips: usize, size: usize, count: i32, lag: i32): void {
  for (let i = (t.size - 1) & ~3; i >= 0; i -= 4) {
    const rows = min(4, t.size - i);
    selectRows(t, i, rows, count);
    const diagonal = <usize>i * four.columnStep;
    const diagonalIm = imaginaryAt(four.im, diagonal);
    for (let s = 0, x = strips; s < count; s++, x += size) {
      if (i >= t.size - s * lag) break;
      const c = x + <usize>i * stepBytes;
      multiplyDiagonal(c, four.re + diagonal, diagonalIm, four.rowStep, four.columnStep, rows);
      subtractRows(c, four.re, four.im, four.rowStep, four.columnStep, rows, x);
    }
  }
}

/**
 * Chooses rows i … i + rows − 1, where they are or, for a transposed triangle with a critical step, copied.
 */
function selectRows(t: Triangle, i: i32, rows: i32, strips: i32): void {
  const at = <usize>i * t.rowStep;
  four.re = t.re + at;
  four.im = imaginaryAt(t.im, at);
  four.rowStep = t.rowStep;
  four.columnStep = t.columnStep;
  if (t.rowStep == -8 && t.columnStep % criticalStep == 0 && strips >= fewStrips) copyRows(i + rows);
}

/** Replaces four transposed rows by a copy of their first `steps` entries. */
function copyRows(steps: i32): void {
  const step: usize = four.im != 0 ? 64 : 32;
  copyReversed(rowRoom, step, steps, four.re, four.columnStep);
  if (four.im != 0) {
    copyReversed(rowRoom + 32, step, steps, four.im, four.columnStep);
    four.im = rowRoom + 32;
  }
  four.re = rowRoom;
  four.rowStep = 8;
  four.columnStep = step;
}

/** Four numbers that end at `from`, in reverse order, for each of a number of steps. */
function copyReversed(to: usize, toStep: usize, steps: i32, from: usize, step: usize): void {
  for (let k = 0; k < steps; k++, to += toStep, from += step) {
    const x = v128.load(from - 8);
    const y = v128.load(from - 24);
    v128.store(to, v128.shuffle<f64>(x, x, 1, 0));
    v128.store(to, v128.shuffle<f64>(y, y, 1, 0), 16);
  }
}
