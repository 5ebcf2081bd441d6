/** The inverse of a Hermitian positive definite matrix from its Cholesky factor, recursively and in place. */
import type { Planar } from "../complex/planar.js";
import { webAssembly } from "../kernels/backend.js";
import { invertFromFactor } from "../kernels/factorisation.js";
import { addProduct, addRow, leafSize, mirrorLower, scaleRow, splitPoint, squareSize } from "./blocks.js";

/** From this size on WebAssembly is faster. */
const smallestKernel = 8;

/**
 * out ← (L L^H)⁻¹ = L^{-H} L⁻¹, exactly Hermitian. L is n × n, lower triangular with a real positive diagonal;
 * `out` may be L itself. The triangle is inverted first, then multiplied by its adjoint; both steps use the
 * triangular shape, so the whole takes n³/3 multiply–adds and no memory beside `out`.
 */
export function inverseFromFactor(l: Planar, n: number, out: Planar): void {
  if (out !== l) copy(l, out, n * n);
  const arena = n < smallestKernel ? null : webAssembly();
  if (arena !== null) {
    invertFromFactor(arena, out, n);
    return;
  }
  invertTriangle(out, 0, n, n);
  squareTriangle(out, 0, n, n);
  mirrorLower(out, n);
}

function copy(from: Planar, to: Planar, size: number): void {
  for (let i = 0; i < size; i++) to.re[i] = from.re[i];
  if (to.im === undefined) return;
  if (from.im === undefined) to.im.fill(0, 0, size);
  else for (let i = 0; i < size; i++) to.im[i] = from.im[i];
}

/**
 * L ← L⁻¹ in the lower triangle at `at`. With L = [P 0; S Q] the lower left block is −(Q⁻¹ S) P⁻¹, multiplied by the
 * inverse of Q and solved with P. Done like this X L − I is small for X = L⁻¹, and so A X^H X − I is of order
 * u ‖A‖ ‖A⁻¹‖; multiplying on both sides, solving on both, or exchanging the two loses up to the root of the
 * condition number more.
 *
 * Source: J. J. Du Croz and N. J. Higham, Stability of methods for matrix inversion, IMA J. Numer. Anal. 12 (1992),
 * method 2C.
 */
