/** One trial of scenario `irs`. */
import {
  cascadeFactors,
  directCascade,
  drawIrsChannel,
  drawIrsTraining,
  irsMeasurement,
  noiseVarianceAt,
  type PathCoefficients,
  pathCoefficients,
  withNoise,
} from "../../src/channels/index.js";
import type { ComplexVector } from "../../src/complex/index.js";
import { fromDecibels } from "../../src/metrics/index.js";
import type { RandomStream } from "../../src/random/index.js";
import type { IrsConfiguration } from "./configuration.js";
import type { Cascade } from "./estimate.js";
import { type IrsObservation, TrainingObservation } from "./observation.js";

export interface IrsTruth extends Cascade {
  /** The angles of the channels and the coefficients of the atoms there, on the grid and off it. */
  readonly paths: PathCoefficients;
  /** x on the estimators' grid; absent if that is not the grid of the directions, or they are off it. */
  readonly coefficients?: ComplexVector;
  /** Where x is not zero, ascending; absent with x. */
  readonly support?: Int32Array;
  /** σ² = E|w|² of an element of the measurement. */
  readonly noiseVariance: number;
  readonly transmission: Transmission;
}

/** The data symbols of one trial: the same for all estimators. */
export interface Transmission {
  /** Mean power of the received symbols over the variance of the noise. */
  readonly snr: number;
  /** QPSK symbols 0 … 3, [patterns × symbols]; bit 0 is the sign of the real part, bit 1 that of the imaginary. */
  readonly symbols: Uint8Array;
  /** Noise of variance 1, one per symbol. */
  readonly noise: ComplexVector;
}

/**
 * Draws channel, training, noise and data symbols. Streams: those of `drawIrsChannel` and `drawIrsTraining`,
 * "noise", "symbols", "symbol noise".
 */
export function drawIrs(
  configuration: IrsConfiguration,
  stream: RandomStream,
): { truth: IrsTruth; observation: IrsObservation } {
  const { msAntennas, bsAntennas, irsElements, gridPoints, pathsMsIrs, pathsIrsBs } = configuration;
  const { irsPatterns, pilots, snrDb, offGrid, symbols } = configuration;
  const geometry = { msAntennas, bsAntennas, irsElements, gridPoints };
  const channel = drawIrsChannel({ ...geometry, pathsMsIrs, pathsIrsBs, offGrid }, stream);
  const training = drawIrsTraining(channel, { irsPatterns, pilots }, stream);
  const { patterns } = training;
  const channels = directCascade(channel, patterns);
  const signal = irsMeasurement(channels, training.pilots);
  const noiseVariance = noiseVarianceAt(snrDb, signal);
  const measurement = withNoise(signal, noiseVariance, stream.child("noise"));
  const sent = stream.child("symbols");
  const seen = { ...geometry, gridPoints: configuration.dictionaryPoints ?? gridPoints };
  return {
    truth: {
      geometry: seen,
      patterns,
      channels,
      cascade: cascadeFactors(seen, patterns),
      paths: pathCoefficients(channel),
      ...(seen.gridPoints === gridPoints ? channel.sparse : {}),
      noiseVariance,
      transmission: {
        snr: fromDecibels(snrDb),
        symbols: Uint8Array.from({ length: irsPatterns * symbols }, () => sent.integer(4)),
        noise: stream.child("symbol noise").complexNormals(irsPatterns * symbols),
      },
    },
    observation: new TrainingObservation(measurement, noiseVariance, seen, training),
  };
}
