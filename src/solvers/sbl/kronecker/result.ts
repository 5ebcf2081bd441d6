/** The answer of a Kronecker-structured sparse Bayesian solver. */
import type { BayesianResult, StopReason } from "../../contract.js";
import type { KroneckerProblem } from "../../kronecker-problem.js";
import { bayesianResult } from "../../posterior/bayesian-result.js";
import { restoreVariance } from "../../problem.js";
import { computeMaskedPosterior, type MaskedPosterior } from "./mask/posterior.js";
import { activeAtoms, type Mode } from "./modes.js";
import { computePosterior, type PosteriorWorkspace } from "./posterior.js";

/** The answer of {@link kroneckerSbl}. */
export interface KroneckerSblResult extends BayesianResult {
  /** What the coefficients on the product of the supports are taken to be: free, or a sum of so many of rank one. */
  readonly core: "free" | number;
}

/** Where a run stands. */
interface Standing {
  readonly problem: KroneckerProblem;
  readonly modes: readonly Mode[];
  readonly noiseVariance: number;
  /** What the posterior takes besides if only some elements were observed. */
  readonly masked?: MaskedPosterior | undefined;
}

/** The posterior at the hyperparameters as they stand, in the caller's units. */
export function kroneckerResult(
  { problem, modes, noiseVariance, masked }: Standing,
  posterior: PosteriorWorkspace,
  iterations: number,
  reason: StopReason,
): KroneckerSblResult {
  const who = "kroneckerSbl";
  const sums =
    masked === undefined
      ? computePosterior(posterior, modes, noiseVariance)
      : computeMaskedPosterior(masked, posterior, modes, noiseVariance);
  const result = bayesianResult(problem, {
    solver: "kronecker-sbl",
    who,
    atoms: modes.reduce((product, mode) => product * mode.atoms, 1),
    support: activeAtoms(modes),
    posterior: sums && { mean: posterior.mean, variance: posterior.variance.re, ...sums },
    hyperparameters: { kind: "kronecker", factors: reportedFactors(who, modes, problem) },
    noiseVariance,
    iterations,
    reason,
  });
  return { ...result, core: "free" };
}

/** γ_n over all atoms of each mode, zero where they were removed; only the last one carries units. */
function reportedFactors(who: string, modes: readonly Mode[], { units }: KroneckerProblem): Float64Array[] {
  return modes.map((mode, n) => {
    const factor = new Float64Array(mode.atoms);
    for (let j = 0; j < mode.count; j++) factor[mode.active[j]] = mode.priorVariance[j];
    return n === modes.length - 1 ? restoreVariance(who, factor, units) : factor;
  });
}
