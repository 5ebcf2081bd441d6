/** Recursive Cholesky factorisation; nearly all arithmetic of a large one is in products of blocks. */
import { blockSize, splitPoint } from "./block-sizes";
import { gemm } from "./gemm";
import { imaginaryAt } from "./imaginary";
import { subtractRows } from "./quads";
import { clearFew, packRows, stepBytes, stripBytes, stripCount, stripLines, unpackRows } from "./strips";
import { triangle } from "./triangle";
import { room, solveRows, solveStrips } from "./triangle-blocks";

/**
 * Lower Cholesky factor L L^H = A of a Hermitian positive definite matrix A [n × n], in place. Reads only the
 * lower triangle and the real part of the diagonal; the strictly upper part becomes zero, the diagonal real
 * and positive.
 *
 * @returns −1, or the index of the first pivot that is not positive; the contents are then undefined
 */
export function cholesky(ar: usize, ai: usize, n: i32): i32 {
  const failed = factorPanel(ar, ai, n, n, n);
  if (failed >= 0) return failed;
  for (let i = 0; i < n; i++) {
    const diagonal = <usize>(i * n + i) << 3;
    clearFew(ar + diagonal + 8, n - i - 1);
    if (ai != 0) clearFew(ai + diagonal, n - i);
  }
  return -1;
}

/**
 * The first `n` columns of the factor of a matrix with `rows` rows: the left half of the columns, its effect
 * on the right half, the right half.
 */
function factorPanel(ar: usize, ai: usize, row: i32, n: i32, rows: i32): i32 {
  if (n <= blockSize) return factorBlock(ar, ai, <usize>row << 3, n, rows);
  const half = splitPoint(n);
  const rest = n - half;
  const failed = factorPanel(ar, ai, row, half, rows);
  if (failed >= 0) return failed;
  const below = <usize>(half * row) << 3;
  const corner = below + (<usize>half << 3);
  const br = ar + below;
  const bi = imaginaryAt(ai, below);
  const cr = ar + corner;
  const ci = imaginaryAt(ai, corner);
  gemm(rows - half, rest, half, -1, br, bi, row, 1, false, br, bi, 1, row, true, cr, ci, row, 0, true);
  const failedRight = factorPanel(cr, ci, row, rest, rows - half);
  return failedRight < 0 ? -1 : half + failedRight;
}

/**
 * The same for a block: row i of the factor is the solution of conj(L) l_i^T = a_i^T, four rows at a time.
 */
function factorBlock(ar: usize, ai: usize, rowStep: usize, n: i32, rows: i32): i32 {
  triangle.setLower(ar, ai, rowStep, n, true);
  for (let i = 0; i < n; i += 4) {
    const count = min(4, n - i);
    const at = <usize>i * rowStep;
    reduceRows(ar + at, imaginaryAt(ai, at), rowStep, i, count);
    const corner = at + (<usize>i << 3);
    const inverses = triangle.inverseRe + (<usize>i << 3);
    const failed = factorDiagonal(ar + corner, imaginaryAt(ai, corner), rowStep, count, inverses);
    if (failed >= 0) return i + failed;
  }
  triangle.size = n;
  const below = <usize>n * rowStep;
  solveRows(triangle, ar + below, imaginaryAt(ai, below), rowStep, rows - n);
  return -1;
}

/**
 * Up to four rows of A, given the `done` rows of the factor above them: what they have before the diagonal
 * block becomes rows of the factor, and the diagonal block what is left to be factored.
 */
function reduceRows(ar: usize, ai: usize, rowStep: usize, done: i32, rows: i32): void {
  const lines = stripLines(ai != 0);
  const size = stripBytes(done + rows);
  for (let k = 0, strip = room; k < rows; k += lines, strip += size) {
    const at = <usize>k * rowStep;
    packRows(strip, done + rows, false, ar + at, imaginaryAt(ai, at), rowStep, min(lines, rows - k), -1);
  }
  triangle.size = done;
  solveStrips(triangle, room, size, stripCount(rows, ai != 0), 0);
  for (let k = 0, strip = room; k < rows; k += lines, strip += size) {
    const at = <usize>k * rowStep;
    unpackRows(strip, done, false, ar + at, imaginaryAt(ai, at), rowStep, min(lines, rows - k), -1);
  }
  const corner = <usize>done << 3;
  for (let k = 0, strip = room; k < rows; k += lines, strip += size) {
    const block = strip + <usize>done * stepBytes;
    const at = <usize>k * rowStep + corner;
    subtractRows(block, ar, ai, rowStep, 8, rows, strip);
    unpackRows(block, rows, false, ar + at, imaginaryAt(ai, at), rowStep, min(lines, rows - k), -1);
  }
}

/** Factors a block of up to four rows, entry by entry, and stores the reciprocals of its pivots. */
function factorDiagonal(ar: usize, ai: usize, rowStep: usize, n: i32, inverses: usize): i32 {
  for (let j = 0; j < n; j++) {
    const row = <usize>j * rowStep;
    const diagonal = ar + row + (<usize>j << 3);
    const pivot = load<f64>(diagonal) - squares(ar + row, j) - (ai != 0 ? squares(ai + row, j) : 0);
    if (!(pivot > 0)) return j;
    const root = sqrt(pivot);
    const inverse = 1 / root;
    store<f64>(diagonal, root);
    store<f64>(inverses + (<usize>j << 3), inverse);
    for (let i = j + 1; i < n; i++) eliminate(ar, ai, <usize>i * rowStep, row, j, inverse);
  }
  return -1;
}

/** The sum of the squares of `count` numbers. */
function squares(from: usize, count: i32): f64 {
  let sum: f64 = 0;
  for (const end = from + (<usize>count << 3); from < end; from += 8) {
    const value = load<f64>(from);
    sum += value * value;
  }
  return sum;
}

/** Entry j of the row at `at`, from what is before it in this row and in row j at `above`. */
function eliminate(ar: usize, ai: usize, at: usize, above: usize, j: i32, inverse: f64): void {
  const end = <usize>j << 3;
  let re = load<f64>(ar + at + end);
  if (ai == 0) {
    for (let k: usize = 0; k < end; k += 8) re -= load<f64>(ar + at + k) * load<f64>(ar + above + k);
    store<f64>(ar + at + end, re * inverse);
    return;
  }
  let im = load<f64>(ai + at + end);
  for (let k: usize = 0; k < end; k += 8) {
    const xr = load<f64>(ar + at + k);
    const xi = load<f64>(ai + at + k);
    const yr = load<f64>(ar + above + k);
    const yi = load<f64>(ai + above + k);
    re -= xr * yr + xi * yi;
    im -= xi * yr - xr * yi;
  }
  store<f64>(ar + at + end, re * inverse);
  store<f64>(ai + at + end, im * inverse);
}
