import { isReal, joinMatrix, type Planar, planar, splitInto } from "../complex/planar.js";
import type { ComplexMatrix } from "../complex/types.js";
import { rangeError } from "../errors.js";
import { webAssembly } from "../kernels/backend.js";
import { svd as svdByKernel } from "../kernels/decomposition.js";
import { withRoom } from "../kernels/room.js";
import { copyUpperRows, rankDescending, setUnitVectors, storeColumns } from "./columns.js";
import { applyReflection, makeReflection, pivotedQrInPlace } from "./householder.js";
import { checkMatrix } from "./input.js";
import { orthogonaliseRows } from "./jacobi.js";
import { checkRepresentable, safeExponent } from "./scaling.js";

/** Singular values below this fraction of the largest are set to zero. */
const negligible = 2 ** -300;
/** From this many columns or rows on, whichever are fewer, WebAssembly is faster. */
const smallestKernel = 4;

/** The scratch memory of {@link svdInto} for matrices of up to a size. */
export interface SvdWorkspace {
  readonly maxRows: number;
  readonly maxColumns: number;
  readonly real: boolean;
  /** Made when first needed. */
  arrays: Arrays | undefined;
}

interface Arrays {
  /** The columns of the tall one of A and A^H, then R and the reflections of its factorisation. */
  readonly tall: Planar;
  /** The columns of R^H, then the reflections of its factorisation. */
  readonly square: Planar;
  /** The rows that Jacobi makes orthogonal, each followed by its row of the accumulated rotation. */
  readonly rotated: Planar;
  readonly left: Planar;
  readonly right: Planar;
  readonly tauTall: Planar;
  readonly tauSquare: Planar;
  readonly norms: Float64Array;
  readonly order: Int32Array;
  readonly ranking: Int32Array;
}

/** Room for the decomposition of matrices of up to the given size. */
export function createSvdWorkspace(maxRows: number, maxColumns: number, real: boolean): SvdWorkspace {
  return { maxRows, maxColumns, real, arrays: undefined };
}

function createArrays({ maxRows, maxColumns, real }: SvdWorkspace): Arrays {
  const n = Math.min(maxRows, maxColumns);
  const m = Math.max(maxRows, maxColumns);
  return {
    tall: planar(n * m, real),
    square: planar(n * n, real),
    rotated: planar(2 * n * n, real),
    left: planar(n * m, real),
    right: planar(n * n, real),
    tauTall: planar(n, real),
    tauSquare: planar(n, real),
    norms: new Float64Array(2 * n),
    order: new Int32Array(n),
    ranking: new Int32Array(n),
  };
}

/**
 * Thin singular value decomposition A = U diag(s) V^H with r = min(rows, columns), into existing arrays; A is not
 * written to and nothing is allocated.
 *
 * In TypeScript, with B the tall one of A and A^H: B P = Q₁ R with column pivoting, R^H = Q₂ S, and one-sided Jacobi on the rows of
 * S = J Σ W^H, which the two factorisations have brought close to a diagonal matrix. So B = (Q₁ W) Σ (P Q₂ J)^H.
 *
 * @param u - filled with U, [rows × r]
 * @param s - filled with r singular values, descending; real
 * @param v - filled with V, [columns × r]
 * @returns false if a number is not finite or the bounded number of sweeps was not enough
 *
 * Source: Z. Drmač and K. Veselić, New fast and accurate Jacobi SVD algorithm I, II, SIAM J. Matrix Anal. Appl. 29
 * (2008).
 */
export function svdInto(
  a: Planar,
  rows: number,
  columns: number,
  u: Planar,
  s: Planar,
  v: Planar,
  workspace: SvdWorkspace,
): boolean {
  const wide = rows < columns;
  const m = wide ? columns : rows;
  const n = wide ? rows : columns;
  const exponent = safeExponent(a.re, a.im, rows * columns);
  if (Number.isNaN(exponent)) return false;
  const arena = n < smallestKernel ? null : webAssembly();
  if (arena !== null && exponent === 0) return svdByKernel(arena, a, rows, columns, u, s, v);
  workspace.arrays ??= createArrays(workspace);
  const { tall, square, rotated, left, right, tauTall, tauSquare, norms, order, ranking } = workspace.arrays;
  if (arena !== null) {
    scaleInto(tall, a, rows * columns, 2 ** -exponent);
    if (!svdByKernel(arena, tall, rows, columns, u, s, v)) return false;
    const singular = s.re;
    for (let i = 0; i < n; i++) singular[i] = singular[i] * 2 ** exponent;
    return true;
  }
  loadColumns(a, wide, m, n, 2 ** -exponent, tall);
  const rank = pivotedQrInPlace(tall, n, m, tauTall, order, norms, negligible);

  copyUpperRows(tall, m, rank, n, square, n, -1);
  for (let k = 0; k < rank; k++) {
    makeReflection(square, k, n, tauSquare);
    applyReflection(square, k, n, tauSquare, true, square, k + 1, rank);
  }
  copyUpperRows(square, n, rank, rank, rotated, 2 * rank, 1);
  appendIdentity(rotated, rank);
  if (!orthogonaliseRows(rotated, rank, 2 * rank, norms)) return false;

  // Columns of [W 0; 0 I] and [J 0; 0 I], then Q₁ and Q₂ in front of them. A row of `rotated` is σ w^H, then of J^H.
  setUnitVectors(left, n, m);
  setUnitVectors(right, n, n);
  for (let i = 0; i < rank; i++) {
    norms[i] = Math.sqrt(norms[i]);
    if (!(norms[i] > 0)) return false;
    const row = 2 * rank * i;
    loadConjugate(rotated, row, rank, 1 / norms[i], left, i * m);
    loadConjugate(rotated, row + rank, rank, 1, right, i * n);
  }
  for (let k = rank - 1; k >= 0; k--) {
    applyReflection(tall, k, m, tauTall, false, left, 0, n);
    applyReflection(square, k, n, tauSquare, false, right, 0, n);
  }
  norms.fill(0, rank, n);
  rankDescending(norms, n, ranking);
  const scale = 2 ** exponent;
  const singular = s.re;
  for (let i = 0; i < n; i++) singular[i] = norms[ranking[i]] * scale;
  storeColumns(left, m, n, ranking, undefined, wide ? v : u);
  storeColumns(right, n, n, ranking, order, wide ? u : v);
  return true;
}

