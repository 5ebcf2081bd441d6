/** Fourier transforms in TypeScript: fft.js for powers of two, Bluestein's algorithm for any other length. */
import FFT from "fft.js";
import { rootsOfUnity } from "./roots-of-unity.js";

/** The transform of one row of interleaved numbers. */
export interface RowTransform {
  readonly flops: number;
  readonly bytes: number;
  /** out ← the transform of x; x is left as it is. */
  transform(x: Float64Array, out: Float64Array): void;
}

/** A transform of any length n ≥ 1 in O(n log n) time and memory. */
export function rowTransform(n: number): RowTransform {
  return n > 1 && Number.isInteger(Math.log2(n)) ? powerOfTwo(n) : bluestein(n);
}

function powerOfTwo(n: number): RowTransform {
  const plan = new FFT(n);
  return { flops: 5 * n * Math.log2(n), bytes: 24 * n, transform: (x, out) => plan.transform(out, x) };
}

/**
 * Bluestein's algorithm (L. I. Bluestein, "A linear filtering approach to the computation of discrete Fourier
 * transform", IEEE Trans. Audio Electroacoust. 18(4), 1970). With w_k = e^{−jπk²/n}, and since
 * 2km = k² + m² − (k − m)², the transform is w_k Σ_m (x_m w_m) conj(w_{k−m}): a convolution, done by transforms of
 * a power of two.
 */
function bluestein(n: number): RowTransform {
  const size = 2 ** Math.max(1, Math.ceil(Math.log2(2 * n - 1)));
  const inner = powerOfTwo(size);
  const chirp = chirpOf(n);
  const filter = filterOf(chirp, n, size, inner);
  const work = new Float64Array(2 * size);
  const spectrum = new Float64Array(2 * size);
  return {
    flops: 2 * inner.flops + 6 * size + 12 * n,
    bytes: inner.bytes + 8 * (chirp.length + filter.length + work.length + spectrum.length),
    transform(x, out) {
      work.fill(0, 2 * n);
      multiply(work, x, chirp, n);
      inner.transform(work, spectrum);
      multiply(spectrum, spectrum, filter, size);
      // The inverse transform as the conjugate of the transform of the conjugate; 1/size is in the filter.
      conjugate(spectrum, size);
      inner.transform(spectrum, work);
      conjugate(work, n);
      multiply(out, work, chirp, n);
    },
  };
}

/** w_k = e^{−jπk²/n}, with k² reduced modulo 2n in whole numbers. */
function chirpOf(n: number): Float64Array {
  const { re, im } = rootsOfUnity(2 * n);
  const chirp = new Float64Array(2 * n);
  for (let k = 0, square = 0; k < n; k++) {
    chirp[2 * k] = re[square];
    chirp[2 * k + 1] = im[square];
    square = (square + 2 * k + 1) % (2 * n);
  }
  return chirp;
}

/** The transform of conj(w_k), k = −(n − 1) … n − 1, wrapped around, over the length of the transform. */
function filterOf(chirp: Float64Array, n: number, size: number, inner: RowTransform): Float64Array {
  const wrapped = new Float64Array(2 * size);
  for (let k = 0; k < n; k++) {
    const mirrored = (size - k) % size;
    wrapped[2 * k] = chirp[2 * k] / size;
    wrapped[2 * k + 1] = -chirp[2 * k + 1] / size;
    wrapped[2 * mirrored] = wrapped[2 * k];
    wrapped[2 * mirrored + 1] = wrapped[2 * k + 1];
  }
  const filter = new Float64Array(2 * size);
  inner.transform(wrapped, filter);
  return filter;
}

/** out ← a b, entry by entry; `out` may be a or b. */
function multiply(out: Float64Array, a: Float64Array, b: Float64Array, count: number): void {
  for (let i = 0; i < 2 * count; i += 2) {
    const re = a[i] * b[i] - a[i + 1] * b[i + 1];
    out[i + 1] = a[i] * b[i + 1] + a[i + 1] * b[i];
    out[i] = re;
  }
}

function conjugate(data: Float64Array, count: number): void {
  for (let i = 1; i < 2 * count; i += 2) data[i] = -data[i];
}
