/**
 * Four rows of a triangle times a strip: the innermost loops of the triangular algorithms. Rows are given by
 * the addresses of their entries and by their steps from row to row and from column to column in bytes; the
 * imaginary address 0 means that they are real, and then all numbers of a strip are treated alike.
 *
 * Eight sums of two numbers, two vectors of the strip and two entries fill the registers.
 */
import { stepBytes } from "./strips";

/** The real part of c + i d − (s + i t)(u + i v). */
@inline
export function lessRe(c: v128, s: v128, t: v128, u: v128, v: v128): v128 {
  return f64x2.add(f64x2.sub(c, f64x2.mul(s, u)), f64x2.mul(t, v));
}

/** The imaginary part. */
@inline
export function lessIm(d: v128, s: v128, t: v128, u: v128, v: v128): v128 {
  return f64x2.sub(f64x2.sub(d, f64x2.mul(s, v)), f64x2.mul(t, u));
}

/**
 * C ← C − T X for the four steps C at `c`, where X is what the strip holds from `x` up to C. Where there are
 * fewer than four rows, the last one stands in for the others and their result is of no use.
 */
export function subtractRows(
  c: usize,
  tr: usize,
  ti: usize,
  rowStep: usize,
  columnStep: usize,
  rows: i32,
  x: usize,
): void {
  const next1 = rows > 1 ? rowStep : 0;
  const next2 = rows > 2 ? next1 + rowStep : next1;
  const next3 = rows > 3 ? next2 + rowStep : next2;
  if (ti != 0) subtractComplex(c, tr, ti, next1, next2, next3, columnStep, x);
  else subtractReal(c, tr, next1, next2, next3, columnStep, x);
}

function subtractComplex(
  c: usize,
  r0: usize,
  i0: usize,
  next1: usize,
  next2: usize,
  next3: usize,
  step: usize,
  x: usize,
): void {
  let r1 = r0 + next1;
  let i1 = i0 + next1;
  let r2 = r0 + next2;
  let i2 = i0 + next2;
  let r3 = r0 + next3;
  let i3 = i0 + next3;
  let c0 = v128.load(c);
  let d0 = v128.load(c, 16);
  let c1 = v128.load(c, 32);
  let d1 = v128.load(c, 48);
  let c2 = v128.load(c, 64);
  let d2 = v128.load(c, 80);
  let c3 = v128.load(c, 96);
  let d3 = v128.load(c, 112);
  while (x < c) {
    const u = v128.load(x);
    const v = v128.load(x, 16);
    let s = v128.load64_splat(r0);
    let t = v128.load64_splat(i0);
    c0 = lessRe(c0, s, t, u, v);
    d0 = lessIm(d0, s, t, u, v);
    s = v128.load64_splat(r1);
    t = v128.load64_splat(i1);
    c1 = lessRe(c1, s, t, u, v);
    d1 = lessIm(d1, s, t, u, v);
    s = v128.load64_splat(r2);
    t = v128.load64_splat(i2);
    c2 = lessRe(c2, s, t, u, v);
    d2 = lessIm(d2, s, t, u, v);
    s = v128.load64_splat(r3);
    t = v128.load64_splat(i3);
    c3 = lessRe(c3, s, t, u, v);
    d3 = lessIm(d3, s, t, u, v);
    r0 += step;
    r1 += step;
    r2 += step;
    r3 += step;
    i0 += step;
    i1 += step;
    i2 += step;
    i3 += step;
    x += stepBytes;
  }
  v128.store(c, c0);
  v128.store(c, d0, 16);
  v128.store(c, c1, 32);
  v128.store(c, d1, 48);
  v128.store(c, c2, 64);
  v128.store(c, d2, 80);
  v128.store(c, c3, 96);
  v128.store(c, d3, 112);
}

function subtractReal(
  c: usize,
  r0: usize,
  next1: usize,
  next2: usize,
  next3: usize,
  step: usize,
  x: usize,
): void {
  let r1 = r0 + next1;
  let r2 = r0 + next2;
  let r3 = r0 + next3;
  let c0 = v128.load(c);
  let d0 = v128.load(c, 16);
  let c1 = v128.load(c, 32);
  let d1 = v128.load(c, 48);
  let c2 = v128.load(c, 64);
  let d2 = v128.load(c, 80);
  let c3 = v128.load(c, 96);
  let d3 = v128.load(c, 112);
  while (x < c) {
    const u = v128.load(x);
    const v = v128.load(x, 16);
    let s = v128.load64_splat(r0);
    c0 = f64x2.sub(c0, f64x2.mul(s, u));
    d0 = f64x2.sub(d0, f64x2.mul(s, v));
    s = v128.load64_splat(r1);
    c1 = f64x2.sub(c1, f64x2.mul(s, u));
    d1 = f64x2.sub(d1, f64x2.mul(s, v));
    s = v128.load64_splat(r2);
    c2 = f64x2.sub(c2, f64x2.mul(s, u));
    d2 = f64x2.sub(d2, f64x2.mul(s, v));
    s = v128.load64_splat(r3);
    c3 = f64x2.sub(c3, f64x2.mul(s, u));
    d3 = f64x2.sub(d3, f64x2.mul(s, v));
    r0 += step;
    r1 += step;
    r2 += step;
    r3 += step;
    x += stepBytes;
  }
  v128.store(c, c0);
  v128.store(c, d0, 16);
  v128.store(c, c1, 32);
  v128.store(c, d1, 48);
  v128.store(c, c2, 64);
  v128.store(c, d2, 80);
  v128.store(c, c3, 96);
  v128.store(c, d3, 112);
}
