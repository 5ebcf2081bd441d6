/** The positive definite family in WebAssembly: factor, solve, invert. */
import type { Arena } from "./arena.js";
import { workingMemoryLimit } from "./backend.js";
import type { Planar } from "./planar.js";

/** As `choleskyInPlace` of linalg. */
export function cholesky(arena: Arena, a: Planar, n: number): number {
  const size = n * n;
  arena.begin(arena.outside(a, size), workingMemoryLimit());
  const re = arena.enterRe(a, 0, size);
  const im = arena.enterIm(a, 0, size);
  const failed = arena.exports.cholesky(re, im, n);
  arena.leave(a, 0, size, re, im);
  return failed;
}

/** B ← op(T)⁻¹ B for an n × n triangle T; B is n × columns and may be complex while T is real. */
export function solveTriangle(
  arena: Arena,
  form: "solveLower" | "solveLowerAdjoint" | "solveUpper",
  t: Planar,
  n: number,
  b: Planar,
  columns: number,
): void {
  const size = n * columns;
  arena.begin(arena.outside(t, n * n) + arena.outside(b, size), workingMemoryLimit());
  const re = arena.enterRe(b, 0, size);
  const im = arena.enterIm(b, 0, size);
  arena.exports[form](arena.enterRe(t, 0, n * n), arena.enterIm(t, 0, n * n), n, re, im, columns);
  arena.leave(b, 0, size, re, im);
}

/** L ← (L L^H)⁻¹, exactly Hermitian. */
export function invertFromFactor(arena: Arena, l: Planar, n: number): void {
  const size = n * n;
  arena.begin(arena.outside(l, size), workingMemoryLimit());
  const re = arena.enterRe(l, 0, size);
  const im = arena.enterIm(l, 0, size);
  arena.exports.inverseFromFactor(re, im, n);
  arena.leave(l, 0, size, re, im);
}

/** out[j] ← ‖L⁻¹ a_j‖² for the columns of A, [n × columns]; L is n × n and lower triangular. */
export function whitenedNorms(
  arena: Arena,
  l: Planar,
  n: number,
  a: Planar,
  columns: number,
  out: Planar,
): void {
  const square = n * n;
  const size = n * columns;
  // 65 numbers for each row, of which there are two more than the next multiple of four.
  const work = 8 * 65 * (n + 5);
  const outside = arena.outside(l, square) + arena.outside(a, size) + arena.outside(out, columns);
  arena.begin(outside + work, workingMemoryLimit());
  const to = arena.reserveRe(out, 0, columns);
  arena.exports.whitenedNorms(
    arena.enterRe(l, 0, square),
    arena.enterIm(l, 0, square),
    n,
    arena.enterRe(a, 0, size),
    arena.enterIm(a, 0, size),
    columns,
    to,
    arena.work(work),
  );
  arena.leave(out, 0, columns, to, 0);
}
