import type { FigureConfiguration } from "../engine/contract.js";
import { irsNoiseLearned } from "./irs-noise-learned.js";
import { irsOffGrid } from "./irs-offgrid.js";
import { irsSnr } from "./irs-snr.js";
import { kroneckerMeasurements } from "./kronecker-measurements.js";
import { kroneckerScale } from "./kronecker-scale.js";
import { kroneckerSnr } from "./kronecker-snr.js";
import { kroneckerSparsity } from "./kronecker-sparsity.js";

/** All figures, in the order in which they are listed. */
export const figures: readonly FigureConfiguration[] = [
  irsSnr,
  irsNoiseLearned,
  irsOffGrid,
  kroneckerSnr,
  kroneckerMeasurements,
  kroneckerSparsity,
  kroneckerScale,
];
