/** What studies of Kronecker-structured recovery share: the problem a receiver sees, and who solves it. */
import { type ComplexMatrix, type ComplexVector, complexVector } from "../../src/complex/index.js";
import { supportRecovery } from "../../src/metrics/index.js";
import { kroneckerOperator } from "../../src/operators/index.js";
import {
  type BayesianResult,
  type DecomposedKroneckerSblOptions,
  decomposedKroneckerSbl,
  type KroneckerSblOptions,
  kroneckerOmp,
  kroneckerSbl,
  type NoiseModel,
  omp,
  type PatternCoupledSblOptions,
  patternCoupledSbl,
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
  /** The noise variance, if it was learned. */
  readonly noiseVariance?: number;
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

export const kroneckerOmpEstimator: KroneckerEstimator = {
  id: "kronecker-omp",
  summary: "Kronecker orthogonal matching pursuit until the residual is at the noise level",
  // The paper stops at a residual of 1e-2 or 10 atoms in each mode: below the noise, so that it is fitted as well.
  estimate: ({ measurement, factors, noiseVariance }) =>
    estimated(kroneckerOmp(factors, measurement, { noiseVariance })),
};

/** What an estimator knows of the noise: its variance, or nothing. */
export type NoiseKnowledge = "known" | "learned";

/** An estimator whose id ends in "-learned" if it learns the variance of the noise. */
function bayesianEstimator(
  id: string,
  summary: string,
  knowledge: NoiseKnowledge,
  solve: (observation: KroneckerObservation, noise: NoiseModel) => BayesianResult,
): KroneckerEstimator {
  const isKnown = knowledge === "known";
  return {
    id: isKnown ? id : `${id}-learned`,
    summary: `${summary}, noise ${knowledge}`,
    estimate: (observation) => {
      if (isKnown)
        return estimated(solve(observation, { kind: "known", variance: observation.noiseVariance }));
      const result = solve(observation, { kind: "learned" });
      const { status, estimate } = estimated(result);
      return { status, estimate: { ...estimate, noiseVariance: result.noiseVariance } };
    },
  };
}

/** Sparse Bayesian learning without the Kronecker structure of the support. */
export function sblEstimator(
  options: Omit<SblOptions, "noise">,
  knowledge: NoiseKnowledge = "known",
): KroneckerEstimator {
  const summary = "Sparse Bayesian learning with one prior variance per coefficient (EM)";
  return bayesianEstimator("sbl", summary, knowledge, ({ measurement, factors }, noise) =>
    sbl(kroneckerOperator(factors), measurement, { ...options, noise }),
  );
}

/** Sparse Bayesian learning with neighbours coupled along the last factor, as in the publication. */
export function patternCoupledSblEstimator(
  options: Omit<PatternCoupledSblOptions, "noise">,
): KroneckerEstimator {
  const summary = "Pattern-coupled sparse Bayesian learning on the coefficients in their order";
  return bayesianEstimator("pattern-coupled-sbl", summary, "known", ({ measurement, factors }, noise) =>
    patternCoupledSbl(kroneckerOperator(factors), measurement, { ...options, noise }),
  );
}

/** Rank-one decomposition of the measurement, then one small problem for each factor. */
export function decomposedKroneckerSblEstimator(
  options: Omit<DecomposedKroneckerSblOptions, "noise">,
): KroneckerEstimator {
  const summary = "Rank-one decomposition of the data, then sparse Bayesian learning factor by factor";
  return bayesianEstimator("decomposed-kronecker-sbl", summary, "known", ({ measurement, factors }, noise) =>
    decomposedKroneckerSbl(factors, measurement, { ...options, noise }),
  );
}

/**
 * Kronecker-structured sparse Bayesian learning.
 *
 * @param options - the same for every observation, or what suits one
 */
export function kroneckerSblEstimator(
  id: string,
  summary: string,
  options: KroneckerSblSettings | ((observation: KroneckerObservation) => KroneckerSblSettings),
  knowledge: NoiseKnowledge = "known",
): KroneckerEstimator {
  const title = `Kronecker-structured sparse Bayesian learning, ${summary}`;
  const settings = typeof options === "function" ? options : () => options;
  return bayesianEstimator(id, title, knowledge, (observation, noise) =>
    kroneckerSbl(observation.factors, observation.measurement, { ...settings(observation), noise }),
  );
}

type KroneckerSblSettings = Omit<KroneckerSblOptions, "noise">;

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

export const noiseVarianceRatio: Metric<{ readonly noiseVariance: number }, CoefficientEstimate> = {
  id: "noiseVarianceRatio",
  unit: "",
  summary: "Learned noise variance over the true one",
  scale: "linear",
  range: [0, Number.POSITIVE_INFINITY],
  measure: (truth, estimate) =>
    estimate.noiseVariance === undefined ? undefined : estimate.noiseVariance / truth.noiseVariance,
};
