import { rangeError } from "../errors.js";
import { studentTHalfWidth } from "./student-t.js";

/**
 * Wilson's score interval for an error rate: all rates π with |p − π| ≤ z √(π(1 − π)/n), where p = errors / trials,
 * n = trials and z is the two-sided normal quantile of the confidence. Unlike p ± z √(p(1 − p)/n) it is meaningful
 * without a single error, and it never leaves [0, 1].
 *
 * @param errors - number of errors counted, 0 to `trials`
 * @param trials - number of trials, at least 1
 * @param confidence - above 0, below 1; default 0.95
 * @returns the lower and the upper end
 *
 * @throws `range` if an argument is out of its range
 *
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
 * American Statistical Association 22, 1927.
 */
export function wilsonInterval(
  errors: number,
  trials: number,
  confidence = 0.95,
): readonly [low: number, high: number] {
  if (!(Number.isSafeInteger(trials) && trials >= 1)) {
    throw rangeError("wilsonInterval", "trials", String(trials), "an integer, at least 1");
  }
  if (!(Number.isSafeInteger(errors) && errors >= 0 && errors <= trials)) {
    throw rangeError("wilsonInterval", "errors", String(errors), `an integer from 0 to ${trials} (trials)`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw rangeError("wilsonInterval", "confidence", String(confidence), "a number above 0 and below 1");
  }
  // The ends are the roots of (n + z²) π² − (2 errors + z²) π + errors²/n = 0. The lower one comes from their
  // product, because the difference in the usual formula cancels.
  const z = studentTHalfWidth(confidence, Number.POSITIVE_INFINITY);
  const square = z * z;
  const root = z * Math.sqrt(square + 4 * errors * (1 - errors / trials));
  const high = errors === trials ? 1 : (2 * errors + square + root) / (2 * (trials + square));
  const low = (errors / trials) * (errors / (trials + square) / high);
  return [low, high];
}
