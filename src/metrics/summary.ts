import { exponentOf, maxAbs, scaleByPowerOfTwo, timesPowerOfTwo } from "../complex/scale.js";
import { nonFiniteError, rangeError, shapeError } from "../errors.js";
import { studentTHalfWidth } from "./student-t.js";

/** What a sample of values says about the mean it was drawn around. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  readonly median: number;
  /** s / √count with the unbiased sample variance s²; `null` for a single value. */
  readonly standardError: number | null;
  /** The 95 % confidence interval of the mean by Student's t distribution; `null` for a single value. */
  readonly interval95: readonly [low: number, high: number] | null;
}

/**
 * Mean, median, standard error and 95 % confidence interval of the values of independent trials. What a single value
 * leaves undefined is `null`, so that a summary is the same after JSON.
 *
 * The interval takes the mean to be nearly normal; it is rough for few values of a skewed quantity. Values are summed
 * in the given order with compensation; the same values in the same order give the same bits.
 *
 * @throws `shape` if there are no values; `non-finite` if one is NaN or infinite; `range` if an end of the interval
 *   overflows
 *
 * @remarks Time O(n log n), memory 16 bytes per value.
 */
export function summarize(values: readonly number[] | Float64Array): Summary {
  const count = values.length;
  if (count === 0) throw shapeError("summarize", "values", "0 elements", "at least 1");
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(values[i])) throw nonFiniteError("summarize", "values", values[i], i);
  }
  // Scaled to magnitudes of at most 2, so that neither sums nor squares overflow.
  const scaled = Float64Array.from(values);
  const largest = maxAbs(scaled);
  const exponent = largest === 0 ? 0 : exponentOf(largest);
  scaleByPowerOfTwo(scaled, -exponent);
  const unscaled = (value: number): number => timesPowerOfTwo(value, exponent);

  // The second sum removes the rounding error of the division, so that equal values are their own mean.
  const roughMean = sumOfDifferences(scaled, 0) / count;
  const mean = roughMean + sumOfDifferences(scaled, roughMean) / count;
  let squares = 0;
  for (const value of scaled) squares += (value - mean) * (value - mean);
  const center = { count, mean: unscaled(mean), median: unscaled(medianInPlace(scaled)) };
  if (count === 1) return { ...center, standardError: null, interval95: null };

  const standardError = Math.sqrt(squares / (count - 1) / count);
  const halfWidth = studentTHalfWidth(0.95, count - 1) * standardError;
  const low = unscaled(mean - halfWidth);
  const high = unscaled(mean + halfWidth);
  if (!Number.isFinite(high - low)) {
    throw rangeError("summarize", "interval95", "too wide", "values whose interval is finite");
  }
  return { ...center, standardError: unscaled(standardError), interval95: [low, high] };
}

/**
 * Σ (values[i] − origin), adding up the rounding errors of the sum beside it. Value and origin are added one by one,
 * because their difference would be rounded unnoticed.
 *
 * Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", Zeitschrift für
 * Angewandte Mathematik und Mechanik 54, 1974.
 */
function sumOfDifferences(values: Float64Array, origin: number): number {
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < 2 * values.length; i++) {
    const term = i % 2 === 0 ? values[i / 2] : -origin;
    const next = sum + term;
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
  }
  return sum + lost;
}

function medianInPlace(values: Float64Array): number {
  values.sort();
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}
