import { describe, optionError } from "../../errors.js";
import { readOptions } from "../../options.js";
import type { SolverSteps } from "../contract.js";
import { type KroneckerDictionary, readKroneckerProblem } from "../kronecker-problem.js";
import { readNoise } from "../noise.js";
import type { MeasurementInput } from "../problem.js";
import { runSolver } from "../run.js";
import { kroneckerStepsByCore } from "./kronecker/core/steps.js";
import { kroneckerEmSteps } from "./kronecker/em.js";
import { type MaskedProblem, readMaskedProblem } from "./kronecker/mask/mask.js";
import type { KroneckerSblResult } from "./kronecker/result.js";
import { type KroneckerSblOptions, kroneckerOptionTable, methodOf } from "./kronecker/settings.js";

const who = "kroneckerSbl";

/**
 * Sparse Bayesian learning with a Kronecker-structured dictionary and prior.
 *
 * Model: y = (A_1 ⊗ … ⊗ A_R) x + w, x ~ N(0, diag(γ_1 ⊗ … ⊗ γ_R)), w ~ N(0, σ² I), real if neither
 * dictionary nor measurement has an imaginary part, otherwise circular complex. The support of x is a product of R
 * index sets; its coefficients are free, or of low rank if the option `core` says so. Finds the γ_n (and σ² if it is
 * learned) by maximising the evidence, then returns the Gaussian posterior of x. Several snapshots share the γ_n.
 *
 * Method "mm": L = ln det Σ_y + y^H Σ_y⁻¹ y is linear in γ_n inside Σ_y; with S_j and ν_j the sums over slice j of mode n
 * of |μ|²/γ and 1 − diag Σ/γ, every mode in turn takes
 *
 *     γ_n[j] ← γ_n[j] (S_j/ν_j)^p,    p = 1, or 1/2: a majorise-minimise step, after which L is never higher,
 *
 * and σ² goes to the nearest minimum of L. Then L is searched for lower minima (`restarts`), with a price of ln N_n for
 * every atom of mode n, the prior p(S) ∝ ∏ N_n^−|S_n| of supports: atoms that are not worth it are removed.
 *
 * @param dictionary - the factors A_n, [M_n × N_n], any number of them, or a Kronecker operator; element
 *   ((i_1 M_2 + i_2) M_3 + i_3) of y belongs to rows (i_1, i_2, i_3), and the same for x
 * @param measurement - y, [∏ M_n], or Y, [∏ M_n × snapshots]; with the option `observed` only its observed rows
 * @param options - see {@link KroneckerSblOptions}; the noise model is required
 * @returns mean [∏ N_n × snapshots] and variance [∏ N_n], zero for atoms that were removed; support: the atoms that
 *   were not; hyperparameters: the γ_n, all but the last of unit norm; core: "free", or the rank of the coefficients
 *
 * @throws `shape` if sizes disagree, anything is empty, or there are several snapshots and the core is not free;
 *   `non-finite` for NaN or infinity, with the first index; `option` if an option is out of range, or not one of the
 *   method's; `range` if a noise variance is not positive; `limit` if a mask would take too much working memory
 *
 * @remarks
 * With M = ∏ M_n, a sweep of "mm" takes about 2 M M_n + M_n² K_n multiply-adds and the singular value decomposition of an
 * M_n × K_n matrix for every mode, K_n the atoms that are left, and O(M) for the noise. Memory: about six tensors of the
 * size of y; nothing of the size of x but the answer. A published method takes about 4 N max(N_n) multiply-adds in an
 * iteration and (80 + 64·snapshots) max(M, N) bytes, N = ∏ K_n, less if real. Neither a matrix with N columns nor an
 * N × N matrix is ever formed. With known noise the evidence does not decrease from step to step under "mm" with
 * `exponent: 0.5`, `restarts: 0` and no pruning, and under "am" with no pruning; "svd" usually raises it but need not.
 *
 * Coefficients of rank R, x = Σ_{r ≤ R} x_1^r ⊗ … ⊗ x_N^r with x_n^r ~ N(0, diag γ_n): the posterior is approximated by
 * one that is independent between modes (mean field), so that every mode is a sparse Bayesian problem of its own, of size
 * M_n × N_n, in the measurement contracted with what is known of the others. It starts from the tensor of rank R that is
 * closest to Y, with all atoms; N restarts times, the atoms of single modes are drawn anew. An atom must raise the
 * evidence by ln N_n (the prior p(S) ∝ ∏ N_n^−|S_n| of the supports) or is removed. `logEvidence` is then the lower bound
 * of ln p(y) that the approximation maximises, `variance` that of the product of independent modes. A sweep takes N R M
 * multiply-adds, with M = ∏ M_n, and nothing but the result grows with ∏ N_n. If not even the strongest part of the
 * measurement is worth its price, the answer is zero, with reason `empty-support`. `core: "auto"` compares least squares
 * on the atoms of the free answer that pay for themselves by Schwarz's criterion, RSS/σ² + parameters · ln M for complex
 * data; ranks above one only if they save a third of the parameters. Should the answer of low rank be worse by that
 * criterion than that of the free core, the latter is returned.
 *
 * Sources: Y. He and G. Joseph, "Bayesian algorithms for Kronecker-structured sparse vector recovery with
 * application to IRS-MIMO channel estimation", IEEE Trans. Signal Processing, 2024 (arXiv 2307.14719): the model,
 * AM-KroSBL, SVD-KroSBL, PC-KroSBL (`coupling: "nnls"`) and KSBL. Differences: the posterior is computed mode by mode; the
 * start is tied to the data unless `initial` is "ones". The step with p = 1 is that of D. J. C. MacKay, "Bayesian
 * interpolation", Neural Computation 4(3), 1992; for products of modes it was derived here, see
 * docs/algorithms/kronecker-sbl.md.
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
  const { observed, core } = settings;
  const problem: MaskedProblem =
    observed === undefined
      ? readKroneckerProblem(who, dictionary, measurement)
      : readMaskedProblem(who, dictionary, measurement, observed);
  if (problem.mask !== undefined && core !== undefined && core !== "free") {
    const expected = '"free", or observed elements that are all combinations of some rows of each factor';
    throw optionError(who, "core", `${describe(core)} with this mask`, expected);
  }
  return method === "mm"
    ? kroneckerStepsByCore(who, problem, settings, noise)
    : kroneckerEmSteps(who, problem, method, settings, noise);
}
