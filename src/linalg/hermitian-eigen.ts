import { isReal, joinMatrix, type Planar, planar, splitInto } from "../complex/planar.js";
import type { ComplexMatrix } from "../complex/types.js";
import { rangeError } from "../errors.js";
import { webAssembly } from "../kernels/backend.js";
import { hermitianEigen as hermitianEigenByKernel } from "../kernels/decomposition.js";
import { withRoom } from "../kernels/room.js";
import { type BlockReflector, createBlockReflector } from "./block-reflector.js";
import { scaleRow } from "./blocks.js";
import { rankDescending, setUnitVectors, storeColumns } from "./columns.js";
import { implicitQl } from "./implicit-ql.js";
import { checkSquare } from "./input.js";
import { checkRepresentable, exponentOfLargest } from "./scaling.js";
import { applyTridiagonalisers, reduceToTridiagonal } from "./tridiagonal.js";

/** From this size on WebAssembly is faster. */
const smallestKernel = 4;

/** The scratch memory of {@link hermitianEigenInto} for matrices of up to a size. */
export interface HermitianEigenWorkspace {
  readonly maxSize: number;
  readonly real: boolean;
  /** Made when first needed. */
  arrays: Arrays | undefined;
}

interface Arrays {
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
  return { maxSize, real, arrays: undefined };
}

function createArrays({ maxSize, real }: HermitianEigenWorkspace): Arrays {
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
  const exponent = safeExponentOfLower(a, n);
  if (Number.isNaN(exponent)) return false;
  const arena = n < smallestKernel ? null : webAssembly();
  if (arena !== null && exponent === 0) return hermitianEigenByKernel(arena, a, n, { re: values }, vectors);
  workspace.arrays ??= createArrays(workspace);
  const { reduced, rows, tau, work, diagonal, below, ranking, block } = workspace.arrays;
  copyLower(a, n, reduced);
  scaleRow(reduced, 0, n * n, 2 ** -exponent);
  if (arena !== null) {
    if (!hermitianEigenByKernel(arena, reduced, n, { re: values }, vectors)) return false;
    for (let i = 0; i < n; i++) values[i] = values[i] * 2 ** exponent;
    return true;
  }
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

/** As {@link safeExponent} for the lower triangle and the real part of the diagonal. */
function safeExponentOfLower({ re, im }: Planar, n: number): number {
  let largest = 0;
  let poison = 0;
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let k = row; k <= row + i; k++) {
      const magnitude = Math.abs(re[k]);
      poison += 0 * magnitude;
      if (magnitude > largest) largest = magnitude;
    }
    if (im === undefined) continue;
    for (let k = row; k < row + i; k++) {
      const magnitude = Math.abs(im[k]);
      poison += 0 * magnitude;
      if (magnitude > largest) largest = magnitude;
    }
  }
  return exponentOfLargest(largest + poison);
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
 *   converge within its bound; `limit` if working memory would exceed its limit
 *
 * @remarks With WebAssembly reduction to a tridiagonal matrix, divide and conquer and the way back: about 4 n³ complex
 * multiplications and additions (real if A is) and less than n³ real ones; memory 40 n² bytes (32 n² if real). With
 * TypeScript kernels implicit QL, about 9 n³.
 *
 * @example
 * const { values, vectors } = hermitianEigen(covariance);
 */
export function hermitianEigen(matrix: ComplexMatrix): HermitianEigen {
  checkSquare("hermitianEigen", "matrix", matrix);
  const n = matrix.rows;
  const real = isReal(matrix.data);
  return withRoom("hermitianEigen", (room) => {
    const a = room.planar(n * n, real);
    splitInto(matrix.data, a);
    const vectors = room.planar(n * n, real);
    const values = new Float64Array(n);
    if (!hermitianEigenInto(a, n, values, vectors, createHermitianEigenWorkspace(n, real))) {
      const received = "not decomposed within the bound on iterations";
      throw rangeError("hermitianEigen", "matrix", received, "convergence");
    }
    checkRepresentable("hermitianEigen", values);
    return { values, vectors: joinMatrix(vectors, n, n) };
  });
}
