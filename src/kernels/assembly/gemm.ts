/** Matrix products on planar storage, complex or real. */
import {
  blockColumns,
  blockDepth,
  blockRows,
  packColumnsComplex,
  packColumnsReal,
  packRowsComplex,
  packRowsReal,
  panelA,
  panelB,
  prepareScales,
} from "./panels";
import { addComplexTile, addRealTile } from "./tile";

/** Where a tile at the edge of C is computed: 4 × 2 complex numbers or 5 × 4 real ones. */
const edge: usize = memory.data(160, 16);

/**
 * C ← C + α op(A) diag(w) op(B), where op transposes or conjugates.
 *
 * A is m × k, B is k × n and C is m × n. Matrices are given by the addresses of their real and imaginary
 * parts (0: it is real) and by their steps from row to row and from column to column, in numbers; C is
 * contiguous along its rows. C has imaginary parts if A or B has, and overlaps neither.
 *
 * @param weights - the address of w, k real numbers, or 0 for none
 * @param lower - only entries on and below the diagonal are needed; some of those above change, some do not
 */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  alpha: f64,
  ar: usize,
  ai: usize,
  aRow: i32,
  aColumn: i32,
  conjugateA: bool,
  br: usize,
  bi: usize,
  bRow: i32,
  bColumn: i32,
  conjugateB: bool,
  cr: usize,
  ci: usize,
  cRow: i32,
  weights: usize,
  lower: bool,
): void {
  if (ai != 0 && bi != 0) {
    addProduct(
      m, n, k, alpha,
      ar, ai, aRow, aColumn, conjugateA,
      br, bi, bRow, bColumn, conjugateB,
      cr, ci, cRow, weights, lower,
    );
    return;
  }
  gemmReal(m, n, k, alpha, ar, aRow, aColumn, br, bRow, bColumn, cr, cRow, weights, lower);
  if (ai != 0) {
    const signed = conjugateA ? -alpha : alpha;
    gemmReal(m, n, k, signed, ai, aRow, aColumn, br, bRow, bColumn, ci, cRow, weights, lower);
  }
  if (bi != 0) {
    const signed = conjugateB ? -alpha : alpha;
    gemmReal(m, n, k, signed, ar, aRow, aColumn, bi, bRow, bColumn, ci, cRow, weights, lower);
  }
}

/** As {@link gemm}, for real matrices. */
export function gemmReal(
  m: i32,
  n: i32,
  k: i32,
  alpha: f64,
  a: usize,
  aRow: i32,
  aColumn: i32,
  b: usize,
  bRow: i32,
  bColumn: i32,
  c: usize,
  cRow: i32,
  weights: usize,
  lower: bool,
): void {
  addProduct(
    m, n, k, alpha,
    a, 0, aRow, aColumn, false,
    b, 0, bRow, bColumn, false,
    c, 0, cRow, weights, lower,
  );
}

/** As {@link gemm}, for factors that are both complex or both real (ai, bi and ci are 0). */
function addProduct(
  m: i32,
  n: i32,
  k: i32,
  alpha: f64,
  ar: usize,
  ai: usize,
  aRow: i32,
  aColumn: i32,
  conjugateA: bool,
  br: usize,
  bi: usize,
  bRow: i32,
  bColumn: i32,
  conjugateB: bool,
  cr: usize,
  ci: usize,
  cRow: i32,
  weights: usize,
  lower: bool,
): void {
  const complex = ci != 0;
  const aRowStep = <usize>aRow << 3;
  const aColumnStep = <usize>aColumn << 3;
  const bRowStep = <usize>bRow << 3;
  const bColumnStep = <usize>bColumn << 3;
  const cRowStep = <usize>cRow << 3;
  for (let k0 = 0; k0 < k; k0 += blockDepth) {
    const depth = min(blockDepth, k - k0);
    prepareScales(weights != 0 ? weights + (<usize>k0 << 3) : 0, depth, alpha);
    for (let n0 = 0; n0 < n; n0 += blockColumns) {
      const columns = min(blockColumns, n - n0);
      const b = <usize>(k0 * bRow + n0 * bColumn) << 3;
      if (complex) packColumnsComplex(columns, depth, br + b, bi + b, bColumnStep, bRowStep, conjugateB);
      else packColumnsReal(columns, depth, br + b, bColumnStep, bRowStep);
      for (let m0 = lower ? n0 - (n0 % blockRows) : 0; m0 < m; m0 += blockRows) {
        const rows = min(blockRows, m - m0);
        const a = <usize>(m0 * aRow + k0 * aColumn) << 3;
        const c = <usize>(m0 * cRow + n0) << 3;
        // Of row i of the block, columns up to i + diagonal are needed.
        const diagonal = lower ? m0 - n0 : columns;
        if (complex) {
          packRowsComplex(rows, depth, ar + a, ai + a, aRowStep, aColumnStep, conjugateA);
          addComplexPanels(rows, columns, depth, cr + c, ci + c, cRowStep, diagonal);
        } else {
          packRowsReal(rows, depth, ar + a, aRowStep, aColumnStep);
          addRealPanels(rows, columns, depth, cr + c, cRowStep, diagonal);
        }
      }
    }
  }
}

