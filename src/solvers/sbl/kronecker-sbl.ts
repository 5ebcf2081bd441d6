import { readOptions } from "../../options.js";
import type { SolverSteps } from "../contract.js";
import { type KroneckerDictionary, readKroneckerProblem } from "../kronecker-problem.js";
import { readNoise } from "../noise.js";
import type { MeasurementInput } from "../problem.js";
import { runSolver } from "../run.js";
import { kroneckerStepsByCore } from "./kronecker-core-steps.js";
import { kroneckerEmSteps } from "./kronecker-em.js";
import type { KroneckerSblResult } from "./kronecker-result.js";
import { type KroneckerSblOptions, kroneckerOptionTable, methodOf } from "./kronecker-settings.js";

const who = "kroneckerSbl";

/**
 * Sparse Bayesian learning with a Kronecker-structured dictionary and prior.
 *
 * Model: y = (A_1 ⊗ … ⊗ A_R) x + w, x ~ N(0, diag(γ_1 ⊗ … ⊗ γ_R)), w ~ N(0, σ² I), real if neither
 * dictionary nor measurement has an imaginary part, otherwise circular complex. The support of x is a product of R
 * index sets; its coefficients are free. Finds the γ_n (and σ² if it is learned) by expectation-maximisation, then
 * returns the Gaussian posterior of x. Several snapshots share the γ_n.
 *
 * @param dictionary - the factors A_n, [M_n × N_n], any number of them, or a Kronecker operator; element
 *   ((i_1 M_2 + i_2) M_3 + i_3) of y belongs to rows (i_1, i_2, i_3), and the same for x
 * @param measurement - y, [∏ M_n], or Y, [∏ M_n × snapshots]
 * @param options - see {@link KroneckerSblOptions}; the noise model is required
 * @returns mean [∏ N_n × snapshots] and variance [∏ N_n], zero for atoms that were removed; support: the atoms that
 *   were not; hyperparameters: the γ_n, all but the last of unit norm
 *
 * @throws `shape` if sizes disagree or anything is empty; `non-finite` for NaN or infinity, with the first index;
 *   `option` if an option is out of range; `range` if a noise variance is not positive
 *
 * @remarks
 * An iteration takes about 4 N max(N_n) multiply-adds for the posterior, with N = ∏ N_n over the atoms that are
 * left, and R singular value decompositions of size M_n × N_n. Memory: about (80 + 64·snapshots) max(M, N) bytes,
 * less if real. Neither a matrix with N columns nor an N × N matrix is formed. With known noise, `method: "am"`
 * and no pruning the evidence does not decrease; `method: "svd"` usually raises it but need not.
 *
 * Source: Y. He and G. Joseph, "Bayesian algorithms for Kronecker-structured sparse vector recovery with
 * application to IRS-MIMO channel estimation", IEEE Trans. Signal Processing, 2024 (arXiv 2307.14719): AM-KroSBL
 * and SVD-KroSBL. Differences: the posterior is computed mode by mode; the start is tied to the data unless
 * `initial` is "ones".
 *
 * @example
 * const result = kroneckerSbl([A1, A2, A3], y, { noise: { kind: "known", variance: 1e-2 } });
 */
export function kroneckerSbl(
  dictionary: KroneckerDictionary,
  measurement: MeasurementInput,
  options: KroneckerSblOptions,
): KroneckerSblResult {
  return runSolver(
    who,
    kroneckerSblSteps(dictionary, measurement, options),
    readOptions(who, kroneckerOptionTable, options),
  );
}

/** {@link kroneckerSbl} step by step: yields after every iteration, returns the result. */
export function kroneckerSblSteps(
  dictionary: KroneckerDictionary,
  measurement: MeasurementInput,
  options: KroneckerSblOptions,
): SolverSteps<KroneckerSblResult> {
  const settings = readOptions(who, kroneckerOptionTable, options);
  const method = methodOf(who, settings);
  const noise = readNoise(who, settings.noise);
  const problem = readKroneckerProblem(who, dictionary, measurement);
  return method === "mm"
    ? kroneckerStepsByCore(who, problem, settings, noise)
    : kroneckerEmSteps(who, problem, method, settings, noise);
}
