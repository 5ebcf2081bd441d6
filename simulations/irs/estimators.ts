/** Estimators of scenario `irs`; the published methods with the constants of the paper. */
import { irsParametricDictionaries } from "../../src/channels/index.js";
import {
  neighbourCoupling,
  type OffGridKroneckerSblOptions,
  offGridKroneckerSbl,
} from "../../src/solvers/index.js";
import type { Estimator } from "../engine/contract.js";
import {
  decomposedKroneckerSblEstimator,
  estimated,
  type KroneckerObservation,
  kroneckerOmpEstimator,
  kroneckerSblEstimator,
  ompEstimator,
  patternCoupledSblEstimator,
  sblEstimator,
} from "../kronecker/recovery.js";
import type { IrsEstimate } from "./estimate.js";
import type { IrsObservation } from "./observation.js";
import { crb, oracleLs } from "./oracles.js";

const stopping = { tolerance: 1e-4, maxIterations: 150 } as const;
const published = { ...stopping, initial: "ones" } as const;
const svd = { ...published, method: "svd", pruneRatio: 0, pruneAbsolute: 1e-4 } as const;
const am = {
  ...published,
  method: "am",
  pruneRatio: [1e-2, 1e-1, 1e-3],
  pruneAbsolute: 1e-4,
  innerTolerance: 1e-4,
} as const;
const coupledNnls = {
  ...published,
  coupling: "nnls",
  pruneRatio: [1e-2, 1e-1, 1e-2],
  pruneAbsolute: 1e-4,
} as const;
const sbl = { ...published, pruneRatio: 1e-4 } as const;

const svdSummary = "sequential rank-one (SVD) M-step";
const amSummary = "alternating minimisation (AM) M-step";
/** Published runs start at 1, which is nothing in the units of these data: with noise to be learned, they end there. */
const tied = ", from a start tied to the energy of the data and with relative pruning";
const mmSummary = "majorise-minimise steps on the evidence, 10 restarts";
const rankOneSummary = "coefficients of rank one";
const autoSummary = "coefficients free or of rank one, as the data say";

/** An angular spread: the atoms next to one that is needed are likely to be needed at the surface and the base station. */
function spread({ factors }: KroneckerObservation) {
  const [surface, , bs] = factors.map(({ columns }) => neighbourCoupling(columns, 0.8));
  return { couplingMatrices: [surface, null, bs] };
}

/**
 * The surface tells angles apart that are 2/L: its atoms start on a grid with two points for each of them, whatever the
 * grid of the other estimators is.
 */
function offGridEstimator(
  id: string,
  summary: string,
  options: Omit<OffGridKroneckerSblOptions, "noise">,
): Estimator<IrsObservation, IrsEstimate> {
  return {
    id,
    summary: `Kronecker-structured sparse Bayesian learning with atoms that leave their grids, ${summary}, noise known`,
    estimate: ({ measurement, geometry, training, noiseVariance }) => {
      const { irsElements, gridPoints } = geometry;
      const points = [Math.min(512, 2 * irsElements), gridPoints, gridPoints] as const;
      const dictionaries = irsParametricDictionaries(geometry, training, points);
      const noise = { kind: "known", variance: noiseVariance } as const;
      const result = offGridKroneckerSbl(dictionaries, measurement, { ...options, noise });
      const { status, estimate } = estimated(result);
      const [surface, ms, bs] = result.grids.map((grid) => grid.points);
      return { status, estimate: { ...estimate, cosines: [surface, ms, bs] } };
    },
  };
}

export const estimators = [
  ompEstimator,
  kroneckerOmpEstimator,
  sblEstimator(sbl),
  sblEstimator(sbl, "learned"),
  patternCoupledSblEstimator({ ...published, a: 0.5, pruneRatio: 1e-3 }),
  kroneckerSblEstimator("kronecker-sbl-svd", svdSummary, svd),
  kroneckerSblEstimator(
    "kronecker-sbl-svd",
    `${svdSummary}${tied}`,
    { ...stopping, method: "svd" },
    "learned",
  ),
  kroneckerSblEstimator("kronecker-sbl-am", amSummary, am),
  kroneckerSblEstimator("kronecker-sbl-am", `${amSummary}${tied}`, { ...stopping, method: "am" }, "learned"),
  kroneckerSblEstimator("kronecker-sbl-svd-balanced", `${svdSummary}${tied}`, { ...stopping, method: "svd" }),
  kroneckerSblEstimator(
    "kronecker-sbl-coupled-nnls",
    "neighbours coupled, non-negative least squares in the M-step",
    (observation) => ({ ...coupledNnls, ...spread(observation) }),
  ),
  kroneckerSblEstimator("kronecker-sbl-mm", mmSummary, {}),
  kroneckerSblEstimator("kronecker-sbl-mm", mmSummary, {}, "learned"),
  kroneckerSblEstimator("kronecker-sbl-mm-coupled", `${mmSummary}, neighbours coupled`, spread),
  kroneckerSblEstimator("kronecker-sbl-mm-rank-one", rankOneSummary, { core: 1 }),
  kroneckerSblEstimator("kronecker-sbl-mm-rank-one", rankOneSummary, { core: 1 }, "learned"),
  kroneckerSblEstimator("kronecker-sbl-mm-auto", autoSummary, { core: "auto" }),
  decomposedKroneckerSblEstimator({}),
  offGridEstimator("kronecker-sbl-off-grid", "coefficients free", {}),
  offGridEstimator("kronecker-sbl-off-grid-rank-one", rankOneSummary, { core: 1 }),
  oracleLs,
  crb,
];
