/** Singular value decomposition. */
import { applyReflectors, applyReflectorsWork } from "./apply-reflectors";
import { bidiagonalWork, reduceToBidiagonal } from "./bidiagonal";
import { bidiagonalSvd, bidiagonalSvdWork } from "./bidiagonal-divide";
import { allFinite, entry, index, setEntry } from "./entries";
import { imaginaryAt } from "./imaginary";
import {
  loadPadded,
  paddedBytes,
  paddedLength,
  storePadded,
  transposeDescending,
  transposePadded,
} from "./padded-rows";
import { factorQr, qrWork } from "./qr";

/** Matrices this many times as tall as wide are factored as Q R first. */
const tallRatio: i32 = 3;

@inline
function isTall(m: i32, n: i32): bool {
  return m >= tallRatio * n;
}

/** The bytes of the work area of {@link svd}. */
export function svdWork(rows: i32, columns: i32, real: bool): i32 {
  const m = max(rows, columns);
  const n = min(rows, columns);
  const parts: i32 = real ? 1 : 2;
  const matrices = parts * <i32>(paddedBytes(2 * m, n) + paddedBytes(n, n));
  if (!isTall(m, n)) return matrices + decomposeWork(m, n, real);
  const factor = parts * <i32>paddedBytes(n, m) + <i32>paddedBytes(n, 2);
  return matrices + factor + max(decomposeWork(n, n, real), qrWork(n, real));
}

/**
 * Thin singular value decomposition A = U diag(s) V^H with r = min(rows, columns). The tall one of A and A^H
 * is factored as Q R if it is much taller than wide, reduced to bidiagonal form, and that is diagonalised by
 * divide and conquer.
 *
 * Singular values are accurate relative to the largest one. Entries are expected to be scaled such that the
 * largest is of order one.
 *
 * Sources: G. H. Golub and C. Reinsch, Singular value decomposition and least squares solutions, Numer. Math.
 * 14 (1970); T. F. Chan, An improved algorithm for computing the singular value decomposition, ACM Trans.
 * Math. Softw. 8 (1982).
 *
 * @param ur - with `ui` filled with U, [rows × r]; imaginary addresses are 0 if A is real
 * @param s - filled with r singular values, descending
 * @param vr - with `vi` filled with V, [columns × r]
 * @param work - {@link svdWork} bytes
 * @returns 0, or 1 if a number is not finite or the bounded number of iterations was not enough
 */
export function svd(
  ar: usize,
  ai: usize,
  rows: i32,
  columns: i32,
  ur: usize,
  ui: usize,
  s: usize,
  vr: usize,
  vi: usize,
  work: usize,
): i32 {
  const real = ai == 0;
  const wide = rows < columns;
  const m = max(rows, columns);
  const n = min(rows, columns);
  if (n == 0) return 0;
  const tallBytes = paddedBytes(m, n);
  const squareBytes = paddedBytes(n, n);
  const copy = work;
  const left = copy + tallBytes;
  const right = left + tallBytes;
  const end = right + squareBytes;
  const copyIm: usize = real ? 0 : end;
  const leftIm: usize = real ? 0 : copyIm + tallBytes;
  const rightIm: usize = real ? 0 : leftIm + tallBytes;
  const rest = real ? end : rightIm + squareBytes;

  loadTall(ar, wide, m, n, 1, copy);
  if (!real) loadTall(ai, wide, m, n, -1, copyIm);
  const done = isTall(m, n)
    ? decomposeTall(copy, copyIm, m, n, left, leftIm, s, right, rightIm, rest)
    : decompose(copy, copyIm, m, n, left, leftIm, s, right, rightIm, rest);
  if (!done) return 1;
  storePadded(left, m, n, wide ? vr : ur);
  storePadded(right, n, n, wide ? ur : vr);
  if (!real) {
    storePadded(leftIm, m, n, wide ? vi : ui);
    storePadded(rightIm, n, n, wide ? ui : vi);
  }
  return 0;
}

/** The real or imaginary parts of A, or those of A^H if it is wide. */
function loadTall(a: usize, wide: bool, m: i32, n: i32, sign: f64, to: usize): void {
  if (wide) transposePadded(a, m, n, sign, to);
  else loadPadded(a, m, n, to);
}

