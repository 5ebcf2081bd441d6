/**
 * Blocks: two complex numbers, their real parts before their imaginary parts, 32 bytes. The lanes of a block
 * are neighbours in a row, or the same entry of two rows.
 *
 * Rows are given by the address of the first real part, that of the first imaginary part and the bytes from
 * number to number: 8 where real and imaginary parts are apart (planar), 16 where they alternate
 * (interleaved). Addresses given the other way round exchange real and imaginary parts, z → j conj(z): done
 * at both ends of a transform, it makes the inverse.
 */

/**
 * How two vectors hold two numbers: as two numbers, as two with exchanged parts, as real and imaginary
 * parts.
 */
export const interleaved: i32 = 0;
export const exchanged: i32 = 1;
export const planar: i32 = 2;

/** Stores a block. */
@inline
export function storeBlock(y: usize, re: v128, im: v128): void {
  v128.store(y, re);
  v128.store(y, im, 16);
}

/** Stores the block (re, im) times the block of twiddle factors at w. */
@inline
export function storeTurned(y: usize, re: v128, im: v128, w: usize): void {
  const cosine = v128.load(w);
  const sine = v128.load(w, 16);
  v128.store(y, f64x2.sub(f64x2.mul(re, cosine), f64x2.mul(im, sine)));
  v128.store(y, f64x2.add(f64x2.mul(re, sine), f64x2.mul(im, cosine)), 16);
}

/** The numbers at x and `step` bytes from there. */
@inline
export function loadPair(x: usize, step: usize): v128 {
  return v128.load64_lane(x + step, v128.load64_zero(x), 1);
}

/** The way back of {@link loadPair}. */
@inline
export function storePair(y: usize, step: usize, pair: v128): void {
  v128.store64_lane(y, pair, 0);
  v128.store64_lane(y + step, pair, 1);
}
