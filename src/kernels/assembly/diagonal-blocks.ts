/** The diagonal block of four rows of a triangle and the steps of a strip that belong to it; see quads.ts. */
import { lessIm, lessRe } from "./quads";
import { stepBytes } from "./strips";

/**
 * Forward substitution in the first `rows` steps at `c` with a diagonal block, given the reciprocals of its
 * pivots (`inverseIm` is 0 if they are real).
 */
export function solveDiagonal(
  c: usize,
  tr: usize,
  ti: usize,
  rowStep: usize,
  columnStep: usize,
  rows: i32,
  inverseRe: usize,
  inverseIm: usize,
): void {
  if (rows < 4 || inverseIm != 0) solveSomeRows(c, tr, ti, rowStep, columnStep, rows, inverseRe, inverseIm);
  else if (ti != 0) solveFourComplex(c, tr, ti, rowStep, columnStep, inverseRe);
  else solveFourReal(c, tr, rowStep, columnStep, inverseRe);
}

function solveFourComplex(
  c: usize,
  tr: usize,
  ti: usize,
  rowStep: usize,
  columnStep: usize,
  inverses: usize,
): void {
  const second = columnStep + columnStep;
  let s = v128.load64_splat(inverses);
  const c0 = f64x2.mul(v128.load(c), s);
  const d0 = f64x2.mul(v128.load(c, 16), s);
  v128.store(c, c0);
  v128.store(c, d0, 16);
  tr += rowStep;
  ti += rowStep;
  s = v128.load64_splat(tr);
  let t = v128.load64_splat(ti);
  let c1 = lessRe(v128.load(c, 32), s, t, c0, d0);
  let d1 = lessIm(v128.load(c, 48), s, t, c0, d0);
  s = v128.load64_splat(inverses, 8);
  c1 = f64x2.mul(c1, s);
  d1 = f64x2.mul(d1, s);
  v128.store(c, c1, 32);
  v128.store(c, d1, 48);
  tr += rowStep;
  ti += rowStep;
  s = v128.load64_splat(tr);
  t = v128.load64_splat(ti);
  let c2 = lessRe(v128.load(c, 64), s, t, c0, d0);
  let d2 = lessIm(v128.load(c, 80), s, t, c0, d0);
  s = v128.load64_splat(tr + columnStep);
  t = v128.load64_splat(ti + columnStep);
  c2 = lessRe(c2, s, t, c1, d1);
  d2 = lessIm(d2, s, t, c1, d1);
  s = v128.load64_splat(inverses, 16);
  c2 = f64x2.mul(c2, s);
  d2 = f64x2.mul(d2, s);
  v128.store(c, c2, 64);
  v128.store(c, d2, 80);
  tr += rowStep;
  ti += rowStep;
  s = v128.load64_splat(tr);
  t = v128.load64_splat(ti);
  let c3 = lessRe(v128.load(c, 96), s, t, c0, d0);
  let d3 = lessIm(v128.load(c, 112), s, t, c0, d0);
  s = v128.load64_splat(tr + columnStep);
  t = v128.load64_splat(ti + columnStep);
  c3 = lessRe(c3, s, t, c1, d1);
  d3 = lessIm(d3, s, t, c1, d1);
  s = v128.load64_splat(tr + second);
  t = v128.load64_splat(ti + second);
  c3 = lessRe(c3, s, t, c2, d2);
  d3 = lessIm(d3, s, t, c2, d2);
  s = v128.load64_splat(inverses, 24);
  v128.store(c, f64x2.mul(c3, s), 96);
  v128.store(c, f64x2.mul(d3, s), 112);
}

