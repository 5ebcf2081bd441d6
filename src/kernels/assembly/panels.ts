/**
 * Packed panels: blocks of both factors of a product are copied into the order in which the innermost loops
 * read them, so that they stay in the caches and every load is contiguous. A panel holds the lines of one
 * tile (rows of A or columns of B) step by step along the depth; beyond the edge there are zeros or copies of
 * the last line, whose products are dropped. Conjugation, weights and the factor α are applied on the way.
 *
 * One step of a panel:
 *
 *     A complex   [Re a0, Im a0, Re a1, Im a1, Re a2, Im a2, Re a3, Im a3]
 *     B complex   [Re b0, Re b1, Im b0, Im b1]
 *     A real      [a0, a1, a2, a3, a4]
 *     B real      [b0, b1, b2, b3]
 *
 * Source: K. Goto and R. A. van de Geijn, Anatomy of high-performance matrix multiplication, ACM Trans. Math.
 * Softw. 34 (2008).
 */
import { lower, upper } from "./lanes";

/** Bytes of one step. */
const stepOfComplexA: usize = 64;
const stepOfRealA: usize = 40;
const stepOfB: usize = 32;

/** Steps along the depth, rows of A and columns of B that are packed at a time. */
export const blockDepth: i32 = 256;
export const blockRows: i32 = 120;
export const blockColumns: i32 = 256;

export const panelA: usize = memory.data(16 * 256 * 120, 16);
export const panelB: usize = memory.data(16 * 256 * 256, 16);

/** What the steps of A are multiplied by. */
const scales: usize = memory.data(8 * 256, 16);

/** The factors of the steps of A: α w, or α where there are no weights (address 0). */
export function prepareScales(weights: usize, depth: i32, alpha: f64): void {
  for (let p: usize = 0, end = <usize>depth << 3; p < end; p += 8) {
    store<f64>(scales + p, weights != 0 ? alpha * load<f64>(weights + p) : alpha);
  }
}

/**
 * Packs rows of a complex A, times the prepared factors. Steps between rows and along the depth are in bytes.
 */
export function packRowsComplex(
  rows: i32,
  depth: i32,
  re: usize,
  im: usize,
  rowStep: usize,
  depthStep: usize,
  conjugate: bool,
): void {
  const sign: f64 = conjugate ? -1 : 1;
  for (let i = 0; i < rows; i += 4) {
    const panel = panelA + (<usize>(i * depth) << 4);
    for (let r = 0; r < 4; r++) {
      const to = panel + (<usize>r << 4);
      if (i + r >= rows) {
        clearPair(to, stepOfComplexA, depth);
      } else if (rowStep == 8 && (r & 1) == 0 && i + r + 1 < rows) {
        packAdjacentRows(to, depth, re, im, depthStep, sign);
        r++;
        re += 8;
        im += 8;
      } else {
        packScaledPair(to, stepOfComplexA, depth, re, im, depthStep, sign);
      }
      re += rowStep;
      im += rowStep;
    }
  }
}

/** Packs columns of a complex B. */
export function packColumnsComplex(
  columns: i32,
  depth: i32,
  re: usize,
  im: usize,
  columnStep: usize,
  depthStep: usize,
  conjugate: bool,
): void {
  const sign: f64 = conjugate ? -1 : 1;
  let to = panelB;
  for (let j = 0; j < columns; j += 2) {
    packLines(to, columns - j, depth, re, columnStep, depthStep, 1);
    packLines(to + 16, columns - j, depth, im, columnStep, depthStep, sign);
    to += <usize>depth * stepOfB;
    re += 2 * columnStep;
    im += 2 * columnStep;
  }
}

/** Packs rows of a real A, times the prepared factors. */
export function packRowsReal(rows: i32, depth: i32, a: usize, rowStep: usize, depthStep: usize): void {
  let to = panelA;
  for (let i = 0; i < rows; i += 5) {
    for (let r = 0; r < 4; r += 2) {
      const pair = to + (<usize>r << 3);
      const row = a + <usize>r * rowStep;
      const other = i + r + 1 < rows ? row + rowStep : row;
      if (i + r < rows) packScaledPair(pair, stepOfRealA, depth, row, other, depthStep, 1);
      else clearPair(pair, stepOfRealA, depth);
    }
    packScaledLine(to + 32, i + 4 < rows, depth, a + 4 * rowStep, depthStep);
    to += <usize>depth * stepOfRealA;
    a += 5 * rowStep;
  }
}

