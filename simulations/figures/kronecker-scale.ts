import type { FigureConfiguration } from "../engine/contract.js";

/** Error, time and memory against the size of the problem: up to 128 atoms in each of three modes, two million in all. */
export const kroneckerScale: FigureConfiguration = {
  id: "kronecker-scale",
  title: "Kronecker-structured recovery against the atoms of every mode",
  scenario: "kronecker",
  configuration: { rows1: null, rows2: null, rows3: null, sparsity: 4, snrDb: 20 },
  grid: { atoms: [16, 32, 64, 96, 128] },
  estimators: [
    "kronecker-omp",
    "kronecker-sbl-svd",
    "kronecker-sbl-mm-learned",
    "kronecker-sbl-mm-rank-one",
    "decomposed-kronecker-sbl",
    "oracle-ls",
  ],
  metrics: ["nmse", "supportRecoveryRate", "iterations"],
  trials: 10,
  seed: 1,
};
