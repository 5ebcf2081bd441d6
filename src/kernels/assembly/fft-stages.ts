/**
 * The stages of a Stockham transform by decimation in frequency, from one work area to another. A line is m
 * numbers in blocks (see fft-blocks.ts). The stage of radix r turns the lines a_0, a_1, … into
 *
 *   a'_{q + sk}(p) = w^{pk} Σ_i e^{−j2πik/r} a_{qr + i}(p),  q = 0 … s − 1,  k = 0 … r − 1,
 *
 * w = e^{−j2π/(rm)}, s being the product of the radices before it and m the numbers that remain in a line.
 * After the last stage lines are single numbers, in their natural order.
 *
 * Source: C. Van Loan, Computational Frameworks for the Fast Fourier Transform, 1992, section 1.7.
 */
import { storeBlock, storeTurned } from "./fft-blocks";
import { matrixSize } from "./fft-plan";

/** 1/2 and sin 2π/3. In memory, for a splat constant would be made anew in every round of a loop. */
const constants3 = memory.data<f64>([0.5, 0.8660254037844386], 16);

/** 1/4, √5/4, sin 2π/5 and sin 4π/5; (−1 ± √5)/4 are the cosines. */
const constants5 = memory.data<f64>([0.25, 0.5590169943749475, 0.9510565162951535, 0.5877852522924731], 16);

/**
 * One stage.
 *
 * @param line - bytes of a line of the result
 * @param constants - from the table of fft-plan.ts
 * @param scratch - 32 (r − 1) bytes, for radices above 5
 */
export function stage(
  radix: i32,
  x: usize,
  y: usize,
  s: i32,
  line: usize,
  constants: usize,
  scratch: usize,
): void {
  const step = line * <usize>s;
  if (radix == 4) stage4(x, y, step, line, constants);
  else if (radix == 3) stage3(x, y, step, line, constants);
  else if (radix == 5) stage5(x, y, step, line, constants);
  else stageOdd(radix, x, y, step, line, constants, scratch);
}

function stage3(x: usize, y: usize, step: usize, line: usize, constants: usize): void {
  const half = v128.load64_splat(constants3);
  const sine = v128.load64_splat(constants3, 8);
  for (const last = y + step; y < last; x += 2 * line) {
    let w = constants;
    for (const end = x + line; x < end; x += 32, y += 32, w += 64) {
      const b = x + line;
      const c = b + line;
      const br = v128.load(b);
      const bi = v128.load(b, 16);
      const cr = v128.load(c);
      const ci = v128.load(c, 16);
      const ar = v128.load(x);
      const ai = v128.load(x, 16);
      const sumRe = f64x2.add(br, cr);
      const sumIm = f64x2.add(bi, ci);
      storeBlock(y, f64x2.add(ar, sumRe), f64x2.add(ai, sumIm));
      const evenRe = f64x2.sub(ar, f64x2.mul(half, sumRe));
      const evenIm = f64x2.sub(ai, f64x2.mul(half, sumIm));
      const oddRe = f64x2.mul(sine, f64x2.sub(br, cr));
      const oddIm = f64x2.mul(sine, f64x2.sub(bi, ci));
      const y1 = y + step;
      storeTurned(y1, f64x2.add(evenRe, oddIm), f64x2.sub(evenIm, oddRe), w);
      storeTurned(y1 + step, f64x2.sub(evenRe, oddIm), f64x2.add(evenIm, oddRe), w + 32);
    }
  }
}

function stage4(x: usize, y: usize, step: usize, line: usize, constants: usize): void {
  for (const last = y + step; y < last; x += 3 * line) {
    let w = constants;
    for (const end = x + line; x < end; x += 32, y += 32, w += 96) {
      const b = x + line;
      const c = b + line;
      const d = c + line;
      const ar = v128.load(x);
      const ai = v128.load(x, 16);
      const cr = v128.load(c);
      const ci = v128.load(c, 16);
      const evenRe = f64x2.add(ar, cr);
      const evenIm = f64x2.add(ai, ci);
      const oddRe = f64x2.sub(ar, cr);
      const oddIm = f64x2.sub(ai, ci);
      const br = v128.load(b);
      const bi = v128.load(b, 16);
      const dr = v128.load(d);
      const di = v128.load(d, 16);
      const sumRe = f64x2.add(br, dr);
      const sumIm = f64x2.add(bi, di);
      const differenceRe = f64x2.sub(br, dr);
      const differenceIm = f64x2.sub(bi, di);
      storeBlock(y, f64x2.add(evenRe, sumRe), f64x2.add(evenIm, sumIm));
      const y1 = y + step;
      const y2 = y1 + step;
      storeTurned(y1, f64x2.add(oddRe, differenceIm), f64x2.sub(oddIm, differenceRe), w);
      storeTurned(y2, f64x2.sub(evenRe, sumRe), f64x2.sub(evenIm, sumIm), w + 32);
      storeTurned(y2 + step, f64x2.sub(oddRe, differenceIm), f64x2.add(oddIm, differenceRe), w + 64);
    }
  }
}

