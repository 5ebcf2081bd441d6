/**
 * Eigenvalues and eigenvectors of a real symmetric tridiagonal matrix by divide and conquer.
 *
 * Sources: J. J. M. Cuppen, A divide and conquer method for the symmetric tridiagonal eigenproblem, Numer.
 * Math. 36 (1981); M. Gu and S. C. Eisenstat, A divide-and-conquer algorithm for the symmetric tridiagonal
 * eigenproblem, SIAM J. Matrix Anal. Appl. 16 (1995); J. D. Rutter, A serial implementation of Cuppen's
 * divide and conquer algorithm for the symmetric eigenvalue problem, LAPACK Working Note 69 (1994).
 */
import { entry, index, setEntry, setIndex } from "./entries";
import { gemm } from "./gemm";
import { implicitQl, implicitQlWork } from "./implicit-ql";
import { mergeOrders, sortAscending } from "./orderings";
import { rankOneEigen } from "./rank-one-eigenvectors";
import { hypotenuse } from "./reflectors";
import { rotateRows } from "./rotations";

/** Matrices up to this size are left to QL iteration. */
const leafSize: i32 = 24;

/** Where an eigenvector of the two halves is not zero: in the first, in both, or in the second. */
const inFirst: i32 = 0;
const inBoth: i32 = 1;
const inSecond: i32 = 2;

/** One rotation (c, s). */
const rotation: usize = memory.data(16, 16);

/** The bytes of the work area of {@link tridiagonalEigen}: two square matrices and eight vectors. */
export function tridiagonalEigenWork(n: i32): i32 {
  return max(implicitQlWork(min(n, leafSize)), (2 * n * n + 8 * (n + 1)) << 3);
}

/**
 * T = R^T diag(d) R with orthonormal rows of R [n × n], which must be zero on entry.
 *
 * T is split into two halves and a matrix of rank one in the four entries where they meet. With the
 * decompositions of the halves it becomes diag(d) + ρ z z^T, whose eigenvectors combine theirs.
 *
 * @param diagonal - n entries, overwritten by the eigenvalues
 * @param below - n − 1 entries, destroyed
 * @param rows - R, rowStep numbers from row to row
 * @param order - filled with the indices (i32) of the eigenvalues in ascending order
 * @returns false if an iteration was not finished within its bound
 */
export function tridiagonalEigen(
  diagonal: usize,
  below: usize,
  n: i32,
  rows: usize,
  rowStep: i32,
  order: usize,
  work: usize,
): bool {
  if (n <= leafSize) {
    for (let i = 0; i < n; i++) setEntry(rows, i * rowStep + i, 1);
    if (!implicitQl(diagonal, below, n, rows, n, rowStep, work)) return false;
    sortAscending(diagonal, n, order);
    return true;
  }
  const half = n >> 1;
  const coupling = entry(below, half - 1);
  setEntry(diagonal, half - 1, entry(diagonal, half - 1) - abs(coupling));
  setEntry(diagonal, half, entry(diagonal, half) - abs(coupling));
  const at = <usize>half << 3;
  const corner = rows + (<usize>(half * rowStep + half) << 3);
  return (
    tridiagonalEigen(diagonal, below, half, rows, rowStep, order, work) &&
    tridiagonalEigen(diagonal + at, below + at, n - half, corner, rowStep, order + (at >> 1), work) &&
    mergeHalves(diagonal, order, half, n, coupling, rows, rowStep, work)
  );
}

