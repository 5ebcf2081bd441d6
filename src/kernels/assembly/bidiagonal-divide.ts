/**
 * Singular values and vectors of a real upper bidiagonal matrix by divide and conquer.
 *
 * Source: M. Gu and S. C. Eisenstat, A divide-and-conquer algorithm for the bidiagonal SVD, SIAM J. Matrix
 * Anal. Appl. 16 (1995).
 */
import { bidiagonalQr, bidiagonalQrWork } from "./bidiagonal-qr";
import { entry, index, setEntry, setIndex } from "./entries";
import { hypotenuse } from "./hypotenuse";
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

/** Matrices up to this size are left to QR iteration. */
const leafSize: i32 = 16;

/** Halves that are coupled by less than this are not coupled; callers keep the largest entry near one. */
const tiny: f64 = 2.0 ** -500;

/** The bytes of the work area of {@link bidiagonalSvd}: three square matrices and ten vectors. */
export function bidiagonalSvdWork(n: i32): i32 {
  return max(bidiagonalQrWork(min(n, leafSize)), (3 * n * n + 10 * (n + 1)) << 3);
}

/**
 * B = L^T diag(d) R with orthonormal rows of L and R [n × n], which must be zero on entry.
 *
 * With α and β the two entries of row k − 1, B is diag(B_1, B_2) + e_{k−1} (α e_{k−1} + β e_k)^T, where the
 * last row of B_1 is zero, so that it has the left singular vector e_{k−1} with the value zero. The
 * decompositions of B_1 and B_2 make B equivalent to a matrix M: diagonal but for the row z^T of this vector.
 * The squares of the singular values of M are the eigenvalues of diag(d²) + z z^T.
 *
 * @param diagonal - n entries, overwritten by the singular values
 * @param above - n − 1 entries, destroyed
 * @param row - numbers from row to row of L and R
 * @param order - filled with the indices (i32) of the singular values in ascending order
 * @returns false if an iteration was not finished within its bound
 */
export function bidiagonalSvd(
  diagonal: usize,
  above: usize,
  n: i32,
  left: usize,
  right: usize,
  row: i32,
  order: usize,
  work: usize,
): bool {
  if (n <= leafSize) return iterate(diagonal, above, n, left, right, row, order, work);
  const half = n >> 1;
  const alpha = entry(diagonal, half - 1);
  const beta = entry(above, half - 1);
  setEntry(diagonal, half - 1, 0);
  const at = <usize>half << 3;
  const corner = <usize>(half * (row + 1)) << 3;
  const d = diagonal + at;
  const e = above + at;
  return (
    bidiagonalSvd(diagonal, above, half, left, right, row, order, work) &&
    bidiagonalSvd(d, e, n - half, left + corner, right + corner, row, order + (at >> 1), work) &&
    mergeHalves(diagonal, order, half, n, alpha, beta, left, right, row, work)
  );
}

function iterate(
  diagonal: usize,
  above: usize,
  n: i32,
  left: usize,
  right: usize,
  row: i32,
  order: usize,
  work: usize,
): bool {
  for (let i = 0; i < n; i++) {
    setEntry(left, i * (row + 1), 1);
    setEntry(right, i * (row + 1), 1);
  }
  if (!bidiagonalQr(diagonal, above, n, left, right, row, n, work)) return false;
  sortAscending(diagonal, n, order);
  return true;
}

/** The decomposition of B from those of its halves. */
function mergeHalves(
  values: usize,
  order: usize,
  half: i32,
  n: i32,
  alpha: f64,
  beta: f64,
  left: usize,
  right: usize,
  row: i32,
  work: usize,
): bool {
  const vector = <usize>((n + 1) & ~1) << 3;
  const matrix = <usize>(n * n) << 3;
  const z = work;
  const poles = z + vector;
  const weights = poles + vector;
  const roots = weights + vector;
  const scratch = roots + vector;
  const sorted = scratch + 2 * vector;
  const kept = sorted + vector / 2;
  const parts = kept + vector / 2;
  const places = parts + vector / 2;
  const rightFactors = places + vector / 2;
  const leftFactors = rightFactors + matrix;
  const rest = leftFactors + matrix;

  mergeOrders(values, order, half, n, sorted);
  const coupling = max(abs(alpha), abs(beta));
  if (coupling <= tiny) {
    memory.copy(order, sorted, <usize>n << 2);
    return true;
  }
  const largest = max(coupling, entry(values, index(sorted, n - 1)));
  const tolerance = 4 * f64.EPSILON * largest;
  const zero = rowOfZero(left, row, half);
  coupleHalves(right, row, half, n, alpha, beta, z, parts);
  const count = deflate(values, z, sorted, n, zero, tolerance, left, right, row, kept, parts);

  // Scaled such that squares neither overflow nor underflow.
  const scale = inversePower(largest);
  for (let i = 0; i < count; i++) {
    const value = scale * entry(values, index(kept, i));
    setEntry(poles, i, value * value);
    setEntry(weights, i, scale * entry(z, index(kept, i)));
  }
  groupRows(kept, count, parts, places);
  if (!rankOneEigen(poles, weights, count, 1, places, roots, rightFactors, scratch)) return false;
  computeLeft(poles, weights, roots, count, places, rightFactors, leftFactors, scratch);
  combineRows(left, row, half, n, kept, count, parts, places, leftFactors, rest);
  combineRows(right, row, half, n, kept, count, parts, places, rightFactors, rest);

  for (let i = 0; i < count; i++) setEntry(roots, i, sqrt(entry(roots, i)) / scale);
  replaceValues(values, roots, count, n, kept, sorted, order);
  return true;
}

