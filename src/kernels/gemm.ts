/** Real matrix product in TypeScript: C ← C + α op(A) op(B), row-major, on parts of larger arrays. */
import { addProductDirect, addProductOfVector } from "./direct.js";
import { addProductPacked } from "./packed.js";

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
