/** Eigenvalues and eigenvectors of a real symmetric tridiagonal matrix. */
import { hypotenuse } from "./reflector.js";

/**
 * An off-diagonal entry this small is zero whatever its neighbours are; callers keep the largest entry near one. The
 * bulge is a product of two entries that are not this small, so it does not underflow, which would stall the iteration.
 */
const tiny = 2 ** -450;

const maxIterationsPerValue = 60;

/**
 * Implicit QL iteration with Wilkinson's shift. Rotations are applied to rows of `z`, [n × width]: started as the
 * identity, row i becomes the eigenvector of `diagonal[i]`.
 *
 * @param diagonal - overwritten by the eigenvalues, in no particular order
 * @param below - the n − 1 entries below the diagonal and room for one more, destroyed
 * @returns false if the bound on the number of iterations was reached
 *
 * Source: A. Dubrulle, R. S. Martin and J. H. Wilkinson, The implicit QL algorithm, Numer. Math. 12 (1968).
 */
export function implicitQl(
  diagonal: Float64Array,
  below: Float64Array,
  n: number,
  z: Float64Array,
  width: number,
): boolean {
  for (let first = 0; first < n; first++) {
    for (let iteration = 0; ; iteration++) {
      const last = endOfBlock(diagonal, below, first, n);
      if (last === first) break;
      if (iteration === maxIterationsPerValue) return false;
      chaseBulge(diagonal, below, first, last, z, width);
    }
  }
  return true;
}

/** The index where the unreduced block that begins at `first` ends. */
function endOfBlock(diagonal: Float64Array, below: Float64Array, first: number, n: number): number {
  for (let i = first; i < n - 1; i++) {
    const size = Math.abs(below[i]);
    if (size <= tiny || size <= Number.EPSILON * (Math.abs(diagonal[i]) + Math.abs(diagonal[i + 1])))
      return i;
  }
  return n - 1;
}

/** One QL step on the block first … last: a bulge enters at the bottom and is chased to the top. */
function chaseBulge(
  diagonal: Float64Array,
  below: Float64Array,
  first: number,
  last: number,
  z: Float64Array,
  width: number,
): void {
  const ratio = (diagonal[first + 1] - diagonal[first]) / (2 * below[first]);
  const root = hypotenuse(ratio, 1);
  const shift = diagonal[first] - below[first] / (ratio + (ratio < 0 ? -root : root));
  let head = diagonal[last] - shift;
  let sine = 1;
  let cosine = 1;
  let carried = 0;
  for (let i = last - 1; i >= first; i--) {
    const bulge = sine * below[i];
    const entry = cosine * below[i];
    const radius = hypotenuse(bulge, head);
    if (i + 1 < last) below[i + 1] = radius;
    if (radius <= tiny) {
      // The block has split here; what was chased so far is a finished similarity.
      diagonal[i + 1] = diagonal[i + 1] - carried;
      below[last] = 0;
      return;
    }
    sine = bulge / radius;
    cosine = head / radius;
    const rest = diagonal[i + 1] - carried;
    const change = (diagonal[i] - rest) * sine + 2 * cosine * entry;
    carried = sine * change;
    diagonal[i + 1] = rest + carried;
    head = cosine * change - entry;
    rotateRows(z, i * width, (i + 1) * width, width, cosine, sine);
  }
  diagonal[first] = diagonal[first] - carried;
  below[first] = head;
  below[last] = 0;
}

function rotateRows(
  z: Float64Array,
  p: number,
  q: number,
  width: number,
  cosine: number,
  sine: number,
): void {
  for (let k = 0; k < width; k++) {
    const a = z[p + k];
    const b = z[q + k];
    z[p + k] = cosine * a - sine * b;
    z[q + k] = sine * a + cosine * b;
  }
}
