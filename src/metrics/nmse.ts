import { checkFinite } from "../complex/convert.js";
import { exponentOf, maxAbs, scaleByPowerOfTwo, timesPowerOfTwo } from "../complex/scale.js";
import type { ComplexMatrix, ComplexVector } from "../complex/types.js";
import { rangeError, shapeError } from "../errors.js";
import { squaredNorm } from "./squared-norm.js";

/**
 * Normalised mean square error of one estimate, ‖x̂ − x‖² / ‖x‖², on a linear scale.
 *
 * Average it over trials as it is (a mean of ratios) and convert to decibels last. Scaling both arguments by the same
 * power of two returns the same bits, and no intermediate result overflows or underflows.
 *
 * @param estimate - x̂, [length] or [rows × columns]
 * @param truth - x, of the same shape, not zero; a vector has the shape of a matrix of one column
 *
 * @throws `shape` if the shapes differ; `non-finite` if an entry is NaN or infinite; `range` if the truth is zero or
 *   the ratio itself overflows
 *
 * @remarks Time O(size); memory 48 bytes per entry.
 */
export function nmse(estimate: ComplexVector | ComplexMatrix, truth: ComplexVector | ComplexMatrix): number {
  if (shapeOf(estimate) !== shapeOf(truth) || estimate.data.length !== truth.data.length) {
    throw shapeError("nmse", "estimate", shapeOf(estimate), `${shapeOf(truth)} as in truth`);
  }
  checkFinite("nmse", "estimate", estimate.data);
  checkFinite("nmse", "truth", truth.data);
  const power = squaredNorm(truth.data);
  if (power.fraction === 0) throw rangeError("nmse", "truth", "zero", "at least one entry other than zero");

  // Both to magnitudes of at most 2, so that the difference is finite.
  const exponent = -exponentOf(Math.max(maxAbs(estimate.data), maxAbs(truth.data)));
  const error = scaleByPowerOfTwo(estimate.data.slice(), exponent);
  const scaledTruth = scaleByPowerOfTwo(truth.data.slice(), exponent);
  for (let i = 0; i < error.length; i++) error[i] = error[i] - scaledTruth[i];
  const errorPower = squaredNorm(error);

  const ratio = timesPowerOfTwo(
    errorPower.fraction / power.fraction,
    2 * (errorPower.exponent - exponent - power.exponent),
  );
  if (ratio === Number.POSITIVE_INFINITY) throw rangeError("nmse", "ratio", "too large", "a finite number");
  return ratio;
}

function shapeOf(signal: ComplexVector | ComplexMatrix): string {
  return "rows" in signal && signal.columns !== 1
    ? `${signal.rows} × ${signal.columns} entries`
    : `${"rows" in signal ? signal.rows : signal.length} elements`;
}
