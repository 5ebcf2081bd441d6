/**
 * Rows of a matrix made of two diagonal blocks, replaced by combinations of them, as the merging step of a
 * divide-and-conquer method does with singular vectors. Rows that are zero in one of the halves are grouped,
 * so that these zeros are left out of the products.
 */
import { index, setIndex } from "./entries";
import { gemm } from "./gemm";

/** Where a row is not zero: only in the first half, in both, or only in the second. */
export const inFirst: i32 = 0;
export const inBoth: i32 = 1;
export const inSecond: i32 = 2;

/** How many of the listed rows are not zero only in the given part. */
function countRows(listed: usize, count: i32, parts: usize, part: i32): i32 {
  let total = 0;
  for (let i = 0; i < count; i++) if (index(parts, index(listed, i)) == part) total++;
  return total;
}

/**
 * The places of the listed rows when those in the first half come first and those in the second half last.
 */
export function groupRows(listed: usize, count: i32, parts: usize, places: usize): void {
  let first = 0;
  let both = countRows(listed, count, parts, inFirst);
  let second = both + countRows(listed, count, parts, inBoth);
  for (let i = 0; i < count; i++) {
    const part = index(parts, index(listed, i));
    setIndex(places, i, part == inFirst ? first++ : part == inBoth ? both++ : second++);
  }
}

/**
 * Row j < count ← Σ_i factors[j, places[i]] row listed[i] of an n × n matrix whose first half has `half`
 * columns. The rows listed after the first `count` ones follow as they are.
 *
 * @param factors - [count × count]
 * @param work - n² numbers
 */
export function combineRows(
  rows: usize,
  rowStep: i32,
  half: i32,
  n: i32,
  listed: usize,
  count: i32,
  parts: usize,
  places: usize,
  factors: usize,
  work: usize,
): void {
  const firstOnly = countRows(listed, count, parts, inFirst);
  const inFirstHalf = firstOnly + countRows(listed, count, parts, inBoth);
  const inSecondHalf = count - firstOnly;
  const rest = n - half;
  const second = work + (<usize>(inFirstHalf * half) << 3);
  const kept = second + (<usize>(inSecondHalf * rest) << 3);
  for (let i = 0; i < count; i++) {
    const from = index(listed, i) * rowStep;
    const part = index(parts, index(listed, i));
    const place = index(places, i);
    if (part != inSecond) copyRow(rows, from, work, place * half, half);
    if (part != inFirst) copyRow(rows, from + half, second, (place - firstOnly) * rest, rest);
  }
  for (let i = count; i < n; i++) copyRow(rows, index(listed, i) * rowStep, kept, (i - count) * n, n);

  for (let i = 0; i < count; i++) memory.fill(rows + (<usize>(i * rowStep) << 3), 0, <usize>n << 3);
  const right = rows + (<usize>half << 3);
  const factorsRight = factors + (<usize>firstOnly << 3);
  addProduct(count, half, inFirstHalf, factors, count, work, half, rows, rowStep);
  addProduct(count, rest, inSecondHalf, factorsRight, count, second, rest, right, rowStep);
  for (let i = count; i < n; i++) copyRow(kept, (i - count) * n, rows, i * rowStep, n);
}

@inline
function copyRow(from: usize, fromAt: i32, to: usize, toAt: i32, n: i32): void {
  memory.copy(to + (<usize>toAt << 3), from + (<usize>fromAt << 3), <usize>n << 3);
}

/** C ← C + A B for real A [m × k] and B [k × n]. */
@inline
function addProduct(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: i32,
  b: usize,
  bRow: i32,
  c: usize,
  cRow: i32,
): void {
  gemm(m, n, k, 1, a, 0, aRow, 1, false, b, 0, bRow, 1, false, c, 0, cRow, 0, false);
}
