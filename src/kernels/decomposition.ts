/** Eigenvalues and singular values in WebAssembly. */
import type { Arena } from "./arena.js";
import { workingMemoryLimit } from "./backend.js";
import { decompositions } from "./modules/decompositions.js";
import type { Planar } from "./planar.js";

/** What the module `decompositions` exports; see webassembly.ts. */
interface DecompositionExports {
  hermitianEigen(
    ar: number,
    ai: number,
    n: number,
    values: number,
    vr: number,
    vi: number,
    work: number,
  ): number;
  hermitianEigenWork(n: number, real: boolean): number;
  svd(
    ar: number,
    ai: number,
    rows: number,
    columns: number,
    ur: number,
    ui: number,
    s: number,
    vr: number,
    vi: number,
    work: number,
  ): number;
  svdWork(rows: number, columns: number, real: boolean): number;
}

/** As `hermitianEigenInto` of linalg, for a matrix whose entries are of ordinary magnitude. */
export function hermitianEigen(arena: Arena, a: Planar, n: number, values: Planar, vectors: Planar): boolean {
  const exports = arena.module<DecompositionExports>(decompositions);
  const size = n * n;
  const work = exports.hermitianEigenWork(n, a.im === undefined) >>> 0;
  const outside = arena.outside(a, size) + arena.outside(values, n) + arena.outside(vectors, size);
  arena.begin(outside + work, workingMemoryLimit());
  const lambda = arena.reserveRe(values, 0, n);
  const re = arena.reserveRe(vectors, 0, size);
  const im = a.im === undefined ? 0 : arena.reserveIm(vectors, 0, size);
  const failed = exports.hermitianEigen(
    arena.enterRe(a, 0, size),
    arena.enterIm(a, 0, size),
    n,
    lambda,
    re,
    im,
    arena.work(work),
  );
  arena.leave(values, 0, n, lambda, 0);
  arena.leave(vectors, 0, size, re, im);
  return failed === 0;
}

/** As `svdInto` of linalg, for a matrix whose entries are of ordinary magnitude. */
export function svd(
  arena: Arena,
  a: Planar,
  rows: number,
  columns: number,
  u: Planar,
  s: Planar,
  v: Planar,
): boolean {
  const exports = arena.module<DecompositionExports>(decompositions);
  const real = a.im === undefined;
  const r = Math.min(rows, columns);
  const [sizeA, sizeU, sizeV] = [rows * columns, rows * r, columns * r];
  const work = exports.svdWork(rows, columns, real) >>> 0;
  const outside =
    arena.outside(a, sizeA) + arena.outside(u, sizeU) + arena.outside(s, r) + arena.outside(v, sizeV);
  arena.begin(outside + work, workingMemoryLimit());
  const ur = arena.reserveRe(u, 0, sizeU);
  const ui = real ? 0 : arena.reserveIm(u, 0, sizeU);
  const sigma = arena.reserveRe(s, 0, r);
  const vr = arena.reserveRe(v, 0, sizeV);
  const vi = real ? 0 : arena.reserveIm(v, 0, sizeV);
  const failed = exports.svd(
    arena.enterRe(a, 0, sizeA),
    arena.enterIm(a, 0, sizeA),
    rows,
    columns,
    ur,
    ui,
    sigma,
    vr,
    vi,
    arena.work(work),
  );
  arena.leave(u, 0, sizeU, ur, ui);
  arena.leave(s, 0, r, sigma, 0);
  arena.leave(v, 0, sizeV, vr, vi);
  return failed === 0;
}
