/** Estimators of scenario `kronecker`, with the constants of the paper. */
import { oracleLeastSquares } from "../../src/bounds/index.js";
import { kroneckerOperator } from "../../src/operators/index.js";
import { kroneckerOmp } from "../../src/solvers/index.js";
import type { Oracle } from "../engine/contract.js";
import type { KroneckerTruth } from "./draw.js";
import {
  type CoefficientEstimate,
  estimated,
  type KroneckerEstimator,
  type KroneckerObservation,
  kroneckerSblEstimator,
  ompEstimator,
  sblEstimator,
} from "./recovery.js";

const stopping = { tolerance: 1e-4, maxIterations: 150 } as const;
const published = { ...stopping, initial: "ones", innerTolerance: 1e-5 } as const;

const kroneckerOmpEstimator: KroneckerEstimator = {
  id: "kronecker-omp",
  summary: "Kronecker orthogonal matching pursuit until the residual is at the noise level",
  // The paper stops at a residual of 1e-2 or 10 atoms in each mode: below the noise, so that it is fitted as well.
  estimate: ({ measurement, factors, noiseVariance }) =>
    estimated(kroneckerOmp(factors, measurement, { noiseVariance })),
};

const oracleLs: Oracle<KroneckerTruth, KroneckerObservation, CoefficientEstimate> = {
  id: "oracle-ls",
  summary: "Least squares on the true support",
  oracle: true,
  estimate: ({ measurement, factors }, { supports }) =>
    estimated(oracleLeastSquares(kroneckerOperator(factors), measurement, supports)),
};

export const estimators = [
  ompEstimator,
  kroneckerOmpEstimator,
  sblEstimator({ ...stopping, initial: "ones", pruneRatio: 1e-3 }),
  kroneckerSblEstimator({ ...published, method: "svd", pruneRatio: 1e-3 }),
  kroneckerSblEstimator({ ...published, method: "am", pruneRatio: 1e-2 }),
  oracleLs,
];
