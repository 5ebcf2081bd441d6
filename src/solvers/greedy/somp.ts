import { readOptions } from "../../options.js";
import type { SolverSteps, SparseResult } from "../contract.js";
import { type DictionaryInput, type MeasurementInput, readProblem } from "../problem.js";
import { runSolver } from "../run.js";
import { type PursuitOptions, pursuitOptionTable, startPursuit } from "./pursuit.js";

/**
 * Simultaneous orthogonal matching pursuit: Y ≈ A X with one support for all snapshots.
 *
 * As {@link omp}, but every step chooses the atom with the largest ‖aₙᴴ R‖ / ‖aₙ‖, the Euclidean norm over
 * the snapshots of the residual R. With one snapshot the two are the same.
 *
 * @param dictionary - A, [rows × atoms]
 * @param measurement - Y, [rows × snapshots], or y, [rows]
 * @param options - as for {@link omp}, with Frobenius norms over all snapshots: `residualTolerance` compares
 *   ‖R‖ with ‖Y‖, `noiseVariance` compares ‖R‖² with rows · snapshots · σ²
 * @returns mean [atoms × snapshots]: least squares on the support
 *
 * @throws `option`, `shape`, `non-finite`, `range` as for {@link omp}
 *
 * @remarks
 * Time per step: one adjoint per snapshot, and O(rows · (support + snapshots)).
 * Memory: O(atoms + rows · (support + snapshots)) numbers, and a copy
 * of a dictionary that is a matrix.
 *
 * Source: J. A. Tropp, A. C. Gilbert, M. J. Strauss, "Algorithms for simultaneous sparse approximation. Part
 * I: greedy pursuit", Signal Processing 86 (2006), with the 2-norm over the snapshots in place of the 1-norm,
 * as in J. Chen, X. Huo, "Theoretical results on sparse representations of multiple-measurement vectors",
 * IEEE Trans. Signal Process. 54 (2006).
 *
 * @example
 * const { support, mean } = somp(dictionary, snapshots, { sparsity: 3 });
 */
export function somp(
  dictionary: DictionaryInput,
  measurement: MeasurementInput,
  options: PursuitOptions,
): SparseResult {
  const steps = sompSteps(dictionary, measurement, options);
  return runSolver("somp", steps, readOptions("somp", pursuitOptionTable, options));
}

/** {@link somp}, step by step: yields after every atom, returns the result. */
export function sompSteps(
  dictionary: DictionaryInput,
  measurement: MeasurementInput,
  options: PursuitOptions,
): SolverSteps<SparseResult> {
  const settings = readOptions("somp", pursuitOptionTable, options);
  return startPursuit("somp", readProblem("somp", dictionary, measurement), settings);
}
