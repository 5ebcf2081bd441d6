/** Estimators of scenario `kronecker`, with the constants of the paper. */
import { oracleLeastSquares } from "../../src/bounds/index.js";
import { kroneckerOperator } from "../../src/operators/index.js";
import type { Oracle } from "../engine/contract.js";
import type { KroneckerTruth } from "./draw.js";
import {
  type CoefficientEstimate,
  decomposedKroneckerSblEstimator,
  estimated,
  type KroneckerObservation,
  kroneckerOmpEstimator,
  kroneckerSblEstimator,
  ompEstimator,
  sblEstimator,
} from "./recovery.js";

const stopping = { tolerance: 1e-4, maxIterations: 150 } as const;
const published = { ...stopping, initial: "ones" } as const;
const svd = { ...published, method: "svd", pruneRatio: 1e-3 } as const;
const am = { ...published, method: "am", pruneRatio: 1e-2, innerTolerance: 1e-5 } as const;
const ksbl = { ...published, method: "ksbl", pruneRatio: 1e-2 } as const;
const svdSummary = "sequential rank-one (SVD) M-step";
const amSummary = "alternating minimisation (AM) M-step";

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
  sblEstimator({ ...published, pruneRatio: 1e-3 }),
  sblEstimator({ ...published, pruneRatio: 1e-3 }, "learned"),
  kroneckerSblEstimator("kronecker-sbl-svd", svdSummary, svd),
  kroneckerSblEstimator("kronecker-sbl-svd", svdSummary, svd, "learned"),
  kroneckerSblEstimator("kronecker-sbl-am", amSummary, am),
  kroneckerSblEstimator("kronecker-sbl-am", amSummary, am, "learned"),
  kroneckerSblEstimator("ksbl", "a single sweep of alternating minimisation (KSBL)", ksbl),
  ...[0, 10, 100].map((restarts) =>
    kroneckerSblEstimator(
      restarts === 10 ? "kronecker-sbl-mm" : `kronecker-sbl-mm-${restarts}-restarts`,
      `majorise-minimise steps on the evidence, ${restarts} restarts`,
      { restarts },
    ),
  ),
  kroneckerSblEstimator(
    "kronecker-sbl-mm",
    "majorise-minimise steps on the evidence, 10 restarts",
    {},
    "learned",
  ),
  kroneckerSblEstimator("kronecker-sbl-mm-rank-one", "coefficients of rank one", { core: 1 }),
  kroneckerSblEstimator("kronecker-sbl-mm-auto", "coefficients free or of rank one, as the data say", {
    core: "auto",
    restarts: 30,
  }),
  decomposedKroneckerSblEstimator({}),
  oracleLs,
];
