/**
 * QR factorisation of a matrix that grows by a column at a time, by Gram–Schmidt with one reorthogonalisation, which
 * keeps Q orthonormal to working precision however dependent the columns are.
 *
 * Source: L. Giraud, J. Langou, M. Rozložník and J. van den Eshof, Rounding error analysis of the classical Gram-Schmidt
 * orthogonalization process, Numer. Math. 101 (2005).
 */
import type { Planar } from "../../complex/planar.js";
import { addProduct, clear } from "../../kernels/products.js";
import type { Room } from "../../kernels/room.js";

/** A = Q R for the columns appended so far. */
export interface GrowingQr {
  readonly rows: number;
  /** Columns so far. */
  size: number;
  /** Columns that there is room for; doubled when it is used up. */
  capacity: number;
  /** Qᵀ, [size × rows]. */
  q: Planar;
  /** R by columns, one after the other: k + 1 numbers for column k, the last one real and positive. */
  r: Planar;
  /** A column of components. */
  components: Planar;
  readonly room: Room;
}

/** The factorisation of no columns; up to `most` will be appended. */
export function growingQr(rows: number, real: boolean, most: number, room: Room): GrowingQr {
  const capacity = Math.min(most, 16);
  return {
    rows,
    size: 0,
    capacity,
    q: room.planar(capacity * rows, real),
    r: room.planar(triangle(capacity), real),
    components: room.planar(capacity, real),
    room,
  };
}

/** Where column k of R begins. */
export function triangle(k: number): number {
  return (k * (k + 1)) / 2;
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
  if (size === qr.capacity) enlarge(qr);
  const { q, r, components } = qr;
  const norm = Math.sqrt(squaredNorm(v, 0, rows));
  const column = triangle(size);
  clear(r, column, size);
  for (let pass = 0; pass < 2; pass++) {
    clear(components, 0, size);
    addProduct(1, components, 0, 1, "conjugate", q, 0, rows, "plain", v, 0, 1, size, 1, rows);
    addProduct(-1, v, 0, 1, "transpose", q, 0, rows, "plain", components, 0, 1, rows, 1, size);
    add(r, column, components, size);
  }
  const left = Math.sqrt(squaredNorm(v, 0, rows));
  if (!(left > 10 * rows * Number.EPSILON * norm)) return false;
  r.re[column + size] = left;
  if (r.im !== undefined) r.im[column + size] = 0;
  divide(v, 0, rows, left);
  q.re.set(v.re.length === rows ? v.re : v.re.subarray(0, rows), size * rows);
  if (v.im !== undefined) q.im!.set(v.im.length === rows ? v.im : v.im.subarray(0, rows), size * rows);
  qr.size = size + 1;
  return true;
}

/** Doubles the room for columns. */
function enlarge(qr: GrowingQr): void {
  const { capacity, rows, room } = qr;
  qr.capacity = 2 * Math.max(1, capacity);
  qr.q = enlarged(qr.q, qr.capacity * rows, room);
  qr.r = enlarged(qr.r, triangle(qr.capacity), room);
  qr.components = enlarged(qr.components, qr.capacity, room);
}

/** The same numbers with room for more. */
export function enlarged(parts: Planar, size: number, room: Room): Planar {
  const larger = room.planar(size, parts.im === undefined);
  larger.re.set(parts.re);
  if (parts.im !== undefined) larger.im!.set(parts.im);
  return larger;
}

/**
 * Takes basis vector k out of the columns of V, [rows × columns]: h ← qₖᴴ V, V ← V − qₖ h, with h written to
 * `components` from `at` on. V and the components must have imaginary parts if Q has.
 */
export function removeDirection(
  { q, rows }: GrowingQr,
  k: number,
  v: Planar,
  columns: number,
  components: Planar,
  at: number,
): void {
  const from = k * rows;
  clear(components, at, columns);
  addProduct(
    1,
    components,
    at,
    columns,
    "conjugate",
    q,
    from,
    rows,
    "plain",
    v,
    0,
    columns,
    1,
    columns,
    rows,
  );
  addProduct(
    -1,
    v,
    0,
    columns,
    "transpose",
    q,
    from,
    rows,
    "plain",
    components,
    at,
    columns,
    rows,
    columns,
    1,
  );
}

/** Solves R X = T along the middle axis of T, [left × size × right], in place. */
export function solveTriangleInPlace({ r, size }: GrowingQr, t: Planar, left: number, right: number): void {
  const { re, im } = r;
  for (let l = 0; l < left; l++) {
    for (let i = size - 1; i >= 0; i--) {
      const column = triangle(i);
      const row = (l * size + i) * right;
      divide(t, row, right, re[column + i]);
      for (let j = 0; j < i; j++) {
        const factor = im === undefined ? 0 : im[column + j];
        subtractMultiple(re[column + j], factor, t, row, (l * size + j) * right, right);
      }
    }
  }
}

/** Σ |vᵢ|² of `size` numbers. */
export function squaredNorm({ re, im }: Planar, offset: number, size: number): number {
  let sum = 0;
  for (let i = offset; i < offset + size; i++) sum += re[i] * re[i];
  if (im !== undefined) for (let i = offset; i < offset + size; i++) sum += im[i] * im[i];
  return sum;
}

function add(to: Planar, at: number, from: Planar, size: number): void {
  const { re, im } = to;
  const { re: fromRe, im: fromIm } = from;
  for (let i = 0; i < size; i++) re[at + i] += fromRe[i];
  if (im !== undefined) for (let i = 0; i < size; i++) im[at + i] += fromIm![i];
}

/** t[to …] ← t[to …] − (re + j im) t[from …] for `size` numbers. */
function subtractMultiple(re: number, im: number, t: Planar, from: number, to: number, size: number): void {
  const { re: tRe, im: tIm } = t;
  for (let i = 0; i < size; i++) {
    const x = tRe[from + i];
    const y = tIm === undefined ? 0 : tIm[from + i];
    tRe[to + i] -= re * x - im * y;
    if (tIm !== undefined) tIm[to + i] -= re * y + im * x;
  }
}

function divide({ re, im }: Planar, offset: number, size: number, by: number): void {
  for (let i = offset; i < offset + size; i++) re[i] = re[i] / by;
  if (im !== undefined) for (let i = offset; i < offset + size; i++) im[i] = im[i] / by;
}
