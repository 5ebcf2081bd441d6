import type { FigureConfiguration } from "../engine/contract.js";

/** The IRS experiment of He and Joseph (2024): error against SNR. */
export const irsSnr: FigureConfiguration = {
  id: "irs-snr",
  title: "IRS-assisted MIMO channel estimation against SNR (He and Joseph 2024)",
  scenario: "irs",
  configuration: {},
  grid: { snrDb: [4, 8, 12, 16, 20] },
  estimators: [
    "omp",
    "sbl",
    "kronecker-sbl-svd",
    "kronecker-sbl-am",
    "kronecker-sbl-svd-balanced",
    "oracle-ls",
  ],
  metrics: ["nmse", "supportRecoveryRate", "spectralEfficiency", "symbolErrorRate", "iterations"],
  trials: 50,
  seed: 1,
};
