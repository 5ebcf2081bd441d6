/** What a transmission with beamforming from estimated channels achieves on the true ones. */
import type { ComplexMatrix } from "../../src/complex/index.js";
import { svd } from "../../src/linalg/index.js";
import type { IrsTruth, Transmission } from "./draw.js";
import { estimatedChannels, type IrsEstimate } from "./estimate.js";

/** The scalar channel g = w^H H f, where f and w are the leading singular vectors of an estimate of H. */
export interface BeamformedGain {
  readonly re: number;
  readonly im: number;
}

/** One gain per training pattern; zero where the estimate is zero and so gives no beam. */
export function beamformedGains(truth: IrsTruth, estimate: IrsEstimate): BeamformedGain[] {
  return estimatedChannels(truth, estimate).map((estimated, i) =>
    beamformedGain(estimated, truth.channels[i]),
  );
}

function beamformedGain(estimated: ComplexMatrix, channel: ComplexMatrix): BeamformedGain {
  const { u, s, v } = svd(estimated);
  let [re, im] = [0, 0];
  if (s[0] === 0) return { re, im };
  for (let r = 0; r < channel.rows; r++) {
    // (H f)[r], then times conj(w[r]).
    let [hfRe, hfIm] = [0, 0];
    for (let t = 0; t < channel.columns; t++) {
      const h = 2 * (r * channel.columns + t);
      const f = 2 * t * v.columns;
      hfRe += channel.data[h] * v.data[f] - channel.data[h + 1] * v.data[f + 1];
      hfIm += channel.data[h] * v.data[f + 1] + channel.data[h + 1] * v.data[f];
    }
    const w = 2 * r * u.columns;
    re += u.data[w] * hfRe + u.data[w + 1] * hfIm;
    im += u.data[w] * hfIm - u.data[w + 1] * hfRe;
  }
  return { re, im };
}

/** log2(1 + SNR |g|² / (‖H‖_F²/(R T))) */
export function spectralEfficiency({ re, im }: BeamformedGain, channel: ComplexMatrix, snr: number): number {
  const energy = channel.data.reduce((sum, part) => sum + part * part, 0);
  const size = channel.rows * channel.columns;
  return Math.log2(1 + (snr * (re * re + im * im) * size) / energy);
}

/**
 * The fraction of QPSK symbols s that a receiver gets wrong from r = g s + n with E|n|² = |g|²/SNR. It takes the
 * channel for the largest singular value of its estimate, a positive number, so it decides by the quadrant of r.
 * Without a gain it can only guess: 3/4.
 *
 * @param index - the pattern, which says which symbols are sent
 * @param patterns - how many patterns share the symbols
 */
export function symbolErrorFraction(
  { re, im }: BeamformedGain,
  { snr, symbols, noise }: Transmission,
  index: number,
  patterns: number,
): number {
  const magnitude = Math.hypot(re, im);
  if (magnitude === 0) return 3 / 4;
  const [cosine, sine] = [re / magnitude, im / magnitude];
  const noiseScale = 1 / Math.sqrt(snr);
  const count = symbols.length / patterns;
  let errors = 0;
  for (let k = index * count; k < (index + 1) * count; k++) {
    const symbol = symbols[k];
    const sRe = (symbol & 1) === 0 ? Math.SQRT1_2 : -Math.SQRT1_2;
    const sIm = (symbol & 2) === 0 ? Math.SQRT1_2 : -Math.SQRT1_2;
    const rRe = cosine * sRe - sine * sIm + noiseScale * noise.data[2 * k];
    const rIm = cosine * sIm + sine * sRe + noiseScale * noise.data[2 * k + 1];
    const decided = (rRe < 0 ? 1 : 0) + (rIm < 0 ? 2 : 0);
    if (decided !== symbol) errors++;
  }
  return errors / count;
}
