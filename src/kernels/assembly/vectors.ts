/**
 * Matrix–vector products on planar storage: y ← y + α op(A) x for an m × n matrix A with contiguous rows.
 * Four rows at a time share what is loaded of the vectors; every number of A is loaded once.
 *
 * A conjugated matrix is handled by conj(A) x = conj(A conj(x)): the sign goes to the vectors.
 */
import { sumOf } from "./lanes";

/** y ← y + α A x, or α conj(A) x; imaginary addresses of 0 mean real, y is complex if A or x is. */
export function multiplyVector(
  m: i32,
  n: i32,
  alpha: f64,
  ar: usize,
  ai: usize,
  aRow: i32,
  conjugate: bool,
  xr: usize,
  xi: usize,
  yr: usize,
  yi: usize,
): void {
  const rowStep = <usize>aRow << 3;
  if (ai != 0 && xi != 0) {
    multiplyComplex(m, n, alpha, ar, ai, rowStep, conjugate ? -1 : 1, xr, xi, yr, yi);
    return;
  }
  multiplyReal(m, n, alpha, ar, rowStep, xr, yr);
  if (ai != 0) multiplyReal(m, n, conjugate ? -alpha : alpha, ai, rowStep, xr, yi);
  if (xi != 0) multiplyReal(m, n, alpha, ar, rowStep, xi, yi);
}

/** y ← y + α A^T x, or α A^H x if `conjugate`; x has m numbers and y has n. */
export function multiplyVectorTransposed(
  m: i32,
  n: i32,
  alpha: f64,
  ar: usize,
  ai: usize,
  aRow: i32,
  conjugate: bool,
  xr: usize,
  xi: usize,
  yr: usize,
  yi: usize,
): void {
  const rowStep = <usize>aRow << 3;
  if (ai != 0 && xi != 0) {
    transposedComplex(m, n, alpha, ar, ai, rowStep, conjugate ? -1 : 1, xr, xi, yr, yi);
    return;
  }
  transposedReal(m, n, alpha, ar, rowStep, xr, yr);
  if (ai != 0) transposedReal(m, n, conjugate ? -alpha : alpha, ai, rowStep, xr, yi);
  if (xi != 0) transposedReal(m, n, alpha, ar, rowStep, xi, yi);
}

@inline
function accumulate(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}

function multiplyReal(m: i32, n: i32, alpha: f64, a: usize, rowStep: usize, x: usize, y: usize): void {
  const end = x + (<usize>(n & ~1) << 3);
  for (let i = 0; i < m; i += 4) {
    // Beyond the last row, the last row stands in and its sums are dropped.
    const rows = m - i;
    let a0 = a;
    let a1 = rows > 1 ? a0 + rowStep : a0;
    let a2 = rows > 2 ? a1 + rowStep : a0;
    let a3 = rows > 3 ? a2 + rowStep : a0;
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let s3 = f64x2.splat(0);
    let p = x;
    while (p < end) {
      const value = v128.load(p);
      s0 = f64x2.add(s0, f64x2.mul(v128.load(a0), value));
      s1 = f64x2.add(s1, f64x2.mul(v128.load(a1), value));
      s2 = f64x2.add(s2, f64x2.mul(v128.load(a2), value));
      s3 = f64x2.add(s3, f64x2.mul(v128.load(a3), value));
      p += 16;
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
    }
    let t0 = sumOf(s0);
    let t1 = sumOf(s1);
    let t2 = sumOf(s2);
    let t3 = sumOf(s3);
    if (n & 1) {
      const value = load<f64>(p);
      t0 += load<f64>(a0) * value;
      t1 += load<f64>(a1) * value;
      t2 += load<f64>(a2) * value;
      t3 += load<f64>(a3) * value;
    }
    accumulate(y, alpha * t0);
    if (rows > 1) accumulate(y + 8, alpha * t1);
    if (rows > 2) accumulate(y + 16, alpha * t2);
    if (rows > 3) accumulate(y + 24, alpha * t3);
    a += 4 * rowStep;
    y += 32;
  }
}

function multiplyComplex(
  m: i32,
  n: i32,
  alpha: f64,
  ar: usize,
  ai: usize,
  rowStep: usize,
  sign: f64,
  xr: usize,
  xi: usize,
  yr: usize,
  yi: usize,
): void {
  const signs = f64x2.splat(sign);
  const end = xr + (<usize>(n & ~1) << 3);
  for (let i = 0; i < m; i += 2) {
    const other = i + 1 < m ? rowStep : 0;
    let r0 = ar;
    let r1 = ar + other;
    let i0 = ai;
    let i1 = ai + other;
    let rr0 = f64x2.splat(0);
    let ii0 = f64x2.splat(0);
    let ri0 = f64x2.splat(0);
    let ir0 = f64x2.splat(0);
    let rr1 = f64x2.splat(0);
    let ii1 = f64x2.splat(0);
    let ri1 = f64x2.splat(0);
    let ir1 = f64x2.splat(0);
    let p = xr;
    let q = xi;
    while (p < end) {
      const re = v128.load(p);
      const im = f64x2.mul(v128.load(q), signs);
      let value = v128.load(r0);
      rr0 = f64x2.add(rr0, f64x2.mul(value, re));
      ri0 = f64x2.add(ri0, f64x2.mul(value, im));
      value = v128.load(i0);
      ii0 = f64x2.add(ii0, f64x2.mul(value, im));
      ir0 = f64x2.add(ir0, f64x2.mul(value, re));
      value = v128.load(r1);
      rr1 = f64x2.add(rr1, f64x2.mul(value, re));
      ri1 = f64x2.add(ri1, f64x2.mul(value, im));
      value = v128.load(i1);
      ii1 = f64x2.add(ii1, f64x2.mul(value, im));
      ir1 = f64x2.add(ir1, f64x2.mul(value, re));
      p += 16;
      q += 16;
      r0 += 16;
      r1 += 16;
      i0 += 16;
      i1 += 16;
    }
    let re0 = sumOf(f64x2.sub(rr0, ii0));
    let im0 = sumOf(f64x2.add(ri0, ir0));
    let re1 = sumOf(f64x2.sub(rr1, ii1));
    let im1 = sumOf(f64x2.add(ri1, ir1));
    if (n & 1) {
      const re = load<f64>(p);
      const im = sign * load<f64>(q);
      re0 += load<f64>(r0) * re - load<f64>(i0) * im;
      im0 += load<f64>(r0) * im + load<f64>(i0) * re;
      re1 += load<f64>(r1) * re - load<f64>(i1) * im;
      im1 += load<f64>(r1) * im + load<f64>(i1) * re;
    }
    accumulate(yr, alpha * re0);
    accumulate(yi, alpha * (sign * im0));
    if (other != 0) {
      accumulate(yr + 8, alpha * re1);
      accumulate(yi + 8, alpha * (sign * im1));
    }
    ar += 2 * rowStep;
    ai += 2 * rowStep;
    yr += 16;
    yi += 16;
  }
}

