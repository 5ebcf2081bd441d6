/**
 * Strips: a few right-hand sides copied into the order in which the innermost loops of the triangular
 * algorithms read them. A strip holds four real lines, or the real and then the imaginary parts of two
 * complex ones, step by step: [x0 x1 x2 x3] or [Re x0, Re x1, Im x0, Im x1]. Lines are columns of a matrix,
 * or rows that are transposed on the way.
 *
 * A strip consists of two halves of two lines, which are copied one after the other. Copying can conjugate,
 * change signs and reverse the order of the steps; what is missing at an edge is zero.
 */
import { lower, upper } from "./lanes";

/** Bytes of one step. */
export const stepBytes: usize = 32;
/** Bytes of half a step. */
export const halfBytes: usize = 16;

/** Lines of a strip. */
@inline
export function stripLines(complex: bool): i32 {
  return complex ? 2 : 4;
}

/** Strips of that many lines. */
@inline
export function stripCount(lines: i32, complex: bool): i32 {
  return complex ? (lines + 1) >> 1 : (lines + 3) >> 2;
}

/**
 * Bytes of a strip of that many steps, and a gap so that strips do not compete for the same places of the
 * cache.
 */
@inline
export function stripBytes(steps: i32): usize {
  return <usize>(((steps + 3) & ~3) + 2) * stepBytes;
}

/** Zeros in place of `count` numbers; for few numbers this is faster than the instruction of the machine. */
export function clearFew(to: usize, count: i32): void {
  for (const end = to + (<usize>(count & ~1) << 3); to < end; to += 16) v128.store(to, f64x2.splat(0));
  if (count & 1) store<f64>(to, 0);
}

/** The first `columns` (up to all lines) of a matrix with `steps` rows that are `rowStep` bytes apart. */
export function packColumns(
  strip: usize,
  steps: i32,
  reversed: bool,
  xr: usize,
  xi: usize,
  rowStep: usize,
  columns: i32,
  signIm: f64,
): void {
  const first = reversed ? strip + <usize>(steps - 1) * stepBytes : strip;
  const step = reversed ? -stepBytes : stepBytes;
  packHalfColumns(first, step, steps, xr, rowStep, columns, 1);
  if (xi != 0) packHalfColumns(first + halfBytes, step, steps, xi, rowStep, columns, signIm);
  else packHalfColumns(first + halfBytes, step, steps, xr + halfBytes, rowStep, columns - 2, 1);
}

/** The way back of {@link packColumns}. */
export function unpackColumns(
  strip: usize,
  steps: i32,
  reversed: bool,
  xr: usize,
  xi: usize,
  rowStep: usize,
  columns: i32,
  signRe: f64,
  signIm: f64,
): void {
  const first = reversed ? strip + <usize>(steps - 1) * stepBytes : strip;
  const step = reversed ? -stepBytes : stepBytes;
  unpackHalfColumns(first, step, steps, xr, rowStep, columns, signRe);
  if (xi != 0) unpackHalfColumns(first + halfBytes, step, steps, xi, rowStep, columns, signIm);
  else unpackHalfColumns(first + halfBytes, step, steps, xr + halfBytes, rowStep, columns - 2, signRe);
}

/** The first `rows` (up to all lines) of a matrix with `steps` columns; rows are `rowStep` bytes apart. */
export function packRows(
  strip: usize,
  steps: i32,
  reversed: bool,
  xr: usize,
  xi: usize,
  rowStep: usize,
  rows: i32,
  signIm: f64,
): void {
  const first = reversed ? strip + <usize>(steps - 1) * stepBytes : strip;
  const step = reversed ? -stepBytes : stepBytes;
  packHalfRows(first, step, steps, xr, rowStep, rows, 1);
  if (xi != 0) packHalfRows(first + halfBytes, step, steps, xi, rowStep, rows, signIm);
  else packHalfRows(first + halfBytes, step, steps, xr + 2 * rowStep, rowStep, rows - 2, 1);
}

