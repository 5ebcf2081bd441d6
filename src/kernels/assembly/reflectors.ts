/**
 * Householder reflections H = I − τ v v^H.
 *
 * Source: R. B. Lehoucq, The computation of elementary unitary matrices, ACM Trans. Math. Softw. 22 (1996).
 */
import { hypotenuse, safeSquare } from "./hypotenuse";
import { imaginaryAt } from "./imaginary";
import { sumOf } from "./lanes";

/** Tails shorter than this are zero; callers keep the largest entry of the matrix near one. */
const tiny: f64 = 2.0 ** -1000;

/** Lifts entries whose squares underflow; entries that small are not lifted out of range. */
const lift: f64 = 2.0 ** 600;

/**
 * Makes the reflection with H^H x = β e_0 and real β from the n numbers of x. The tail of x is overwritten by
 * that of v, whose head is one; the head of x is left to the caller.
 *
 * @param tau - filled with τ as two numbers (re, im)
 * @returns β
 */
export function makeReflector(xr: usize, xi: usize, n: i32, tau: usize): f64 {
  const alphaRe = load<f64>(xr);
  const alphaIm: f64 = xi != 0 ? load<f64>(xi) : 0;
  const tailRe = xr + 8;
  const tailIm = imaginaryAt(xi, 8);
  const tail = norm(tailRe, tailIm, n - 1);
  if (tail <= tiny && abs(alphaIm) <= tiny) {
    store<f64>(tau, 0);
    store<f64>(tau, 0, 8);
    return alphaRe;
  }
  const length = hypotenuse(hypotenuse(alphaRe, alphaIm), tail);
  const beta = alphaRe > 0 ? -length : length;
  const shifted = alphaRe - beta;
  store<f64>(tau, -shifted / beta);
  store<f64>(tau, -alphaIm / beta, 8);
  // The tail of v is that of x divided by α − β, whose real part is not smaller than its imaginary part.
  const quotient = alphaIm / shifted;
  const factorRe = 1 / (shifted + alphaIm * quotient);
  if (xi == 0) scaleReal(tailRe, n - 1, factorRe);
  else scaleComplex(tailRe, tailIm, n - 1, factorRe, -quotient * factorRe);
  return beta;
}

/** Writes out the zeros before number `head` of a vector, and its one in place of that number. */
export function completeVector(vr: usize, vi: usize, head: i32): void {
  const bytes = <usize>head << 3;
  memory.fill(vr, 0, bytes);
  store<f64>(vr + bytes, 1);
  if (vi != 0) memory.fill(vi, 0, bytes + 8);
}

/** The Euclidean norm of n numbers, also where their squares underflow. */
function norm(xr: usize, xi: usize, n: i32): f64 {
  const square = sumOfSquares(xr, n, 1) + (xi != 0 ? sumOfSquares(xi, n, 1) : 0);
  if (!(square <= safeSquare)) return sqrt(square);
  const lifted = sumOfSquares(xr, n, lift) + (xi != 0 ? sumOfSquares(xi, n, lift) : 0);
  return sqrt(lifted) / lift;
}

/** The sum of the squares of n numbers times `scale`. */
function sumOfSquares(x: usize, n: i32, scale: f64): f64 {
  const end = x + (<usize>n << 3);
  const scales = f64x2.splat(scale);
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  for (; x + 32 <= end; x += 32) {
    const a = f64x2.mul(scales, v128.load(x));
    const b = f64x2.mul(scales, v128.load(x, 16));
    first = f64x2.add(first, f64x2.mul(a, a));
    second = f64x2.add(second, f64x2.mul(b, b));
  }
  let sum: f64 = 0;
  for (; x < end; x += 8) {
    const value = scale * load<f64>(x);
    sum += value * value;
  }
  return sumOf(f64x2.add(first, second)) + sum;
}

function scaleReal(x: usize, n: i32, factor: f64): void {
  const end = x + (<usize>n << 3);
  const factors = f64x2.splat(factor);
  for (; x + 16 <= end; x += 16) v128.store(x, f64x2.mul(v128.load(x), factors));
  if (x < end) store<f64>(x, load<f64>(x) * factor);
}

function scaleComplex(xr: usize, xi: usize, n: i32, factorRe: f64, factorIm: f64): void {
  const end = xr + (<usize>n << 3);
  const fr = f64x2.splat(factorRe);
  const fi = f64x2.splat(factorIm);
  for (; xr + 16 <= end; xr += 16, xi += 16) {
    const a = v128.load(xr);
    const b = v128.load(xi);
    v128.store(xr, f64x2.sub(f64x2.mul(a, fr), f64x2.mul(b, fi)));
    v128.store(xi, f64x2.add(f64x2.mul(a, fi), f64x2.mul(b, fr)));
  }
  if (xr == end) return;
  const a = load<f64>(xr);
  const b = load<f64>(xi);
  store<f64>(xr, a * factorRe - b * factorIm);
  store<f64>(xi, a * factorIm + b * factorRe);
}
