import type { FigureConfiguration } from "../engine/contract.js";
import { kroneckerEstimators } from "./kronecker-estimators.js";

/** The third synthetic experiment of He and Joseph (2024). */
export const kroneckerSparsity: FigureConfiguration = {
  id: "kronecker-sparsity",
  title: "Kronecker-structured recovery against the sparsity of every mode (He and Joseph 2024)",
  scenario: "kronecker",
  configuration: { snrDb: 25, rows1: 8 },
  grid: { sparsity: [2, 3, 4, 5, 6] },
  estimators: kroneckerEstimators,
  metrics: ["nmse", "supportRecoveryRate", "iterations"],
  trials: 200,
  seed: 1,
};
