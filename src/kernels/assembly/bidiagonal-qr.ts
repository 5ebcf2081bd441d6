/** Singular values and vectors of a real upper bidiagonal matrix by QR iteration. */
import { chaseBulge, chaseWithoutShift } from "./bidiagonal-sweeps";
import { entry, setEntry } from "./entries";
import { rotateRows } from "./rotations";

/** Off-diagonal entries below this fraction of their surroundings are zero. */
const tolerance: f64 = 8 * f64.EPSILON;

/** Bound on the number of planes that bulges are chased through, per squared order. */
const maxStepsPerSquare: i32 = 30;

/** The bytes of the work area of {@link bidiagonalQr}: the rotations of a sweep. */
export function bidiagonalQrWork(n: i32): i32 {
  return 32 * n;
}

/**
 * Implicit QR iteration on B = L^T diag(d) R. The rotations act on the rows of L and R, [n × width]: started
 * as the identity, their rows become the left and right singular vectors.
 *
 * A block that is ill-conditioned is iterated without shift, which gives every singular value of B to high
 * relative accuracy. Others take the smaller singular value of the 2 × 2 matrix at the end of the block as
 * their shift. The bulge is chased from the larger end of the block to the smaller one.
 *
 * Source: J. Demmel and W. Kahan, Accurate singular values of bidiagonal matrices, SIAM J. Sci. Stat. Comput.
 * 11 (1990).
 *
 * @param diagonal - n entries, overwritten by the singular values in no particular order
 * @param above - n − 1 entries, overwritten by zeros
 * @param row - numbers from row to row of L and R
 * @returns false if the bound on the number of steps was reached
 */
export function bidiagonalQr(
  diagonal: usize,
  above: usize,
  n: i32,
  left: usize,
  right: usize,
  row: i32,
  width: i32,
  work: usize,
): bool {
  const converged = iterate(diagonal, above, n, left, right, row, width, work);
  for (let i = 0; i < n; i++) {
    const value = entry(diagonal, i);
    if (value < 0) {
      setEntry(diagonal, i, -value);
      for (let j = 0; j < width; j++) setEntry(right, i * row + j, -entry(right, i * row + j));
    }
  }
  return converged;
}

function iterate(
  diagonal: usize,
  above: usize,
  n: i32,
  left: usize,
  right: usize,
  row: i32,
  width: i32,
  work: usize,
): bool {
  const negligible = threshold(diagonal, above, n);
  let steps = maxStepsPerSquare * n * n;
  let last = n - 1;
  // The block of the last sweep, and how it was chased.
  let lastFirst = -1;
  let lastLast = -1;
  let upward = false;
  let shift: f64 = 0;
  while (last > 0) {
    const first = startOfBlock(above, last, negligible);
    if (first == last) {
      last--;
      continue;
    }
    const count = last - first;
    if (steps < 0) return false;
    steps -= count;

    // d and e in the order of the chase. Upward, the transpose of B is read from its other end.
    if (first > lastLast || last < lastFirst)
      upward = abs(entry(diagonal, first)) < abs(entry(diagonal, last));
    const step: isize = upward ? -8 : 8;
    const d = diagonal + (<usize>(upward ? last : first) << 3);
    const e = above + (<usize>(upward ? last - 1 : first) << 3);
    if (deflateEnd(d, e, step, count)) continue;
    // With a shift, the end converges first. Without one, other entries can, which improves the condition of
    // the block.
    if ((shift == 0 || first != lastFirst || last != lastLast) && deflate(d, e, step, count)) continue;
    lastFirst = first;
    lastLast = last;

    shift = chooseShift(n, d, e, step, count);
    const start = upward ? <usize>(count - 1) << 4 : 0;
    const near = work + start;
    const far = near + (<usize>n << 4);
    if (shift == 0) chaseWithoutShift(d, e, step, count, near, far);
    else chaseBulge(d, e, step, count, shift, near, far);
    const at = <usize>(first * row) << 3;
    rotateRows((upward ? left : right) + at, row, width, near - start, count, upward);
    rotateRows((upward ? right : left) + at, row, width, far - start, count, upward);
  }
  return true;
}

