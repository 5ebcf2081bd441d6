import type { FigureConfiguration } from "../engine/contract.js";
import { kroneckerEstimators } from "./kronecker-estimators.js";

/**
 * The second synthetic experiment of He and Joseph (2024). The noise has one level for all numbers of measurements,
 * 25 dB below the signal of 14 rows.
 */
export const kroneckerMeasurements: FigureConfiguration = {
  id: "kronecker-measurements",
  title: "Kronecker-structured recovery against the rows of the first factor (He and Joseph 2024)",
  scenario: "kronecker",
  configuration: { snrDb: 25, snrReferenceRows: 14, sparsity: 3 },
  grid: { rows1: [6, 8, 10, 12, 14] },
  estimators: kroneckerEstimators,
  metrics: ["nmse", "supportRecoveryRate", "iterations"],
  trials: 200,
  seed: 1,
};
