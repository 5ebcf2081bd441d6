/** Rows into blocks, alone or together with the first stage. */
import { exchanged, interleaved, loadPair, planar, storeBlock, storeTurned } from "./fft-blocks";
import { lower, upper } from "./lanes";

/** Fills `count` blocks from the pairs of numbers of one row; `step` leads from number to number. */
export function enterRow(count: i32, xr: usize, xi: usize, step: usize, y: usize): void {
  if (step == 8) fillBlocks(count, xr, 16, xi - xr, y, planar);
  else if (xr < xi) fillBlocks(count, xr, 32, 16, y, interleaved);
  else fillBlocks(count, xi, 32, 16, y, exchanged);
}

/** Fills `count` blocks from the numbers of two rows, the second one `lane` bytes from the first. */
export function enterPair(count: i32, xr: usize, xi: usize, step: usize, lane: usize, y: usize): void {
  if (step == 8) gather(count, xr, xi, lane, y);
  else if (xr < xi) fillBlocks(count, xr, 16, lane, y, interleaved);
  else fillBlocks(count, xi, 16, lane, y, exchanged);
}

/** `gap` leads to the second vector that makes up two numbers. */
@inline
function fillBlocks(count: i32, x: usize, advance: usize, gap: usize, y: usize, layout: i32): void {
  for (const end = y + (<usize>count << 5); y < end; y += 32, x += advance) {
    const first = v128.load(x);
    const second = v128.load(x + gap);
    storeBlock(y, realParts(first, second, layout), imaginaryParts(first, second, layout));
  }
}

function gather(count: i32, xr: usize, xi: usize, lane: usize, y: usize): void {
  for (const end = y + (<usize>count << 5); y < end; y += 32, xr += 8, xi += 8) {
    storeBlock(y, loadPair(xr, lane), loadPair(xi, lane));
  }
}

/**
 * The first stage of a row, of radix 4.
 *
 * @param line - bytes of a line of the result
 * @param w - its twiddle factors
 */
export function firstStage4(xr: usize, xi: usize, step: usize, y: usize, line: usize, w: usize): void {
  if (step == 8) first4(xr, xi - xr, y, line, w, planar);
  else if (xr < xi) first4(xr, 16, y, line, w, interleaved);
  else first4(xi, 16, y, line, w, exchanged);
}

@inline
function first4(x: usize, gap: usize, y: usize, line: usize, w: usize, layout: i32): void {
  const jump = layout == planar ? line >> 1 : line;
  for (const end = y + line; y < end; x += layout == planar ? 16 : 32, y += 32, w += 96) {
    const b = x + jump;
    const c = b + jump;
    const d = c + jump;
    let first = v128.load(x);
    let second = v128.load(x + gap);
    const ar = realParts(first, second, layout);
    const ai = imaginaryParts(first, second, layout);
    first = v128.load(c);
    second = v128.load(c + gap);
    const cr = realParts(first, second, layout);
    const ci = imaginaryParts(first, second, layout);
    const evenRe = f64x2.add(ar, cr);
    const evenIm = f64x2.add(ai, ci);
    const oddRe = f64x2.sub(ar, cr);
    const oddIm = f64x2.sub(ai, ci);
    first = v128.load(b);
    second = v128.load(b + gap);
    const br = realParts(first, second, layout);
    const bi = imaginaryParts(first, second, layout);
    first = v128.load(d);
    second = v128.load(d + gap);
    const dr = realParts(first, second, layout);
    const di = imaginaryParts(first, second, layout);
    const sumRe = f64x2.add(br, dr);
    const sumIm = f64x2.add(bi, di);
    const differenceRe = f64x2.sub(br, dr);
    const differenceIm = f64x2.sub(bi, di);
    storeBlock(y, f64x2.add(evenRe, sumRe), f64x2.add(evenIm, sumIm));
    const y1 = y + line;
    const y2 = y1 + line;
    storeTurned(y1, f64x2.add(oddRe, differenceIm), f64x2.sub(oddIm, differenceRe), w);
    storeTurned(y2, f64x2.sub(evenRe, sumRe), f64x2.sub(evenIm, sumIm), w + 32);
    storeTurned(y2 + line, f64x2.sub(oddRe, differenceIm), f64x2.add(oddIm, differenceRe), w + 64);
  }
}

@inline
function realParts(first: v128, second: v128, layout: i32): v128 {
  if (layout == planar) return first;
  return layout == exchanged ? upper(first, second) : lower(first, second);
}

@inline
function imaginaryParts(first: v128, second: v128, layout: i32): v128 {
  if (layout == planar) return second;
  return layout == exchanged ? lower(first, second) : upper(first, second);
}
