/** White noise of a given level on a noise-free measurement. */
import { type ComplexVector, complexVector } from "../complex/types.js";
import { describe, rangeError } from "../errors.js";
import type { RandomStream } from "../random/index.js";

/**
 * The noise variance σ² = mean|yₘ|² / 10^(snrDb/10) that gives a noise-free measurement this signal-to-noise ratio
 * per element.
 *
 * @throws `range` if the ratio is not finite, or the measurement is empty, zero or too large to square
 */
export function noiseVarianceAt(snrDb: number, signal: ComplexVector): number {
  if (!Number.isFinite(snrDb)) {
    throw rangeError("noiseVarianceAt", "snrDb", describe(snrDb), "a finite number");
  }
  let energy = 0;
  for (let i = 0; i < signal.data.length; i++) energy += signal.data[i] * signal.data[i];
  const variance = energy / signal.length / 10 ** (snrDb / 10);
  if (!(variance > 0 && Number.isFinite(variance))) {
    throw rangeError("noiseVarianceAt", "noise variance", String(variance), "a positive finite number");
  }
  return variance;
}

/**
 * The signal plus white Gaussian noise: circular complex with E|w|² = variance, or real with E w² = variance.
 * Draws at another variance are the same up to scale.
 */
export function withNoise(
  signal: ComplexVector,
  variance: number,
  stream: RandomStream,
  field: "complex" | "real" = "complex",
): ComplexVector {
  const { length } = signal;
  const data = Float64Array.from(signal.data);
  if (field === "real") {
    const noise = stream.normals(length, variance);
    for (let i = 0; i < length; i++) data[2 * i] = data[2 * i] + noise[i];
  } else {
    const noise = stream.complexNormals(length, variance).data;
    for (let i = 0; i < data.length; i++) data[i] = data[i] + noise[i];
  }
  return complexVector(length, data);
}