/** The way back of {@link packRows}. */
export function unpackRows(
  strip: usize,
  steps: i32,
  reversed: bool,
  xr: usize,
  xi: usize,
  rowStep: usize,
  rows: i32,
  signIm: f64,
): void {
  const first = reversed ? strip + <usize>(steps - 1) * stepBytes : strip;
  const step = reversed ? -stepBytes : stepBytes;
  unpackHalfRows(first, step, steps, xr, rowStep, rows, 1);
  if (xi != 0) unpackHalfRows(first + halfBytes, step, steps, xi, rowStep, rows, signIm);
  else unpackHalfRows(first + halfBytes, step, steps, xr + 2 * rowStep, rowStep, rows - 2, 1);
}

function packHalfColumns(
  to: usize,
  toStep: usize,
  steps: i32,
  from: usize,
  rowStep: usize,
  columns: i32,
  sign: f64,
): void {
  const signs = f64x2.splat(sign);
  if (columns > 1) {
    for (let i = 0; i < steps; i++, to += toStep, from += rowStep) {
      v128.store(to, f64x2.mul(v128.load(from), signs));
    }
  } else if (columns == 1) {
    for (let i = 0; i < steps; i++, to += toStep, from += rowStep) {
      v128.store(to, f64x2.mul(v128.load64_zero(from), signs));
    }
  } else {
    for (let i = 0; i < steps; i++, to += toStep) v128.store(to, f64x2.splat(0));
  }
}

function unpackHalfColumns(
  from: usize,
  fromStep: usize,
  steps: i32,
  to: usize,
  rowStep: usize,
  columns: i32,
  sign: f64,
): void {
  const signs = f64x2.splat(sign);
  if (columns > 1) {
    for (let i = 0; i < steps; i++, from += fromStep, to += rowStep) {
      v128.store(to, f64x2.mul(v128.load(from), signs));
    }
  } else if (columns == 1) {
    for (let i = 0; i < steps; i++, from += fromStep, to += rowStep) {
      store<f64>(to, load<f64>(from) * sign);
    }
  }
}

/** Two rows are transposed in pieces of 2 × 2. */
function packHalfRows(
  to: usize,
  toStep: usize,
  steps: i32,
  from: usize,
  rowStep: usize,
  rows: i32,
  sign: f64,
): void {
  if (rows < 2) {
    packHalfColumns(to, toStep, steps, from, 8, rows, sign);
    return;
  }
  const signs = f64x2.splat(sign);
  let other = from + rowStep;
  for (const end = from + (<usize>(steps & ~1) << 3); from < end; from += 16, other += 16) {
    const x = f64x2.mul(v128.load(from), signs);
    const y = f64x2.mul(v128.load(other), signs);
    v128.store(to, lower(x, y));
    to += toStep;
    v128.store(to, upper(x, y));
    to += toStep;
  }
  if (steps & 1) {
    store<f64>(to, load<f64>(from) * sign);
    store<f64>(to, load<f64>(other) * sign, 8);
  }
}

function unpackHalfRows(
  from: usize,
  fromStep: usize,
  steps: i32,
  to: usize,
  rowStep: usize,
  rows: i32,
  sign: f64,
): void {
  if (rows < 2) {
    unpackHalfColumns(from, fromStep, steps, to, 8, rows, sign);
    return;
  }
  const signs = f64x2.splat(sign);
  let other = to + rowStep;
  for (const end = to + (<usize>(steps & ~1) << 3); to < end; to += 16, other += 16) {
    const x = f64x2.mul(v128.load(from), signs);
    from += fromStep;
    const y = f64x2.mul(v128.load(from), signs);
    from += fromStep;
    v128.store(to, lower(x, y));
    v128.store(other, upper(x, y));
  }
  if (steps & 1) {
    store<f64>(to, load<f64>(from) * sign);
    store<f64>(other, load<f64>(from, 8) * sign);
  }
}
