/**
 * QR factorisation of a matrix that grows by a column at a time, by modified Gram–Schmidt with one
 * reorthogonalisation, which keeps Q orthonormal to working precision however dependent the columns are.
 */
import { type Planar, planar } from "../../complex/planar.js";

/** A = Q R for the columns appended so far. */
export interface GrowingQr {
  readonly rows: number;
  /** Columns so far. */
  size: number;
  /** Qᵀ, [size × rows], at the start of arrays that may have room for more. */
  q: Planar;
  /** Column k of R: k + 1 numbers, the last one real and positive. */
  readonly r: Planar[];
}

/** The factorisation of no columns. */
export function growingQr(rows: number, real: boolean): GrowingQr {
  return { rows, size: 0, q: planar(0, real), r: [] };
}

/**
 * Appends a column, unless it depends on those before it: then the answer is false and the factorisation
 * stays as it was. Dependent means that no more than 10 rows ε of its norm is left when its projection on
 * them is taken out.
 *
 * Time O(rows · size).
 *
 * @param v - the column; overwritten
 */
export function appendColumn(qr: GrowingQr, v: Planar): boolean {
  const { rows, size } = qr;
  const r = planar(size + 1, v.im === undefined);
  const norm = Math.sqrt(squaredNorm(v, 0, rows));
  for (let pass = 0; pass < 2; pass++) {
    for (let k = 0; k < size; k++) removeDirection(qr, k, v, 0, r, k);
  }
  const left = Math.sqrt(squaredNorm(v, 0, rows));
  if (!(left > 10 * rows * Number.EPSILON * norm)) return false;
  r.re[size] = left;
  divide(v, 0, rows, left);
  reserve(qr);
  qr.q.re.set(v.re, size * rows);
  if (v.im !== undefined) qr.q.im!.set(v.im, size * rows);
  qr.r.push(r);
  qr.size = size + 1;
  return true;
}

/** Doubles the room for Q when it is full. */
function reserve(qr: GrowingQr): void {
  const { q, rows, size } = qr;
  if (q.re.length >= (size + 1) * rows) return;
  const wider = planar(2 * (size + 1) * rows, q.im === undefined);
  wider.re.set(q.re);
  if (q.im !== undefined) wider.im!.set(q.im);
  qr.q = wider;
}

/**
 * Takes basis vector k out of a vector: h ← qₖᴴ v, v ← v − qₖ h, with h added to element `at` of
 * `components`. v and the components must have imaginary parts if Q has.
 */
export function removeDirection(
  { q, rows }: GrowingQr,
  k: number,
  v: Planar,
  offset: number,
  components: Planar,
  at: number,
): void {
  const from = k * rows;
  let re = dot(q.re, from, v.re, offset, rows);
  let im = v.im === undefined ? 0 : dot(q.re, from, v.im, offset, rows);
  if (q.im !== undefined) {
    re += dot(q.im, from, v.im!, offset, rows);
    im -= dot(q.im, from, v.re, offset, rows);
  }
  components.re[at] = components.re[at] + re;
  if (components.im !== undefined) components.im[at] = components.im[at] + im;
  subtractMultiple(re, im, q, from, v, offset, rows);
}

/** Solves R X = T along the middle axis of T, [left × size × right], in place. */
export function solveTriangleInPlace({ r, size }: GrowingQr, t: Planar, left: number, right: number): void {
  for (let l = 0; l < left; l++) {
    for (let i = size - 1; i >= 0; i--) {
      const { re, im } = r[i];
      const row = (l * size + i) * right;
      divide(t, row, right, re[i]);
      for (let j = 0; j < i; j++) {
        subtractMultiple(re[j], im === undefined ? 0 : im[j], t, row, t, (l * size + j) * right, right);
      }
    }
  }
}

/** Σ |vᵢ|² of `size` numbers. */
export function squaredNorm(v: Planar, offset: number, size: number): number {
  const re = dot(v.re, offset, v.re, offset, size);
  return v.im === undefined ? re : re + dot(v.im, offset, v.im, offset, size);
}

/** y ← y − (re + j im) x for `size` numbers; y must have imaginary parts if the products have. */
function subtractMultiple(
  re: number,
  im: number,
  x: Planar,
  xOffset: number,
  y: Planar,
  yOffset: number,
  size: number,
): void {
  addReal(-re, x.re, xOffset, y.re, yOffset, size);
  if (y.im === undefined) return;
  addReal(-im, x.re, xOffset, y.im, yOffset, size);
  if (x.im === undefined) return;
  addReal(im, x.im, xOffset, y.re, yOffset, size);
  addReal(-re, x.im, xOffset, y.im, yOffset, size);
}

function divide(v: Planar, offset: number, size: number, by: number): void {
  for (let i = offset; i < offset + size; i++) v.re[i] = v.re[i] / by;
  if (v.im !== undefined) for (let i = offset; i < offset + size; i++) v.im[i] = v.im[i] / by;
}

function dot(a: Float64Array, aOffset: number, b: Float64Array, bOffset: number, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += a[aOffset + i] * b[bOffset + i];
  return sum;
}

function addReal(
  alpha: number,
  x: Float64Array,
  xOffset: number,
  y: Float64Array,
  yOffset: number,
  size: number,
): void {
  if (alpha === 0) return;
  for (let i = 0; i < size; i++) y[yOffset + i] = y[yOffset + i] + alpha * x[xOffset + i];
}
