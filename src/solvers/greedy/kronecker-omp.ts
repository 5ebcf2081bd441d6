import { shapeError } from "../../errors.js";
import { readOptions } from "../../options.js";
import type { SolverSteps, SparseResult } from "../contract.js";
import { type KroneckerDictionary, readKroneckerProblem } from "../kronecker-problem.js";
import type { MeasurementInput } from "../problem.js";
import { runSolver } from "../run.js";
import {
  type KroneckerOmpOptions,
  kroneckerPursuitOptionTable,
  startKroneckerPursuit,
} from "./kronecker-pursuit.js";

const who = "kroneckerOmp";

/**
 * Kronecker orthogonal matching pursuit: y ≈ (A₁ ⊗ … ⊗ A_R) x, where the support of x is a product of index
 * sets, one per mode.
 *
 * With Y, X and the residual R as tensors, every step finds the largest |R ×₁ Ā₁ᴴ … ×_R Ā_Rᴴ|, where Ā has
 * the atoms of A at unit norm (of equal entries, the first), and adds its index of each mode to the set of
 * that mode, unless it is there already, depends on those that are, or the mode is full. The coefficients are
 * least squares on the product set: X = Y ×₁ D₁⁺ … ×_R D_R⁺, where D has the chosen atoms.
 *
 * @param dictionary - the factors A₁, …, A_R, or an operator that has `factors`
 * @param measurement - y, [rows], last mode fastest; one snapshot
 * @param options - at least one stopping rule; the first that holds ends the run:
 *   - `residualTolerance`: ‖R‖ ≤ residualTolerance · ‖Y‖ (reason `residual`)
 *   - `noiseVariance`: ‖R‖² ≤ rows · σ², σ² = E|w|² of an element of the noise (reason `residual`)
 *   - `maxAtomsPerMode`: every mode is full (reason `sparsity`)
 *
 *   A residual below 10 · rows · ε · ‖Y‖ is rounding error and always ends the run with reason `residual`.
 *   Reason `breakdown`: no mode can take an index of the largest entry, or all entries are rounding error.
 * @returns mean [atoms × 1]; support: the product of the index sets; `change` in history is ‖R‖ / ‖Y‖
 *
 * @throws `option` if no stopping rule is given or an option is out of range; `unsupported` if an operator
 *   has no factors; `shape` if measurement and dictionary disagree or there are several snapshots;
 *   `non-finite` with the first index; `range` if the coefficients overflow
 *
 * @remarks
 * Time per step: mode products with the factors, for a tensor of rows numbers to one of atoms numbers, and
 * O(atoms). Memory: O(∏ₙ max(rowsₙ, atomsₙ)) numbers. No matrix with `atoms` columns is formed.
 *
 * Source: C. F. Caiafa, A. Cichocki, "Computing sparse representations of multidimensional signals using
 * Kronecker bases", Neural Computation 25 (2013), algorithm Kronecker-OMP; a QR factorisation of every mode
 * takes the place of the pseudo-inverses.
 *
 * @example
 * const { support } = kroneckerOmp([A1, A2, A3], y, { residualTolerance: 1e-2, maxAtomsPerMode: 10 });
 */
export function kroneckerOmp(
  dictionary: KroneckerDictionary,
  measurement: MeasurementInput,
  options: KroneckerOmpOptions,
): SparseResult {
  const steps = kroneckerOmpSteps(dictionary, measurement, options);
  return runSolver(who, steps, readOptions(who, kroneckerPursuitOptionTable, options));
}

/** {@link kroneckerOmp} step by step: yields after every step, returns the result. */
export function kroneckerOmpSteps(
  dictionary: KroneckerDictionary,
  measurement: MeasurementInput,
  options: KroneckerOmpOptions,
): SolverSteps<SparseResult> {
  const settings = readOptions(who, kroneckerPursuitOptionTable, options);
  const problem = readKroneckerProblem(who, dictionary, measurement);
  if (problem.snapshots !== 1) throw shapeError(who, "measurement", `${problem.snapshots} snapshots`, "1");
  return startKroneckerPursuit(who, problem, settings);
}
