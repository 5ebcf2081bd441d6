/** Matrix products on planar storage, built on the real product: one for real matrices, four for complex ones. */
import { kernels } from "../kernels/kernels.js";
import type { Planar } from "./planar.js";

/** How a factor enters a product: as it is, transposed, or conjugated and transposed. */
export type Form = "plain" | "transpose" | "adjoint" | "conjugate";

/**
 * C ← β C + α op(A) op(B), complex or real by its operands, row-major and contiguous.
 *
 * @param m - rows of op(A) and C
 * @param n - columns of op(B) and C
 * @param k - columns of op(A), rows of op(B)
 * @param c - must have imaginary parts if A or B has
 */
export function multiplyInto(
  c: Planar,
  formA: Form,
  a: Planar,
  formB: Form,
  b: Planar,
  m: number,
  n: number,
  k: number,
  alpha = 1,
  beta = 0,
): void {
  const ta = formA === "transpose" || formA === "adjoint";
  const tb = formB === "transpose" || formB === "adjoint";
  const lda = ta ? m : k;
  const ldb = tb ? k : n;
  const signA = formA === "adjoint" || formA === "conjugate" ? -1 : 1;
  const signB = formB === "adjoint" || formB === "conjugate" ? -1 : 1;
  const { gemm } = kernels;
  gemm(ta, tb, m, n, k, alpha, a.re, 0, lda, b.re, 0, ldb, beta, c.re, 0, n);
  if (a.im !== undefined && b.im !== undefined) {
    gemm(ta, tb, m, n, k, -signA * signB * alpha, a.im, 0, lda, b.im, 0, ldb, 1, c.re, 0, n);
  }
  if (c.im === undefined) return;
  let betaIm = beta;
  if (b.im !== undefined) {
    gemm(ta, tb, m, n, k, signB * alpha, a.re, 0, lda, b.im, 0, ldb, betaIm, c.im, 0, n);
    betaIm = 1;
  }
  if (a.im !== undefined) {
    gemm(ta, tb, m, n, k, signA * alpha, a.im, 0, lda, b.re, 0, ldb, betaIm, c.im, 0, n);
    betaIm = 1;
  }
  if (betaIm !== 1) scaleInPlace(c.im, m * n, betaIm);
}

/**
 * Mode product: the tensor t, seen as [left × size × right], contracted along its middle axis with the matrix B
 * [rows × size]: out[l, p, r] = Σ_q op(B)[p, q] t[l, q, r], out is [left × rows × right].
 *
 * With form "adjoint" B is stored [size × rows] and op(B) = B^H.
 */
export function modeProductInto(
  out: Planar,
  form: Form,
  b: Planar,
  rows: number,
  size: number,
  t: Planar,
  left: number,
  right: number,
): void {
  const transposed = form === "transpose" || form === "adjoint";
  const sign = form === "adjoint" || form === "conjugate" ? -1 : 1;
  modePart(out.re, transposed, b.re, rows, size, t.re, left, right, 1, 0);
  if (b.im !== undefined && t.im !== undefined) {
    modePart(out.re, transposed, b.im, rows, size, t.im, left, right, -sign, 1);
  }
  if (out.im === undefined) return;
  let beta = 0;
  if (t.im !== undefined) {
    modePart(out.im, transposed, b.re, rows, size, t.im, left, right, 1, 0);
    beta = 1;
  }
  if (b.im !== undefined) {
    modePart(out.im, transposed, b.im, rows, size, t.re, left, right, sign, beta);
    beta = 1;
  }
  if (beta === 0) out.im.fill(0, 0, left * rows * right);
}

/** One real mode product; as few and as large matrix products as the layout allows. */
function modePart(
  out: Float64Array,
  transposed: boolean,
  b: Float64Array,
  rows: number,
  size: number,
  t: Float64Array,
  left: number,
  right: number,
  alpha: number,
  beta: number,
): void {
  const { gemm } = kernels;
  const ldb = transposed ? rows : size;
  if (right === 1) {
    gemm(false, !transposed, left, rows, size, alpha, t, 0, size, b, 0, ldb, beta, out, 0, rows);
    return;
  }
  for (let l = 0; l < left; l++) {
    gemm(
      transposed,
      false,
      rows,
      right,
      size,
      alpha,
      b,
      0,
      ldb,
      t,
      l * size * right,
      right,
      beta,
      out,
      l * rows * right,
      right,
    );
  }
}

function scaleInPlace(data: Float64Array, size: number, factor: number): void {
  if (factor === 0) data.fill(0, 0, size);
  else for (let i = 0; i < size; i++) data[i] = data[i] * factor;
}
