/**
 * Bluestein's algorithm for lengths with large prime factors. With w_k = e^{−jπk²/n}, and since
 * 2km = k² + m² − (k − m)², the transform is w_k Σ_m (x_m w_m) conj(w_{k−m}): a convolution, done by
 * transforms of a length N ≥ 2n − 1.
 *
 * Source: L. I. Bluestein, A linear filtering approach to the computation of discrete Fourier transform,
 * IEEE Trans. Audio Electroacoust. 18 (1970).
 *
 * The table: a head of 16 bytes with N; the transform of the filter conj(w)/N, N real and N imaginary parts;
 * the table of length N; the chirp w, n real and n imaginary parts.
 */
import { loadPair, storePair } from "./fft-blocks";
import { convolutionLength, makePlan, planSize, setConvolutionLength } from "./fft-plan";
import { transformRows, transformWork } from "./fft-rows";

const headBytes: i32 = 16;

/** The smallest 2^i, 3 · 2^i or 5 · 2^i, i ≥ 2, that holds the convolution. */
export function bluesteinInnerLength(n: i32): i32 {
  const least = 2 * n - 1;
  let length = 4;
  while (length < least) length *= 2;
  if (5 * (length >> 3) >= least && length >= 32) return 5 * (length >> 3);
  return 3 * (length >> 2) >= least && length >= 16 ? 3 * (length >> 2) : length;
}

/** The bytes of the table of a length. */
export function bluesteinSize(n: i32): i32 {
  const length = bluesteinInnerLength(n);
  return headBytes + 16 * length + planSize(length) + 16 * n;
}

/** The bytes of the work area of both functions below: two rows, and that of their transforms. */
export function bluesteinWork(n: i32): i32 {
  const length = bluesteinInnerLength(n);
  return 32 * length + transformWork(length);
}

/**
 * Fills the table of a length.
 *
 * @param roots - those of order 2n and then those of order N, each as real parts followed by imaginary parts
 * @param work - {@link bluesteinWork} bytes
 */
export function bluesteinTable(n: i32, roots: usize, table: usize, work: usize): void {
  const length = bluesteinInnerLength(n);
  const parts = <usize>length << 3;
  const filter = table + headBytes;
  const inner = innerTable(table, length);
  const innerRoots = roots + (<usize>n << 5);
  setConvolutionLength(table, length);
  makePlan(length, innerRoots, innerRoots + parts, inner);
  storeChirp(n, roots, chirpOf(table, length));
  storeFilter(n, length, chirpOf(table, length), work);
  transformRows(length, 1, work, work + parts, filter, filter + parts, 8, inner, work + 4 * parts);
}

/**
 * The transforms of `batch` rows that follow each other.
 *
 * @param step - bytes from number to number, see fft-blocks.ts
 * @param table - from {@link bluesteinTable}
 * @param work - {@link bluesteinWork} bytes
 */
export function bluestein(
  n: i32,
  batch: i32,
  xr: usize,
  xi: usize,
  outr: usize,
  outi: usize,
  step: usize,
  table: usize,
  work: usize,
): void {
  const length = convolutionLength(table);
  const parts = <usize>length << 3;
  const filter = table + headBytes;
  const inner = innerTable(table, length);
  const chirp = chirpOf(table, length);
  const spectrum = work + 2 * parts;
  const rest = spectrum + 2 * parts;
  const rowBytes = step * <usize>n;
  for (let row = 0; row < batch; row++) {
    multiplyByChirp(n, chirp, xr, xi, step, work, work + parts, 8);
    clearTail(n, length, work);
    clearTail(n, length, work + parts);
    transformRows(length, 1, work, work + parts, spectrum, spectrum + parts, 8, inner, rest);
    filterSpectrum(length, spectrum, spectrum + parts, filter, filter + parts);
    transformRows(length, 1, spectrum + parts, spectrum, work + parts, work, 8, inner, rest);
    multiplyByChirp(n, chirp, work, work + parts, 8, outr, outi, step);
    xr += rowBytes;
    xi += rowBytes;
    outr += rowBytes;
    outi += rowBytes;
  }
}

@inline
function innerTable(table: usize, length: i32): usize {
  return table + headBytes + (<usize>length << 4);
}

@inline
function chirpOf(table: usize, length: i32): usize {
  return innerTable(table, length) + planSize(length);
}

/** w_k from the roots of unity of order 2n, with k² reduced modulo 2n. */
function storeChirp(n: i32, roots: usize, chirp: usize): void {
  const parts = <usize>n << 3;
  let square = 0;
  for (let k = 0; k < n; k++, chirp += 8) {
    const root = roots + (<usize>square << 3);
    store<f64>(chirp, load<f64>(root));
    store<f64>(chirp + parts, load<f64>(root + 2 * parts));
    square = (square + 2 * k + 1) % (2 * n);
  }
}

/** conj(w_k)/N, k = −(n − 1) … n − 1, wrapped around, over the length of the convolution. */
function storeFilter(n: i32, length: i32, chirp: usize, filter: usize): void {
  const scale = 1 / <f64>length;
  const parts = <usize>length << 3;
  memory.fill(filter, 0, 2 * parts);
  for (let k = 0; k < n; k++) {
    const from = chirp + (<usize>k << 3);
    const re = scale * load<f64>(from);
    const im = -scale * load<f64>(from + (<usize>n << 3));
    const at = filter + (<usize>k << 3);
    const mirrored = filter + (<usize>((length - k) % length) << 3);
    store<f64>(at, re);
    store<f64>(at + parts, im);
    store<f64>(mirrored, re);
    store<f64>(mirrored + parts, im);
  }
}

/** Zeros in place of numbers n … length − 1. */
function clearTail(n: i32, length: i32, x: usize): void {
  memory.fill(x + (<usize>n << 3), 0, <usize>(length - n) << 3);
}

/** x ← x a, entry by entry, for an even number of entries. */
function filterSpectrum(count: i32, xr: usize, xi: usize, ar: usize, ai: usize): void {
  for (const end = xr + (<usize>count << 3); xr < end; xr += 16, xi += 16, ar += 16, ai += 16) {
    const re = v128.load(xr);
    const im = v128.load(xi);
    const cosine = v128.load(ar);
    const sine = v128.load(ai);
    v128.store(xr, f64x2.sub(f64x2.mul(re, cosine), f64x2.mul(im, sine)));
    v128.store(xi, f64x2.add(f64x2.mul(re, sine), f64x2.mul(im, cosine)));
  }
}

/**
 * y ← x w, entry by entry, two at a time; the last two may share one with those before.
 *
 * @param xStep - bytes from number to number of x
 * @param yStep - those of y
 */
function multiplyByChirp(
  n: i32,
  chirp: usize,
  xr: usize,
  xi: usize,
  xStep: usize,
  yr: usize,
  yi: usize,
  yStep: usize,
): void {
  for (let k = 0; k < n; k += 2) {
    const at = <usize>min(k, n - 2);
    const cosine = v128.load(chirp + (at << 3));
    const sine = v128.load(chirp + ((at + <usize>n) << 3));
    const re = loadPair(xr + at * xStep, xStep);
    const im = loadPair(xi + at * xStep, xStep);
    storePair(yr + at * yStep, yStep, f64x2.sub(f64x2.mul(re, cosine), f64x2.mul(im, sine)));
    storePair(yi + at * yStep, yStep, f64x2.add(f64x2.mul(re, sine), f64x2.mul(im, cosine)));
  }
}
