/**
 * Roots of the secular equation f(λ) = 1/ρ + Σ z_i² / (d_i − λ) = 0 with ρ > 0 and ascending poles d_0 …
 * d_{n−1}: the eigenvalues of diag(d) + ρ z z^T. Root j lies between d_j and d_{j+1}, the last one between
 * d_{n−1} and d_{n−1} + ρ ‖z‖².
 *
 * Source: R.-C. Li, Solving secular equations stably and efficiently, LAPACK Working Note 89 (1994).
 */
import { sumsOf } from "./lanes";

const maxIterations: i32 = 60;

/**
 * Finds root j of n ≥ 2. The unknown is τ, its distance from the closer of the poles next to it: d_j and
 * d_{j+1}, or the last two for the last root.
 *
 * @param squareNorm - ‖z‖²
 * @param distances - filled with d_i − λ, which have a small relative error also where they are small
 * @returns the root, or NaN if the bound on the number of iterations was reached
 */
export function secularRoot(
  poles: usize,
  z: usize,
  n: i32,
  j: i32,
  rho: f64,
  squareNorm: f64,
  distances: usize,
): f64 {
  const isLast = j == n - 1;
  const side: f64 = isLast ? 1 : -1;
  const left = <usize>(isLast ? n - 2 : j) << 3;
  const right = left + 8;
  const gap = load<f64>(poles + right) - load<f64>(poles + left);
  const leftSquare = squareAt(z + left);
  const rightSquare = squareAt(z + right);

  // The sign of f in the middle of the interval tells which half holds the root.
  const middle = 0.5 * (isLast ? rho * squareNorm : gap);
  const start = load<f64>(poles + (isLast ? right : left));
  const before = sumTerms(poles, z, 0, left, start, middle);
  const after = sumTerms(poles, z, right + 8, <usize>n << 3, start, middle);
  const rest = 1 / rho + f64x2.extract_lane(f64x2.add(before, after), 0);
  const fromRight = isLast || rest - leftSquare / middle + rightSquare / (gap - middle) < 0;
  const low = fromRight && !isLast ? -middle : 0;
  const high = isLast ? 2 * middle : fromRight ? 0 : middle;

  // The first guess takes the sum over all other poles as constant.
  const b = fromRight ? -rightSquare * gap : leftSquare * gap;
  const guess = quadraticRoot(leftSquare + rightSquare + (fromRight ? -rest : rest) * gap, b, rest, side);
  const tau = guess > low && guess < high ? guess : 0.5 * (low + high);
  const origin = load<f64>(poles + (fromRight ? right : left));
  const solution = iterate(poles, z, n, left, 1 / rho, fromRight, side, low, high, tau);
  storeDistances(poles, n, origin, solution, distances);
  return origin + solution;
}

/**
 * Improves τ within the bracket low … high; returns NaN if the bound on the number of steps was reached.
 *
 * In every step f is replaced by c + s / (d_l − λ) + t / (d_r − λ) with the poles next to the root, where two
 * of the constants match value and slope of f. The third is chosen by one of two rules: the weight of the
 * closer pole is its own, or the terms of either pole match the slopes of the sums up to d_l and from d_r on.
 * If one makes little progress, the other follows, and after several such steps the bracket is split, halfway
 * between the logarithms of its ends.
 */
function iterate(
  poles: usize,
  z: usize,
  n: i32,
  left: usize,
  constant: f64,
  fromRight: bool,
  side: f64,
  low: f64,
  high: f64,
  tau: f64,
): f64 {
  const right = left + 8;
  const gap = load<f64>(poles + right) - load<f64>(poles + left);
  const origin = load<f64>(poles + (fromRight ? right : left));
  const square = squareAt(z + (fromRight ? right : left));
  let fixWeight = true;
  let previous = Infinity;
  let slow = 0;
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const before = sumTerms(poles, z, 0, right, origin, tau);
    const after = sumTerms(poles, z, right, <usize>n << 3, origin, tau);
    const sumBefore = f64x2.extract_lane(before, 0);
    const sumAfter = f64x2.extract_lane(after, 0);
    const slopeBefore = f64x2.extract_lane(before, 1);
    const slopeAfter = f64x2.extract_lane(after, 1);
    const f = constant + sumBefore + sumAfter;
    const slope = slopeBefore + slopeAfter;
    const rounding = constant + 8 * (abs(sumBefore) + abs(sumAfter)) + abs(tau) * slope;
    if (abs(f) <= f64.EPSILON * rounding) return tau;
    if (f < 0) low = tau;
    else high = tau;
    slow = abs(f) > 0.1 * previous ? slow + 1 : 0;
    if (slow > 0) fixWeight = !fixWeight;
    previous = abs(f);

    const toLeft = fromRight ? -gap - tau : -tau;
    const toRight = fromRight ? -tau : gap - tau;
    let c = f;
    if (!fixWeight) c -= toLeft * slopeBefore + toRight * slopeAfter;
    else if (fromRight) c -= toLeft * slope + gap * (square / (toRight * toRight));
    else c -= toRight * slope - gap * (square / (toLeft * toLeft));
    const product = toLeft * toRight;
    let step = quadraticRoot((toLeft + toRight) * f - product * slope, product * f, c, side);
    if (!(step * f < 0)) step = -f / slope;
    let next = tau + step;
    if (slow == 4) {
      // The two rules can lead to and fro without end.
      slow = 0;
      next = low * high > 0 ? copysign<f64>(sqrt(low * high), low) : 0.5 * (low + high);
    }
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    if (next == tau) return tau;
    tau = next;
  }
  return NaN;
}

/** The root (a ± √(a² − 4bc)) / 2c of c x² − a x + b with the sign of `side`, without cancellation. */
function quadraticRoot(a: f64, b: f64, c: f64, side: f64): f64 {
  const root = side * sqrt(abs(a * a - 4 * b * c));
  return side * a >= 0 ? (a + root) / (2 * c) : (2 * b) / (a - root);
}

@inline
function squareAt(x: usize): f64 {
  return load<f64>(x) * load<f64>(x);
}

/** The sums of z_i² / (d_i − λ) and of z_i² / (d_i − λ)² over offsets from … to − 8, where λ = origin + τ. */
function sumTerms(poles: usize, z: usize, from: usize, to: usize, origin: f64, tau: f64): v128 {
  const origins = f64x2.splat(origin);
  const taus = f64x2.splat(tau);
  let sums = f64x2.splat(0);
  let slopes = f64x2.splat(0);
  let i = from;
  for (; i + 16 <= to; i += 16) {
    const entries = v128.load(z + i);
    const quotients = f64x2.div(entries, f64x2.sub(f64x2.sub(v128.load(poles + i), origins), taus));
    sums = f64x2.add(sums, f64x2.mul(entries, quotients));
    slopes = f64x2.add(slopes, f64x2.mul(quotients, quotients));
  }
  let sum: f64 = 0;
  let slope: f64 = 0;
  if (i < to) {
    const quotient = load<f64>(z + i) / (load<f64>(poles + i) - origin - tau);
    sum = load<f64>(z + i) * quotient;
    slope = quotient * quotient;
  }
  return f64x2.add(sumsOf(sums, slopes), f64x2.replace_lane(f64x2.splat(sum), 1, slope));
}

function storeDistances(poles: usize, n: i32, origin: f64, tau: f64, distances: usize): void {
  const end = poles + (<usize>n << 3);
  for (; poles < end; poles += 8, distances += 8) store<f64>(distances, load<f64>(poles) - origin - tau);
}
