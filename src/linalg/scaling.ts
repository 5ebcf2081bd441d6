/**
 * Normalisation at the entry of a routine and its undoing at the exit, so that sums of squares neither overflow nor
 * underflow whatever the units are. It acts only far from one, and always by a power of two, which is exact.
 */
import { joinMatrix, type Planar, split } from "../complex/planar.js";
import { scaleByPowerOfTwo } from "../complex/scale.js";
import type { ComplexMatrix } from "../complex/types.js";
import { rangeError } from "../errors.js";

/** Exponents are multiples of this even number, so that the square root of a scale is a power of two as well. */
const step = 100;

/**
 * The exponent e, a multiple of 100, such that the largest magnitude times 2^-e is within 2^±100; 0 if all numbers
 * are zero, NaN if one is not finite.
 */
export function safeExponent(re: Float64Array, im: Float64Array | undefined, size: number): number {
  return exponentOfLargest(
    Math.max(largestMagnitude(re, size), im === undefined ? 0 : largestMagnitude(im, size)),
  );
}

/** As {@link safeExponent}, from the largest magnitude. */
export function exponentOfLargest(largest: number): number {
  if (largest === 0) return 0;
  if (!Number.isFinite(largest)) return Number.NaN;
  let exponent = 0;
  while (largest * 2 ** -exponent > 2 ** step) exponent += step;
  while (largest * 2 ** -exponent < 2 ** -step) exponent -= step;
  return exponent;
}

/** NaN if one of the numbers is NaN. */
function largestMagnitude(data: Float64Array, size: number): number {
  let largest = 0;
  let poison = 0;
  for (let i = 0; i < size; i++) {
    const magnitude = Math.abs(data[i]);
    poison += 0 * magnitude;
    if (magnitude > largest) largest = magnitude;
  }
  return largest + poison;
}

/** The parts of a matrix times 2^-exponent. */
export interface Scaled {
  readonly parts: Planar;
  readonly exponent: number;
}

/** Splits interleaved data and normalises them; real if asked for (the imaginary parts must then be zero). */
export function splitScaled({ data }: ComplexMatrix, real: boolean): Scaled {
  const exponent = safeExponent(data, undefined, data.length);
  return { parts: split(data, real, 2 ** -exponent), exponent };
}

/**
 * The matrix parts · 2^exponent.
 *
 * @throws `range` if a number of the result overflows
 */
export function joinScaled(
  who: string,
  parts: Planar,
  rows: number,
  columns: number,
  exponent: number,
): ComplexMatrix {
  const matrix = joinMatrix(parts, rows, columns);
  checkRepresentable(who, scaleByPowerOfTwo(matrix.data, exponent));
  return matrix;
}

/** @throws `range` if one of the numbers has overflowed */
export function checkRepresentable(who: string, data: Float64Array): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw rangeError(who, "result", "too large to represent", "numbers below 1.8e308");
    }
  }
}
