/** Matrix products in TypeScript: C ← C + α op(A) op(B), row-major, on parts of larger arrays. */
import { addProductDirect, addProductOfVector } from "./direct.js";
import { addProductPacked } from "./packed.js";
import type { Planar } from "./planar.js";

/** Below this many multiplications, copying into packed blocks costs more than it saves. */
const smallProduct = 1500;

/**
 * C ← C + α op(A) op(B), where op transposes if its flag is set. C must not overlap A or B where they are read.
 *
 * @param m - rows of op(A) and C
 * @param n - columns of op(B) and C
 * @param k - columns of op(A), rows of op(B)
 * @param lda - distance between the rows of A as stored (likewise ldb, ldc)
 */
export function addRealProduct(
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: Float64Array,
  aOffset: number,
  lda: number,
  b: Float64Array,
  bOffset: number,
  ldb: number,
  c: Float64Array,
  cOffset: number,
  ldc: number,
): void {
  // Steps from row to row and from column to column of op(A) and op(B).
  const aRow = transposeA ? 1 : lda;
  const aColumn = transposeA ? lda : 1;
  const bRow = transposeB ? 1 : ldb;
  const bColumn = transposeB ? ldb : 1;
  if (n === 1) {
    addProductOfVector(m, k, alpha, a, aOffset, aRow, aColumn, b, bOffset, bRow, c, cOffset, ldc);
  } else if (m === 1) {
    addProductOfVector(n, k, alpha, b, bOffset, bColumn, bRow, a, aOffset, aColumn, c, cOffset, 1);
  } else if (m < 4 || n < 4 || m * n * k < smallProduct) {
    addProductDirect(m, n, k, alpha, a, aOffset, aRow, aColumn, b, bOffset, bRow, bColumn, c, cOffset, ldc);
  } else {
    addProductPacked(m, n, k, alpha, a, aOffset, aRow, aColumn, b, bOffset, bRow, bColumn, c, cOffset, ldc);
  }
}

/**
 * C ← C + α op(A) op(B), complex or real: one real product for each pair of parts. A flag for each factor says whether
 * it is transposed and another whether it is conjugated; otherwise as {@link addRealProduct}.
 */
export function addProductInTypeScript(
  alpha: number,
  c: Planar,
  cAt: number,
  ldc: number,
  ta: boolean,
  conjugateA: boolean,
  a: Planar,
  aAt: number,
  lda: number,
  tb: boolean,
  conjugateB: boolean,
  b: Planar,
  bAt: number,
  ldb: number,
  m: number,
  n: number,
  k: number,
): void {
  const signA = conjugateA ? -alpha : alpha;
  const signB = conjugateB ? -alpha : alpha;
  addRealProduct(ta, tb, m, n, k, alpha, a.re, aAt, lda, b.re, bAt, ldb, c.re, cAt, ldc);
  if (a.im !== undefined && b.im !== undefined) {
    const sign = conjugateA === conjugateB ? -alpha : alpha;
    addRealProduct(ta, tb, m, n, k, sign, a.im, aAt, lda, b.im, bAt, ldb, c.re, cAt, ldc);
  }
  if (b.im !== undefined) {
    addRealProduct(ta, tb, m, n, k, signB, a.re, aAt, lda, b.im, bAt, ldb, c.im!, cAt, ldc);
  }
  if (a.im !== undefined) {
    addRealProduct(ta, tb, m, n, k, signA, a.im, aAt, lda, b.re, bAt, ldb, c.im!, cAt, ldc);
  }
}
