/** The result of a sparse Bayesian solver, in the caller's units. */
import type { Planar } from "../../complex/planar.js";
import { complexMatrix } from "../../complex/types.js";
import type { BayesianResult, Hyperparameters, StopReason } from "../contract.js";
import {
  type Problem,
  restoreLogEvidence,
  restoreMean,
  restoreNoise,
  restoreResidualNorm,
  restoreVariance,
} from "../problem.js";
import { meanPower } from "../sbl/hyperparameters.js";

/** What a posterior must offer, in normalised units; the active coefficients are those of the support, in order. */
interface ActivePosterior {
  /** μ, [support × snapshots]. */
  readonly mean: Planar;
  /** diag Σ, [support]. */
  readonly variance: Float64Array;
  readonly residualEnergy: number;
  readonly logEvidence: number;
}

/** Where a solver stopped. */
interface Outcome {
  readonly solver: string;
  readonly who: string;
  /** Atoms in the dictionary. */
  readonly atoms: number;
  /** The active ones. */
  readonly support: Int32Array;
  readonly posterior: ActivePosterior | undefined;
  /** In the caller's units. */
  readonly hyperparameters: Hyperparameters;
  readonly noiseVariance: number;
  readonly iterations: number;
  readonly reason: StopReason;
}

/**
 * Spreads the posterior of the active coefficients over all atoms and undoes the normalisation. Without a posterior
 * (none could be computed) the mean is zero, and the reason is `breakdown`.
 *
 * @throws `range` if an answer overflows in the caller's units
 */
export function bayesianResult(problem: Omit<Problem, "operator">, outcome: Outcome): BayesianResult {
  const { solver, who, atoms, support, posterior, hyperparameters, noiseVariance, iterations } = outcome;
  const { units, snapshots, measurement } = problem;
  const mean = complexMatrix(atoms, snapshots);
  const variance = new Float64Array(atoms);
  if (posterior !== undefined) {
    const { re, im } = posterior.mean;
    for (let j = 0, from = 0; j < support.length; j++) {
      variance[support[j]] = posterior.variance[j];
      for (let l = 0, to = 2 * support[j] * snapshots; l < snapshots; l++, from++, to += 2) {
        // Added to zero, because a zero has no sign here.
        mean.data[to] = 0 + re[from];
        mean.data[to + 1] = im === undefined ? 0 : 0 + im[from];
      }
    }
  }
  const reason = posterior === undefined ? "breakdown" : outcome.reason;
  const residualEnergy = posterior?.residualEnergy ?? meanPower(problem) * measurement.rows * snapshots;
  return {
    solver,
    mean: restoreMean(who, mean, units),
    variance: restoreVariance(who, variance, units),
    support,
    residualNorm: restoreResidualNorm(who, Math.sqrt(residualEnergy), units),
    iterations,
    converged: reason !== "breakdown" && reason !== "max-iterations",
    reason,
    hyperparameters,
    noiseVariance: restoreNoise(who, noiseVariance, units),
    logEvidence: restoreLogEvidence(posterior?.logEvidence ?? Number.NEGATIVE_INFINITY, problem),
  };
}
