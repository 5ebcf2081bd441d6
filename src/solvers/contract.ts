/** What every solver takes and returns. */
import type { ComplexMatrix } from "../complex/types.js";

/** The noise w of y = A x + w: white, of variance E|w|² per element, known or to be learned. */
export type NoiseModel =
  | { readonly kind: "known"; readonly variance: number }
  | { readonly kind: "learned"; readonly initial?: number };

/** Where a solver stands after a step. */
export interface IterationState {
  readonly iteration: number;
  /** The quantity that is compared with `tolerance`. */
  readonly change: number;
  readonly supportSize: number;
  /** ln p(y) under the hyperparameters that entered this iteration; only for Bayesian solvers. */
  readonly logEvidence?: number;
}

/** What the iterator form of a solver yields after every step. */
export interface SolverStep<Result> extends IterationState {
  /** The result as it would be if the solver stopped here. Computed when called, so call it before the next step. */
  current(): Result;
}

/** The iterator form of a solver: yields after every step, returns the result. */
export type SolverSteps<Result> = Generator<SolverStep<Result>, Result, undefined>;

/** Options that every solver takes. */
export interface SolverOptions {
  readonly maxIterations?: number;
  /** Stop when the relative change falls below this. */
  readonly tolerance?: number;
  /** Keep the state of every iteration in `result.history`. */
  readonly history?: boolean;
  /** Aborts the run: the call throws the signal's reason within one iteration. */
  readonly signal?: AbortSignal;
  /** Called after every iteration; "stop" ends the run with reason `stopped`. */
  readonly onIteration?: (state: IterationState) => "continue" | "stop";
}

/**
 * Why a solver stopped.
 * - `tolerance`: the change fell below the tolerance
 * - `residual`: the residual fell below its target
 * - `sparsity`: the requested number of atoms was chosen
 * - `max-iterations`: the iterations are used up
 * - `zero-measurement`: y = 0, so the answer is zero
 * - `empty-support`: every atom was pruned
 * - `stopped`: `onIteration` asked for it
 * - `breakdown`: the next step is impossible in floating point (for instance, no atom is left that is independent
 *   of those chosen); the last sound answer is returned
 * - `closed-form`: the solver has no iterations
 */
export type StopReason =
  | "tolerance"
  | "residual"
  | "sparsity"
  | "max-iterations"
  | "zero-measurement"
  | "empty-support"
  | "stopped"
  | "breakdown"
  | "closed-form";

/** The answer of a solver: a frozen plain object that survives `structuredClone`. */
export interface SparseResult {
  readonly solver: string;
  /** The coefficients x, [atoms × snapshots]. */
  readonly mean: ComplexMatrix;
  /** Atoms in the support, ascending. */
  readonly support: Int32Array;
  /** ‖y − A x‖ over all snapshots (Frobenius). */
  readonly residualNorm: number;
  readonly iterations: number;
  /** The stopping test held and the answer is finite. */
  readonly converged: boolean;
  readonly reason: StopReason;
  readonly history?: readonly IterationState[];
}

export type Hyperparameters =
  | { readonly kind: "independent"; readonly priorVariance: Float64Array }
  /** The prior variance is the Kronecker product of the factors; all but the last have unit Euclidean norm. */
  | { readonly kind: "kronecker"; readonly factors: readonly Float64Array[] };

/** The answer of a solver that models x as Gaussian given its hyperparameters. */
export interface BayesianResult extends SparseResult {
  /** Posterior variance of each coefficient, the same for every snapshot. */
  readonly variance: Float64Array;
  readonly hyperparameters: Hyperparameters;
  readonly noiseVariance: number;
  /** ln p(Y | hyperparameters, noise variance), summed over snapshots. */
  readonly logEvidence: number;
}