/**
 * C ← C + A B from packed panels; C is rows × columns. A panel of A stays in the innermost cache while those
 * of B pass.
 *
 * @param diagonal - tiles without an entry in columns up to its row plus this are left out
 */
function addComplexPanels(
  rows: i32,
  columns: i32,
  depth: i32,
  re: usize,
  im: usize,
  rowStep: usize,
  diagonal: i32,
): void {
  let a = panelA;
  for (let i = 0; i < rows; i += 4) {
    const height = min(4, rows - i);
    const end = min(columns, i + height + diagonal);
    let b = panelB;
    for (let j = 0; j < end; j += 2) {
      const at = <usize>j << 3;
      if (height == 4 && j + 2 <= columns) addComplexTile(a, b, depth, re + at, im + at, rowStep);
      else addComplexEdge(a, b, depth, re + at, im + at, rowStep, height, min(2, columns - j));
      b += <usize>depth << 5;
    }
    a += <usize>depth << 6;
    re += 4 * rowStep;
    im += 4 * rowStep;
  }
}

/** The first rows and columns of a complex tile. */
function addComplexEdge(
  a: usize,
  b: usize,
  depth: i32,
  re: usize,
  im: usize,
  rowStep: usize,
  rows: i32,
  columns: i32,
): void {
  const edgeIm = edge + 64;
  copyEntries(re, rowStep, edge, 16, rows, columns);
  copyEntries(im, rowStep, edgeIm, 16, rows, columns);
  addComplexTile(a, b, depth, edge, edgeIm, 16);
  copyEntries(edge, 16, re, rowStep, rows, columns);
  copyEntries(edgeIm, 16, im, rowStep, rows, columns);
}

/** As {@link addComplexPanels}. */
function addRealPanels(rows: i32, columns: i32, depth: i32, c: usize, rowStep: usize, diagonal: i32): void {
  let a = panelA;
  for (let i = 0; i < rows; i += 5) {
    const height = min(5, rows - i);
    const end = min(columns, i + height + diagonal);
    let b = panelB;
    for (let j = 0; j < end; j += 4) {
      const at = c + (<usize>j << 3);
      if (height == 5 && j + 4 <= columns) addRealTile(a, b, depth, at, rowStep);
      else addRealEdge(a, b, depth, at, rowStep, height, min(4, columns - j));
      b += <usize>depth << 5;
    }
    a += <usize>depth * 40;
    c += 5 * rowStep;
  }
}

/** The first rows and columns of a real tile. */
function addRealEdge(
  a: usize,
  b: usize,
  depth: i32,
  c: usize,
  rowStep: usize,
  rows: i32,
  columns: i32,
): void {
  copyEntries(c, rowStep, edge, 32, rows, columns);
  addRealTile(a, b, depth, edge, 32);
  copyEntries(edge, 32, c, rowStep, rows, columns);
}

function copyEntries(
  from: usize,
  fromStep: usize,
  to: usize,
  toStep: usize,
  rows: i32,
  columns: i32,
): void {
  const end = <usize>columns << 3;
  for (let i = 0; i < rows; i++) {
    for (let j: usize = 0; j < end; j += 8) store<f64>(to + j, load<f64>(from + j));
    from += fromStep;
    to += toStep;
  }
}
