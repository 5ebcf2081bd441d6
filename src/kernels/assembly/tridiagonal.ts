/** Reduction of a Hermitian matrix to a real symmetric tridiagonal one, and the way back for eigenvectors. */
import { applyReflectors, applyReflectorsWork } from "./apply-reflectors";
import { gemm } from "./gemm";
import { hermitianProduct } from "./hermitian-product";
import { imaginaryAt } from "./imaginary";
import { makeReflector } from "./reflectors";
import { multiplyVector, multiplyVectorTransposed } from "./vectors";

/** Columns that are reduced before the rest of the matrix is updated. */
const panel: i32 = 8;

/** One number for every row of a panel: real parts and imaginary parts. */
const factorsRe: usize = memory.data(16 * 8, 16);
const factorsIm: usize = memory.data(16 * 8, 16);

/** The bytes of the work area of {@link reduceToTridiagonal}: the panels X and Y. */
export function tridiagonalWork(n: i32, real: bool): i32 {
  return (4 * panel * n * (real ? 1 : 2)) << 3;
}

/**
 * Reduces a Hermitian matrix by Householder reflections: A = Q T Q^H with real T and Q = H_0 H_1 … H_{n−2},
 * where H_j = I − τ_j v_j v_j^H leaves the first j + 1 coordinates alone. Only the lower triangle of A and
 * the real part of its diagonal are read; both triangles are overwritten, row j behind the diagonal by v_j.
 *
 * H_j changes what is left of A by − v_j w_j^H − w_j v_j^H. A itself is changed once for the reflections of a
 * panel, by a matrix product; before, columns of A and products with A are corrected by X^T conj(Y), where
 * the rows of X are v_0, w_0, v_1, w_1, … and those of Y are w_0, v_0, w_1, v_1, …
 *
 * Source: J. J. Dongarra, D. C. Sorensen and S. J. Hammarling, Block reduction of matrices to condensed forms
 * for eigenvalue computations, J. Comput. Appl. Math. 27 (1989).
 *
 * @param diagonal - filled with the n diagonal entries of T
 * @param below - filled with its n − 1 entries below the diagonal
 * @param taus - filled with n − 1 pairs (re, im)
 */
export function reduceToTridiagonal(
  ar: usize,
  ai: usize,
  aRow: i32,
  n: i32,
  diagonal: usize,
  below: usize,
  taus: usize,
  work: usize,
): void {
  const imaginary: usize = ai != 0 ? work + (<usize>(4 * panel * n) << 3) : 0;
  for (let j = 0; j < n; j++) {
    const k = j % panel;
    const at = <usize>j << 3;
    const corner = <usize>(j * aRow + j) << 3;
    const a = ar + corner;
    const b = imaginaryAt(ai, corner);
    const xr = work + at;
    const xi = imaginaryAt(imaginary, at);
    if (k == 0 && j > 0) updateRest(a, b, aRow, n - j, xr, xi, n);
    const v = <usize>(2 * k * n) << 3;
    computeColumn(a, b, aRow, n - j, k, xr, xi, n);
    store<f64>(diagonal + at, load<f64>(xr + v));
    if (j == n - 1) return;
    const tau = taus + 2 * at;
    store<f64>(below + at, makeReflector(xr + v + 8, imaginaryAt(xi, v + 8), n - j - 1, tau));
    const next = <usize>(aRow + 1) << 3;
    computeUpdate(a + next, imaginaryAt(b, next), aRow, n - j - 1, k, xr + 8, imaginaryAt(xi, 8), n, tau);
    copyVector(xr + v + 8, imaginaryAt(xi, v + 8), a + 8, imaginaryAt(b, 8), n - j - 1);
  }
}

/** A ← A − X^T conj(Y) for n rows and columns, with all rows of X and Y. */
function updateRest(ar: usize, ai: usize, aRow: i32, n: i32, xr: usize, xi: usize, row: i32): void {
  const y = <usize>(2 * panel * row) << 3;
  const yr = xr + y;
  const yi = imaginaryAt(xi, y);
  gemm(n, n, 2 * panel, -1, xr, xi, 1, row, false, yr, yi, row, 1, true, ar, ai, aRow, 0, true);
}

/** Row 2 k of X ← the first column of A − X^T conj(Y) with the first 2 k rows of X and Y. */
function computeColumn(
  ar: usize,
  ai: usize,
  aRow: i32,
  n: i32,
  k: i32,
  xr: usize,
  xi: usize,
  row: i32,
): void {
  const v = <usize>(2 * k * row) << 3;
  const y = <usize>(2 * panel * row) << 3;
  const vi = imaginaryAt(xi, v);
  const fi: usize = xi != 0 ? factorsIm : 0;
  gather(ar, aRow, n, 1, xr + v);
  gather(xr + y, row, 2 * k, 1, factorsRe);
  if (xi != 0) {
    gather(ai, aRow, n, 1, vi);
    gather(xi + y, row, 2 * k, -1, factorsIm);
  }
  multiplyVectorTransposed(2 * k, n, -1, xr, xi, row, false, factorsRe, fi, xr + v, vi);
}

/** Stores `sign` times n numbers that are `step` apart. */
function gather(from: usize, step: i32, n: i32, sign: f64, to: usize): void {
  const bytes = <usize>step << 3;
  const end = to + (<usize>n << 3);
  for (; to < end; to += 8, from += bytes) store<f64>(to, sign * load<f64>(from));
}