/** Packs columns of a real B. */
export function packColumnsReal(
  columns: i32,
  depth: i32,
  b: usize,
  columnStep: usize,
  depthStep: usize,
): void {
  let to = panelB;
  for (let j = 0; j < columns; j += 4) {
    packLines(to, columns - j, depth, b, columnStep, depthStep, 1);
    packLines(to + 16, columns - j - 2, depth, b + 2 * columnStep, columnStep, depthStep, 1);
    to += <usize>depth * stepOfB;
    b += 4 * columnStep;
  }
}

/** Two neighbouring lines of B, of which `count` are there, times a sign. */
function packLines(
  to: usize,
  count: i32,
  depth: i32,
  from: usize,
  lineStep: usize,
  depthStep: usize,
  sign: f64,
): void {
  if (count < 1) clearPair(to, stepOfB, depth);
  else if (count > 1 && lineStep == 8) packAdjacent(to, depth, from, depthStep, sign);
  else packPair(to, depth, from, count > 1 ? from + lineStep : from, depthStep, sign);
}

/** Two lines x and y times a sign, step by step: [x y]. */
function packPair(
  to: usize,
  depth: i32,
  x: usize,
  y: usize,
  depthStep: usize,
  sign: f64,
): void {
  let p = 0;
  if (depthStep == 8) {
    // Contiguous along the depth: a transposition in pieces of 2 × 2.
    const signs = f64x2.splat(sign);
    for (; p + 2 <= depth; p += 2) {
      const u = f64x2.mul(v128.load(x), signs);
      const v = f64x2.mul(v128.load(y), signs);
      v128.store(to, lower(u, v));
      to += stepOfB;
      v128.store(to, upper(u, v));
      to += stepOfB;
      x += 16;
      y += 16;
    }
  }
  for (; p < depth; p++) {
    store<f64>(to, load<f64>(x) * sign);
    store<f64>(to, load<f64>(y) * sign, 8);
    to += stepOfB;
    x += depthStep;
    y += depthStep;
  }
}

/** Two lines x and y times the prepared factors, y also times a sign. */
function packScaledPair(
  to: usize,
  toStep: usize,
  depth: i32,
  x: usize,
  y: usize,
  depthStep: usize,
  ySign: f64,
): void {
  let scale = scales;
  const end = scale + (<usize>depth << 3);
  if (depthStep == 8) {
    const signs = f64x2.splat(ySign);
    for (const whole = end - 8; scale < whole; scale += 16) {
      const factor = v128.load(scale);
      const u = f64x2.mul(v128.load(x), factor);
      const v = f64x2.mul(v128.load(y), f64x2.mul(factor, signs));
      v128.store(to, lower(u, v));
      to += toStep;
      v128.store(to, upper(u, v));
      to += toStep;
      x += 16;
      y += 16;
    }
  }
  for (; scale < end; scale += 8) {
    const factor = load<f64>(scale);
    store<f64>(to, load<f64>(x) * factor);
    store<f64>(to, load<f64>(y) * (factor * ySign), 8);
    to += toStep;
    x += depthStep;
    y += depthStep;
  }
}

/** Two lines whose numbers lie next to each other at every step, times a sign. */
function packAdjacent(to: usize, depth: i32, from: usize, depthStep: usize, sign: f64): void {
  const signs = f64x2.splat(sign);
  for (let p = 0; p < depth; p++) {
    v128.store(to, f64x2.mul(v128.load(from), signs));
    to += stepOfB;
    from += depthStep;
  }
}

/** Two rows of a complex A whose numbers lie next to each other at every step. */
function packAdjacentRows(to: usize, depth: i32, re: usize, im: usize, depthStep: usize, sign: f64): void {
  const signs = f64x2.splat(sign);
  let scale = scales;
  for (const end = scale + (<usize>depth << 3); scale < end; scale += 8) {
    const factor = v128.load64_splat(scale);
    const u = f64x2.mul(v128.load(re), factor);
    const v = f64x2.mul(v128.load(im), f64x2.mul(factor, signs));
    v128.store(to, lower(u, v));
    v128.store(to, upper(u, v), 16);
    to += stepOfComplexA;
    re += depthStep;
    im += depthStep;
  }
}

/** One line times the prepared factors, or zeros. */
function packScaledLine(to: usize, present: bool, depth: i32, from: usize, depthStep: usize): void {
  let scale = scales;
  for (const end = scale + (<usize>depth << 3); scale < end; scale += 8) {
    store<f64>(to, present ? load<f64>(from) * load<f64>(scale) : 0);
    to += stepOfRealA;
    from += depthStep;
  }
}

function clearPair(to: usize, toStep: usize, depth: i32): void {
  const zero = f64x2.splat(0);
  for (let p = 0; p < depth; p++, to += toStep) v128.store(to, zero);
}