function transposedReal(m: i32, n: i32, alpha: f64, a: usize, rowStep: usize, x: usize, y: usize): void {
  const end = y + (<usize>(n & ~1) << 3);
  for (let i = 0; i < m; i += 4) {
    const rows = m - i;
    let a0 = a;
    let a1 = rows > 1 ? a0 + rowStep : a0;
    let a2 = rows > 2 ? a1 + rowStep : a0;
    let a3 = rows > 3 ? a2 + rowStep : a0;
    const x0 = alpha * load<f64>(x);
    const x1 = rows > 1 ? alpha * load<f64>(x, 8) : 0;
    const x2 = rows > 2 ? alpha * load<f64>(x, 16) : 0;
    const x3 = rows > 3 ? alpha * load<f64>(x, 24) : 0;
    const v0 = f64x2.splat(x0);
    const v1 = f64x2.splat(x1);
    const v2 = f64x2.splat(x2);
    const v3 = f64x2.splat(x3);
    let p = y;
    while (p < end) {
      const first = f64x2.add(f64x2.mul(v128.load(a0), v0), f64x2.mul(v128.load(a1), v1));
      const second = f64x2.add(f64x2.mul(v128.load(a2), v2), f64x2.mul(v128.load(a3), v3));
      v128.store(p, f64x2.add(v128.load(p), f64x2.add(first, second)));
      p += 16;
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
    }
    if (n & 1) {
      const first = load<f64>(a0) * x0 + load<f64>(a1) * x1;
      accumulate(p, first + (load<f64>(a2) * x2 + load<f64>(a3) * x3));
    }
    a += 4 * rowStep;
    x += 32;
  }
}

function transposedComplex(
  m: i32,
  n: i32,
  alpha: f64,
  ar: usize,
  ai: usize,
  rowStep: usize,
  sign: f64,
  xr: usize,
  xi: usize,
  yr: usize,
  yi: usize,
): void {
  const signs = f64x2.splat(sign);
  const end = yr + (<usize>(n & ~1) << 3);
  for (let i = 0; i < m; i += 2) {
    const paired = i + 1 < m;
    const other = paired ? rowStep : 0;
    let r0 = ar;
    let r1 = ar + other;
    let i0 = ai;
    let i1 = ai + other;
    const xr0 = alpha * load<f64>(xr);
    const xi0 = alpha * (sign * load<f64>(xi));
    const xr1 = paired ? alpha * load<f64>(xr, 8) : 0;
    const xi1 = paired ? alpha * (sign * load<f64>(xi, 8)) : 0;
    const re0 = f64x2.splat(xr0);
    const im0 = f64x2.splat(xi0);
    const re1 = f64x2.splat(xr1);
    const im1 = f64x2.splat(xi1);
    let p = yr;
    let q = yi;
    while (p < end) {
      const ar0 = v128.load(r0);
      const ai0 = v128.load(i0);
      const ar1 = v128.load(r1);
      const ai1 = v128.load(i1);
      const first = f64x2.sub(f64x2.mul(ar0, re0), f64x2.mul(ai0, im0));
      const second = f64x2.sub(f64x2.mul(ar1, re1), f64x2.mul(ai1, im1));
      v128.store(p, f64x2.add(v128.load(p), f64x2.add(first, second)));
      const third = f64x2.add(f64x2.mul(ar0, im0), f64x2.mul(ai0, re0));
      const fourth = f64x2.add(f64x2.mul(ar1, im1), f64x2.mul(ai1, re1));
      v128.store(q, f64x2.add(v128.load(q), f64x2.mul(signs, f64x2.add(third, fourth))));
      p += 16;
      q += 16;
      r0 += 16;
      r1 += 16;
      i0 += 16;
      i1 += 16;
    }
    if (n & 1) {
      const first = load<f64>(r0) * xr0 - load<f64>(i0) * xi0;
      accumulate(p, first + (load<f64>(r1) * xr1 - load<f64>(i1) * xi1));
      const third = load<f64>(r0) * xi0 + load<f64>(i0) * xr0;
      accumulate(q, sign * (third + (load<f64>(r1) * xi1 + load<f64>(i1) * xr1)));
    }
    ar += 2 * rowStep;
    ai += 2 * rowStep;
    xr += 16;
    xi += 16;
  }
}

/** `count` real and imaginary parts become zero; the latter are absent at address 0. */
export function clear(re: usize, im: usize, count: i32): void {
  memory.fill(re, 0, <usize>count << 3);
  if (im != 0) memory.fill(im, 0, <usize>count << 3);
}