/**
 * Writes out the one of v in row 2 k of X and computes w in the next row. For the matrix B that is left of A,
 * H^H B H = B − v w^H − w v^H with w = p − ½ |τ|² (v^H B v) v and p = τ B v.
 */
function computeUpdate(
  ar: usize,
  ai: usize,
  aRow: i32,
  n: i32,
  k: i32,
  xr: usize,
  xi: usize,
  row: i32,
  tau: usize,
): void {
  const rowStep = <usize>row << 3;
  const v = <usize>(2 * k) * rowStep;
  const y = <usize>(2 * panel) * rowStep;
  const vr = xr + v;
  const vi = imaginaryAt(xi, v);
  const wr = vr + rowStep;
  const wi = imaginaryAt(vi, rowStep);
  const fi: usize = xi != 0 ? factorsIm : 0;
  store<f64>(vr, 1);
  if (vi != 0) store<f64>(vi, 0);
  hermitianProduct(ar, ai, aRow, n, vr, vi, wr, wi);
  memory.fill(factorsRe, 0, 16 * panel);
  memory.fill(factorsIm, 0, 16 * panel);
  multiplyVector(2 * k, n, 1, xr + y, imaginaryAt(xi, y), row, true, vr, vi, factorsRe, fi);
  multiplyVectorTransposed(2 * k, n, -1, xr, xi, row, false, factorsRe, fi, wr, wi);
  completeUpdate(n, vr, vi, wr, wi, load<f64>(tau), load<f64>(tau, 8));
  copyVector(wr, wi, vr + y, imaginaryAt(vi, y), n);
  copyVector(vr, vi, wr + y, imaginaryAt(wi, y), n);
}

/** w ← τ w − ½ |τ|² (v^H w) v; the product is real. */
function completeUpdate(n: i32, vr: usize, vi: usize, wr: usize, wi: usize, tauRe: f64, tauIm: f64): void {
  const product = factorsRe;
  store<f64>(product, 0);
  multiplyVector(1, n, 1, vr, 0, n, false, wr, 0, product, 0);
  if (vi != 0) multiplyVector(1, n, 1, vi, 0, n, false, wi, 0, product, 0);
  const shift = -0.5 * (tauRe * tauRe + tauIm * tauIm) * load<f64>(product);
  if (vi == 0) {
    for (const end = wr + (<usize>n << 3); wr < end; wr += 8, vr += 8) {
      store<f64>(wr, tauRe * load<f64>(wr) + shift * load<f64>(vr));
    }
    return;
  }
  for (const end = wr + (<usize>n << 3); wr < end; wr += 8, wi += 8, vr += 8, vi += 8) {
    const re = load<f64>(wr);
    const im = load<f64>(wi);
    store<f64>(wr, tauRe * re - tauIm * im + shift * load<f64>(vr));
    store<f64>(wi, tauRe * im + tauIm * re + shift * load<f64>(vi));
  }
}

function copyVector(fromRe: usize, fromIm: usize, toRe: usize, toIm: usize, n: i32): void {
  memory.copy(toRe, fromRe, <usize>n << 3);
  if (fromIm != 0) memory.copy(toIm, fromIm, <usize>n << 3);
}

/** The bytes of the work area of {@link applyTridiagonalisers} for a matrix of n columns. */
export function tridiagonaliserWork(n: i32, real: bool): i32 {
  return applyReflectorsWork(n, real) + ((4 * n) << 3);
}

/**
 * C ← Q C for C [n × n], with Q as {@link reduceToTridiagonal} left it in A, whose diagonal is destroyed. C
 * is complex if A is.
 */
export function applyTridiagonalisers(
  ar: usize,
  ai: usize,
  aRow: i32,
  n: i32,
  taus: usize,
  cr: usize,
  ci: usize,
  work: usize,
): void {
  if (n < 2) return;
  clearDiagonal(ar, aRow, n);
  if (ai != 0) clearDiagonal(ai, aRow, n);
  const rowStep = <usize>n << 3;
  const vr = ar + 8;
  const vi = imaginaryAt(ai, 8);
  // The first row is not reflected.
  const restRe = cr + rowStep;
  const restIm = imaginaryAt(ci, rowStep);
  const columns = n & ~1;
  applyReflectors(false, vr, vi, aRow, n - 1, n - 1, taus, restRe, restIm, n, columns, work);
  if (columns == n) return;
  // An odd last column is paired with zeros.
  const last = rowStep - 8;
  const pairsRe = work;
  const pairsIm: usize = ci != 0 ? work + 2 * rowStep : 0;
  memory.fill(work, 0, 4 * rowStep);
  moveColumn(restRe + last, n, pairsRe, 2, n - 1);
  if (ci != 0) moveColumn(restIm + last, n, pairsIm, 2, n - 1);
  applyReflectors(false, vr, vi, aRow, n - 1, n - 1, taus, pairsRe, pairsIm, 2, 2, work + 4 * rowStep);
  moveColumn(pairsRe, 2, restRe + last, n, n - 1);
  if (ci != 0) moveColumn(pairsIm, 2, restIm + last, n, n - 1);
}

function clearDiagonal(a: usize, aRow: i32, n: i32): void {
  for (let i = 0; i < n; i++) store<f64>(a + (<usize>(i * aRow + i) << 3), 0);
}

/** Copies n numbers; from and to are the distances in numbers. */
function moveColumn(x: usize, from: i32, y: usize, to: i32, n: i32): void {
  for (let i = 0; i < n; i++) {
    store<f64>(y, load<f64>(x));
    x += <usize>from << 3;
    y += <usize>to << 3;
  }
}
