import type { FigureConfiguration } from "../engine/contract.js";
import { kroneckerEstimators } from "./kronecker-estimators.js";

/** The first synthetic experiment of He and Joseph (2024). */
export const kroneckerSnr: FigureConfiguration = {
  id: "kronecker-snr",
  title: "Kronecker-structured recovery against SNR (He and Joseph 2024)",
  scenario: "kronecker",
  configuration: { rows1: 8, sparsity: 3 },
  grid: { snrDb: [5, 10, 15, 20, 25, 30] },
  estimators: kroneckerEstimators,
  metrics: ["nmse", "supportRecoveryRate", "iterations"],
  trials: 200,
  seed: 1,
};
