/**
 * What a step of a Householder reduction knows about the columns of its matrix: y, z and w in the notation of
 * reflection-passes.ts. Columns are taken in pairs. The record of a pair holds the parts Re y, Im y, Re z, Im
 * z, Re w and Im w of both columns (y, z and w if the matrix is real), so that an inner loop needs one
 * address for all of them.
 */

/** Bytes of the record of a pair of columns. */
export const realPair: usize = 48;
export const complexPair: usize = 96;

/** The bytes of the records of that many columns. */
@inline
export function recordBytes(columns: i32, real: bool): usize {
  return <usize>((columns + 1) >> 1) * (real ? realPair : complexPair);
}

/** The part of the records, which begin with that of column 0, that belongs to one column. */
@inline
export function recordOf(records: usize, column: i32, real: bool): usize {
  return records + <usize>(column >> 1) * (real ? realPair : complexPair) + (<usize>(column & 1) << 3);
}

/** y ← f z, or f* z if `conjugate`, and z ← 0; `factor` is the address of (re, im). */
export function finishProjection(pair: usize, end: usize, real: bool, factor: usize, conjugate: bool): void {
  const fr = v128.load64_splat(factor);
  const zero = f64x2.splat(0);
  if (real) {
    for (; pair < end; pair += realPair) {
      v128.store(pair, f64x2.mul(fr, v128.load(pair, 16)));
      v128.store(pair, zero, 16);
    }
    return;
  }
  const imaginary = load<f64>(factor, 8);
  const fi = f64x2.splat(conjugate ? -imaginary : imaginary);
  for (; pair < end; pair += complexPair) {
    const re = v128.load(pair, 32);
    const im = v128.load(pair, 48);
    v128.store(pair, f64x2.sub(f64x2.mul(fr, re), f64x2.mul(fi, im)));
    v128.store(pair, f64x2.add(f64x2.mul(fr, im), f64x2.mul(fi, re)), 16);
    v128.store(pair, zero, 32);
    v128.store(pair, zero, 48);
  }
}

/** a ← a − y for one row. */
export function subtractProjection(ar: usize, ai: usize, pair: usize, end: usize): void {
  if (ai == 0) {
    for (; pair < end; pair += realPair, ar += 16) v128.store(ar, f64x2.sub(v128.load(ar), v128.load(pair)));
    return;
  }
  for (; pair < end; pair += complexPair, ar += 16, ai += 16) {
    v128.store(ar, f64x2.sub(v128.load(ar), v128.load(pair)));
    v128.store(ai, f64x2.sub(v128.load(ai), v128.load(pair, 16)));
  }
}
