/** Eigenvalues and eigenvectors of a real symmetric tridiagonal matrix by QL iteration. */
import { hypotenuse } from "./hypotenuse";
import { rotateRows } from "./rotations";

/**
 * An off-diagonal entry this small is zero whatever its neighbours are; callers keep the largest entry near
 * one. Squares of entries that are not this small do not underflow, nor does the bulge, which would stall the
 * iteration.
 */
const tiny: f64 = 2.0 ** -450;

const maxIterationsPerValue: i32 = 60;

/** The bytes of the work area of {@link implicitQl}: the rotations of a step. */
export function implicitQlWork(n: i32): i32 {
  return 16 * n;
}

/**
 * Implicit QL iteration with Wilkinson's shift. Rotations are applied to rows of z, [n × width]: started as
 * the identity, row i becomes the eigenvector of diagonal[i].
 *
 * The iteration converges at the start of an unreduced block. Where the entries at the end are smaller, rows
 * and columns are taken in reverse order, which makes it a QR iteration: a matrix whose entries fall off
 * along the diagonal would converge slowly otherwise.
 *
 * Sources: A. Dubrulle, R. S. Martin and J. H. Wilkinson, The implicit QL algorithm, Numer. Math. 12 (1968);
 * A. Greenbaum and J. J. Dongarra, Experiments with QR/QL methods for the symmetric tridiagonal eigenproblem,
 * LAPACK Working Note 17 (1989).
 *
 * @param diagonal - n entries, overwritten by the eigenvalues in no particular order
 * @param below - n − 1 entries, destroyed
 * @returns false if the bound on the number of iterations was reached
 */
export function implicitQl(
  diagonal: usize,
  below: usize,
  n: i32,
  z: usize,
  zRow: i32,
  width: i32,
  work: usize,
): bool {
  for (let first = 0; first < n; ) {
    const at = <usize>first << 3;
    const last = first + endOfBlock(diagonal + at, below + at, 8, n - first - 1);
    const end = <usize>last << 3;
    const size = last - first;
    const start = z + (<usize>(first * zRow) << 3);
    const stop = z + (<usize>(last * zRow) << 3);
    const converged = growsAlong(diagonal + at, size + 1)
      ? iterate(diagonal + at, below + at, 8, size, start, zRow, width, work)
      : iterate(diagonal + end, below + end - 8, -8, size, stop, -zRow, width, work);
    if (!converged) return false;
    first = last + 1;
  }
  return true;
}

/**
 * QL iteration on a block of planes 0 … count − 1: its entries are `step` bytes, its rows `zRow` numbers
 * apart.
 */
function iterate(
  diagonal: usize,
  below: usize,
  step: isize,
  count: i32,
  z: usize,
  zRow: i32,
  width: i32,
  work: usize,
): bool {
  for (let first = 0; first < count; first++) {
    const offset = <usize>(<isize>first * step);
    for (let iteration = 0; ; iteration++) {
      const size = endOfBlock(diagonal + offset, below + offset, step, count - first);
      if (size == 0) break;
      if (iteration == maxIterationsPerValue) return false;
      const start = chaseBulge(diagonal + offset, below + offset, step, size, work);
      const at = z + (<usize>((first + start) * zRow) << 3);
      rotateRows(at, zRow, width, work + (<usize>start << 4), size - start, true);
    }
  }
  return true;
}

/** Whether the second half of n numbers weighs more than the first. */
function growsAlong(x: usize, n: i32): bool {
  let balance: f64 = 0;
  for (let i = 0, j = n - 1; i < j; i++, j--) {
    balance += abs(load<f64>(x + (<usize>j << 3))) - abs(load<f64>(x + (<usize>i << 3)));
  }
  return balance >= 0;
}

/** The number of planes up to the first negligible entry below the diagonal, which is set to zero. */
function endOfBlock(diagonal: usize, below: usize, step: isize, count: i32): i32 {
  for (let i = 0; i < count; i++) {
    const size = abs(load<f64>(below));
    const next = diagonal + <usize>step;
    if (size <= tiny || size <= f64.EPSILON * (abs(load<f64>(diagonal)) + abs(load<f64>(next)))) {
      store<f64>(below, 0);
      return i;
    }
    diagonal = next;
    below += <usize>step;
  }
  return count;
}

/**
 * One QL step on the unreduced block of planes 0 … count − 1: a bulge enters at the end and is chased to the
 * start.
 *
 * @param rotations - filled with a pair (c, s) for every plane
 * @returns the first plane that was rotated, which is not 0 if the block has split on the way
 */
function chaseBulge(diagonal: usize, below: usize, step: isize, count: i32, rotations: usize): i32 {
  const back = <usize>step;
  let d = diagonal + <usize>(<isize>count * step);
  let e = below + <usize>(<isize>count * step);
  let head = load<f64>(d) - wilkinsonShift(load<f64>(diagonal), load<f64>(diagonal + back), load<f64>(below));
  let sine: f64 = 1;
  let cosine: f64 = 1;
  let carried: f64 = 0;
  for (let i = count - 1; i >= 0; i--) {
    e -= back;
    const bulge = sine * load<f64>(e);
    const entry = cosine * load<f64>(e);
    const radius = sqrt(bulge * bulge + head * head);
    if (i < count - 1) store<f64>(e + back, radius);
    const rest = load<f64>(d) - carried;
    if (radius <= tiny) {
      store<f64>(d, rest);
      return i + 1;
    }
    sine = bulge / radius;
    cosine = head / radius;
    store<f64>(rotations + (<usize>i << 4), cosine);
    store<f64>(rotations + (<usize>i << 4), sine, 8);
    const change = (load<f64>(d - back) - rest) * sine + 2 * cosine * entry;
    carried = sine * change;
    store<f64>(d, rest + carried);
    head = cosine * change - entry;
    d -= back;
  }
  store<f64>(d, load<f64>(d) - carried);
  store<f64>(e, head);
  return 0;
}

/** The eigenvalue of the block (a, c; c, b) that is closer to a. */
function wilkinsonShift(a: f64, b: f64, c: f64): f64 {
  const ratio = (b - a) / (2 * c);
  const root = hypotenuse(ratio, 1);
  return a - c / (ratio + (ratio < 0 ? -root : root));
}
