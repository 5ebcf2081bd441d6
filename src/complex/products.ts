/** Matrix products on planar storage. */
import { addProduct, clear, type Form } from "../kernels/products.js";
import type { Planar } from "./planar.js";

export type { Form };

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
  const lda = formA === "transpose" || formA === "adjoint" ? m : k;
  const ldb = formB === "transpose" || formB === "adjoint" ? k : n;
  if (beta === 0) clear(c, 0, m * n);
  else if (beta !== 1) scaleInPlace(c, m * n, beta);
  addProduct(alpha, c, 0, n, formA, a, 0, lda, formB, b, 0, ldb, m, n, k);
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
  clear(out, 0, left * rows * right);
  if (right === 1) {
    // T op(B)^T: the form of the transpose of op(B).
    const flipped = {
      plain: "transpose",
      transpose: "plain",
      adjoint: "conjugate",
      conjugate: "adjoint",
    } as const;
    const ldb = transposed ? rows : size;
    addProduct(1, out, 0, rows, "plain", t, 0, size, flipped[form], b, 0, ldb, left, rows, size);
    return;
  }
  const ldb = transposed ? rows : size;
  for (let l = 0; l < left; l++) {
    const [from, to] = [l * size * right, l * rows * right];
    addProduct(1, out, to, right, form, b, 0, ldb, "plain", t, from, right, rows, right, size);
  }
}

function scaleInPlace({ re, im }: Planar, size: number, factor: number): void {
  for (let i = 0; i < size; i++) re[i] = re[i] * factor;
  if (im !== undefined) for (let i = 0; i < size; i++) im[i] = im[i] * factor;
}
