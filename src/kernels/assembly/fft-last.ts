/** Blocks into rows, alone or together with the last stage. */
import { interleaved, planar, storePair } from "./fft-blocks";
import { lower, upper } from "./lanes";

/** Stores `count` blocks as numbers of two rows, the second one `lane` bytes from the first. */
export function leavePair(count: i32, x: usize, yr: usize, yi: usize, step: usize, lane: usize): void {
  if (step == 8) scatter(count, x, yr, yi, lane);
  else if (yr < yi) spread(count, x, x + 16, yr, lane);
  else spread(count, x + 16, x, yi, lane);
}

function scatter(count: i32, x: usize, yr: usize, yi: usize, lane: usize): void {
  for (const end = x + (<usize>count << 5); x < end; x += 32, yr += 8, yi += 8) {
    storePair(yr, lane, v128.load(x));
    storePair(yi, lane, v128.load(x, 16));
  }
}

function spread(count: i32, xr: usize, xi: usize, y: usize, lane: usize): void {
  for (const end = y + (<usize>count << 4); y < end; xr += 32, xi += 32, y += 16) {
    const re = v128.load(xr);
    const im = v128.load(xi);
    v128.store(y, lower(re, im));
    v128.store(y + lane, upper(re, im));
  }
}

/**
 * The last stage of a row, of radix 2, 4 or 8, without twiddle factors: line q of r numbers becomes the
 * numbers q + sk, k = 0 … r − 1. On the way blocks are split into vectors of one number.
 */
export function lastStage(radix: i32, x: usize, s: i32, yr: usize, yi: usize, step: usize): void {
  if (step == 8) lastPlanar(radix, x, yr, yi - yr, s);
  else if (yr < yi) lastInterleaved(radix, x, x + 16, yr, s, f64x2(0, -0.0));
  else lastInterleaved(radix, x + 16, x, yi, s, f64x2(-0.0, 0));
}

/**
 * `gap` leads from real to imaginary parts. The layouts have functions of their own, for Binaryen makes one
 * loop of two that differ in their stores only.
 */
function lastPlanar(radix: i32, x: usize, y: usize, gap: usize, s: i32): void {
  const signs = f64x2(0, -0.0);
  if (radix == 4) last4(x, x + 16, y, gap, s, signs, planar);
  else if (radix == 8) last8(x, x + 16, y, gap, s, signs, planar);
  else last2(x, x + 16, y, gap, s, planar);
}

/** With `signs`, exchanged parts of a number are −j times the number, or j times it (see rotate). */
function lastInterleaved(radix: i32, xr: usize, xi: usize, y: usize, s: i32, signs: v128): void {
  if (radix == 4) last4(xr, xi, y, 8, s, signs, interleaved);
  else if (radix == 8) last8(xr, xi, y, 8, s, signs, interleaved);
  else last2(xr, xi, y, 8, s, interleaved);
}

/** √½, in memory: a splat constant would be made anew in every round of a loop. */
const squareRoot = memory.data<f64>([0.7071067811865476], 16);

@inline
function last2(xr: usize, xi: usize, y: usize, gap: usize, s: i32, layout: i32): void {
  const jump = <usize>s << (layout == planar ? 3 : 4);
  for (const end = y + jump; y < end; xr += 32, xi += 32, y += layout == planar ? 8 : 16) {
    const re = v128.load(xr);
    const im = v128.load(xi);
    const a = lower(re, im);
    const b = upper(re, im);
    storeNumber(y, gap, f64x2.add(a, b), layout);
    storeNumber(y + jump, gap, f64x2.sub(a, b), layout);
  }
}

@inline
function last4(xr: usize, xi: usize, y: usize, gap: usize, s: i32, signs: v128, layout: i32): void {
  const jump = <usize>s << (layout == planar ? 3 : 4);
  const advance = layout == planar ? 8 : 16;
  if (s & 1) {
    lineOf4(xr, xi, y, gap, jump, signs, layout);
    xr += 64;
    xi += 64;
    y += advance;
  }
  for (const end = y + <usize>(s >> 1) * 2 * advance; y < end; xr += 128, xi += 128, y += 2 * advance) {
    lineOf4(xr, xi, y, gap, jump, signs, layout);
    lineOf4(xr + 64, xi + 64, y + advance, gap, jump, signs, layout);
  }
}