function invertTriangle(l: Planar, at: number, ldl: number, n: number): void {
  if (n <= leafSize) {
    invertLeaf(l, at, ldl, n);
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = at + half * ldl;
  invertTriangle(l, below + half, ldl, rest);
  multiplyFromLeft(l, below + half, below, ldl, rest, half);
  for (let i = 0; i < rest; i++) scaleRow(l, below + i * ldl, half, -1);
  solveFromRight(l, at, below, ldl, half, rest);
  invertTriangle(l, at, ldl, half);
}

/** Descending rows: row i of the inverse solves x L = e_i and needs rows up to i of L only. */
function invertLeaf(l: Planar, at: number, ldl: number, n: number): void {
  for (let i = n - 1; i >= 0; i--) {
    const row = at + i * ldl;
    l.re[row + i] = 1 / l.re[row + i];
    scaleRow(l, row, i, -l.re[row + i]);
    solveRow(l, at, row, ldl, i);
  }
}

/** b ← b L⁻¹ for the n × n lower triangle L at `at` and the row b. */
function solveRow(l: Planar, at: number, row: number, ldl: number, n: number): void {
  const { re, im } = l;
  for (let k = n - 1; k >= 0; k--) {
    const pivot = re[at + k * ldl + k];
    re[row + k] = re[row + k] / pivot;
    if (im !== undefined) im[row + k] = im[row + k] / pivot;
    addRow(l, row, at + k * ldl, k, -re[row + k], im === undefined ? 0 : -im[row + k]);
  }
}

/** B ← B L⁻¹ for the n × n lower triangle L at `at` and the `rows` × n block B at `b` of the same matrix. */
function solveFromRight(l: Planar, at: number, b: number, ldl: number, n: number, rows: number): void {
  if (n <= leafSize) {
    for (let j = n - 1; j >= 0; j--) {
      const pivot = at + j * ldl + j;
      const after = b + j + 1;
      addProduct(-1, l, b + j, ldl, "plain", l, after, ldl, "plain", l, pivot + ldl, ldl, rows, 1, n - 1 - j);
      divideColumn(l, b + j, ldl, rows, l.re[pivot]);
    }
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = at + half * ldl;
  solveFromRight(l, below + half, b + half, ldl, rest, rows);
  addProduct(-1, l, b, ldl, "plain", l, b + half, ldl, "plain", l, below, ldl, rows, half, rest);
  solveFromRight(l, at, b, ldl, half, rows);
}

function divideColumn({ re, im }: Planar, at: number, step: number, count: number, divisor: number): void {
  const end = at + count * step;
  for (let i = at; i < end; i += step) re[i] = re[i] / divisor;
  if (im !== undefined) for (let i = at; i < end; i += step) im[i] = im[i] / divisor;
}

/** B ← X B for the n × n lower triangle X at `at` and the n × columns block B at `b` of the same matrix. */
function multiplyFromLeft(x: Planar, at: number, b: number, ldx: number, n: number, columns: number): void {
  if (n <= leafSize) {
    for (let i = n - 1; i >= 0; i--) {
      const row = b + i * ldx;
      const before = at + i * ldx;
      scaleRow(x, row, columns, x.re[before + i]);
      addProduct(1, x, row, ldx, "plain", x, before, ldx, "plain", x, b, ldx, 1, columns, i);
    }
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = at + half * ldx;
  const bottom = b + half * ldx;
  multiplyFromLeft(x, below + half, bottom, ldx, rest, columns);
  addProduct(1, x, bottom, ldx, "plain", x, below, ldx, "plain", x, b, ldx, rest, columns, half);
  multiplyFromLeft(x, at, b, ldx, half, columns);
}

/** The lower triangle of X^H X in place of the lower triangle X; X = [P 0; S Q] gives P^H P + S^H S, Q^H S, Q^H Q. */
function squareTriangle(x: Planar, at: number, ldx: number, n: number): void {
  if (n <= leafSize) {
    squareLeaf(x, at, ldx, n);
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = at + half * ldx;
  squareTriangle(x, at, ldx, half);
  addSquare(x, below, at, ldx, half, rest);
  multiplyAdjoint(x, below + half, below, ldx, rest, half);
  squareTriangle(x, below + half, ldx, rest);
}

/** Ascending rows: row i of the product needs rows i and later of X only. */
function squareLeaf(x: Planar, at: number, ldx: number, n: number): void {
  for (let i = 0; i < n; i++) {
    const row = at + i * ldx;
    scaleRow(x, row, i + 1, x.re[row + i]);
    for (let k = i + 1; k < n; k++) {
      const from = at + k * ldx;
      addRow(x, row, from, i + 1, x.re[from + i], x.im === undefined ? 0 : -x.im[from + i]);
    }
  }
}

/** C ← C + S^H S on and below the diagonal of the n × n block C; S is k × n. */
function addSquare(x: Planar, s: number, c: number, ldx: number, n: number, k: number): void {
  if (n <= squareSize) {
    addProduct(1, x, c, ldx, "adjoint", x, s, ldx, "plain", x, s, ldx, n, n, k);
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = c + half * ldx;
  addSquare(x, s, c, ldx, half, k);
  addProduct(1, x, below, ldx, "adjoint", x, s + half, ldx, "plain", x, s, ldx, rest, half, k);
  addSquare(x, s + half, below + half, ldx, rest, k);
}

/** B ← X^H B for the n × n lower triangle X at `at` and the n × columns block B at `b` of the same matrix. */
function multiplyAdjoint(x: Planar, at: number, b: number, ldx: number, n: number, columns: number): void {
  if (n <= leafSize) {
    for (let i = 0; i < n; i++) {
      const row = b + i * ldx;
      const pivot = at + i * ldx + i;
      const below = pivot + ldx;
      const next = row + ldx;
      const after = n - 1 - i;
      scaleRow(x, row, columns, x.re[pivot]);
      addProduct(1, x, row, ldx, "adjoint", x, below, ldx, "plain", x, next, ldx, 1, columns, after);
    }
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = at + half * ldx;
  const bottom = b + half * ldx;
  multiplyAdjoint(x, at, b, ldx, half, columns);
  addProduct(1, x, b, ldx, "adjoint", x, below, ldx, "plain", x, bottom, ldx, half, columns, rest);
  multiplyAdjoint(x, below + half, bottom, ldx, rest, columns);
}
