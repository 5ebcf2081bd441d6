/** Recursive triangular solves on blocks; nearly all arithmetic is in matrix products. */
import type { Planar } from "../complex/planar.js";
import { addProduct, addRow, divideRow, leafSize, splitPoint } from "./blocks.js";

/** B ← L⁻¹ B. L is n × n and lower triangular; B is n × columns and may be complex while L is real. */
export function solveLowerInPlace(l: Planar, n: number, b: Planar, columns: number): void {
  solveLower(l, 0, n, n, b, 0, columns, columns);
}

/** B ← L^{-H} B, with L as in {@link solveLowerInPlace}. */
export function solveLowerAdjointInPlace(l: Planar, n: number, b: Planar, columns: number): void {
  solveLowerAdjoint(l, 0, n, n, b, 0, columns, columns);
}

/** B ← R⁻¹ B. R is n × n and upper triangular; B is n × columns and may be complex while R is real. */
export function solveUpperInPlace(r: Planar, n: number, b: Planar, columns: number): void {
  solveUpper(r, 0, n, n, b, 0, columns, columns);
}

/** B ← L⁻¹ B for the n × n triangle at `at` and the n × columns block at `top`. */
export function solveLower(
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
      for (let k = 0; k < i; k++)
        subtractRow(l, at + i * ldl + k, 1, b, top + i * ldb, top + k * ldb, columns);
      divide(l, at + i * ldl + i, 1, b, top + i * ldb, columns);
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
      divide(l, at + i * ldl + i, -1, b, top + i * ldb, columns);
      for (let k = 0; k < i; k++)
        subtractRow(l, at + i * ldl + k, -1, b, top + k * ldb, top + i * ldb, columns);
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
      for (let k = i + 1; k < n; k++) {
        subtractRow(r, at + i * ldr + k, 1, b, top + i * ldb, top + k * ldb, columns);
      }
      divide(r, at + i * ldr + i, 1, b, top + i * ldb, columns);
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

/** Row `to` of B minus t times row `from`, where t is the entry `at` of a triangle, conjugated if `sign` is −1. */
function subtractRow(
  t: Planar,
  at: number,
  sign: number,
  b: Planar,
  to: number,
  from: number,
  columns: number,
): void {
  addRow(b, to, from, columns, -t.re[at]!, t.im === undefined ? 0 : -sign * t.im[at]!);
}

/** A row of B divided by the entry `at` of a triangle, conjugated if `sign` is −1. */
function divide(t: Planar, at: number, sign: number, b: Planar, row: number, columns: number): void {
  divideRow(b, row, columns, t.re[at]!, t.im === undefined ? 0 : sign * t.im[at]!);
}