/** One line; two in a round of the loop take two thirds of the time. */
@inline
function lineOf4(xr: usize, xi: usize, y: usize, gap: usize, jump: usize, signs: v128, layout: i32): void {
  const re = v128.load(xr);
  const im = v128.load(xi);
  storeButterfly4(re, im, v128.load(xr, 32), v128.load(xi, 32), y, gap, jump, signs, layout);
}

@inline
function last8(xr: usize, xi: usize, y: usize, gap: usize, s: i32, signs: v128, layout: i32): void {
  const jump = <usize>s << (layout == planar ? 3 : 4);
  const scale = v128.load64_splat(squareRoot);
  for (const end = y + jump; y < end; xr += 128, xi += 128, y += layout == planar ? 8 : 16) {
    const ar = v128.load(xr);
    const ai = v128.load(xi);
    const br = v128.load(xr, 32);
    const bi = v128.load(xi, 32);
    const cr = v128.load(xr, 64);
    const ci = v128.load(xi, 64);
    const dr = v128.load(xr, 96);
    const di = v128.load(xi, 96);
    storeButterfly4(
      f64x2.add(ar, cr),
      f64x2.add(ai, ci),
      f64x2.add(br, dr),
      f64x2.add(bi, di),
      y,
      gap,
      jump << 1,
      signs,
      layout,
    );
    const firstRe = f64x2.sub(ar, cr);
    const firstIm = f64x2.sub(ai, ci);
    const secondRe = f64x2.sub(br, dr);
    const secondIm = f64x2.sub(bi, di);
    const a = lower(firstRe, firstIm);
    const c = v128.xor(lower(secondIm, secondRe), signs);
    const b = upper(firstRe, firstIm);
    const d = v128.xor(upper(secondIm, secondRe), signs);
    const y1 = y + jump;
    const y3 = y1 + (jump << 1);
    let even = f64x2.add(a, c);
    let odd = f64x2.add(b, d);
    odd = f64x2.mul(scale, f64x2.add(odd, rotate(odd, signs)));
    storeNumber(y1, gap, f64x2.add(even, odd), layout);
    storeNumber(y1 + (jump << 2), gap, f64x2.sub(even, odd), layout);
    even = f64x2.sub(a, c);
    odd = f64x2.sub(b, d);
    odd = f64x2.mul(scale, f64x2.sub(rotate(odd, signs), odd));
    storeNumber(y3, gap, f64x2.add(even, odd), layout);
    storeNumber(y3 + (jump << 2), gap, f64x2.sub(even, odd), layout);
  }
}

/** The butterfly of radix 4 for the blocks of the numbers 0, 1 (a) and 2, 3 (b). */
@inline
function storeButterfly4(
  ar: v128,
  ai: v128,
  br: v128,
  bi: v128,
  y: usize,
  gap: usize,
  jump: usize,
  signs: v128,
  layout: i32,
): void {
  const sumRe = f64x2.add(ar, br);
  const sumIm = f64x2.add(ai, bi);
  const differenceRe = f64x2.sub(ar, br);
  const differenceIm = f64x2.sub(ai, bi);
  let even = lower(sumRe, sumIm);
  let odd = upper(sumRe, sumIm);
  const y1 = y + jump;
  const y2 = y1 + jump;
  storeNumber(y, gap, f64x2.add(even, odd), layout);
  storeNumber(y2, gap, f64x2.sub(even, odd), layout);
  even = lower(differenceRe, differenceIm);
  odd = v128.xor(upper(differenceIm, differenceRe), signs);
  storeNumber(y1, gap, f64x2.add(even, odd), layout);
  storeNumber(y2 + jump, gap, f64x2.sub(even, odd), layout);
}

/** −j z where `signs` negate the second part, j z where they negate the first. */
@inline
function rotate(z: v128, signs: v128): v128 {
  return v128.xor(v128.shuffle<f64>(z, z, 1, 0), signs);
}

@inline
function storeNumber(y: usize, gap: usize, z: v128, layout: i32): void {
  if (layout == planar) storePair(y, gap, z);
  else v128.store(y, z);
}
