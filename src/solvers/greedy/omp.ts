import { shapeError } from "../../errors.js";
import { readOptions } from "../../options.js";
import type { SolverSteps, SparseResult } from "../contract.js";
import { type DictionaryInput, type MeasurementInput, readProblem } from "../problem.js";
import { runSolver } from "../run.js";
import { type PursuitOptions, pursuitOptionTable, startPursuit } from "./pursuit.js";

/**
 * Orthogonal matching pursuit: a sparse x with y ≈ A x, one atom at a time. With a Kronecker operator for A: tensor
 * (2D, 3D, …) orthogonal matching pursuit with single atoms a_{i_1} ⊗ … ⊗ a_{i_R}, whose support need not be a product of
 * index sets as that of {@link kroneckerOmp} is.
 *
 * Every step chooses the atom with the largest |aₙᴴ r| / ‖aₙ‖, where r is the residual of least squares on
 * the atoms chosen so far; of equal atoms, the first. Atoms that are zero or depend on those chosen are
 * passed over, so the second of two equal atoms is never chosen.
 *
 * @param dictionary - A, [rows × atoms]
 * @param measurement - y, [rows]; for several snapshots see {@link somp}
 * @param options - at least one stopping rule; the first that holds ends the run:
 *   - `residualTolerance`: ‖r‖ ≤ residualTolerance · ‖y‖ (reason `residual`)
 *   - `noiseVariance`: ‖r‖² ≤ rows · σ², σ² = E|w|² of an element of the noise (reason `residual`)
 *   - `sparsity`: so many atoms are chosen (reason `sparsity`)
 *
 *   `maxIterations` (default min(rows, atoms)) bounds the steps whatever the rule. A residual below 10 · rows
 *   · ε · ‖y‖ is rounding error and always ends the run with reason `residual`, also with fewer atoms than
 *   `sparsity`. Reason `breakdown`: no atom is left that correlates with the residual.
 * @returns mean [atoms × 1]: least squares on the support; `change` in history is ‖r‖ / ‖y‖
 *
 * @throws `option` if no stopping rule is given, an option is out of range, or sparsity exceeds min(rows,
 *   atoms); `shape` if measurement and dictionary disagree or there are several snapshots; `non-finite` with
 *   the first index; `range` if the coefficients overflow
 *
 * @remarks
 * Time per step: one adjoint, O(atoms), and O(rows · support) to extend a QR factorisation of the chosen
 * atoms. Memory: O(atoms + rows · support) numbers, and a copy of a
 * dictionary that is a matrix. On a Kronecker operator the adjoint is a product along every mode and only chosen atoms
 * are formed.
 *
 * Source: Y. C. Pati, R. Rezaiifar, P. S. Krishnaprasad, "Orthogonal matching pursuit: recursive function
 * approximation with applications to wavelet decomposition", Asilomar Conf. Signals, Systems and Computers,
 * 1993. On Kronecker dictionaries: Y. Fang, J. Wu, B. Huang, "2D sparse signal recovery via 2D orthogonal matching
 * pursuit", Science China Information Sciences 55 (2012), who show that the two are the same.
 *
 * @example
 * const { support, mean } = omp(dictionary, y, { noiseVariance: 1e-2 });
 */
export function omp(
  dictionary: DictionaryInput,
  measurement: MeasurementInput,
  options: PursuitOptions,
): SparseResult {
  const steps = ompSteps(dictionary, measurement, options);
  return runSolver("omp", steps, readOptions("omp", pursuitOptionTable, options));
}

/** {@link omp}, step by step: yields after every atom, returns the result. */
export function ompSteps(
  dictionary: DictionaryInput,
  measurement: MeasurementInput,
  options: PursuitOptions,
): SolverSteps<SparseResult> {
  const settings = readOptions("omp", pursuitOptionTable, options);
  const problem = readProblem("omp", dictionary, measurement);
  if (problem.snapshots !== 1) {
    throw shapeError("omp", "measurement", `${problem.snapshots} snapshots`, "1 (somp takes several)");
  }
  return startPursuit("omp", problem, settings);
}
