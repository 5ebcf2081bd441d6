/** Matrix products on planar storage: which kernel computes them, and where its operands are. */
import type { Arena } from "./arena.js";
import { webAssembly, workingMemoryLimit } from "./backend.js";
import { addProductInTypeScript } from "./gemm.js";
import type { Planar } from "./planar.js";

/** How a factor enters a product: as it is, transposed, or conjugated and transposed, or conjugated. */
export type Form = "plain" | "transpose" | "adjoint" | "conjugate";

/** From this many multiplications on, WebAssembly is faster than TypeScript, also where the factors must be copied. */
const smallestProduct = 512;

/**
 * C ← C + α op(A) op(B) on blocks of larger matrices; complex or real by its operands. C is m × n, the inner dimension
 * is k; `cAt` is the index of the first entry of C and `ldc` the distance between its rows (likewise for A and B as
 * stored). C must have imaginary parts if A or B has, and must not overlap them where they are read.
 */
export function addProduct(
  alpha: number,
  c: Planar,
  cAt: number,
  ldc: number,
  formA: Form,
  a: Planar,
  aAt: number,
  lda: number,
  formB: Form,
  b: Planar,
  bAt: number,
  ldb: number,
  m: number,
  n: number,
  k: number,
): void {
  if (m === 0 || n === 0 || k === 0 || alpha === 0) return;
  const ta = formA === "transpose" || formA === "adjoint";
  const tb = formB === "transpose" || formB === "adjoint";
  const conjugateA = (formA === "adjoint" || formA === "conjugate") && a.im !== undefined;
  const conjugateB = (formB === "adjoint" || formB === "conjugate") && b.im !== undefined;
  const arena = webAssembly();
  // A matrix that would have to be copied for a single vector is better used where it is.
  const isColumn = n === 1 && !conjugateB && (ldb === 1 || tb) && (ldc === 1 || m === 1);
  const isRow = m === 1 && !conjugateA && (lda === 1 || !ta);
  if (arena !== null && isColumn && arena.holds(a)) {
    addVectorProduct(arena, alpha, c, cAt, ta, conjugateA, a, aAt, lda, b, bAt, m, k);
  } else if (arena !== null && isRow && arena.holds(b)) {
    addVectorProduct(arena, alpha, c, cAt, !tb, conjugateB, b, bAt, ldb, a, aAt, n, k);
  } else if (arena !== null && !isColumn && !isRow && m * n * k >= smallestProduct) {
    const aRow = ta ? 1 : lda;
    const bRow = tb ? 1 : ldb;
    const aColumn = ta ? lda : 1;
    const bColumn = tb ? ldb : 1;
    const spanA = (m - 1) * aRow + (k - 1) * aColumn + 1;
    const spanB = (k - 1) * bRow + (n - 1) * bColumn + 1;
    const spanC = (m - 1) * ldc + n;
    const outside = arena.outside(a, spanA) + arena.outside(b, spanB) + arena.outside(c, spanC);
    arena.begin(outside, workingMemoryLimit());
    const ar = arena.enterRe(a, aAt, spanA);
    const ai = arena.enterIm(a, aAt, spanA);
    const br = arena.enterRe(b, bAt, spanB);
    const bi = arena.enterIm(b, bAt, spanB);
    const cr = arena.enterRe(c, cAt, spanC);
    const ci = ai === 0 && bi === 0 ? 0 : arena.enterIm(c, cAt, spanC);
    const { gemm } = arena.exports;
    gemm(
      m,
      n,
      k,
      alpha,
      ar,
      ai,
      aRow,
      aColumn,
      conjugateA,
      br,
      bi,
      bRow,
      bColumn,
      conjugateB,
      cr,
      ci,
      ldc,
      0,
      false,
    );
    arena.leave(c, cAt, spanC, cr, ci);
  } else {
    addProductInTypeScript(
      alpha,
      c,
      cAt,
      ldc,
      ta,
      conjugateA,
      a,
      aAt,
      lda,
      tb,
      conjugateB,
      b,
      bAt,
      ldb,
      m,
      n,
      k,
    );
  }
}

/** y ← y + α op(A) x with A in the arena; op(A) is rows × size. */
function addVectorProduct(
  arena: Arena,
  alpha: number,
  y: Planar,
  yAt: number,
  transposed: boolean,
  conjugate: boolean,
  a: Planar,
  aAt: number,
  lda: number,
  x: Planar,
  xAt: number,
  rows: number,
  size: number,
): void {
  arena.begin(arena.outside(x, size) + arena.outside(y, rows), workingMemoryLimit());
  const m = transposed ? size : rows;
  const n = transposed ? rows : size;
  const span = (m - 1) * lda + n;
  const ar = arena.enterRe(a, aAt, span);
  const ai = arena.enterIm(a, aAt, span);
  const xr = arena.enterRe(x, xAt, size);
  const xi = arena.enterIm(x, xAt, size);
  const yr = arena.enterRe(y, yAt, rows);
  const yi = ai === 0 && xi === 0 ? 0 : arena.enterIm(y, yAt, rows);
  const { multiplyVector, multiplyVectorTransposed } = arena.exports;
  if (transposed) multiplyVectorTransposed(m, n, alpha, ar, ai, lda, conjugate, xr, xi, yr, yi);
  else multiplyVector(m, n, alpha, ar, ai, lda, conjugate, xr, xi, yr, yi);
  arena.leave(y, yAt, rows, yr, yi);
}

/** `size` numbers from number `at` on become zero. */
export function clear(parts: Planar, at: number, size: number): void {
  const arena = webAssembly();
  if (arena?.holds(parts)) {
    arena.exports.clear(arena.enterRe(parts, at, size), arena.enterIm(parts, at, size), size);
    return;
  }
  parts.re.fill(0, at, at + size);
  parts.im?.fill(0, at, at + size);
}

/**
 * C ← C + A diag(w) A^H on and below the diagonal, for the m × n matrix A; what becomes of the entries above it is left
 * open.
 *
 * @param weights - w, n real numbers from number `weightsAt` on
 * @returns false if there is no WebAssembly: then nothing was done
 */
export function weightedSquare(
  c: Planar,
  a: Planar,
  m: number,
  n: number,
  weights: Planar,
  weightsAt: number,
): boolean {
  const arena = webAssembly();
  if (arena === null) return false;
  const outside = arena.outside(a, m * n) + arena.outside(c, m * m) + arena.outside(weights, n);
  arena.begin(outside, workingMemoryLimit());
  const cr = arena.enterRe(c, 0, m * m);
  const ar = arena.enterRe(a, 0, m * n);
  const ai = arena.enterIm(a, 0, m * n);
  const ci = ai === 0 ? 0 : arena.enterIm(c, 0, m * m);
  const w = arena.enterRe(weights, weightsAt, n);
  arena.exports.gemm(m, m, n, 1, ar, ai, n, 1, false, ar, ai, 1, n, true, cr, ci, m, w, true);
  arena.leave(c, 0, m * m, cr, ci);
  return true;
}
