import type { Scenario } from "../engine/contract.js";
import { type KroneckerConfiguration, parseKroneckerConfiguration } from "./configuration.js";
import { drawKronecker, type KroneckerTruth } from "./draw.js";
import { estimators } from "./estimators.js";
import { metrics } from "./metrics.js";
import type { CoefficientEstimate, KroneckerObservation } from "./recovery.js";

/**
 * Synthetic Kronecker-structured sparse recovery: y = (A1 ⊗ A2 ⊗ A3) x + w with Gaussian factors and a random
 * support S1 × S2 × S3.
 *
 * Source: Y. He and G. Joseph, "Bayesian algorithms for Kronecker-structured sparse vector recovery with application
 * to IRS-MIMO channel estimation", IEEE Trans. Signal Processing, 2024 (arXiv 2307.14719).
 */
export const kroneckerScenario: Scenario<
  KroneckerConfiguration,
  KroneckerTruth,
  KroneckerObservation,
  CoefficientEstimate
> = {
  id: "kronecker",
  summary: "Synthetic Kronecker-structured sparse recovery with Gaussian factors (He and Joseph 2024)",
  parse: parseKroneckerConfiguration,
  draw: drawKronecker,
  estimators,
  metrics,
};
