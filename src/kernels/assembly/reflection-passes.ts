/**
 * Passes over the rows of a matrix that Householder reductions spend their time in. While a row is in
 * registers, the update left over from the last reflections is combined with the inner products for the next
 * one.
 *
 * Columns are taken in pairs, so rows start at an even column and are padded to an even length; what is known
 * about columns is in records (reflection-records.ts), `pairs` … `end`. Vectors are contiguous, row distances
 * are in bytes, imaginary addresses of 0 mean real.
 *
 * Source: G. W. Howell, J. W. Demmel, C. T. Fulton, S. Hammarling and K. Marmol, Cache efficient
 * bidiagonalization using BLAS 2.5 operators, ACM Trans. Math. Softw. 34 (2008).
 */
import { sumOf, sumsOf } from "./lanes";
import { complexPair, realPair } from "./reflection-records";

/** A ← A − p y^T, then z ← z + A^T h*. */
export function reflectRows(
  ar: usize,
  ai: usize,
  rowStep: usize,
  rows: i32,
  pr: usize,
  pi: usize,
  hr: usize,
  hi: usize,
  pairs: usize,
  end: usize,
): void {
  if (ai == 0) reflectReal(ar, rowStep, rows, pr, hr, pairs, end);
  else reflectComplex(ar, ai, rowStep, rows, pr, pi, hr, hi, pairs, end);
}

function reflectReal(
  a: usize,
  rowStep: usize,
  rows: i32,
  p: usize,
  h: usize,
  pairs: usize,
  end: usize,
): void {
  for (; rows >= 4; rows -= 4, a += 4 * rowStep, p += 32, h += 32) {
    const p0 = v128.load64_splat(p);
    const p1 = v128.load64_splat(p, 8);
    const p2 = v128.load64_splat(p, 16);
    const p3 = v128.load64_splat(p, 24);
    const h0 = v128.load64_splat(h);
    const h1 = v128.load64_splat(h, 8);
    const h2 = v128.load64_splat(h, 16);
    const h3 = v128.load64_splat(h, 24);
    let a0 = a;
    let a1 = a0 + rowStep;
    let a2 = a1 + rowStep;
    let a3 = a2 + rowStep;
    for (let pair = pairs; pair < end; pair += realPair) {
      const y = v128.load(pair);
      let x = f64x2.sub(v128.load(a0), f64x2.mul(p0, y));
      v128.store(a0, x);
      let first = f64x2.mul(h0, x);
      x = f64x2.sub(v128.load(a1), f64x2.mul(p1, y));
      v128.store(a1, x);
      first = f64x2.add(first, f64x2.mul(h1, x));
      x = f64x2.sub(v128.load(a2), f64x2.mul(p2, y));
      v128.store(a2, x);
      let second = f64x2.mul(h2, x);
      x = f64x2.sub(v128.load(a3), f64x2.mul(p3, y));
      v128.store(a3, x);
      second = f64x2.add(second, f64x2.mul(h3, x));
      v128.store(pair, f64x2.add(v128.load(pair, 16), f64x2.add(first, second)), 16);
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
    }
  }
  for (; rows > 0; rows--, a += rowStep, p += 8, h += 8) {
    const p0 = v128.load64_splat(p);
    const h0 = v128.load64_splat(h);
    let at = a;
    for (let pair = pairs; pair < end; pair += realPair) {
      const x = f64x2.sub(v128.load(at), f64x2.mul(p0, v128.load(pair)));
      v128.store(at, x);
      v128.store(pair, f64x2.add(v128.load(pair, 16), f64x2.mul(h0, x)), 16);
      at += 16;
    }
  }
}

