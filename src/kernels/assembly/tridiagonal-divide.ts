/**
 * Eigenvalues and eigenvectors of a real symmetric tridiagonal matrix by divide and conquer.
 *
 * Sources: J. J. M. Cuppen, A divide and conquer method for the symmetric tridiagonal eigenproblem, Numer.
 * Math. 36 (1981); M. Gu and S. C. Eisenstat, A divide-and-conquer algorithm for the symmetric tridiagonal
 * eigenproblem, SIAM J. Matrix Anal. Appl. 16 (1995); J. D. Rutter, A serial implementation of Cuppen's
 * divide and conquer algorithm for the symmetric eigenvalue problem, LAPACK Working Note 69 (1994).
 */
import { entry, index, setEntry, setIndex } from "./entries";
import { hypotenuse } from "./hypotenuse";
import { implicitQl, implicitQlWork } from "./implicit-ql";
import {
  combineRows,
  coupleHalves,
  groupRows,
  joinParts,
  mixValues,
  replaceValues,
  rotatePair,
} from "./merging";
import { mergeOrders, reverse, sortAscending } from "./orderings";
import { rankOneEigen } from "./rank-one-eigenvectors";

/** Matrices up to this size are left to QL iteration. */
const leafSize: i32 = 24;

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
 * @param rows - R, `row` numbers from row to row
 * @param order - filled with the indices (i32) of the eigenvalues in ascending order
 * @returns false if an iteration was not finished within its bound
 */
export function tridiagonalEigen(
  diagonal: usize,
  below: usize,
  n: i32,
  rows: usize,
  row: i32,
  order: usize,
  work: usize,
): bool {
  if (n <= leafSize) {
    for (let i = 0; i < n; i++) setEntry(rows, i * row + i, 1);
    if (!implicitQl(diagonal, below, n, rows, row, n, work)) return false;
    sortAscending(diagonal, n, order);
    return true;
  }
  const half = n >> 1;
  const coupling = entry(below, half - 1);
  setEntry(diagonal, half - 1, entry(diagonal, half - 1) - abs(coupling));
  setEntry(diagonal, half, entry(diagonal, half) - abs(coupling));
  const at = <usize>half << 3;
  const corner = rows + (<usize>(half * row + half) << 3);
  return (
    tridiagonalEigen(diagonal, below, half, rows, row, order, work) &&
    tridiagonalEigen(diagonal + at, below + at, n - half, corner, row, order + (at >> 1), work) &&
    mergeHalves(diagonal, order, half, n, coupling, rows, row, work)
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
  row: i32,
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
  const places = parts + vector / 2;
  const factors = places + vector / 2;
  const rest = factors + (<usize>(n * n) << 3);

  // z = R v / √2, where v has a one on either side of the tear, or minus one on the second.
  const rho = 2 * abs(coupling);
  coupleHalves(rows, row, half, n, Math.SQRT1_2, copysign<f64>(Math.SQRT1_2, coupling), z, parts);
  mergeOrders(values, order, half, n, sorted);
  const count = deflate(values, z, sorted, n, rho, rows, row, kept, parts);
  if (count == 0) {
    memory.copy(order, sorted, <usize>n << 2);
    return true;
  }
  for (let i = 0; i < count; i++) {
    setEntry(poles, i, entry(values, index(kept, i)));
    setEntry(weights, i, entry(z, index(kept, i)));
  }
  groupRows(kept, count, parts, places);
  if (!rankOneEigen(poles, weights, count, rho, places, roots, factors, scratch)) return false;
  combineRows(rows, row, half, n, kept, count, parts, places, factors, rest);
  replaceValues(values, roots, count, n, kept, sorted, order);
  return true;
}

/**
 * Separates the eigenpairs that the coupling leaves as they are, to within rounding: those with negligible
 * z_i, and one of two with neighbouring values after a rotation that makes its z_i zero.
 *
 * @param kept - filled with the indices of the kept pairs in ascending order of their values, then those of
 *   the separated ones
 * @returns the number of the kept pairs
 */
function deflate(
  values: usize,
  z: usize,
  sorted: usize,
  n: i32,
  rho: f64,
  rows: usize,
  row: i32,
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
        mixValues(values, p, q, cosine, sine);
        rotatePair(rows, row, n, p, q, cosine, sine);
        joinParts(parts, p, q);
        setIndex(kept, --end, p);
      } else setIndex(kept, count++, p);
    }
    p = q;
  }
  if (p >= 0) setIndex(kept, count++, p);
  reverse(kept, count, n);
  return count;
}

/** The largest absolute value of n numbers. */
function largest(x: usize, n: i32): f64 {
  let size: f64 = 0;
  for (let i = 0; i < n; i++) size = max(size, abs(entry(x, i)));
  return size;
}
