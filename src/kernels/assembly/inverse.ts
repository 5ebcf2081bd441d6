/** The inverse of a Hermitian positive definite matrix from its Cholesky factor, recursively and in place. */
import { blockSize, groupStrips, splitPoint } from "./block-sizes";
import { gemm } from "./gemm";
import { imaginaryAt } from "./imaginary";
import { lower, upper } from "./lanes";
import { clearFew, stepBytes, stripBytes, stripCount, stripLines, unpackRows } from "./strips";
import { triangle } from "./triangle";
import { multiplyColumns, multiplyGroup, room, solveRows, solveStrips } from "./triangle-blocks";

/**
 * L ← (L L^H)⁻¹ = L^{-H} L⁻¹, exactly Hermitian, for a lower triangle L [n × n] with a real positive
 * diagonal. The triangle is inverted first, then multiplied by its adjoint; both steps use the triangular
 * shape, so the whole takes n³/3 multiplications and additions and no memory beside L.
 */
export function inverseFromFactor(lr: usize, li: usize, n: i32): void {
  invertTriangle(lr, li, n, n);
  squareTriangle(lr, li, n, n);
  mirrorLower(lr, n, 1);
  if (li == 0) return;
  mirrorLower(li, n, -1);
  for (let i = 0; i < n; i++) store<f64>(li + (<usize>(i * n + i) << 3), 0);
}

/**
 * L ← L⁻¹ in the lower triangle. With L = [P 0; S Q] the lower left block is −(Q⁻¹ S) P⁻¹, multiplied by the
 * inverse of Q and solved with P. Done like this X L − I is small for X = L⁻¹, and so A X^H X − I is of order
 * u ‖A‖ ‖A⁻¹‖; multiplying on both sides, solving on both, or exchanging the two loses up to the root of the
 * condition number more.
 *
 * Source: J. J. Du Croz and N. J. Higham, Stability of methods for matrix inversion, IMA J. Numer. Anal. 12
 * (1992), method 2C.
 */