/** The decomposition of T from those of its halves. */
function mergeHalves(
  values: usize,
  order: usize,
  half: i32,
  n: i32,
  coupling: f64,
  rows: usize,
  rowStep: i32,
  work: usize,
): bool {
  const vector = <usize>((n + 1) & ~1) << 3;
  const z = work;
  const poles = z + vector;
  const weights = poles + vector;
  const roots = weights + vector;
  const scratch = roots + vector;
  const sorted = scratch + 2 * vector;
  const kept = sorted + vector / 2;
  const parts = kept + vector / 2;
  const columns = parts + vector / 2;
  const vectors = columns + vector / 2;
  const packed = vectors + (<usize>(n * n) << 3);

  const rho = 2 * abs(coupling);
  computeCoupling(rows, rowStep, half, n, coupling < 0, z, parts);
  mergeOrders(values, order, half, n, sorted);
  const count = deflate(values, z, sorted, n, rho, rows, rowStep, kept, parts);
  if (count == 0) {
    memory.copy(order, sorted, <usize>n << 2);
    return true;
  }
  for (let i = 0; i < count; i++) {
    setEntry(poles, i, entry(values, index(kept, i)));
    setEntry(weights, i, entry(z, index(kept, i)));
  }
  groupColumns(kept, parts, count, columns);
  if (!rankOneEigen(poles, weights, count, rho, columns, roots, vectors, scratch)) return false;
  combineRows(vectors, count, kept, parts, columns, half, n, rows, rowStep, packed);
  replaceValues(values, roots, count, n, kept, scratch);
  for (let i = 0; i < count; i++) setIndex(sorted, i, i);
  const rest = <usize>count << 3;
  sortAscending(values + rest, n - count, sorted + rest / 2);
  mergeOrders(values, sorted, count, n, order);
  return true;
}

/** z = R v / √2, where v has a one on either side of the tear (minus one on the second if `negative`). */
function computeCoupling(
  rows: usize,
  rowStep: i32,
  half: i32,
  n: i32,
  negative: bool,
  z: usize,
  parts: usize,
): void {
  const scale: f64 = Math.SQRT1_2;
  for (let i = 0; i < half; i++) {
    setEntry(z, i, scale * entry(rows, i * rowStep + half - 1));
    setIndex(parts, i, inFirst);
  }
  const signed = negative ? -scale : scale;
  for (let i = half; i < n; i++) {
    setEntry(z, i, signed * entry(rows, i * rowStep + half));
    setIndex(parts, i, inSecond);
  }
}

/**
 * Separates the eigenpairs that the coupling leaves as they are, to within rounding: those with negligible
 * z_i, and one of two with neighbouring values after a rotation that makes its z_i zero.
 *
 * @param kept - filled with the indices of the kept pairs in ascending order of their values, and from the
 *   end on with those of the separated ones
 * @returns the number of the kept pairs
 */
function deflate(
  values: usize,
  z: usize,
  sorted: usize,
  n: i32,
  rho: f64,
  rows: usize,
  rowStep: i32,
  kept: usize,
  parts: usize,
): i32 {
  const tolerance = 4 * f64.EPSILON * max(largest(values, n), rho * largest(z, n));
  let count = 0;
  let end = n;
  let p = -1;
  for (let i = 0; i < n; i++) {
    const q = index(sorted, i);
    if (rho * abs(entry(z, q)) <= tolerance) {
      setIndex(kept, --end, q);
      continue;
    }
    if (p >= 0) {
      const radius = hypotenuse(entry(z, p), entry(z, q));
      const cosine = entry(z, q) / radius;
      const sine = entry(z, p) / radius;
      if (abs((entry(values, q) - entry(values, p)) * cosine * sine) <= tolerance) {
        setEntry(z, q, radius);
        rotatePair(values, p, q, cosine, sine, rows, rowStep, n);
        if (index(parts, p) != index(parts, q)) setIndex(parts, q, inBoth);
        setIndex(kept, --end, p);
      } else setIndex(kept, count++, p);
    }
    p = q;
  }
  if (p >= 0) setIndex(kept, count++, p);
  return count;
}

/** Rotates eigenpairs p and q, whose values are close enough for the result to count as eigenpairs. */
function rotatePair(
  values: usize,
  p: i32,
  q: i32,
  cosine: f64,
  sine: f64,
  rows: usize,
  rowStep: i32,
  n: i32,
): void {
  const first = entry(values, p);
  const second = entry(values, q);
  setEntry(values, p, first * (cosine * cosine) + second * (sine * sine));
  setEntry(values, q, first * (sine * sine) + second * (cosine * cosine));
  setEntry(rotation, 0, cosine);
  setEntry(rotation, 1, sine);
  rotateRows(rows + (<usize>(p * rowStep) << 3), n, (q - p) * rowStep, rotation, 1, 1, 1, false);
}

