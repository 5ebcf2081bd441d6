/** Recursive triangular solves; nearly all arithmetic of large ones is in products of blocks. */
import { isBlock, splitPoint } from "./block-sizes";
import { gemm } from "./gemm";
import { imaginaryAt } from "./imaginary";
import { triangle } from "./triangle";
import { solveColumns } from "./triangle-blocks";
import { multiplyVector, multiplyVectorTransposed } from "./vectors";

/**
 * For a single right-hand side, larger triangles are divided: products with a vector use whole registers, a
 * strip with a single column does not.
 */
const vectorBlockSize: i32 = 16;

/**
 * B ← L⁻¹ B for a lower triangle L [n × n] with a real diagonal and B [n × columns]. Row distances are n and
 * columns; L may be real (li = 0) while B is complex. The strictly upper part and the imaginary part of the
 * diagonal are not used.
 */
export function solveLower(lr: usize, li: usize, n: i32, br: usize, bi: usize, columns: i32): void {
  solveLowerBlocks(lr, li, n, n, br, bi, columns);
}

/** B ← L^{-H} B, with L and B as in {@link solveLower}. */
export function solveLowerAdjoint(lr: usize, li: usize, n: i32, br: usize, bi: usize, columns: i32): void {
  solveAdjointBlocks(lr, li, n, n, br, bi, columns);
}

/**
 * B ← R⁻¹ B for an upper triangle R [n × n], whose diagonal may be complex; otherwise as {@link solveLower}.
 */
export function solveUpper(rr: usize, ri: usize, n: i32, br: usize, bi: usize, columns: i32): void {
  solveUpperBlocks(rr, ri, n, n, br, bi, columns);
}

/** L = [P 0; S Q]: the upper half of B with P, its effect on the lower half, the lower half with Q. */
function solveLowerBlocks(lr: usize, li: usize, row: i32, n: i32, br: usize, bi: usize, columns: i32): void {
  if (isLeaf(n, bi, columns)) {
    triangle.setLower(lr, li, <usize>row << 3, n, false);
    triangle.invertPivots();
    solveColumns(triangle, br, bi, <usize>columns << 3, columns);
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = <usize>(half * row) << 3;
  const corner = below + (<usize>half << 3);
  const bottom = <usize>(half * columns) << 3;
  const cr = br + bottom;
  const ci = imaginaryAt(bi, bottom);
  solveLowerBlocks(lr, li, row, half, br, bi, columns);
  subtract(rest, half, lr + below, imaginaryAt(li, below), row, br, bi, cr, ci, columns);
  solveLowerBlocks(lr + corner, imaginaryAt(li, corner), row, rest, cr, ci, columns);
}

function solveAdjointBlocks(
  lr: usize,
  li: usize,
  row: i32,
  n: i32,
  br: usize,
  bi: usize,
  columns: i32,
): void {
  if (isLeaf(n, bi, columns)) {
    triangle.setTransposed(lr, li, <usize>row << 3, n, true);
    triangle.invertPivots();
    solveColumns(triangle, br, bi, <usize>columns << 3, columns);
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const below = <usize>(half * row) << 3;
  const corner = below + (<usize>half << 3);
  const bottom = <usize>(half * columns) << 3;
  const cr = br + bottom;
  const ci = imaginaryAt(bi, bottom);
  solveAdjointBlocks(lr + corner, imaginaryAt(li, corner), row, rest, cr, ci, columns);
  subtractAdjoint(half, rest, lr + below, imaginaryAt(li, below), row, cr, ci, br, bi, columns);
  solveAdjointBlocks(lr, li, row, half, br, bi, columns);
}

function solveUpperBlocks(rr: usize, ri: usize, row: i32, n: i32, br: usize, bi: usize, columns: i32): void {
  if (isLeaf(n, bi, columns)) {
    triangle.setUpper(rr, ri, <usize>row << 3, n);
    triangle.invertComplexPivots();
    solveColumns(triangle, br, bi, <usize>columns << 3, columns);
    return;
  }
  const half = splitPoint(n);
  const rest = n - half;
  const right = <usize>half << 3;
  const corner = right + (<usize>(half * row) << 3);
  const bottom = <usize>(half * columns) << 3;
  const cr = br + bottom;
  const ci = imaginaryAt(bi, bottom);
  solveUpperBlocks(rr + corner, imaginaryAt(ri, corner), row, rest, cr, ci, columns);
  subtract(half, rest, rr + right, imaginaryAt(ri, right), row, cr, ci, br, bi, columns);
  solveUpperBlocks(rr, ri, row, half, br, bi, columns);
}

@inline
function isLeaf(n: i32, bi: usize, columns: i32): bool {
  return columns == 1 ? n <= vectorBlockSize : isBlock(n, columns, bi != 0);
}

/** C ← C − A B for an m × k block A. */
function subtract(
  m: i32,
  k: i32,
  ar: usize,
  ai: usize,
  row: i32,
  br: usize,
  bi: usize,
  cr: usize,
  ci: usize,
  columns: i32,
): void {
  if (columns == 1) multiplyVector(m, k, -1, ar, ai, row, false, br, bi, cr, ci);
  else gemm(m, columns, k, -1, ar, ai, row, 1, false, br, bi, columns, 1, false, cr, ci, columns, 0, false);
}

/** C ← C − A^H B for a k × m block A. */
function subtractAdjoint(
  m: i32,
  k: i32,
  ar: usize,
  ai: usize,
  row: i32,
  br: usize,
  bi: usize,
  cr: usize,
  ci: usize,
  columns: i32,
): void {
  if (columns == 1) multiplyVectorTransposed(k, m, -1, ar, ai, row, true, br, bi, cr, ci);
  else gemm(m, columns, k, -1, ar, ai, 1, row, true, br, bi, columns, 1, false, cr, ci, columns, 0, false);
}
