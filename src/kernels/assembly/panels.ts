/**
 * Packed panels: blocks of both factors of a product are copied into the order in which the innermost loops read them,
 * so that they stay in the caches and every load is contiguous. A panel holds the lines of one tile (rows of A or
 * columns of B) step by step along the depth; lines beyond the edge are zero. Conjugation, weights and the factor α are
 * applied on the way.
 *
 * One step of a panel:
 *
 *     A complex   [Re a0, Im a0, Re a1, Im a1, Re a2, Im a2, Re a3, Im a3]
 *     B complex   [Re b0, Re b1, Im b0, Im b1]
 *     A real      [a0, a1, a2, a3, a4]
 *     B real      [b0, b1, b2, b3]
 *
 * Source: K. Goto and R. A. van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34 (2008).
 */

/** Steps along the depth, rows of A and columns of B that are packed at a time. */
export const blockDepth: i32 = 256;
export const blockRows: i32 = 120;
export const blockColumns: i32 = 256;

export const panelA: usize = memory.data(16 * 256 * 120, 16);
export const panelB: usize = memory.data(16 * 256 * 256, 16);

/** What the steps of A are multiplied by, and those of B. */
const scales: usize = memory.data(8 * 256, 16);
const ones: usize = memory.data(8 * 256, 16);
for (let p: usize = 0; p < 8 * 256; p += 8) store<f64>(ones + p, 1);

/** The factors of the steps of A: α w, or α where there are no weights (address 0). */
export function prepareScales(weights: usize, depth: i32, alpha: f64): void {
  for (let p: usize = 0, end = <usize>depth << 3; p < end; p += 8) {
    store<f64>(scales + p, weights != 0 ? alpha * load<f64>(weights + p) : alpha);
  }
}

/** Packs rows of a complex A, times the prepared factors. Steps between rows and along the depth are in bytes. */
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
        clearPair(to, 64, depth);
      } else if (rowStep == 8 && (r & 1) == 0 && i + r + 1 < rows) {
        packAdjacentRows(to, depth, re, im, depthStep, sign);
        r++;
        re += 8;
        im += 8;
      } else {
        packPair(to, 64, depth, re, im, depthStep, scales, 1, sign);
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
    packLines(to, 32, columns - j, depth, re, columnStep, depthStep, ones, 1);
    packLines(to + 16, 32, columns - j, depth, im, columnStep, depthStep, ones, sign);
    to += <usize>depth << 5;
    re += 2 * columnStep;
    im += 2 * columnStep;
  }
}

/** Packs rows of a real A, times the prepared factors. */
export function packRowsReal(rows: i32, depth: i32, a: usize, rowStep: usize, depthStep: usize): void {
  let to = panelA;
  for (let i = 0; i < rows; i += 5) {
    packLines(to, 40, rows - i, depth, a, rowStep, depthStep, scales, 1);
    packLines(to + 16, 40, rows - i - 2, depth, a + 2 * rowStep, rowStep, depthStep, scales, 1);
    packLine(to + 32, 40, rows - i - 4, depth, a + 4 * rowStep, depthStep);
    to += <usize>depth * 40;
    a += 5 * rowStep;
  }
}

/** Packs columns of a real B. */
export function packColumnsReal(columns: i32, depth: i32, b: usize, columnStep: usize, depthStep: usize): void {
  let to = panelB;
  for (let j = 0; j < columns; j += 4) {
    packLines(to, 32, columns - j, depth, b, columnStep, depthStep, ones, 1);
    packLines(to + 16, 32, columns - j - 2, depth, b + 2 * columnStep, columnStep, depthStep, ones, 1);
    to += <usize>depth << 5;
    b += 4 * columnStep;
  }
}

/** Two neighbouring lines of a matrix, of which `count` are there, times a sign; those beyond the edge are zero. */
function packLines(
  to: usize,
  toStep: usize,
  count: i32,
  depth: i32,
  from: usize,
  lineStep: usize,
  depthStep: usize,
  scale: usize,
  sign: f64,
): void {
  if (count < 1) clearPair(to, toStep, depth);
  else if (count < 2) packPair(to, toStep, depth, from, from, depthStep, scale, sign, 0);
  else if (lineStep == 8) packAdjacent(to, toStep, depth, from, depthStep, scale, sign);
  else packPair(to, toStep, depth, from, from + lineStep, depthStep, scale, sign, sign);
}

/** Two lines x and y, step by step: [x y]. */
function packPair(
  to: usize,
  toStep: usize,
  depth: i32,
  x: usize,
  y: usize,
  depthStep: usize,
  scale: usize,
  xSign: f64,
  ySign: f64,
): void {
  const end = scale + (<usize>depth << 3);
  if (depthStep == 8) {
    // Contiguous along the depth: a transposition in pieces of 2 × 2.
    const xSigns = f64x2.splat(xSign);
    const ySigns = f64x2.splat(ySign);
    for (const whole = end - 8; scale < whole; scale += 16) {
      const factor = v128.load(scale);
      const u = f64x2.mul(v128.load(x), f64x2.mul(factor, xSigns));
      const v = f64x2.mul(v128.load(y), f64x2.mul(factor, ySigns));
      v128.store(to, v128.shuffle<f64>(u, v, 0, 2));
      to += toStep;
      v128.store(to, v128.shuffle<f64>(u, v, 1, 3));
      to += toStep;
      x += 16;
      y += 16;
    }
  }
  for (; scale < end; scale += 8) {
    const factor = load<f64>(scale);
    store<f64>(to, load<f64>(x) * (factor * xSign));
    store<f64>(to, load<f64>(y) * (factor * ySign), 8);
    to += toStep;
    x += depthStep;
    y += depthStep;
  }
}

/** Two lines whose numbers lie next to each other at every step. */
function packAdjacent(
  to: usize,
  toStep: usize,
  depth: i32,
  from: usize,
  depthStep: usize,
  scale: usize,
  sign: f64,
): void {
  const signs = f64x2.splat(sign);
  for (const end = scale + (<usize>depth << 3); scale < end; scale += 8) {
    v128.store(to, f64x2.mul(v128.load(from), f64x2.mul(v128.load64_splat(scale), signs)));
    to += toStep;
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
    v128.store(to, v128.shuffle<f64>(u, v, 0, 2));
    v128.store(to, v128.shuffle<f64>(u, v, 1, 3), 16);
    to += 64;
    re += depthStep;
    im += depthStep;
  }
}

/** One line times the prepared factors, or zeros if `count` is not positive. */
function packLine(to: usize, toStep: usize, count: i32, depth: i32, from: usize, depthStep: usize): void {
  let scale = scales;
  for (const end = scale + (<usize>depth << 3); scale < end; scale += 8) {
    store<f64>(to, count > 0 ? load<f64>(from) * load<f64>(scale) : 0);
    to += toStep;
    from += depthStep;
  }
}

function clearPair(to: usize, toStep: usize, depth: i32): void {
  const zero = f64x2.splat(0);
  for (let p = 0; p < depth; p++, to += toStep) v128.store(to, zero);
}