function reflectComplex(
  ar: usize,
  ai: usize,
  rowStep: usize,
  rows: i32,
  pr: usize,
  pi: usize,
  hr: usize,
  hi: usize,
  pairs: usize,
  end: usize,
): void {
  for (; rows >= 2; rows -= 2) {
    const pr0 = v128.load64_splat(pr);
    const pi0 = v128.load64_splat(pi);
    const hr0 = v128.load64_splat(hr);
    const hi0 = v128.load64_splat(hi);
    const pr1 = v128.load64_splat(pr, 8);
    const pi1 = v128.load64_splat(pi, 8);
    const hr1 = v128.load64_splat(hr, 8);
    const hi1 = v128.load64_splat(hi, 8);
    let re = ar;
    let im = ai;
    for (let pair = pairs; pair < end; pair += complexPair) {
      const yr = v128.load(pair);
      const yi = v128.load(pair, 16);
      let xr = f64x2.sub(v128.load(re), f64x2.sub(f64x2.mul(pr0, yr), f64x2.mul(pi0, yi)));
      let xi = f64x2.sub(v128.load(im), f64x2.add(f64x2.mul(pr0, yi), f64x2.mul(pi0, yr)));
      v128.store(re, xr);
      v128.store(im, xi);
      const zr = f64x2.add(f64x2.mul(hr0, xr), f64x2.mul(hi0, xi));
      const zi = f64x2.sub(f64x2.mul(hr0, xi), f64x2.mul(hi0, xr));
      const nextRe = re + rowStep;
      const nextIm = im + rowStep;
      xr = f64x2.sub(v128.load(nextRe), f64x2.sub(f64x2.mul(pr1, yr), f64x2.mul(pi1, yi)));
      xi = f64x2.sub(v128.load(nextIm), f64x2.add(f64x2.mul(pr1, yi), f64x2.mul(pi1, yr)));
      v128.store(nextRe, xr);
      v128.store(nextIm, xi);
      const sumRe = f64x2.add(zr, f64x2.add(f64x2.mul(hr1, xr), f64x2.mul(hi1, xi)));
      const sumIm = f64x2.add(zi, f64x2.sub(f64x2.mul(hr1, xi), f64x2.mul(hi1, xr)));
      v128.store(pair, f64x2.add(v128.load(pair, 32), sumRe), 32);
      v128.store(pair, f64x2.add(v128.load(pair, 48), sumIm), 48);
      re += 16;
      im += 16;
    }
    ar += 2 * rowStep;
    ai += 2 * rowStep;
    pr += 16;
    pi += 16;
    hr += 16;
    hi += 16;
  }
  if (rows == 0) return;
  const pr0 = v128.load64_splat(pr);
  const pi0 = v128.load64_splat(pi);
  const hr0 = v128.load64_splat(hr);
  const hi0 = v128.load64_splat(hi);
  for (let pair = pairs; pair < end; pair += complexPair) {
    const yr = v128.load(pair);
    const yi = v128.load(pair, 16);
    const xr = f64x2.sub(v128.load(ar), f64x2.sub(f64x2.mul(pr0, yr), f64x2.mul(pi0, yi)));
    const xi = f64x2.sub(v128.load(ai), f64x2.add(f64x2.mul(pr0, yi), f64x2.mul(pi0, yr)));
    v128.store(ar, xr);
    v128.store(ai, xi);
    const zr = f64x2.add(f64x2.mul(hr0, xr), f64x2.mul(hi0, xi));
    const zi = f64x2.sub(f64x2.mul(hr0, xi), f64x2.mul(hi0, xr));
    v128.store(pair, f64x2.add(v128.load(pair, 32), zr), 32);
    v128.store(pair, f64x2.add(v128.load(pair, 48), zi), 48);
    ar += 16;
    ai += 16;
  }
}

/** A ← A − p y^T − x w^T, then z ← z + A^T h*. */
export function reflectRowsTwice(
  ar: usize,
  ai: usize,
  rowStep: usize,
  rows: i32,
  pr: usize,
  pi: usize,
  xr: usize,
  xi: usize,
  hr: usize,
  hi: usize,
  pairs: usize,
  end: usize,
): void {
  if (ai == 0) reflectTwiceReal(ar, rowStep, rows, pr, xr, hr, pairs, end);
  else reflectTwiceComplex(ar, ai, rowStep, rows, pr, pi, xr, xi, hr, hi, pairs, end);
}

