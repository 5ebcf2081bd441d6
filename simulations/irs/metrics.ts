/** Metrics of scenario `irs`. */
import { nmse } from "../../src/metrics/index.js";
import type { Metric } from "../engine/contract.js";
import { iterations, noiseVarianceRatio, supportRecoveryRate } from "../kronecker/recovery.js";
import { angleModes, angleRmse, atomStrengths } from "./angle-error.js";
import { beamformedGains, spectralEfficiency, symbolErrorFraction } from "./beamforming.js";
import type { IrsTruth } from "./draw.js";
import { estimatedChannels, type IrsEstimate } from "./estimate.js";

type IrsMetric = Metric<IrsTruth, IrsEstimate>;

const channelNmse: IrsMetric = {
  id: "nmse",
  unit: "",
  summary: "Squared error of the cascaded channel over its squared norm, mean over the training patterns",
  scale: "decibel",
  range: [0, Number.POSITIVE_INFINITY],
  measure: (truth, estimate) =>
    mean(estimatedChannels(truth, estimate).map((estimated, i) => nmse(estimated, truth.channels[i]))),
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

/** The support is one of grid points. */
const gridSupportRecoveryRate: IrsMetric = {
  ...supportRecoveryRate,
  measure: (truth, estimate) =>
    estimate.cosines === undefined ? supportRecoveryRate.measure(truth, estimate) : undefined,
};

const angles = {
  irs: "departure minus arrival at the surface",
  ms: "departure at the mobile station",
  bs: "arrival at the base station",
} as const;

/** Of one kind of angle, for estimators that say where their atoms are. */
function angleMetric(name: keyof typeof angles): IrsMetric {
  const mode = angleModes[name];
  return {
    id: `angleRmse.${name}`,
    unit: "1",
    summary: `Root of the mean squared error of direction cosines, ${angles[name]}`,
    scale: "logarithmic",
    range: [0, 1],
    measure: ({ paths }, { coefficients, cosines }) => {
      if (cosines === undefined) return undefined;
      const sizes = cosines.map(({ length }) => length);
      return angleRmse(paths.cosines[mode], cosines[mode], atomStrengths(coefficients, sizes, mode));
    },
  };
}

/** The same metric, for bounds too: these have their own value of it, or none. */
function withBounds(metric: IrsMetric): IrsMetric {
  return {
    ...metric,
    measure: (truth, estimate) =>
      estimate.bounds === undefined ? metric.measure(truth, estimate) : estimate.bounds[metric.id],
  };
}

export const metrics: readonly IrsMetric[] = [
  channelNmse,
  gridSupportRecoveryRate,
  meanSpectralEfficiency,
  symbolErrorRate,
  iterations,
  noiseVarianceRatio,
  angleMetric("bs"),
  angleMetric("ms"),
  angleMetric("irs"),
].map(withBounds);

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
