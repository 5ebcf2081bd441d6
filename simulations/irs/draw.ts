/** One trial of scenario `irs`. */
import {
  cascadeFactors,
  directCascade,
  drawIrsChannel,
  drawIrsTraining,
  irsDictionary,
  irsMeasurement,
  noiseVarianceAt,
  type ThreeFactors,
  withNoise,
} from "../../src/channels/index.js";
import type { ComplexMatrix, ComplexVector } from "../../src/complex/index.js";
import { fromDecibels } from "../../src/metrics/index.js";
import type { RandomStream } from "../../src/random/index.js";
import type { KroneckerObservation } from "../kronecker/recovery.js";
import type { IrsConfiguration } from "./configuration.js";

export interface IrsTruth {
  /** H_i, [bsAntennas × msAntennas], one per training pattern. */
  readonly channels: readonly ComplexMatrix[];
  /** Take coefficients to cascaded channels. */
  readonly cascade: ThreeFactors;
  /** x; absent off the grid, where no sparse x gives the channels. */
  readonly coefficients?: ComplexVector;
  /** Where x is not zero, ascending; absent off the grid. */
  readonly support?: Int32Array;
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
): { truth: IrsTruth; observation: KroneckerObservation } {
  const { msAntennas, bsAntennas, irsElements, gridPoints, pathsMsIrs, pathsIrsBs } = configuration;
  const { irsPatterns, pilots, snrDb, offGrid, symbols } = configuration;
  const geometry = { msAntennas, bsAntennas, irsElements, gridPoints };
  const channel = drawIrsChannel({ ...geometry, pathsMsIrs, pathsIrsBs, offGrid }, stream);
  const training = drawIrsTraining(channel, { irsPatterns, pilots }, stream);
  const channels = directCascade(channel, training.patterns);
  const signal = irsMeasurement(channels, training.pilots);
  const noiseVariance = noiseVarianceAt(snrDb, signal);
  const sent = stream.child("symbols");
  return {
    truth: {
      channels,
      cascade: cascadeFactors(geometry, training.patterns),
      ...channel.sparse,
      transmission: {
        snr: fromDecibels(snrDb),
        symbols: Uint8Array.from({ length: irsPatterns * symbols }, () => sent.integer(4)),
        noise: stream.child("symbol noise").complexNormals(irsPatterns * symbols),
      },
    },
    observation: {
      measurement: withNoise(signal, noiseVariance, stream.child("noise")),
      factors: irsDictionary(geometry, training),
      noiseVariance,
    },
  };
}