function reflectTwiceReal(
  a: usize,
  rowStep: usize,
  rows: i32,
  p: usize,
  q: usize,
  h: usize,
  pairs: usize,
  end: usize,
): void {
  for (; rows >= 2; rows -= 2, a += 2 * rowStep, p += 16, q += 16, h += 16) {
    const p0 = v128.load64_splat(p);
    const p1 = v128.load64_splat(p, 8);
    const q0 = v128.load64_splat(q);
    const q1 = v128.load64_splat(q, 8);
    const h0 = v128.load64_splat(h);
    const h1 = v128.load64_splat(h, 8);
    let at = a;
    let next = a + rowStep;
    for (let pair = pairs; pair < end; pair += realPair) {
      const y = v128.load(pair);
      const w = v128.load(pair, 32);
      const x0 = f64x2.sub(v128.load(at), f64x2.add(f64x2.mul(p0, y), f64x2.mul(q0, w)));
      const x1 = f64x2.sub(v128.load(next), f64x2.add(f64x2.mul(p1, y), f64x2.mul(q1, w)));
      v128.store(at, x0);
      v128.store(next, x1);
      const sum = f64x2.add(f64x2.mul(h0, x0), f64x2.mul(h1, x1));
      v128.store(pair, f64x2.add(v128.load(pair, 16), sum), 16);
      at += 16;
      next += 16;
    }
  }
  if (rows == 0) return;
  const p0 = v128.load64_splat(p);
  const q0 = v128.load64_splat(q);
  const h0 = v128.load64_splat(h);
  for (let pair = pairs; pair < end; pair += realPair) {
    const update = f64x2.add(f64x2.mul(p0, v128.load(pair)), f64x2.mul(q0, v128.load(pair, 32)));
    const x = f64x2.sub(v128.load(a), update);
    v128.store(a, x);
    v128.store(pair, f64x2.add(v128.load(pair, 16), f64x2.mul(h0, x)), 16);
    a += 16;
  }
}

function reflectTwiceComplex(
  ar: usize,
  ai: usize,
  rowStep: usize,
  rows: i32,
  pr: usize,
  pi: usize,
  qr: usize,
  qi: usize,
  hr: usize,
  hi: usize,
  pairs: usize,
  end: usize,
): void {
  for (let offset: usize = 0, last = <usize>rows << 3; offset < last; offset += 8) {
    const p = v128.load64_splat(pr + offset);
    const pIm = v128.load64_splat(pi + offset);
    const q = v128.load64_splat(qr + offset);
    const qIm = v128.load64_splat(qi + offset);
    const h = v128.load64_splat(hr + offset);
    const hIm = v128.load64_splat(hi + offset);
    let re = ar;
    let im = ai;
    for (let pair = pairs; pair < end; pair += complexPair) {
      const yr = v128.load(pair);
      const yi = v128.load(pair, 16);
      let xr = f64x2.sub(v128.load(re), f64x2.sub(f64x2.mul(p, yr), f64x2.mul(pIm, yi)));
      let xi = f64x2.sub(v128.load(im), f64x2.add(f64x2.mul(p, yi), f64x2.mul(pIm, yr)));
      const wr = v128.load(pair, 64);
      const wi = v128.load(pair, 80);
      xr = f64x2.sub(xr, f64x2.sub(f64x2.mul(q, wr), f64x2.mul(qIm, wi)));
      xi = f64x2.sub(xi, f64x2.add(f64x2.mul(q, wi), f64x2.mul(qIm, wr)));
      v128.store(re, xr);
      v128.store(im, xi);
      const zr = f64x2.add(f64x2.mul(h, xr), f64x2.mul(hIm, xi));
      const zi = f64x2.sub(f64x2.mul(h, xi), f64x2.mul(hIm, xr));
      v128.store(pair, f64x2.add(v128.load(pair, 32), zr), 32);
      v128.store(pair, f64x2.add(v128.load(pair, 48), zi), 48);
      re += 16;
      im += 16;
    }
    ar += rowStep;
    ai += rowStep;
  }
}

