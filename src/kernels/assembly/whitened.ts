/** The norms of whitened columns: the diagonal of A^H C⁻¹ A, as sparse Bayesian learning needs it. */
import { groupStrips } from "./block-sizes";
import { packGroup } from "./strip-groups";
import { packColumns, stepBytes, stripBytes, stripCount, stripLines } from "./strips";
import { triangle } from "./triangle";
import { solveStrips } from "./triangle-blocks";

/**
 * out[j] ← ‖L⁻¹ a_j‖² for every column of A [n × columns], where L [n × n] is lower triangular with a real
 * positive diagonal, the Cholesky factor of C; the numbers are the diagonal of A^H C⁻¹ A. L and A may each be
 * real or complex and are not modified. Columns are copied a group at a time, so that they stay in the
 * caches.
 *
 * @param out - `columns` numbers
 * @param work - 65 (n' + 2) numbers, where n' is n rounded up to a multiple of four
 */
export function whitenedNorms(
  lr: usize,
  li: usize,
  n: i32,
  ar: usize,
  ai: usize,
  columns: i32,
  out: usize,
  work: usize,
): void {
  const complex = li != 0 || ai != 0;
  const lines = stripLines(complex);
  const size = stripBytes(n);
  const strips = work + (size >> 2);
  triangle.setLower(lr, li, <usize>n << 3, n, false);
  triangle.inverseRe = work;
  triangle.invertPivots();
  const most = groupStrips * lines;
  for (let j = 0; j < columns; j += most) {
    const group = min(most, columns - j);
    packSome(strips, size, n, ar, ai, j, columns, group, complex);
    solveStrips(triangle, strips, size, stripCount(group, complex), 0);
    for (let k = 0, strip = strips; k < group; k += lines, strip += size) {
      storeNorms(strip, n, complex, out + (<usize>(j + k) << 3), min(lines, group - k));
    }
  }
}

/** Copies columns `first` … `first + group − 1` into strips. */
function packSome(
  strips: usize,
  size: usize,
  n: i32,
  ar: usize,
  ai: usize,
  first: i32,
  columns: i32,
  group: i32,
  complex: bool,
): void {
  const rowStep = <usize>columns << 3;
  const at = <usize>first << 3;
  if (ai != 0) {
    packGroup(strips, size, n, false, ar + at, ai + at, rowStep, group, false, 1);
  } else if (!complex) {
    packGroup(strips, size, n, false, ar + at, 0, rowStep, group, false, 1);
  } else {
    // Two real columns a strip; the missing two make the imaginary parts zero.
    for (let j = 0; j < group; j += 2, strips += size) {
      packColumns(strips, n, false, ar + at + (<usize>j << 3), 0, rowStep, min(2, group - j), 1);
    }
  }
}

/** The squared norms of the first `count` lines of a strip. */
function storeNorms(strip: usize, n: i32, complex: bool, out: usize, count: i32): void {
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  for (const end = strip + <usize>n * stepBytes; strip < end; strip += stepBytes) {
    const x = v128.load(strip);
    const y = v128.load(strip, 16);
    first = f64x2.add(first, f64x2.mul(x, x));
    second = f64x2.add(second, f64x2.mul(y, y));
  }
  if (complex) {
    storeLanes(out, f64x2.add(first, second), count);
  } else {
    storeLanes(out, first, count);
    storeLanes(out + 16, second, count - 2);
  }
}

/** Stores the first `count` of two numbers, neither if it is not positive. */
function storeLanes(to: usize, numbers: v128, count: i32): void {
  if (count > 1) v128.store(to, numbers);
  else if (count == 1) store<f64>(to, f64x2.extract_lane(numbers, 0));
}