function solveFourReal(c: usize, tr: usize, rowStep: usize, columnStep: usize, inverses: usize): void {
  const second = columnStep + columnStep;
  let s = v128.load64_splat(inverses);
  const c0 = f64x2.mul(v128.load(c), s);
  const d0 = f64x2.mul(v128.load(c, 16), s);
  v128.store(c, c0);
  v128.store(c, d0, 16);
  tr += rowStep;
  s = v128.load64_splat(tr);
  let c1 = f64x2.sub(v128.load(c, 32), f64x2.mul(s, c0));
  let d1 = f64x2.sub(v128.load(c, 48), f64x2.mul(s, d0));
  s = v128.load64_splat(inverses, 8);
  c1 = f64x2.mul(c1, s);
  d1 = f64x2.mul(d1, s);
  v128.store(c, c1, 32);
  v128.store(c, d1, 48);
  tr += rowStep;
  s = v128.load64_splat(tr);
  let c2 = f64x2.sub(v128.load(c, 64), f64x2.mul(s, c0));
  let d2 = f64x2.sub(v128.load(c, 80), f64x2.mul(s, d0));
  s = v128.load64_splat(tr + columnStep);
  c2 = f64x2.sub(c2, f64x2.mul(s, c1));
  d2 = f64x2.sub(d2, f64x2.mul(s, d1));
  s = v128.load64_splat(inverses, 16);
  c2 = f64x2.mul(c2, s);
  d2 = f64x2.mul(d2, s);
  v128.store(c, c2, 64);
  v128.store(c, d2, 80);
  tr += rowStep;
  s = v128.load64_splat(tr);
  let c3 = f64x2.sub(v128.load(c, 96), f64x2.mul(s, c0));
  let d3 = f64x2.sub(v128.load(c, 112), f64x2.mul(s, d0));
  s = v128.load64_splat(tr + columnStep);
  c3 = f64x2.sub(c3, f64x2.mul(s, c1));
  d3 = f64x2.sub(d3, f64x2.mul(s, d1));
  s = v128.load64_splat(tr + second);
  c3 = f64x2.sub(c3, f64x2.mul(s, c2));
  d3 = f64x2.sub(d3, f64x2.mul(s, d2));
  s = v128.load64_splat(inverses, 24);
  v128.store(c, f64x2.mul(c3, s), 96);
  v128.store(c, f64x2.mul(d3, s), 112);
}

/** The general case of {@link solveDiagonal}. */
function solveSomeRows(
  c: usize,
  tr: usize,
  ti: usize,
  rowStep: usize,
  columnStep: usize,
  rows: i32,
  inverseRe: usize,
  inverseIm: usize,
): void {
  for (let row = c, end = c + <usize>rows * stepBytes; row < end; row += stepBytes) {
    let u = v128.load(row);
    let v = v128.load(row, 16);
    let at: usize = 0;
    for (let x = c; x < row; x += stepBytes, at += columnStep) {
      const p = v128.load(x);
      const q = v128.load(x, 16);
      const s = v128.load64_splat(tr + at);
      u = f64x2.sub(u, f64x2.mul(s, p));
      v = f64x2.sub(v, f64x2.mul(s, q));
      if (ti != 0) {
        const t = v128.load64_splat(ti + at);
        u = f64x2.add(u, f64x2.mul(t, q));
        v = f64x2.sub(v, f64x2.mul(t, p));
      }
    }
    const s = v128.load64_splat(inverseRe);
    let p = f64x2.mul(u, s);
    let q = f64x2.mul(v, s);
    if (inverseIm != 0) {
      const t = v128.load64_splat(inverseIm);
      p = f64x2.sub(p, f64x2.mul(v, t));
      q = f64x2.add(q, f64x2.mul(u, t));
      inverseIm += 8;
    }
    v128.store(row, p);
    v128.store(row, q, 16);
    inverseRe += 8;
    tr += rowStep;
    if (ti != 0) ti += rowStep;
  }
}

/** X ← −T X in the first `rows` steps at `c` for a diagonal block T with real pivots. */
export function multiplyDiagonal(
  c: usize,
  tr: usize,
  ti: usize,
  rowStep: usize,
  columnStep: usize,
  rows: i32,
): void {
  tr += <usize>(rows - 1) * rowStep;
  if (ti != 0) ti += <usize>(rows - 1) * rowStep;
  for (let row = c + <usize>(rows - 1) * stepBytes; row >= c; row -= stepBytes) {
    let u = f64x2.splat(0);
    let v = f64x2.splat(0);
    let at: usize = 0;
    for (let x = c; x < row; x += stepBytes, at += columnStep) {
      const p = v128.load(x);
      const q = v128.load(x, 16);
      const s = v128.load64_splat(tr + at);
      u = f64x2.sub(u, f64x2.mul(s, p));
      v = f64x2.sub(v, f64x2.mul(s, q));
      if (ti != 0) {
        const t = v128.load64_splat(ti + at);
        u = f64x2.add(u, f64x2.mul(t, q));
        v = f64x2.sub(v, f64x2.mul(t, p));
      }
    }
    const pivot = v128.load64_splat(tr + at);
    v128.store(row, f64x2.sub(u, f64x2.mul(pivot, v128.load(row))));
    v128.store(row, f64x2.sub(v, f64x2.mul(pivot, v128.load(row, 16))), 16);
    tr -= rowStep;
    if (ti != 0) ti -= rowStep;
  }
}