/** As {@link decompose}, by way of A = Q R. */
function decomposeTall(
  ar: usize,
  ai: usize,
  m: i32,
  n: i32,
  ur: usize,
  ui: usize,
  s: usize,
  vr: usize,
  vi: usize,
  work: usize,
): bool {
  const row = paddedLength(n);
  const taus = work;
  const qr = taus + paddedBytes(n, 2);
  const qi: usize = ai == 0 ? 0 : qr + paddedBytes(n, m);
  const rest = (ai == 0 ? qr : qi) + paddedBytes(n, m);
  factorQr(ar, ai, row, m, n, qr, qi, m, taus, rest);
  clearBelow(ar, row, n);
  if (ai != 0) clearBelow(ai, row, n);
  if (!decompose(ar, ai, n, n, ur, ui, s, vr, vi, rest)) return false;
  const top = paddedBytes(n, n);
  const below = paddedBytes(m, n) - top;
  memory.fill(ur + top, 0, below);
  if (ai != 0) memory.fill(ui + top, 0, below);
  applyReflectors(false, qr, qi, m, n, m, taus, ur, ui, row, row, rest);
  return true;
}

/** Zeros below the diagonal of an n × n matrix. */
function clearBelow(a: usize, row: i32, n: i32): void {
  for (let i = 1; i < n; i++) memory.fill(a + (<usize>(i * row) << 3), 0, <usize>i << 3);
}

/** The length of rows that are taken in groups of eight numbers. */
@inline
function fullLength(n: i32): i32 {
  return (n + 7) & ~7;
}

/** The bytes of the work area of {@link decompose}. */
function decomposeWork(m: i32, n: i32, real: bool): i32 {
  const reflectors = <i32>paddedBytes(n, m);
  const vectors = <i32>(paddedBytes(4 * n, 2) + paddedBytes(2 * n, fullLength(n)));
  const stage = max(bidiagonalWork(m, n, real), max(bidiagonalSvdWork(n), applyReflectorsWork(n, real)));
  return (real ? reflectors : 2 * reflectors) + vectors + stage;
}

/** As {@link svd} for m ≥ n, with padded rows of A, U and V. A is destroyed. */
function decompose(
  ar: usize,
  ai: usize,
  m: i32,
  n: i32,
  ur: usize,
  ui: usize,
  s: usize,
  vr: usize,
  vi: usize,
  work: usize,
): bool {
  const real = ai == 0;
  const row = paddedLength(n);
  const width = fullLength(n);
  const vector = paddedBytes(n, 2);
  const square = <usize>(n * width) << 3;
  const leftTaus = work;
  const rightTaus = leftTaus + vector;
  const diagonal = rightTaus + vector;
  const above = diagonal + (vector >> 1);
  const order = above + (vector >> 1);
  const left = order + vector;
  const right = left + square;
  const qr = right + square;
  const qi: usize = real ? 0 : qr + paddedBytes(n, m);
  const rest = (real ? qr : qi) + paddedBytes(n, m);

  reduceToBidiagonal(ar, ai, row, m, n, diagonal, above, qr, qi, m, leftTaus, rightTaus, rest);
  if (!allFinite(diagonal, n) || !allFinite(above, n - 1)) return false;
  memory.fill(left, 0, square);
  memory.fill(right, 0, square);
  if (!bidiagonalSvd(diagonal, above, n, left, right, width, order, rest)) return false;
  for (let j = 0; j < n; j++) setEntry(s, j, entry(diagonal, index(order, n - 1 - j)));

  memory.fill(ur, 0, paddedBytes(m, n));
  memory.fill(vr, 0, paddedBytes(n, n));
  if (!real) {
    memory.fill(ui, 0, paddedBytes(m, n));
    memory.fill(vi, 0, paddedBytes(n, n));
  }
  transposeDescending(left, width, n, order, ur);
  transposeDescending(right, width, n, order, vr);
  applyReflectors(false, qr, qi, m, n, m, leftTaus, ur, ui, row, row, rest);
  // The first row is not reflected: the first vector has its head in column 1.
  const next = paddedBytes(1, n);
  const pr = ar + 8;
  const pi = imaginaryAt(ai, 8);
  const cr = vr + next;
  const ci = imaginaryAt(vi, next);
  applyReflectors(false, pr, pi, row, n - 1, n - 1, rightTaus, cr, ci, row, row, rest);
  return true;
}
