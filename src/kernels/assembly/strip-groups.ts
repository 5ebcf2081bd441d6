/**
 * Groups of strips that hold neighbouring columns of a matrix. Four strips at a time are copied row by row:
 * what is read of a row then fills a line of the cache, which matters where rows are a large power of two
 * apart and evict each other.
 */
import { imaginaryAt } from "./imaginary";
import { halfBytes, packColumns, stepBytes, stripLines, unpackColumns } from "./strips";

/** Strips that are copied at a time. */
const bandStrips: i32 = 4;

/**
 * Copies the columns of a matrix with `steps` rows into strips that are `size` bytes apart.
 *
 * @param lower - column j is needed from row j on only; the order of the steps must be reversed, and those
 *   before the rows of the first column that is copied with it are left out
 */
export function packGroup(
  strips: usize,
  size: usize,
  steps: i32,
  reversed: bool,
  xr: usize,
  xi: usize,
  rowStep: usize,
  columns: i32,
  lower: bool,
  signIm: f64,
): void {
  const lines = stripLines(xi != 0);
  const band = bandStrips * lines;
  for (let j = 0; j < columns; ) {
    const skipped = lower ? j : 0;
    const at = (<usize>j << 3) + <usize>skipped * rowStep;
    const re = xr + at;
    const im = imaginaryAt(xi, at);
    if (j + band <= columns) {
      packBand(strips, size, steps - skipped, reversed, re, im, rowStep, signIm);
      j += band;
      strips += <usize>bandStrips * size;
    } else {
      packColumns(strips, steps - skipped, reversed, re, im, rowStep, min(lines, columns - j), signIm);
      j += lines;
      strips += size;
    }
  }
}

/** The way back of {@link packGroup}. */
export function unpackGroup(
  strips: usize,
  size: usize,
  steps: i32,
  reversed: bool,
  xr: usize,
  xi: usize,
  rowStep: usize,
  columns: i32,
  lower: bool,
  signRe: f64,
  signIm: f64,
): void {
  const lines = stripLines(xi != 0);
  const band = bandStrips * lines;
  for (let j = 0; j < columns; ) {
    const skipped = lower ? j : 0;
    const at = (<usize>j << 3) + <usize>skipped * rowStep;
    const re = xr + at;
    const im = imaginaryAt(xi, at);
    if (j + band <= columns) {
      unpackBand(strips, size, steps - skipped, reversed, re, im, rowStep, signRe, signIm);
      j += band;
      strips += <usize>bandStrips * size;
    } else {
      const width = min(lines, columns - j);
      unpackColumns(strips, steps - skipped, reversed, re, im, rowStep, width, signRe, signIm);
      j += lines;
      strips += size;
    }
  }
}

function packBand(
  strips: usize,
  size: usize,
  steps: i32,
  reversed: bool,
  xr: usize,
  xi: usize,
  rowStep: usize,
  signIm: f64,
): void {
  const step = reversed ? -stepBytes : stepBytes;
  const next = xi != 0 ? halfBytes : stepBytes;
  const signs = f64x2.splat(xi != 0 ? signIm : 1);
  let strip = reversed ? strips + <usize>(steps - 1) * stepBytes : strips;
  let other = xi != 0 ? xi : xr + halfBytes;
  for (let i = 0; i < steps; i++, strip += step, xr += rowStep, other += rowStep) {
    packStep(strip, xr, other, signs);
    packStep(strip + size, xr + next, other + next, signs);
    packStep(strip + 2 * size, xr + 2 * next, other + 2 * next, signs);
    packStep(strip + 3 * size, xr + 3 * next, other + 3 * next, signs);
  }
}

function unpackBand(
  strips: usize,
  size: usize,
  steps: i32,
  reversed: bool,
  xr: usize,
  xi: usize,
  rowStep: usize,
  signRe: f64,
  signIm: f64,
): void {
  const step = reversed ? -stepBytes : stepBytes;
  const next = xi != 0 ? halfBytes : stepBytes;
  const signs = f64x2.splat(signRe);
  const otherSigns = f64x2.splat(xi != 0 ? signIm : signRe);
  let strip = reversed ? strips + <usize>(steps - 1) * stepBytes : strips;
  let other = xi != 0 ? xi : xr + halfBytes;
  for (let i = 0; i < steps; i++, strip += step, xr += rowStep, other += rowStep) {
    unpackStep(strip, xr, other, signs, otherSigns);
    unpackStep(strip + size, xr + next, other + next, signs, otherSigns);
    unpackStep(strip + 2 * size, xr + 2 * next, other + 2 * next, signs, otherSigns);
    unpackStep(strip + 3 * size, xr + 3 * next, other + 3 * next, signs, otherSigns);
  }
}

@inline
function packStep(strip: usize, first: usize, second: usize, signs: v128): void {
  v128.store(strip, v128.load(first));
  v128.store(strip, f64x2.mul(v128.load(second), signs), 16);
}

@inline
function unpackStep(strip: usize, first: usize, second: usize, signs: v128, otherSigns: v128): void {
  v128.store(first, f64x2.mul(v128.load(strip), signs));
  v128.store(second, f64x2.mul(v128.load(strip, 16), otherSigns));
}