function invertTriangle(lr: usize, li: usize, row: i32, n: i32): void {
  if (n <= blockSize) {
    invertBlock(lr, li, <usize>row << 3, n);
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = <usize>(half * row) << 3;
  const corner = below + (<usize>half << 3);
  const sr = lr + below;
  const si = imaginaryAt(li, below);
  const qr = lr + corner;
  const qi = imaginaryAt(li, corner);
  invertTriangle(qr, qi, row, rest);
  multiplyNegative(qr, qi, row, rest, sr, si, half);
  solveFromRight(lr, li, row, half, sr, si, rest);
  invertTriangle(lr, li, row, half);
}

/**
 * As {@link invertTriangle} for a block. Row i of the inverse solves x L = e_i and needs rows up to i of L
 * only; so groups of rows are replaced from the last to the first.
 */
function invertBlock(lr: usize, li: usize, rowStep: usize, n: i32): void {
  triangle.setTransposed(lr, li, rowStep, n, false);
  triangle.invertPivots();
  const inverses = triangle.inverseRe;
  const most = stripLines(li != 0) * groupStrips;
  for (let end = n; end > 0; end -= most) {
    triangle.setTransposed(lr, li, rowStep, end, false);
    triangle.inverseRe = inverses + (<usize>(n - end) << 3);
    invertRows(lr, li, rowStep, max(0, end - most), end);
  }
}

/**
 * Rows `first` … `end` − 1 of the inverse of the first `end` rows and columns. Strips take rows from the end.
 */
function invertRows(lr: usize, li: usize, rowStep: usize, first: i32, end: i32): void {
  const complex = li != 0;
  const lines = stripLines(complex);
  const size = stripBytes(end);
  const count = stripCount(end - first, complex);
  for (let s = 0, strip = room; s < count; s++, strip += size) {
    const zeros = (s * lines) & ~3;
    clearFew(strip + <usize>zeros * stepBytes, 4 * (end - zeros));
    const stop = end - s * lines;
    const start = max(first, stop - lines);
    for (let i = start; i < stop; i++) {
      store<f64>(strip + <usize>(end - 1 - i) * stepBytes + (<usize>(i - start) << 3), 1);
    }
  }
  solveStrips(triangle, room, size, count, lines);
  for (let s = 0, strip = room; s < count; s++, strip += size) {
    const zeros = (s * lines) & ~3;
    const stop = end - s * lines;
    const start = max(first, stop - lines);
    const at = <usize>start * rowStep;
    const steps = strip + <usize>zeros * stepBytes;
    unpackRows(steps, end - zeros, true, lr + at, imaginaryAt(li, at), rowStep, stop - start, 1);
  }
}

/** B ← −X B for the n × n lower triangle X and the n × columns block B of the same matrix. */
function multiplyNegative(xr: usize, xi: usize, row: i32, n: i32, br: usize, bi: usize, columns: i32): void {
  if (n <= blockSize) {
    triangle.setLower(xr, xi, <usize>row << 3, n, false);
    multiplyColumns(triangle, br, bi, <usize>row << 3, columns, -1);
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = <usize>(half * row) << 3;
  const corner = below + (<usize>half << 3);
  const sr = xr + below;
  const si = imaginaryAt(xi, below);
  const cr = br + below;
  const ci = imaginaryAt(bi, below);
  multiplyNegative(xr + corner, imaginaryAt(xi, corner), row, rest, cr, ci, columns);
  gemm(rest, columns, half, -1, sr, si, row, 1, false, br, bi, row, 1, false, cr, ci, row, 0, false);
  multiplyNegative(xr, xi, row, half, br, bi, columns);
}

/** B ← B L⁻¹ for the n × n lower triangle L and the rows × n block B of the same matrix. */
function solveFromRight(lr: usize, li: usize, row: i32, n: i32, br: usize, bi: usize, rows: i32): void {
  if (n <= blockSize) {
    triangle.setTransposed(lr, li, <usize>row << 3, n, false);
    triangle.invertPivots();
    solveRows(triangle, br, bi, <usize>row << 3, rows);
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const right = <usize>half << 3;
  const below = <usize>(half * row) << 3;
  const corner = below + right;
  const sr = lr + below;
  const si = imaginaryAt(li, below);
  const cr = br + right;
  const ci = imaginaryAt(bi, right);
  solveFromRight(lr + corner, imaginaryAt(li, corner), row, rest, cr, ci, rows);
  gemm(rows, half, rest, -1, cr, ci, row, 1, false, sr, si, row, 1, false, br, bi, row, 0, false);
  solveFromRight(lr, li, row, half, br, bi, rows);
}

/**
 * The lower triangle of X^H X in place of the lower triangle X; X = [P 0; S Q] gives P^H P + S^H S, Q^H S,
 * Q^H Q.
 */
function squareTriangle(xr: usize, xi: usize, row: i32, n: i32): void {
  if (n <= blockSize) {
    squareBlock(xr, xi, <usize>row << 3, n);
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = <usize>(half * row) << 3;
  const corner = below + (<usize>half << 3);
  const sr = xr + below;
  const si = imaginaryAt(xi, below);
  const qr = xr + corner;
  const qi = imaginaryAt(xi, corner);
  squareTriangle(xr, xi, row, half);
  gemm(half, half, rest, 1, sr, si, 1, row, true, sr, si, row, 1, false, xr, xi, row, 0, true);
  multiplyAdjoint(qr, qi, row, rest, sr, si, half);
  squareTriangle(qr, qi, row, rest);
}

/**
 * As {@link squareTriangle} for a block. Column j of the product is the adjoint of what X has from row and
 * column j on, times column j of X; so groups of columns are replaced from the first to the last.
 */
function squareBlock(xr: usize, xi: usize, rowStep: usize, n: i32): void {
  const most = stripLines(xi != 0) * groupStrips;
  for (let j = 0; j < n; j += most) {
    const corner = <usize>j * (rowStep + 8);
    const cr = xr + corner;
    const ci = imaginaryAt(xi, corner);
    triangle.setTransposed(cr, ci, rowStep, n - j, true);
    multiplyGroup(triangle, cr, ci, rowStep, min(most, n - j), true, 1);
  }
}

/** B ← X^H B for the n × n lower triangle X and the n × columns block B of the same matrix. */
function multiplyAdjoint(xr: usize, xi: usize, row: i32, n: i32, br: usize, bi: usize, columns: i32): void {
  if (n <= blockSize) {
    triangle.setTransposed(xr, xi, <usize>row << 3, n, true);
    multiplyColumns(triangle, br, bi, <usize>row << 3, columns, 1);
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = <usize>(half * row) << 3;
  const corner = below + (<usize>half << 3);
  const sr = xr + below;
  const si = imaginaryAt(xi, below);
  const cr = br + below;
  const ci = imaginaryAt(bi, below);
  multiplyAdjoint(xr, xi, row, half, br, bi, columns);
  gemm(half, columns, rest, 1, sr, si, 1, row, true, cr, ci, row, 1, false, br, bi, row, 0, false);
  multiplyAdjoint(xr + corner, imaginaryAt(xi, corner), row, rest, cr, ci, columns);
}

/**
 * Copies what is below the diagonal, times a sign, to what is above: eight rows at a time fill lines of the
 * cache.
 */
function mirrorLower(a: usize, n: i32, sign: f64): void {
  const rowStep = <usize>n << 3;
  const signs = f64x2.splat(sign);
  for (let i = 0; i < n; i += 8) {
    const whole = i + 8 <= n;
    const end = whole ? i : 0;
    for (let j = 0; j < end; j += 2) {
      const from = a + <usize>i * rowStep + (<usize>j << 3);
      const to = a + <usize>j * rowStep + (<usize>i << 3);
      transposePair(from, to, rowStep, signs);
      transposePair(from + 2 * rowStep, to + 16, rowStep, signs);
      transposePair(from + 4 * rowStep, to + 32, rowStep, signs);
      transposePair(from + 6 * rowStep, to + 48, rowStep, signs);
    }
    for (let row = i; row < min(n, i + 8); row++) mirrorRow(a, n, row, end, sign);
  }
}

@inline
function transposePair(from: usize, to: usize, rowStep: usize, signs: v128): void {
  const x = f64x2.mul(signs, v128.load(from));
  const y = f64x2.mul(signs, v128.load(from + rowStep));
  v128.store(to, lower(x, y));
  v128.store(to + rowStep, upper(x, y));
}

/** Row i from column `start` up to the diagonal. */
function mirrorRow(a: usize, n: i32, i: i32, start: i32, sign: f64): void {
  const rowStep = <usize>n << 3;
  let from = a + (<usize>(i * n + start) << 3);
  let to = a + (<usize>(start * n + i) << 3);
  for (let j = start; j < i; j++, from += 8, to += rowStep) store<f64>(to, sign * load<f64>(from));
}
