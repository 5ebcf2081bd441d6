import type { FigureConfiguration } from "../engine/contract.js";

/** Directions between the points of a grid of 18, seen through grids of 72 points and through atoms that move. */
export const irsOffGrid: FigureConfiguration = {
  id: "irs-offgrid",
  title: "IRS-assisted MIMO channel estimation with directions off the grid",
  scenario: "irs",
  configuration: { offGrid: true, dictionaryPoints: 72, pilots: 4, irsPatterns: 10 },
  grid: { snrDb: [5, 10, 15, 20, 25, 30] },
  estimators: [
    "kronecker-omp",
    "kronecker-sbl-mm",
    "kronecker-sbl-mm-rank-one",
    "decomposed-kronecker-sbl",
    "kronecker-sbl-off-grid",
    "kronecker-sbl-off-grid-rank-one",
    "oracle-ls",
    "crb",
  ],
  metrics: ["nmse", "angleRmse.bs", "angleRmse.ms", "angleRmse.irs", "spectralEfficiency", "iterations"],
  trials: 50,
  seed: 1,
};