/** 2^−e for a number between 2^e and 2^(e+1). */
function inversePower(x: f64): f64 {
  return reinterpret<f64>(0x7fe0000000000000 - (reinterpret<u64>(x) & 0x7ff0000000000000));
}

/** The row of L that is the last unit vector of the first half. All others are zero where it has its one. */
function rowOfZero(left: usize, row: i32, half: i32): i32 {
  let i = half - 1;
  while (i > 0 && entry(left, i * row + half - 1) == 0) i--;
  return i;
}

/**
 * Separates the singular pairs that the row z leaves as they are, to within the tolerance: those with
 * negligible z_i, and, after a rotation that makes its z_i zero, one of two with neighbouring values.
 *
 * @param zero - the index of the pair of value zero whose left vector belongs to the row z; it is kept
 * @param kept - filled with the indices of the others in ascending order of their values, then those of the
 *   separated ones
 * @returns the number of the others
 */
function deflate(
  values: usize,
  z: usize,
  sorted: usize,
  n: i32,
  zero: i32,
  tolerance: f64,
  left: usize,
  right: usize,
  row: i32,
  kept: usize,
  parts: usize,
): i32 {
  let count = 1;
  let end = n;
  let p = -1;
  for (let i = 0; i < n; i++) {
    const q = index(sorted, i);
    if (q == zero) continue;
    if (abs(entry(z, q)) <= tolerance) {
      setIndex(kept, --end, q);
      continue;
    }
    if (entry(values, q) <= tolerance) {
      // The row of M with this value is negligible, so that the left vectors stay as they are.
      const radius = hypotenuse(entry(z, q), entry(z, zero));
      rotatePair(right, row, n, q, zero, entry(z, zero) / radius, entry(z, q) / radius);
      setEntry(z, zero, radius);
      joinParts(parts, q, zero);
      setIndex(kept, --end, q);
      continue;
    }
    if (p >= 0) {
      const radius = hypotenuse(entry(z, p), entry(z, q));
      const cosine = entry(z, q) / radius;
      const sine = entry(z, p) / radius;
      if (abs((entry(values, q) - entry(values, p)) * cosine * sine) <= tolerance) {
        mixValues(values, p, q, cosine, sine);
        rotatePair(left, row, n, p, q, cosine, sine);
        rotatePair(right, row, n, p, q, cosine, sine);
        setEntry(z, q, radius);
        joinParts(parts, p, q);
        setIndex(kept, --end, p);
      } else setIndex(kept, count++, p);
    }
    p = q;
  }
  if (p >= 0) setIndex(kept, count++, p);
  reverse(kept, count, n);
  setIndex(kept, 0, zero);
  setEntry(values, zero, 0);
  if (abs(entry(z, zero)) <= tolerance) setEntry(z, zero, tolerance);
  return count;
}

/**
 * Left singular vectors of the matrix M with first row z and, below, the other values on the diagonal, from
 * the right ones. M v = σ u, so that entry i of u is d_i v_i / σ. The first one follows from Σ z_i² / (d_i² −
 * σ²) = −1 without cancellation: it is v_0 σ / ẑ_0, with ẑ_0² = Π λ_j / Π d_j² as in rankOneEigen.
 *
 * @param scratch - `count` numbers, aligned
 */
function computeLeft(
  poles: usize,
  weights: usize,
  roots: usize,
  count: i32,
  places: usize,
  rightFactors: usize,
  leftFactors: usize,
  scratch: usize,
): void {
  let square = entry(roots, 0);
  for (let j = 1; j < count; j++) square *= entry(roots, j) / entry(poles, j);
  const weight = copysign<f64>(sqrt(square), entry(weights, 0));
  for (let i = 0; i < count; i++) setEntry(scratch, index(places, i), sqrt(entry(poles, i)));
  const first = index(places, 0);
  for (let j = 0; j < count; j++) {
    const value = sqrt(entry(roots, j));
    const row = j * count;
    for (let i = 0; i < count; i++) {
      setEntry(leftFactors, row + i, (entry(scratch, i) * entry(rightFactors, row + i)) / value);
    }
    setEntry(leftFactors, row + first, (entry(rightFactors, row + first) * value) / weight);
  }
}