function scaleInto(out: Planar, { re, im }: Planar, size: number, scale: number): void {
  for (let i = 0; i < size; i++) out.re[i] = re[i] * scale;
  if (im !== undefined) for (let i = 0; i < size; i++) out.im![i] = im[i] * scale;
}

/** The columns of the tall m × n one of A and A^H as contiguous vectors, scaled. */
function loadColumns(a: Planar, wide: boolean, m: number, n: number, scale: number, out: Planar): void {
  if (wide) {
    for (let i = 0; i < m * n; i++) out.re[i] = a.re[i] * scale;
  } else {
    for (let j = 0; j < n; j++) for (let i = 0; i < m; i++) out.re[j * m + i] = a.re[i * n + j] * scale;
  }
  if (out.im === undefined) return;
  if (a.im === undefined) out.im.fill(0, 0, m * n);
  else if (wide) {
    for (let i = 0; i < m * n; i++) out.im[i] = -a.im[i] * scale;
  } else {
    for (let j = 0; j < n; j++) for (let i = 0; i < m; i++) out.im[j * m + i] = a.im[i * n + j] * scale;
  }
}

/** The identity as the right half of an n × 2n matrix. */
function appendIdentity({ re, im }: Planar, n: number): void {
  for (let i = 0; i < n; i++) {
    const at = 2 * n * i + n;
    re.fill(0, at, at + n);
    re[at + i] = 1;
    if (im !== undefined) im.fill(0, at, at + n);
  }
}

/** out[start …] ← the conjugate of `size` entries, times `factor`. */
function loadConjugate(
  from: Planar,
  at: number,
  size: number,
  factor: number,
  out: Planar,
  start: number,
): void {
  for (let k = 0; k < size; k++) out.re[start + k] = from.re[at + k] * factor;
  if (out.im !== undefined) for (let k = 0; k < size; k++) out.im[start + k] = -from.im![at + k] * factor;
}

/** Thin singular value decomposition: U [rows × r], s [r], V [columns × r], r = min(rows, columns). */
export interface Svd {
  readonly u: ComplexMatrix;
  readonly s: Float64Array;
  readonly v: ComplexMatrix;
}

/**
 * Thin singular value decomposition A = U diag(s) V^H, r = min(rows, columns).
 *
 * The error of every singular value is a small multiple of the rounding error of the largest. (The TypeScript kernels,
 * by one-sided Jacobi, find small ones to high relative accuracy as far as the matrix determines them.)
 *
 * @param matrix - A, [rows × columns], of any shape and rank
 * @returns U [rows × r] and V [columns × r] with orthonormal columns, also for singular values of zero; s [r],
 *   descending. U and V are real if A is.
 *
 * @throws `shape`, `non-finite`; `range` if a singular value overflows, or if the iteration does not converge within its
 *   bound; `limit` if working memory would exceed its limit
 *
 * @remarks With WebAssembly about 8 · rows · columns · r + 16 r³/3 multiplications and additions, by reduction to a
 * bidiagonal matrix and divide and conquer; memory about 5 · rows · columns numbers. With TypeScript kernels 8 r³ for
 * each of about five sweeps besides.
 *
 * @example
 * const { u, s, v } = svd(matrix);
 */
export function svd(matrix: ComplexMatrix): Svd {
  checkMatrix("svd", "matrix", matrix);
  const { rows, columns } = matrix;
  const real = isReal(matrix.data);
  const r = Math.min(rows, columns);
  return withRoom("svd", (room) => {
    const a = room.planar(rows * columns, real);
    splitInto(matrix.data, a);
    const u = room.planar(rows * r, real);
    const v = room.planar(columns * r, real);
    const s = new Float64Array(r);
    if (!svdInto(a, rows, columns, u, { re: s }, v, createSvdWorkspace(rows, columns, real))) {
      throw rangeError("svd", "matrix", "not decomposed within the bound on sweeps", "convergence");
    }
    checkRepresentable("svd", s);
    return { u: joinMatrix(u, rows, r), s, v: joinMatrix(v, columns, r) };
  });
}
