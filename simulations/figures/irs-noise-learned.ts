import type { FigureConfiguration } from "../engine/contract.js";

/** The IRS experiment with a noise variance that nobody tells: what learning it costs, and how well it is learned. */
export const irsNoiseLearned: FigureConfiguration = {
  id: "irs-noise-learned",
  title: "IRS-assisted MIMO channel estimation with a learned noise variance",
  scenario: "irs",
  configuration: {},
  grid: { snrDb: [4, 8, 12, 16, 20] },
  estimators: [
    "kronecker-sbl-svd-learned",
    "kronecker-sbl-am-learned",
    "kronecker-sbl-mm",
    "kronecker-sbl-mm-learned",
    "kronecker-sbl-mm-rank-one",
    "kronecker-sbl-mm-rank-one-learned",
    "oracle-ls",
  ],
  metrics: ["nmse", "noiseVarianceRatio", "spectralEfficiency", "symbolErrorRate", "iterations"],
  trials: 50,
  seed: 1,
};
