/** Estimators of scenario `irs`, with the constants of the paper. */
import { oracleLeastSquares } from "../../src/bounds/index.js";
import { optionError } from "../../src/errors.js";
import { kroneckerOperator } from "../../src/operators/index.js";
import type { Oracle } from "../engine/contract.js";
import {
  type CoefficientEstimate,
  estimated,
  type KroneckerEstimator,
  type KroneckerObservation,
  kroneckerSblEstimator,
  ompEstimator,
  sblEstimator,
} from "../kronecker/recovery.js";
import type { IrsTruth } from "./draw.js";

const stopping = { tolerance: 1e-4, maxIterations: 150 } as const;
const published = { ...stopping, initial: "ones", innerTolerance: 1e-4, pruneAbsolute: 1e-4 } as const;

const oracleLs: Oracle<IrsTruth, KroneckerObservation, CoefficientEstimate> = {
  id: "oracle-ls",
  summary: "Least squares on the true support; on the grid only",
  oracle: true,
  estimate: ({ measurement, factors }, { support }) => {
    if (support === undefined) {
      throw optionError(
        "oracle-ls",
        "offGrid",
        "true",
        "false, because off the grid there is no true support",
      );
    }
    return estimated(oracleLeastSquares(kroneckerOperator(factors), measurement, support));
  },
};

/** The publication's method from the solver's own defaults, which do not depend on units. */
const balanced: KroneckerEstimator = {
  ...kroneckerSblEstimator({ ...stopping, method: "svd" }),
  id: "kronecker-sbl-svd-balanced",
  summary: "As kronecker-sbl-svd, from a start tied to the energy of the data and with relative pruning",
};

export const estimators = [
  ompEstimator,
  sblEstimator({ ...stopping, initial: "ones", pruneRatio: 1e-4 }),
  kroneckerSblEstimator({ ...published, method: "svd", pruneRatio: 0 }),
  kroneckerSblEstimator({ ...published, method: "am", pruneRatio: [1e-2, 1e-1, 1e-3] }),
  balanced,
  oracleLs,
];
