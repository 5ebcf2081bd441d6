/** Eigenvectors of diag(d) + ρ z z^T from the roots of its secular equation. */
import { entry, index, setEntry } from "./entries";
import { sumOf } from "./lanes";
import { secularRoot } from "./secular-equation";

/**
 * Eigenvalues and eigenvectors of diag(d) + ρ z z^T for strictly ascending poles d_i and z_i ≠ 0.
 *
 * The vectors are those of a matrix with weights ẑ near z of which the computed roots are the exact
 * eigenvalues, so that they are orthogonal however close the roots are: ρ ẑ_i² = Π_j (λ_j − d_i) / Π_{j≠i}
 * (d_j − d_i), and entry i of vector j is ẑ_i / (d_i − λ_j), normalised, for which the factor ρ does not
 * matter.
 *
 * Source: M. Gu and S. C. Eisenstat, A stable and efficient algorithm for the rank-one modification of the
 * symmetric eigenproblem, SIAM J. Matrix Anal. Appl. 15 (1994).
 *
 * @param columns - entry i of the vectors is stored in column columns[i]
 * @param roots - filled with n eigenvalues, ascending
 * @param vectors - filled with the eigenvectors as rows, [n × n]
 * @param work - 2 n numbers
 * @returns false if a root was not found
 */
export function rankOneEigen(
  poles: usize,
  z: usize,
  n: i32,
  rho: f64,
  columns: usize,
  roots: usize,
  vectors: usize,
  work: usize,
): bool {
  if (n == 1) {
    setEntry(roots, 0, entry(poles, 0) + rho * entry(z, 0) * entry(z, 0));
    setEntry(vectors, 0, 1);
    return true;
  }
  const rowStep = <usize>n << 3;
  let square: f64 = 0;
  for (let i = 0; i < n; i++) square += entry(z, i) * entry(z, i);
  for (let j = 0; j < n; j++) {
    const root = secularRoot(poles, z, n, j, rho, square, vectors + <usize>j * rowStep);
    if (isNaN(root)) return false;
    setEntry(roots, j, root);
  }
  const weights = work;
  refineWeights(poles, z, n, vectors, weights);
  const vector = work + rowStep;
  for (let j = 0; j < n; j++) {
    const to = vectors + <usize>j * rowStep;
    const scale = 1 / sqrt(divideBy(weights, to, n, vector));
    for (let i = 0; i < n; i++) setEntry(to, index(columns, i), scale * entry(vector, i));
  }
  return true;
}

/** The weights ẑ, with the signs of z; row j of `distances` holds d_i − λ_j. */
function refineWeights(poles: usize, z: usize, n: i32, distances: usize, weights: usize): void {
  const rowStep = <usize>n << 3;
  for (let i = 0; i < n; i++) setEntry(weights, i, -entry(distances + <usize>i * rowStep, i));
  for (let j = 0; j < n; j++) {
    const at = <usize>j << 3;
    const pole = load<f64>(poles + at);
    multiplyRatios(weights, distances, poles, pole, 0, at);
    multiplyRatios(weights, distances, poles, pole, at + 8, rowStep);
    distances += rowStep;
  }
  for (let i = 0; i < n; i++) setEntry(weights, i, copysign<f64>(sqrt(entry(weights, i)), entry(z, i)));
}

/** w_i ← w_i (d_i − λ) / (d_i − pole) for offsets from … to − 8. */
function multiplyRatios(
  weights: usize,
  distances: usize,
  poles: usize,
  pole: f64,
  from: usize,
  to: usize,
): void {
  const subtrahend = f64x2.splat(pole);
  let i = from;
  for (; i + 16 <= to; i += 16) {
    const ratio = f64x2.div(v128.load(distances + i), f64x2.sub(v128.load(poles + i), subtrahend));
    v128.store(weights + i, f64x2.mul(v128.load(weights + i), ratio));
  }
  if (i < to) {
    const ratio = load<f64>(distances + i) / (load<f64>(poles + i) - pole);
    store<f64>(weights + i, load<f64>(weights + i) * ratio);
  }
}

/** quotients ← x / y, entry by entry; returns the sum of their squares. */
function divideBy(x: usize, y: usize, n: i32, quotients: usize): f64 {
  let sums = f64x2.splat(0);
  let i: usize = 0;
  for (const end = <usize>(n & ~1) << 3; i < end; i += 16) {
    const quotient = f64x2.div(v128.load(x + i), v128.load(y + i));
    v128.store(quotients + i, quotient);
    sums = f64x2.add(sums, f64x2.mul(quotient, quotient));
  }
  const sum = sumOf(sums);
  if ((n & 1) == 0) return sum;
  const quotient = load<f64>(x + i) / load<f64>(y + i);
  store<f64>(quotients + i, quotient);
  return sum + quotient * quotient;
}
