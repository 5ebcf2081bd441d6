/** Metrics of scenario `irs`. */
import { cascadedChannels } from "../../src/channels/index.js";
import { nmse } from "../../src/metrics/index.js";
import type { Metric } from "../engine/contract.js";
import { type CoefficientEstimate, iterations, supportRecoveryRate } from "../kronecker/recovery.js";
import { beamformedGains, spectralEfficiency, symbolErrorFraction } from "./beamforming.js";
import type { IrsTruth } from "./draw.js";

type IrsMetric = Metric<IrsTruth, CoefficientEstimate>;

const channelNmse: IrsMetric = {
  id: "nmse",
  unit: "",
  summary: "Squared error of the cascaded channel over its squared norm, mean over the training patterns",
  scale: "decibel",
  range: [0, Number.POSITIVE_INFINITY],
  measure: ({ cascade, channels }, { coefficients }) =>
    mean(cascadedChannels(cascade, coefficients).map((estimated, i) => nmse(estimated, channels[i]))),
};

const meanSpectralEfficiency: IrsMetric = {
  id: "spectralEfficiency",
  unit: "bit/s/Hz",
  summary:
    "log2(1 + SNR |wᴴHf|² R T/‖H‖²) with the estimate's singular vectors, mean over the training patterns",
  scale: "linear",
  range: [0, Number.POSITIVE_INFINITY],
  measure: (truth, estimate) =>
    mean(
      beamformedGains(truth, estimate).map((gain, i) =>
        spectralEfficiency(gain, truth.channels[i], truth.transmission.snr),
      ),
    ),
};

const symbolErrorRate: IrsMetric = {
  id: "symbolErrorRate",
  unit: "",
  summary: "Errors of QPSK symbols sent and received with the estimate's singular vectors",
  scale: "logarithmic",
  range: [0, 1],
  measure: (truth, estimate) =>
    mean(
      beamformedGains(truth, estimate).map((gain, i, gains) =>
        symbolErrorFraction(gain, truth.transmission, i, gains.length),
      ),
    ),
};

export const metrics: readonly IrsMetric[] = [
  channelNmse,
  supportRecoveryRate,
  meanSpectralEfficiency,
  symbolErrorRate,
  iterations,
];

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
