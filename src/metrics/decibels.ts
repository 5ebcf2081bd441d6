import { rangeError } from "../errors.js";

/**
 * A ratio of powers in decibels, 10 log₁₀ ratio; 0 gives −∞.
 *
 * @throws `range` if the ratio is negative, NaN or infinite
 */
export function toDecibels(ratio: number): number {
  if (!(Number.isFinite(ratio) && ratio >= 0)) {
    throw rangeError("toDecibels", "ratio", String(ratio), "a finite number, at least 0");
  }
  return 10 * Math.log10(ratio);
}

/**
 * The ratio of powers that has this value in decibels, 10^(decibels / 10); −∞ gives 0.
 *
 * @throws `range` if the value is NaN or the ratio overflows
 */
export function fromDecibels(decibels: number): number {
  const ratio = 10 ** (decibels / 10);
  if (!Number.isFinite(ratio)) {
    throw rangeError("fromDecibels", "decibels", String(decibels), "a number below 3082");
  }
  return ratio;
}
