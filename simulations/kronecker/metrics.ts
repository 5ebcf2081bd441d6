/** Metrics of scenario `kronecker`. */
import { nmse } from "../../src/metrics/index.js";
import type { Metric } from "../engine/contract.js";
import type { KroneckerTruth } from "./draw.js";
import { type CoefficientEstimate, iterations, noiseVarianceRatio, supportRecoveryRate } from "./recovery.js";

const coefficientNmse: Metric<KroneckerTruth, CoefficientEstimate> = {
  id: "nmse",
  unit: "",
  summary: "Squared error of the coefficients over their squared norm",
  scale: "decibel",
  range: [0, Number.POSITIVE_INFINITY],
  measure: ({ coefficients }, estimate) => nmse(estimate.coefficients, coefficients),
};

export const metrics: readonly Metric<KroneckerTruth, CoefficientEstimate>[] = [
  coefficientNmse,
  supportRecoveryRate,
  iterations,
  noiseVarianceRatio,
];