function stage5(x: usize, y: usize, step: usize, line: usize, constants: usize): void {
  const quarter = v128.load64_splat(constants5);
  const root = v128.load64_splat(constants5, 8);
  const s1 = v128.load64_splat(constants5, 16);
  const s2 = v128.load64_splat(constants5, 24);
  for (const last = y + step; y < last; x += 4 * line) {
    let w = constants;
    for (const end = x + line; x < end; x += 32, y += 32, w += 128) {
      const b = x + line;
      const c = b + line;
      const d = c + line;
      const e = d + line;
      const ar = v128.load(x);
      const ai = v128.load(x, 16);
      const br = v128.load(b);
      const bi = v128.load(b, 16);
      const er = v128.load(e);
      const ei = v128.load(e, 16);
      const cr = v128.load(c);
      const ci = v128.load(c, 16);
      const dr = v128.load(d);
      const di = v128.load(d, 16);
      const outerRe = f64x2.add(br, er);
      const outerIm = f64x2.add(bi, ei);
      const innerRe = f64x2.add(cr, dr);
      const innerIm = f64x2.add(ci, di);
      const acrossRe = f64x2.sub(br, er);
      const acrossIm = f64x2.sub(bi, ei);
      const insideRe = f64x2.sub(cr, dr);
      const insideIm = f64x2.sub(ci, di);
      const sumRe = f64x2.add(outerRe, innerRe);
      const sumIm = f64x2.add(outerIm, innerIm);
      storeBlock(y, f64x2.add(ar, sumRe), f64x2.add(ai, sumIm));
      const meanRe = f64x2.sub(ar, f64x2.mul(quarter, sumRe));
      const meanIm = f64x2.sub(ai, f64x2.mul(quarter, sumIm));
      const spreadRe = f64x2.mul(root, f64x2.sub(outerRe, innerRe));
      const spreadIm = f64x2.mul(root, f64x2.sub(outerIm, innerIm));
      const y1 = y + step;
      const y2 = y1 + step;
      const y3 = y2 + step;
      let evenRe = f64x2.add(meanRe, spreadRe);
      let evenIm = f64x2.add(meanIm, spreadIm);
      let oddRe = f64x2.add(f64x2.mul(s1, acrossRe), f64x2.mul(s2, insideRe));
      let oddIm = f64x2.add(f64x2.mul(s1, acrossIm), f64x2.mul(s2, insideIm));
      storeTurned(y1, f64x2.add(evenRe, oddIm), f64x2.sub(evenIm, oddRe), w);
      storeTurned(y3 + step, f64x2.sub(evenRe, oddIm), f64x2.add(evenIm, oddRe), w + 96);
      evenRe = f64x2.sub(meanRe, spreadRe);
      evenIm = f64x2.sub(meanIm, spreadIm);
      oddRe = f64x2.sub(f64x2.mul(s2, acrossRe), f64x2.mul(s1, insideRe));
      oddIm = f64x2.sub(f64x2.mul(s2, acrossIm), f64x2.mul(s1, insideIm));
      storeTurned(y2, f64x2.add(evenRe, oddIm), f64x2.sub(evenIm, oddRe), w + 32);
      storeTurned(y3, f64x2.sub(evenRe, oddIm), f64x2.add(evenIm, oddRe), w + 64);
    }
  }
}

/** Any odd radix, by sums over the sums and differences of the lines i and r − i. */
function stageOdd(
  radix: i32,
  x: usize,
  y: usize,
  step: usize,
  line: usize,
  matrix: usize,
  scratch: usize,
): void {
  const constants = matrix + <usize>matrixSize(radix);
  const factors = <usize>(radix - 1) << 5;
  for (const last = y + step; y < last; x += line * <usize>(radix - 1)) {
    let w = constants;
    for (const end = x + line; x < end; x += 32, y += 32, w += factors) {
      fold(radix, x, y, line, scratch);
      combine(radix, x, y, step, matrix, w, scratch);
    }
  }
}

/** Stores a_i + a_{r−i} and a_i − a_{r−i}, i = 1 … (r − 1)/2, and the sum of all lines. */
@inline
function fold(radix: i32, x: usize, y: usize, line: usize, scratch: usize): void {
  let sumRe = v128.load(x);
  let sumIm = v128.load(x, 16);
  let a = x + line;
  let b = x + line * <usize>(radix - 1);
  for (; a < b; a += line, b -= line, scratch += 64) {
    const ar = v128.load(a);
    const ai = v128.load(a, 16);
    const br = v128.load(b);
    const bi = v128.load(b, 16);
    const re = f64x2.add(ar, br);
    const im = f64x2.add(ai, bi);
    storeBlock(scratch, re, im);
    storeBlock(scratch + 32, f64x2.sub(ar, br), f64x2.sub(ai, bi));
    sumRe = f64x2.add(sumRe, re);
    sumIm = f64x2.add(sumIm, im);
  }
  storeBlock(y, sumRe, sumIm);
}

/** The results c and r − c, c = 1 … (r − 1)/2, from the folded lines. */
@inline
function combine(radix: i32, x: usize, y: usize, step: usize, matrix: usize, w: usize, scratch: usize): void {
  const folded = scratch + (<usize>(radix - 1) << 5);
  let opposite = w + (<usize>(radix - 2) << 5);
  let below = y + step;
  let above = y + step * <usize>(radix - 1);
  for (; below < above; below += step, above -= step, w += 32, opposite -= 32) {
    let evenRe = v128.load(x);
    let evenIm = v128.load(x, 16);
    let oddRe = f64x2.splat(0);
    let oddIm = f64x2.splat(0);
    for (let at = scratch; at < folded; at += 64, matrix += 16) {
      const cosine = v128.load64_splat(matrix);
      const sine = v128.load64_splat(matrix, 8);
      evenRe = f64x2.add(evenRe, f64x2.mul(cosine, v128.load(at)));
      evenIm = f64x2.add(evenIm, f64x2.mul(cosine, v128.load(at, 16)));
      oddRe = f64x2.add(oddRe, f64x2.mul(sine, v128.load(at, 32)));
      oddIm = f64x2.add(oddIm, f64x2.mul(sine, v128.load(at, 48)));
    }
    storeTurned(below, f64x2.add(evenRe, oddIm), f64x2.sub(evenIm, oddRe), w);
    storeTurned(above, f64x2.sub(evenRe, oddIm), f64x2.add(evenIm, oddRe), opposite);
  }
}