/**
 * The absolute size below which an off-diagonal entry is zero: a fraction of a lower bound on the smallest
 * singular value, or what underflow calls for.
 */
function threshold(diagonal: usize, above: usize, n: i32): f64 {
  let bound = abs(entry(diagonal, 0));
  let low = bound;
  for (let i = 1; i < n && low > 0; i++) {
    bound = abs(entry(diagonal, i)) * (bound / (bound + abs(entry(above, i - 1))));
    low = min(low, bound);
  }
  const underflow = <f64>maxStepsPerSquare * <f64>n * <f64>n * 2.0 ** -1022;
  return max((tolerance * low) / sqrt(<f64>n), underflow);
}

/** The index where the unreduced block that ends at `last` begins. */
function startOfBlock(above: usize, last: i32, negligible: f64): i32 {
  let first = last;
  for (; first > 0; first--) {
    if (abs(entry(above, first - 1)) <= negligible) {
      setEntry(above, first - 1, 0);
      break;
    }
  }
  return first;
}

/** Sets the last off-diagonal entry of a block to zero if it is negligible relative to its neighbour. */
function deflateEnd(d: usize, e: usize, step: isize, count: i32): bool {
  const reach = <usize>(step * <isize>count);
  const end = e + reach - step;
  if (!(abs(load<f64>(end)) <= tolerance * abs(load<f64>(d + reach)))) return false;
  store<f64>(end, 0);
  return true;
}

/** The largest entry of the block at hand, and a lower bound on its smallest singular value. */
let largest: f64 = 0;
let smallest: f64 = 0;

/** Sets an off-diagonal entry of a block to zero if it is negligible relative to what is before it. */
function deflate(d: usize, e: usize, step: isize, count: i32): bool {
  let bound = abs(load<f64>(d));
  smallest = bound;
  largest = bound;
  for (let i = 0; i < count; i++, e += step) {
    const size = abs(load<f64>(e));
    if (size <= tolerance * bound) {
      store<f64>(e, 0);
      return true;
    }
    d += step;
    const next = abs(load<f64>(d));
    bound = next * (bound / (bound + size));
    if (bound < smallest) smallest = bound;
    if (size > largest) largest = size;
    if (next > largest) largest = next;
  }
  return false;
}

/**
 * The shift, or 0 where it would spoil the relative accuracy of small singular values or make no difference.
 */
function chooseShift(n: i32, d: usize, e: usize, step: isize, count: i32): f64 {
  if (100 * <f64>n * smallest <= largest) return 0;
  const reach = <usize>(step * <isize>count);
  const f = load<f64>(d + reach - step);
  const shift = smallerSingularValue(f, load<f64>(e + reach - step), load<f64>(d + reach));
  const ratio = shift / abs(load<f64>(d));
  return ratio * ratio < 0.5 * f64.EPSILON ? 0 : shift;
}

/** The smaller singular value of [f g; 0 h]. */
function smallerSingularValue(f: f64, g: f64, h: f64): f64 {
  const small = min(abs(f), abs(h));
  const large = max(abs(f), abs(h));
  const side = abs(g);
  if (small == 0) return 0;
  const sum = 1 + small / large;
  const difference = (large - small) / large;
  if (side < large) {
    const square = (side / large) * (side / large);
    return (2 * small) / (sqrt(sum * sum + square) + sqrt(difference * difference + square));
  }
  const ratio = large / side;
  if (ratio == 0) return (small * large) / side;
  const p = sum * ratio;
  const q = difference * ratio;
  return (2 * small * ratio) / (sqrt(1 + p * p) + sqrt(1 + q * q));
}