/** x ← A u; `bytes` of u and of the rows are read. */
export function multiplyRows(
  ar: usize,
  ai: usize,
  rowStep: usize,
  rows: i32,
  ur: usize,
  ui: usize,
  bytes: usize,
  xr: usize,
  xi: usize,
): void {
  if (ai == 0) multiplyReal(ar, rowStep, rows, ur, bytes, xr);
  else multiplyComplex(ar, ai, rowStep, rows, ur, ui, bytes, xr, xi);
}

function multiplyReal(a: usize, rowStep: usize, rows: i32, u: usize, bytes: usize, x: usize): void {
  const end = u + bytes;
  for (; rows >= 4; rows -= 4, a += 4 * rowStep, x += 32) {
    let a0 = a;
    let a1 = a + rowStep;
    let a2 = a1 + rowStep;
    let a3 = a2 + rowStep;
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let at = u; at < end; at += 16) {
      const factor = v128.load(at);
      s0 = f64x2.add(s0, f64x2.mul(v128.load(a0), factor));
      s1 = f64x2.add(s1, f64x2.mul(v128.load(a1), factor));
      s2 = f64x2.add(s2, f64x2.mul(v128.load(a2), factor));
      s3 = f64x2.add(s3, f64x2.mul(v128.load(a3), factor));
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
    }
    v128.store(x, sumsOf(s0, s1));
    v128.store(x, sumsOf(s2, s3), 16);
  }
  for (; rows > 0; rows--, a += rowStep, x += 8) {
    let at = a;
    let sum = f64x2.splat(0);
    for (let factor = u; factor < end; factor += 16, at += 16) {
      sum = f64x2.add(sum, f64x2.mul(v128.load(at), v128.load(factor)));
    }
    store<f64>(x, sumOf(sum));
  }
}

function multiplyComplex(
  ar: usize,
  ai: usize,
  rowStep: usize,
  rows: i32,
  ur: usize,
  ui: usize,
  bytes: usize,
  xr: usize,
  xi: usize,
): void {
  const end = ur + bytes;
  for (; rows >= 2; rows -= 2, ar += 2 * rowStep, ai += 2 * rowStep, xr += 16, xi += 16) {
    let r0 = ar;
    let i0 = ai;
    let r1 = ar + rowStep;
    let i1 = ai + rowStep;
    let re0 = f64x2.splat(0);
    let im0 = re0;
    let re1 = re0;
    let im1 = re0;
    let imaginary = ui;
    for (let at = ur; at < end; at += 16) {
      const fr = v128.load(at);
      const fi = v128.load(imaginary);
      const a = v128.load(r0);
      const b = v128.load(i0);
      re0 = f64x2.add(re0, f64x2.sub(f64x2.mul(a, fr), f64x2.mul(b, fi)));
      im0 = f64x2.add(im0, f64x2.add(f64x2.mul(a, fi), f64x2.mul(b, fr)));
      const c = v128.load(r1);
      const d = v128.load(i1);
      re1 = f64x2.add(re1, f64x2.sub(f64x2.mul(c, fr), f64x2.mul(d, fi)));
      im1 = f64x2.add(im1, f64x2.add(f64x2.mul(c, fi), f64x2.mul(d, fr)));
      imaginary += 16;
      r0 += 16;
      i0 += 16;
      r1 += 16;
      i1 += 16;
    }
    v128.store(xr, sumsOf(re0, re1));
    v128.store(xi, sumsOf(im0, im1));
  }
  if (rows == 0) return;
  let re = f64x2.splat(0);
  let im = re;
  for (; ur < end; ur += 16, ui += 16, ar += 16, ai += 16) {
    const fr = v128.load(ur);
    const fi = v128.load(ui);
    const a = v128.load(ar);
    const b = v128.load(ai);
    re = f64x2.add(re, f64x2.sub(f64x2.mul(a, fr), f64x2.mul(b, fi)));
    im = f64x2.add(im, f64x2.add(f64x2.mul(a, fi), f64x2.mul(b, fr)));
  }
  store<f64>(xr, sumOf(re));
  store<f64>(xi, sumOf(im));
}
