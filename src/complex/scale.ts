/**
 * Normalisation by powers of two. Scaling by a power of two is exact, so a solver that normalises its input this
 * way and undoes it at exit returns the same bits whatever the units are.
 */
import { rangeError } from "../errors.js";

/**
 * The integer e with 2^e ≤ |value| < 2^(e+1), for a finite value other than zero, subnormals included.
 *
 * @throws `range` for zero, which has no exponent
 */
export function exponentOf(value: number): number {
  if (value === 0) throw rangeError("exponentOf", "value", "0", "a number other than zero");
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const field = (bits.getUint16(0) >> 4) & 0x7ff;
  if (field !== 0) return field - 1023;
  return exponentOf(value * 2 ** 54) - 54;
}

/** Largest exponent of a single factor; larger scalings take several. */
const step = 1000;

/** value · 2^exponent, exact unless the result leaves the normal range, also where 2^exponent alone would. */
export function timesPowerOfTwo(value: number, exponent: number): number {
  let rest = exponent;
  let result = value;
  for (; rest > step; rest -= step) result *= 2 ** step;
  for (; rest < -step; rest += step) result *= 2 ** -step;
  return result * 2 ** rest;
}

/** data · 2^exponent in place. */
export function scaleByPowerOfTwo(data: Float64Array, exponent: number): Float64Array {
  if (exponent === 0) return data;
  if (Math.abs(exponent) > step) {
    for (let i = 0; i < data.length; i++) data[i] = timesPowerOfTwo(data[i], exponent);
    return data;
  }
  const factor = 2 ** exponent;
  for (let i = 0; i < data.length; i++) data[i] = data[i] * factor;
  return data;
}

/** The largest magnitude of the numbers; 0 for none. */
export function maxAbs(data: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const magnitude = Math.abs(data[i]);
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}
