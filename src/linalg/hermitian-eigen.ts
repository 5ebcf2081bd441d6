import { joinMatrix, type Planar, planar, split } from "../complex/planar.js";
import type { ComplexMatrix } from "../complex/types.js";
import { rangeError } from "../errors.js";
import { type BlockReflector, createBlockReflector } from "./block-reflector.js";
import { scaleRow } from "./blocks.js";
import { rankDescending, setUnitVectors, storeColumns } from "./columns.js";
import { implicitQl } from "./implicit-ql.js";
import { checkSquare } from "./input.js";
import { checkRepresentable, safeExponent } from "./scaling.js";
import { applyTridiagonalisers, reduceToTridiagonal } from "./tridiagonal.js";

/** The scratch memory of {@link hermitianEigenInto}. */
export interface HermitianEigenWorkspace {
  readonly reduced: Planar;
  /** The eigenvectors as rows. */
  readonly rows: Planar;
  readonly tau: Planar;
  readonly work: Planar;
  readonly diagonal: Float64Array;
  readonly below: Float64Array;
  readonly ranking: Int32Array;
  readonly block: BlockReflector;
}

export function createHermitianEigenWorkspace(maxSize: number, real: boolean): HermitianEigenWorkspace {
  return {
    reduced: planar(maxSize * maxSize, real),
    rows: planar(maxSize * maxSize, real),
    tau: planar(maxSize, real),
    work: planar(maxSize, real),
    diagonal: new Float64Array(maxSize),
    below: new Float64Array(maxSize),
    ranking: new Int32Array(maxSize),
    block: createBlockReflector(maxSize, maxSize, real),
  };
}

/**
 * A = V diag(values) V^H for a Hermitian matrix, into existing arrays; reads the lower triangle only (and the real
 * part of the diagonal), does not write to A and allocates nothing.
 *
 * @param values - filled with n eigenvalues, ascending
 * @param vectors - filled with V, [n × n]
 * @returns false if a number is not finite or the bounded number of iterations was not enough
 *
 * Source: G. H. Golub and C. F. Van Loan, Matrix Computations, 4th ed., section 8.3.
 */
export function hermitianEigenInto(
  a: Planar,
  n: number,
  values: Float64Array,
  vectors: Planar,
  workspace: HermitianEigenWorkspace,
): boolean {
  const { reduced, rows, tau, work, diagonal, below, ranking, block } = workspace;
  copyLower(a, n, reduced);
  const exponent = safeExponent(reduced.re, reduced.im, n * n);
  if (Number.isNaN(exponent)) return false;
  scaleRow(reduced, 0, n * n, 2 ** -exponent);
  reduceToTridiagonal(reduced, n, diagonal, below, tau, work);
  setUnitVectors(rows, n, n);
  if (!implicitQl(diagonal, below, n, rows.re, n)) return false;
  applyTridiagonalisers(reduced, n, tau, rows, block);
  for (let i = 0; i < n; i++) below[i] = -diagonal[i];
  rankDescending(below, n, ranking);
  const scale = 2 ** exponent;
  for (let i = 0; i < n; i++) values[i] = diagonal[ranking[i]] * scale;
  storeColumns(rows, n, n, ranking, undefined, vectors);
  return true;
}

/** The lower triangle, with the real part of the diagonal; zeros above. */
function copyLower(a: Planar, n: number, out: Planar): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j <= i; j++) out.re[row + j] = a.re[row + j];
    out.re.fill(0, row + i + 1, row + n);
    if (out.im === undefined) continue;
    out.im.fill(0, row, row + n);
    if (a.im !== undefined) for (let j = 0; j < i; j++) out.im[row + j] = a.im[row + j];
  }
}

/** Eigenvalues [n], ascending, and eigenvectors as columns [n × n]. */
export interface HermitianEigen {
  readonly values: Float64Array;
  readonly vectors: ComplexMatrix;
}

/**
 * Eigenvalue decomposition A = V diag(values) V^H of a Hermitian matrix.
 *
 * @param matrix - A, [n × n]; only the lower triangle and the real part of the diagonal are read
 * @returns eigenvalues, ascending, and orthonormal eigenvectors in the same order; real if A is
 *
 * @throws `shape` if A is not square; `non-finite`; `range` if an eigenvalue overflows, or if the iteration does not
 *   converge within 60 steps for one eigenvalue
 *
 * @remarks About 9 n³ multiplications and additions, two thirds of them real also if A is complex.
 *
 * @example
 * const { values, vectors } = hermitianEigen(covariance);
 */
export function hermitianEigen(matrix: ComplexMatrix): HermitianEigen {
  checkSquare("hermitianEigen", "matrix", matrix);
  const n = matrix.rows;
  const a = split(matrix.data);
  const real = a.im === undefined;
  const values = new Float64Array(n);
  const vectors = planar(n * n, real);
  if (!hermitianEigenInto(a, n, values, vectors, createHermitianEigenWorkspace(n, real))) {
    throw rangeError(
      "hermitianEigen",
      "matrix",
      "not decomposed within the bound on iterations",
      "convergence",
    );
  }
  checkRepresentable("hermitianEigen", values);
  return { values, vectors: joinMatrix(vectors, n, n) };
}
