/**
 * The plan of a discrete Fourier transform whose length has small prime factors: which stages, and their
 * constants.
 *
 * The table of a length begins with a head of 32-bit integers: the length of the convolution of Bluestein's
 * algorithm, or 0 where stages alone will do; the radix of the last stage of an even length, 1 for an odd
 * one; then the radices of the other stages in order, ended by 0. The constants of these stages follow, each
 * stage's in the order in which it reads them: the matrix of an odd radix without a butterfly of its own,
 * then the twiddle factors.
 */

const headBytes: i32 = 128;

/** Up to this prime a direct sum is faster than Bluestein's algorithm. */
export const largestPrime: i32 = 53;

/** Whether stages alone will do for a length. */
export function hasPlan(n: i32): bool {
  n >>= ctz(n);
  for (let prime = 3; prime <= largestPrime && n > 1; prime += 2) {
    while (n % prime == 0) n /= prime;
  }
  return n <= 1;
}

/** The bytes of the table of a length for which stages alone will do. */
export function planSize(n: i32): i32 {
  const ending = lastRadix(n);
  const lanes = n & 1 ? 2 : 1;
  let bytes = headBytes;
  for (let length = n; length > ending; ) {
    const radix = nextRadix(length, ending);
    length /= radix;
    bytes += matrixSize(radix) + 16 * lanes * (radix - 1) * length;
  }
  return bytes;
}

/** Fills the table from the n roots of unity e^{−j2πk/n}, k = 0 … n − 1. */
export function makePlan(n: i32, re: usize, im: usize, table: usize): void {
  const ending = lastRadix(n);
  let radices = table + 8;
  let at = table + headBytes;
  store<i32>(table, 0);
  store<i32>(table, ending, 4);
  for (let length = n; length > ending; ) {
    const radix = nextRadix(length, ending);
    store<i32>(radices, radix);
    radices += 4;
    if (matrixSize(radix) != 0) at = storeMatrix(n, radix, re, im, at);
    length /= radix;
    at = storeTwiddles(n, radix, length, re, im, at);
  }
  store<i32>(radices, 0);
}

/** The length of the convolution in Bluestein's algorithm, or 0. */
@inline
export function convolutionLength(table: usize): i32 {
  return load<i32>(table);
}

/** Makes a table that of Bluestein's algorithm. */
@inline
export function setConvolutionLength(table: usize, length: i32): void {
  store<i32>(table, length);
}

/** The radix of the last stage. */
@inline
export function lastRadixOf(table: usize): i32 {
  return load<i32>(table, 4);
}

/** The address of the radices of the stages before the last one. */
@inline
export function radicesOf(table: usize): usize {
  return table + 8;
}

/** The address of the constants of the first stage. */
@inline
export function constantsOf(table: usize): usize {
  return table + headBytes;
}

/** The bytes of the matrix of an odd radix without a butterfly of its own. */
export function matrixSize(radix: i32): i32 {
  const half = (radix - 1) >> 1;
  return radix > 5 ? 16 * half * half : 0;
}

/** 2, 4 or 8, such that only factors 4 and odd ones remain; 1 for odd lengths. */
function lastRadix(n: i32): i32 {
  const twos = ctz(n);
  if (twos < 2) return 1 << twos;
  return twos & 1 ? 8 : 4;
}

/** The radix of the next stage for what remains of a length. */
function nextRadix(length: i32, ending: i32): i32 {
  if (length % (4 * ending) == 0) return 4;
  let prime = 3;
  while (length % prime != 0) prime += 2;
  return prime;
}

/** cos 2πci/r and sin 2πci/r, c, i = 1 … (r − 1)/2. */
function storeMatrix(n: i32, radix: i32, re: usize, im: usize, at: usize): usize {
  const half = (radix - 1) >> 1;
  for (let c = 1; c <= half; c++) {
    for (let i = 1; i <= half; i++, at += 16) {
      const root = <usize>((n / radix) * ((c * i) % radix)) << 3;
      store<f64>(at, load<f64>(re + root));
      store<f64>(at, -load<f64>(im + root), 8);
    }
  }
  return at;
}

/**
 * w^{pk}, w = e^{−j2π/(rm)}, k = 1 … r − 1, for the two positions p of a block: two real parts, two imaginary
 * parts. Where rows share a block, both positions are the same.
 */
function storeTwiddles(n: i32, radix: i32, m: i32, re: usize, im: usize, at: usize): usize {
  const step = n / (radix * m);
  const next = n & 1 ? 0 : 1;
  for (let p = 0; p < m; p += 1 + next) {
    for (let k = 1; k < radix; k++, at += 32) {
      const first = <usize>(step * p * k) << 3;
      const second = <usize>(step * (p + next) * k) << 3;
      store<f64>(at, load<f64>(re + first));
      store<f64>(at, load<f64>(re + second), 8);
      store<f64>(at, load<f64>(im + first), 16);
      store<f64>(at, load<f64>(im + second), 24);
    }
  }
  return at;
}
