import type { Scenario } from "../engine/contract.js";
import { type IrsConfiguration, parseIrsConfiguration } from "./configuration.js";
import { drawIrs, type IrsTruth } from "./draw.js";
import type { IrsEstimate } from "./estimate.js";
import { estimators } from "./estimators.js";
import { metrics } from "./metrics.js";
import type { IrsObservation } from "./observation.js";

/**
 * Estimation of the cascaded channels of a MIMO uplink over an intelligent reflecting surface, as the recovery of a
 * vector with Kronecker-structured support.
 *
 * Source: Y. He and G. Joseph, "Bayesian algorithms for Kronecker-structured sparse vector recovery with application
 * to IRS-MIMO channel estimation", IEEE Trans. Signal Processing, 2024 (arXiv 2307.14719).
 */
export const irsScenario: Scenario<IrsConfiguration, IrsTruth, IrsObservation, IrsEstimate> = {
  id: "irs",
  summary: "Channel estimation of a MIMO uplink over an intelligent reflecting surface (He and Joseph 2024)",
  parse: parseIrsConfiguration,
  draw: drawIrs,
  estimators,
  metrics,
};
