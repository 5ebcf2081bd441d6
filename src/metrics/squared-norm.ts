import { exponentOf, maxAbs, scaleByPowerOfTwo } from "../complex/scale.js";

/** ‖data‖² = fraction · 4^exponent, where the fraction is at least 1 unless it is zero: never out of range. */
export function squaredNorm(data: Float64Array): { readonly fraction: number; readonly exponent: number } {
  const largest = maxAbs(data);
  if (largest === 0) return { fraction: 0, exponent: 0 };
  const exponent = exponentOf(largest);
  const scaled = scaleByPowerOfTwo(data.slice(), -exponent);
  let fraction = 0;
  for (let i = 0; i < scaled.length; i++) fraction += scaled[i] * scaled[i];
  return { fraction, exponent };
}
