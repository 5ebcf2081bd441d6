/** What studies of Kronecker-structured recovery share: the problem a receiver sees, and who solves it. */
import { type ComplexMatrix, type ComplexVector, complexVector } from "../../src/complex/index.js";
import { supportRecovery } from "../../src/metrics/index.js";
import { kroneckerOperator } from "../../src/operators/index.js";
import {
  type KroneckerSblOptions,
  kroneckerSbl,
  omp,
  type SblOptions,
  type SparseResult,
  sbl,
} from "../../src/solvers/index.js";
import type { Estimated, Estimator, Metric } from "../engine/contract.js";

/** y = (A1 ⊗ A2 ⊗ A3) x + w with white noise of known variance. */
export interface KroneckerObservation {
  /** y, the index of the last factor fastest. */
  readonly measurement: ComplexVector;
  /** A1, A2, A3. */
  readonly factors: readonly ComplexMatrix[];
  /** σ² = E|w|² of an element. */
  readonly noiseVariance: number;
}

export interface CoefficientEstimate {
  /** x̂, in the order of the Kronecker product. */
  readonly coefficients: ComplexVector;
  /** Absent for a closed form. */
  readonly iterations?: number;
}

export type KroneckerEstimator = Estimator<KroneckerObservation, CoefficientEstimate>;

/** A solver's answer for one snapshot. */
export function estimated(result: SparseResult): Estimated<CoefficientEstimate> {
  const { mean, iterations, reason } = result;
  const coefficients = complexVector(mean.rows, mean.data);
  const finite = mean.data.every(Number.isFinite);
  const status = !finite ? "diverged" : reason === "breakdown" ? "breakdown" : "ok";
  const estimate = reason === "closed-form" ? { coefficients } : { coefficients, iterations };
  return { status, estimate };
}

export const ompEstimator: KroneckerEstimator = {
  id: "omp",
  summary: "Orthogonal matching pursuit on single atoms until the residual is at the noise level",
  estimate: ({ measurement, factors, noiseVariance }) =>
    estimated(omp(kroneckerOperator(factors), measurement, { noiseVariance })),
};

/** Sparse Bayesian learning without the Kronecker structure of the support, noise variance known. */
export function sblEstimator(options: Omit<SblOptions, "noise">): KroneckerEstimator {
  return {
    id: "sbl",
    summary: "Sparse Bayesian learning with one prior variance per coefficient (EM), noise known",
    estimate: ({ measurement, factors, noiseVariance }) => {
      const noise = { kind: "known", variance: noiseVariance } as const;
      return estimated(sbl(kroneckerOperator(factors), measurement, { ...options, noise }));
    },
  };
}

/** Kronecker-structured sparse Bayesian learning, noise variance known. */
export function kroneckerSblEstimator(
  options: Omit<KroneckerSblOptions, "noise"> & { readonly method: "svd" | "am" },
): KroneckerEstimator {
  const step = { svd: "sequential rank-one (SVD)", am: "alternating minimisation (AM)" }[options.method];
  return {
    id: `kronecker-sbl-${options.method}`,
    summary: `Kronecker-structured sparse Bayesian learning, ${step} M-step, noise known`,
    estimate: ({ measurement, factors, noiseVariance }) => {
      const noise = { kind: "known", variance: noiseVariance } as const;
      return estimated(kroneckerSbl(factors, measurement, { ...options, noise }));
    },
  };
}

/** |Ŝ ∩ S| / |Ŝ ∪ S|; coefficients count from a thousandth of the largest. */
export const supportRecoveryRate: Metric<{ readonly support?: Int32Array }, CoefficientEstimate> = {
  id: "supportRecoveryRate",
  unit: "",
  summary: "Common part of estimated and true support over their union, threshold 1e-3 of the largest",
  scale: "linear",
  range: [0, 1],
  measure: ({ support }, { coefficients }) =>
    support === undefined ? undefined : supportRecovery(coefficients, support, { threshold: 1e-3 }),
};

export const iterations: Metric<unknown, CoefficientEstimate> = {
  id: "iterations",
  unit: "",
  summary: "Iterations of the estimator",
  scale: "linear",
  range: [0, Number.POSITIVE_INFINITY],
  measure: (_truth, estimate) => estimate.iterations,
};
