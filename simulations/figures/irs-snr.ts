import type { FigureConfiguration } from "../engine/contract.js";

/** The IRS experiment of He and Joseph (2024): error against SNR, with the methods of this library beside theirs. */
export const irsSnr: FigureConfiguration = {
  id: "irs-snr",
  title: "IRS-assisted MIMO channel estimation against SNR (He and Joseph 2024)",
  scenario: "irs",
  configuration: {},
  grid: { snrDb: [4, 8, 12, 16, 20] },
  estimators: [
    "omp",
    "kronecker-omp",
    "sbl",
    "pattern-coupled-sbl",
    "kronecker-sbl-svd",
    "kronecker-sbl-am",
    "kronecker-sbl-svd-balanced",
    "kronecker-sbl-coupled-nnls",
    "kronecker-sbl-mm",
    "kronecker-sbl-mm-coupled",
    "kronecker-sbl-mm-rank-one",
    "decomposed-kronecker-sbl",
    "oracle-ls",
    "crb",
  ],
  metrics: ["nmse", "supportRecoveryRate", "spectralEfficiency", "symbolErrorRate", "iterations"],
  trials: 50,
  seed: 1,
};
