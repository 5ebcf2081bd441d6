/**
 * One-sided Jacobi: plane rotations from the left make the rows of a square matrix mutually orthogonal.
 *
 * Source: M. R. Hestenes, Inversion of matrices by biorthogonalization and related results, J. SIAM 6 (1958); the
 * stopping test is relative to the norms of the two rows, which gives small singular values to high relative
 * accuracy: J. Demmel and K. Veselić, Jacobi's method is more accurate than QR, SIAM J. Matrix Anal. Appl. 13
 * (1992).
 */
import type { Planar } from "../complex/planar.js";
import { hypotenuse } from "./reflector.js";

const maxSweeps = 40;

/**
 * Orthogonalises the first `n` entries of the rows of `w`, n × width, by rotations of whole rows. What follows the
 * first n entries is carried along: start it as the identity to obtain the accumulated rotation.
 *
 * @param squares - filled with the squared norms of the rows
 * @returns false if the bound on the number of sweeps was reached
 */
export function orthogonaliseRows(w: Planar, n: number, width: number, squares: Float64Array): boolean {
  const tolerance = Number.EPSILON * Math.sqrt(n);
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    computeSquares(w, n, width, squares);
    const left =
      w.im === undefined
        ? sweepReal(w.re, n, width, squares, tolerance)
        : sweepComplex(w.re, w.im, n, width, squares, tolerance);
    // `left` bounds the cosines that this sweep leaves behind.
    if (left <= tolerance) {
      computeSquares(w, n, width, squares);
      return true;
    }
  }
  return false;
}

function computeSquares({ re, im }: Planar, n: number, width: number, squares: Float64Array): void {
  for (let i = 0; i < n; i++) squares[i] = rowSquare(re, im, i * width, n);
}

function rowSquare(re: Float64Array, im: Float64Array | undefined, at: number, n: number): number {
  let sum = 0;
  for (let k = at; k < at + n; k++) sum += re[k] * re[k];
  if (im !== undefined) for (let k = at; k < at + n; k++) sum += im[k] * im[k];
  return sum;
}

/** The tangent of the smaller angle that makes two rows with these squared norms and this product orthogonal. */
function tangent(squareP: number, squareQ: number, product: number): number {
  const zeta = (squareQ - squareP) / (2 * product);
  const size = Math.abs(zeta);
  const t = size > 1e8 ? 0.5 / size : 1 / (size + Math.sqrt(1 + size * size));
  return zeta < 0 ? -t : t;
}

/** One sweep over all pairs of rows. Returns a bound on the cosines between rows afterwards; 0 if it did nothing. */
function sweepReal(
  w: Float64Array,
  n: number,
  width: number,
  squares: Float64Array,
  tolerance: number,
): number {
  let largestCosine = 0;
  let largestSine = 0;
  for (let p = 0; p < n - 1; p++) {
    const rowP = p * width;
    for (let q = p + 1; q < n; q++) {
      const rowQ = q * width;
      let product = 0;
      for (let k = 0; k < n; k++) product += w[rowP + k] * w[rowQ + k];
      const squareP = squares[p];
      const squareQ = squares[q];
      const scale = Math.sqrt(squareP) * Math.sqrt(squareQ);
      const size = Math.abs(product);
      if (!(size > tolerance * scale)) continue;
      const t = tangent(squareP, squareQ, product);
      const c = 1 / Math.sqrt(1 + t * t);
      const s = c * t;
      for (let k = 0; k < width; k++) {
        const a = w[rowP + k];
        const b = w[rowQ + k];
        w[rowP + k] = c * a - s * b;
        w[rowQ + k] = s * a + c * b;
      }
      updateSquares(w, undefined, n, width, squares, p, q, t * product);
      if (size > largestCosine * scale) largestCosine = size / scale;
      if (Math.abs(s) > largestSine) largestSine = Math.abs(s);
    }
  }
  return n * largestCosine * largestSine;
}

/** As {@link sweepReal}; the phase of the product is taken into the rotation. */
function sweepComplex(
  re: Float64Array,
  im: Float64Array,
  n: number,
  width: number,
  squares: Float64Array,
  tolerance: number,
): number {
  let largestCosine = 0;
  let largestSine = 0;
  for (let p = 0; p < n - 1; p++) {
    const rowP = p * width;
    for (let q = p + 1; q < n; q++) {
      const rowQ = q * width;
      let productRe = 0;
      let productIm = 0;
      for (let k = 0; k < n; k++) {
        const ar = re[rowP + k];
        const ai = im[rowP + k];
        const br = re[rowQ + k];
        const bi = im[rowQ + k];
        productRe += ar * br + ai * bi;
        productIm += ai * br - ar * bi;
      }
      const squareP = squares[p];
      const squareQ = squares[q];
      const scale = Math.sqrt(squareP) * Math.sqrt(squareQ);
      const size = hypotenuse(productRe, productIm);
      if (!(size > tolerance * scale)) continue;
      const t = tangent(squareP, squareQ, size);
      const c = 1 / Math.sqrt(1 + t * t);
      const sr = (c * t * productRe) / size;
      const si = (c * t * productIm) / size;
      // a ← c a − s b, b ← conj(s) a + c b with s = |s| e^{jφ}, φ the phase of Σ a conj(b).
      for (let k = 0; k < width; k++) {
        const ar = re[rowP + k];
        const ai = im[rowP + k];
        const br = re[rowQ + k];
        const bi = im[rowQ + k];
        re[rowP + k] = c * ar - (sr * br - si * bi);
        im[rowP + k] = c * ai - (sr * bi + si * br);
        re[rowQ + k] = sr * ar + si * ai + c * br;
        im[rowQ + k] = sr * ai - si * ar + c * bi;
      }
      updateSquares(re, im, n, width, squares, p, q, t * size);
      if (size > largestCosine * scale) largestCosine = size / scale;
      const sine = Math.abs(c * t);
      if (sine > largestSine) largestSine = sine;
    }
  }
  return n * largestCosine * largestSine;
}

/** A rotation moves `change` of the squared norm from row q to row p; where that cancels, it is computed anew. */
function updateSquares(
  re: Float64Array,
  im: Float64Array | undefined,
  n: number,
  width: number,
  squares: Float64Array,
  p: number,
  q: number,
  change: number,
): void {
  const squareP = squares[p] - change;
  const squareQ = squares[q] + change;
  squares[p] = squareP > 0.1 * squares[p] ? squareP : rowSquare(re, im, p * width, n);
  squares[q] = squareQ > 0.1 * squares[q] ? squareQ : rowSquare(re, im, q * width, n);
}
