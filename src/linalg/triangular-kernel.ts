/** Recursive triangular solves on blocks; nearly all arithmetic is in matrix products. */
import type { Planar } from "../complex/planar.js";
import { webAssembly } from "../kernels/backend.js";
import { solveTriangle } from "../kernels/factorisation.js";
import { addProduct, leafSize, splitPoint } from "./blocks.js";

/** From this size on WebAssembly is faster. */
const smallestKernel = 8;

/** B ← L⁻¹ B. L is n × n and lower triangular; B is n × columns and may be complex while L is real. */
export function solveLowerInPlace(l: Planar, n: number, b: Planar, columns: number): void {
  if (!solvedByKernel("solveLower", l, n, b, columns)) solveLower(l, 0, n, n, b, 0, columns, columns);
}

/** B ← L^{-H} B, with L as in {@link solveLowerInPlace}. */
export function solveLowerAdjointInPlace(l: Planar, n: number, b: Planar, columns: number): void {
  if (!solvedByKernel("solveLowerAdjoint", l, n, b, columns)) {
    solveLowerAdjoint(l, 0, n, n, b, 0, columns, columns);
  }
}

/** B ← R⁻¹ B. R is n × n and upper triangular; B is n × columns and may be complex while R is real. */
export function solveUpperInPlace(r: Planar, n: number, b: Planar, columns: number): void {
  if (!solvedByKernel("solveUpper", r, n, b, columns)) solveUpper(r, 0, n, n, b, 0, columns, columns);
}

function solvedByKernel(
  form: Parameters<typeof solveTriangle>[1],
  t: Planar,
  n: number,
  b: Planar,
  columns: number,
): boolean {
  const arena = n < smallestKernel ? null : webAssembly();
  if (arena === null || columns === 0) return false;
  // The kernels take the diagonal of a lower triangle as real, which that of a Cholesky factor is.
  if (form !== "solveUpper" && t.im !== undefined && !isDiagonalReal(t.im, n)) return false;
  solveTriangle(arena, form, t, n, b, columns);
  return true;
}

function isDiagonalReal(im: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) if (im[i * (n + 1)] !== 0) return false;
  return true;
}

/** B ← L⁻¹ B for the n × n triangle at `at` and the n × columns block at `top`. */
function solveLower(
  l: Planar,
  at: number,
  ldl: number,
  n: number,
  b: Planar,
  top: number,
  ldb: number,
  columns: number,
): void {
  if (n <= leafSize) {
    for (let i = 0; i < n; i++) {
      const row = top + i * ldb;
      const before = at + i * ldl;
      addProduct(-1, b, row, ldb, "plain", l, before, ldl, "plain", b, top, ldb, 1, columns, i);
      divide(b, row, columns, l, before + i, 1);
    }
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = at + half * ldl;
  const bottom = top + half * ldb;
  solveLower(l, at, ldl, half, b, top, ldb, columns);
  addProduct(-1, b, bottom, ldb, "plain", l, below, ldl, "plain", b, top, ldb, rest, columns, half);
  solveLower(l, below + half, ldl, rest, b, bottom, ldb, columns);
}

function solveLowerAdjoint(
  l: Planar,
  at: number,
  ldl: number,
  n: number,
  b: Planar,
  top: number,
  ldb: number,
  columns: number,
): void {
  if (n <= leafSize) {
    for (let i = n - 1; i >= 0; i--) {
      const row = top + i * ldb;
      const pivot = at + i * ldl + i;
      const below = pivot + ldl;
      const next = row + ldb;
      const after = n - 1 - i;
      addProduct(-1, b, row, ldb, "adjoint", l, below, ldl, "plain", b, next, ldb, 1, columns, after);
      divide(b, row, columns, l, pivot, -1);
    }
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = at + half * ldl;
  const bottom = top + half * ldb;
  solveLowerAdjoint(l, below + half, ldl, rest, b, bottom, ldb, columns);
  addProduct(-1, b, top, ldb, "adjoint", l, below, ldl, "plain", b, bottom, ldb, half, columns, rest);
  solveLowerAdjoint(l, at, ldl, half, b, top, ldb, columns);
}

function solveUpper(
  r: Planar,
  at: number,
  ldr: number,
  n: number,
  b: Planar,
  top: number,
  ldb: number,
  columns: number,
): void {
  if (n <= leafSize) {
    for (let i = n - 1; i >= 0; i--) {
      const row = top + i * ldb;
      const pivot = at + i * ldr + i;
      const next = row + ldb;
      const after = n - 1 - i;
      addProduct(-1, b, row, ldb, "plain", r, pivot + 1, ldr, "plain", b, next, ldb, 1, columns, after);
      divide(b, row, columns, r, pivot, 1);
    }
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const bottom = top + half * ldb;
  solveUpper(r, at + half * ldr + half, ldr, rest, b, bottom, ldb, columns);
  addProduct(-1, b, top, ldb, "plain", r, at + half, ldr, "plain", b, bottom, ldb, half, columns, rest);
  solveUpper(r, at, ldr, half, b, top, ldb, columns);
}

/** Divides a row of B by the entry `at` of a triangle, conjugated if `sign` is −1. */
function divide(b: Planar, row: number, columns: number, t: Planar, at: number, sign: number): void {
  const end = row + columns;
  const re = t.re[at];
  const im = t.im === undefined ? 0 : sign * t.im[at];
  if (im === 0) {
    for (let j = row; j < end; j++) b.re[j] = b.re[j] / re;
    if (b.im !== undefined) for (let j = row; j < end; j++) b.im[j] = b.im[j] / re;
    return;
  }
  const square = re * re + im * im;
  for (let j = row; j < end; j++) {
    const x = b.re[j];
    const y = b.im![j];
    b.re[j] = (x * re + y * im) / square;
    b.im![j] = (y * re - x * im) / square;
  }
}
