import type { ComplexMatrix, ComplexVector } from "../complex/types.js";

/** How often an operator was used, and what that cost; a speed claim can be made in these numbers. */
export interface OperatorCost {
  applies: number;
  adjoints: number;
  /** Real multiplications and additions spent in applies and adjoints. */
  flops: number;
}

/**
 * A linear map A from coefficients to measurements, known by what it does. The columns of A are the atoms.
 *
 * Every method throws `shape` if sizes disagree or `out` shares memory with an input, and `range` for an index that
 * is not in 0 … N − 1. Numbers are not checked; solvers do that once, at entry.
 *
 * Write your own by extending `BaseOperator`, which supplies every method from a matrix-vector product and its
 * adjoint, and check it with `checkOperator`.
 */
export interface LinearOperator {
  /** "dense", "kronecker", "restriction", … */
  readonly kind: string;
  /** M, the length of a measurement. */
  readonly rows: number;
  /** N, the number of atoms. */
  readonly columns: number;
  /** Whether A is known to have no imaginary part; derived from what the operator is made of. */
  readonly real: boolean;
  /** Bytes that this object keeps alive now; working arrays count once a method has needed them. */
  readonly memoryBytes: number;
  readonly cost: OperatorCost;
  /** The factors A1, …, AR if A = A1 ⊗ … ⊗ AR, last index fastest. */
  readonly factors?: readonly ComplexMatrix[];
  /** out ← A x. `out` is filled and returned; it must not share memory with x. */
  apply(x: ComplexVector, out?: ComplexVector): ComplexVector;
  /** out ← A^H y. `out` is filled and returned; it must not share memory with y. */
  adjoint(y: ComplexVector, out?: ComplexVector): ComplexVector;
  /** out ← the chosen columns, [M × indices.length]. Repeated indices are allowed. `out` is filled and returned. */
  atoms(indices: ArrayLike<number>, out?: ComplexMatrix): ComplexMatrix;
  /** A_S^H A_S for S = indices, exactly Hermitian, [indices.length × indices.length]. */
  gram(indices: ArrayLike<number>): ComplexMatrix;
  /** A diag(γ) A^H, exactly Hermitian, [M × M]: the heart of every step of sparse Bayesian learning. */
  covariance(priorVariance: Float64Array, out?: ComplexMatrix): ComplexMatrix;
  /** ‖L⁻¹ aₙ‖² = aₙᴴ (L Lᴴ)⁻¹ aₙ for every atom, given a lower triangular Cholesky factor L, [M × M]. */
  whitenedNorms(factor: ComplexMatrix, out?: Float64Array): Float64Array;
  /** The squared norm of every atom, length N. */
  columnNorms(): Float64Array;
}
