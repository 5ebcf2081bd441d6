/** The innermost step of the Cholesky factorisation: a few columns, entry by entry. */
import type { Planar } from "../complex/planar.js";

/**
 * The first `n` columns of the factor of a matrix with `rows` rows whose first entry is at `at`: row i solves
 * l_i L^H = a_i with the rows above it, and row i < n ends with its pivot.
 *
 * @returns −1, or the index of the first pivot that is not positive
 */
export function factorColumns({ re, im }: Planar, at: number, lda: number, n: number, rows: number): number {
  for (let i = 0; i < n; i++) {
    const row = at + i * lda;
    if (im === undefined) solveRow(re, at, row, lda, i);
    else solveRowComplex(re, im, at, row, lda, i);
    let pivot = re[row + i];
    for (let k = row; k < row + i; k++) pivot -= re[k] * re[k];
    if (im !== undefined) for (let k = row; k < row + i; k++) pivot -= im[k] * im[k];
    if (!(pivot > 0)) return i;
    re[row + i] = Math.sqrt(pivot);
  }
  let i = n;
  if (im === undefined) {
    for (; i + 4 <= rows; i += 4) solveFourRows(re, at, at + i * lda, lda, n);
    for (; i < rows; i++) solveRow(re, at, at + i * lda, lda, n);
  } else {
    for (; i < rows; i++) solveRowComplex(re, im, at, at + i * lda, lda, n);
  }
  return -1;
}

/** x ← x L^{-H} for the row at `row` and the n × n lower triangle at `at`. */
function solveRow(a: Float64Array, at: number, row: number, lda: number, n: number): void {
  for (let j = 0; j < n; j++) {
    const l = at + j * lda;
    let sum = a[row + j];
    for (let k = 0; k < j; k++) sum -= a[l + k] * a[row + k];
    a[row + j] = sum / a[l + j];
  }
}

/** Four independent sums hide the latency of the additions. */
function solveFourRows(a: Float64Array, at: number, row: number, lda: number, n: number): void {
  const row1 = row + lda;
  const row2 = row1 + lda;
  const row3 = row2 + lda;
  for (let j = 0; j < n; j++) {
    const l = at + j * lda;
    let sum0 = a[row + j];
    let sum1 = a[row1 + j];
    let sum2 = a[row2 + j];
    let sum3 = a[row3 + j];
    for (let k = 0; k < j; k++) {
      const entry = a[l + k];
      sum0 -= entry * a[row + k];
      sum1 -= entry * a[row1 + k];
      sum2 -= entry * a[row2 + k];
      sum3 -= entry * a[row3 + k];
    }
    const pivot = a[l + j];
    a[row + j] = sum0 / pivot;
    a[row1 + j] = sum1 / pivot;
    a[row2 + j] = sum2 / pivot;
    a[row3 + j] = sum3 / pivot;
  }
}

function solveRowComplex(
  re: Float64Array,
  im: Float64Array,
  at: number,
  row: number,
  lda: number,
  n: number,
): void {
  for (let j = 0; j < n; j++) {
    const l = at + j * lda;
    let sumRe = re[row + j];
    let sumIm = im[row + j];
    for (let k = 0; k < j; k++) {
      const lr = re[l + k];
      const li = im[l + k];
      const xr = re[row + k];
      const xi = im[row + k];
      sumRe -= xr * lr + xi * li;
      sumIm -= xi * lr - xr * li;
    }
    const pivot = re[l + j];
    re[row + j] = sumRe / pivot;
    im[row + j] = sumIm / pivot;
  }
}