function largest(x: usize, n: i32): f64 {
  let size: f64 = 0;
  for (let i = 0; i < n; i++) size = max(size, abs(entry(x, i)));
  return size;
}

/** Column numbers that list the kept pairs by their parts, so that the products leave out what is zero. */
function groupColumns(kept: usize, parts: usize, count: i32, columns: usize): void {
  let column = 0;
  for (let part = inFirst; part <= inSecond; part++) {
    for (let i = 0; i < count; i++) {
      if (index(parts, index(kept, i)) == part) setIndex(columns, i, column++);
    }
  }
}

/**
 * The first `count` rows ← vectors times the kept rows; the other rows follow in the order of their values.
 */
function combineRows(
  vectors: usize,
  count: i32,
  kept: usize,
  parts: usize,
  columns: usize,
  half: i32,
  n: i32,
  rows: usize,
  rowStep: i32,
  packed: usize,
): void {
  const rest = n - half;
  const firstOnly = countParts(kept, parts, count, inFirst);
  const inner = count - countParts(kept, parts, count, inSecond);
  const outer = count - firstOnly;
  const first = packed;
  const second = first + (<usize>(inner * half) << 3);
  const others = second + (<usize>(outer * rest) << 3);
  for (let i = 0; i < count; i++) {
    const from = index(kept, i);
    const part = index(parts, from);
    const to = index(columns, i);
    if (part != inSecond) copyRow(rows, from * rowStep, first, to * half, half);
    if (part != inFirst) copyRow(rows, from * rowStep + half, second, (to - firstOnly) * rest, rest);
  }
  for (let i = count; i < n; i++) {
    copyRow(rows, otherIndex(kept, i, count, n) * rowStep, others, (i - count) * n, n);
  }
  for (let i = 0; i < count; i++) memory.fill(rows + (<usize>(i * rowStep) << 3), 0, <usize>n << 3);
  addProduct(count, half, inner, vectors, count, first, half, rows, rowStep);
  const at = <usize>half << 3;
  addProduct(count, rest, outer, vectors + (<usize>firstOnly << 3), count, second, rest, rows + at, rowStep);
  for (let i = count; i < n; i++) copyRow(others, (i - count) * n, rows, i * rowStep, n);
}

/** C ← C + A B for real A [m × k] and B [k × n] with contiguous rows. */
function addProduct(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: i32,
  b: usize,
  bRow: i32,
  c: usize,
  cRow: i32,
): void {
  gemm(m, n, k, 1, a, 0, aRow, 1, false, b, 0, bRow, 1, false, c, 0, cRow, 0, false);
}

function countParts(kept: usize, parts: usize, count: i32, part: i32): i32 {
  let total = 0;
  for (let i = 0; i < count; i++) if (index(parts, index(kept, i)) == part) total++;
  return total;
}

/**
 * The index of a separated pair, i = count … n − 1 in ascending order of their values as {@link deflate} met
 * them.
 */
@inline
function otherIndex(kept: usize, i: i32, count: i32, n: i32): i32 {
  return index(kept, n - 1 - (i - count));
}

@inline
function copyRow(from: usize, fromAt: i32, to: usize, toAt: i32, n: i32): void {
  memory.copy(to + (<usize>toAt << 3), from + (<usize>fromAt << 3), <usize>n << 3);
}

/** The roots, then the values of the separated pairs. */
function replaceValues(values: usize, roots: usize, count: i32, n: i32, kept: usize, scratch: usize): void {
  for (let i = count; i < n; i++) setEntry(scratch, i, entry(values, otherIndex(kept, i, count, n)));
  copyRow(roots, 0, values, 0, count);
  copyRow(scratch, count, values, count, n - count);
}
