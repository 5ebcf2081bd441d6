import type { Planar } from "../complex/planar.js";

/** Vectors shorter than this are zero; callers keep the largest entry of the matrix near one. */
const tiny = 2 ** -1000;

/**
 * Makes the reflection H = I − τ v v^H with H^H x = β e and real β from the vector x whose head, the entry that
 * stays, is at `head` and whose other entries are `from` … `to` − 1. They are overwritten by those of v, whose head
 * is one; the head of x is overwritten by β, which is returned. τ is stored as number `k` of `tau`.
 *
 * Source: R. B. Lehoucq, The computation of elementary unitary matrices, ACM Trans. Math. Softw. 22 (1996).
 */
export function makeReflector(
  { re, im }: Planar,
  head: number,
  from: number,
  to: number,
  tau: Planar,
  k: number,
): number {
  const alphaRe = re[head];
  const alphaIm = im === undefined ? 0 : im[head];
  const tail = norm(re, im, from, to);
  tau.re[k] = 0;
  if (tau.im !== undefined) tau.im[k] = 0;
  if (im !== undefined) im[head] = 0;
  if (tail <= tiny && Math.abs(alphaIm) <= tiny) return alphaRe;
  const length = hypotenuse(hypotenuse(alphaRe, alphaIm), tail);
  const beta = alphaRe > 0 ? -length : length;
  re[head] = beta;
  // The tail of v is that of x divided by α − β, whose real part is not smaller than its imaginary part.
  const shifted = alphaRe - beta;
  tau.re[k] = -shifted / beta;
  if (im === undefined) {
    const factor = 1 / shifted;
    for (let i = from; i < to; i++) re[i] = re[i] * factor;
    return beta;
  }
  tau.im![k] = -alphaIm / beta;
  const quotient = alphaIm / shifted;
  const factorRe = 1 / (shifted + alphaIm * quotient);
  const factorIm = -quotient * factorRe;
  for (let i = from; i < to; i++) {
    const x = re[i];
    const y = im[i];
    re[i] = x * factorRe - y * factorIm;
    im[i] = x * factorIm + y * factorRe;
  }
  return beta;
}

/** The Euclidean norm of entries from … to − 1, also where their squares underflow. */
function norm(re: Float64Array, im: Float64Array | undefined, from: number, to: number): number {
  const square = sumOfSquares(re, from, to, 1) + (im === undefined ? 0 : sumOfSquares(im, from, to, 1));
  if (square > 2 ** -900) return Math.sqrt(square);
  const scale = 2 ** 600;
  const scaled =
    sumOfSquares(re, from, to, scale) + (im === undefined ? 0 : sumOfSquares(im, from, to, scale));
  return Math.sqrt(scaled) / scale;
}

function sumOfSquares(data: Float64Array, from: number, to: number, scale: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) {
    const value = scale * data[i];
    sum += value * value;
  }
  return sum;
}

/** √(a² + b²) without overflow or underflow. */
export function hypotenuse(a: number, b: number): number {
  const x = Math.abs(a);
  const y = Math.abs(b);
  const large = Math.max(x, y);
  if (large === 0) return 0;
  const quotient = Math.min(x, y) / large;
  return large * Math.sqrt(1 + quotient * quotient);
}
