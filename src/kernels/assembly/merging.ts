/**
 * What divide-and-conquer methods do when they merge the decompositions of two halves. Eigenvectors or
 * singular vectors are rows of an n × n matrix whose first half has `half` columns, `row` numbers apart. At
 * first every row is zero in one of the halves; rows are grouped by this, so that products leave out these
 * zeros.
 */
import { entry, index, setEntry, setIndex } from "./entries";
import { gemmReal } from "./gemm";
import { mergeOrders, sortAscending } from "./orderings";
import { rotateRows } from "./rotations";

/** Where a row is not zero: only in the first half, in both, or only in the second. */
const inFirst: i32 = 0;
const inBoth: i32 = 1;
const inSecond: i32 = 2;

/** One rotation (c, s). */
const rotation: usize = memory.data(16, 16);

/** z = R (α e_{k−1} + β e_k), k = half, for the rows R of the two halves; `parts` tells where they are. */
export function coupleHalves(
  rows: usize,
  row: i32,
  half: i32,
  n: i32,
  alpha: f64,
  beta: f64,
  z: usize,
  parts: usize,
): void {
  for (let i = 0; i < half; i++) {
    setEntry(z, i, alpha * entry(rows, i * row + half - 1));
    setIndex(parts, i, inFirst);
  }
  for (let i = half; i < n; i++) {
    setEntry(z, i, beta * entry(rows, i * row + half));
    setIndex(parts, i, inSecond);
  }
}

/** Rows (p, q) ← (c p − s q, s p + c q). */
export function rotatePair(rows: usize, row: i32, n: i32, p: i32, q: i32, cosine: f64, sine: f64): void {
  setEntry(rotation, 0, cosine);
  setEntry(rotation, 1, sine);
  rotateRows(rows + (<usize>(p * row) << 3), (q - p) * row, n, rotation, 1, false);
}

/** The values of rows p and q after {@link rotatePair}, for values so close that others need not be known. */
export function mixValues(values: usize, p: i32, q: i32, cosine: f64, sine: f64): void {
  const first = entry(values, p);
  const second = entry(values, q);
  setEntry(values, p, first * (cosine * cosine) + second * (sine * sine));
  setEntry(values, q, first * (sine * sine) + second * (cosine * cosine));
}

/** A rotated row is not zero where one of the two rows was not; the one that is separated needs no mark. */
export function joinParts(parts: usize, separated: i32, other: i32): void {
  if (index(parts, separated) != index(parts, other)) setIndex(parts, other, inBoth);
}

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
 * Row j < count ← Σ_i factors[j, places[i]] row listed[i]. The rows listed after the first `count` ones
 * follow as they are.
 *
 * @param factors - [count × count]
 * @param work - n² numbers
 */
export function combineRows(
  rows: usize,
  row: i32,
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
    const from = index(listed, i) * row;
    const part = index(parts, index(listed, i));
    const place = index(places, i);
    if (part != inSecond) copyRow(rows, from, work, place * half, half);
    if (part != inFirst) copyRow(rows, from + half, second, (place - firstOnly) * rest, rest);
  }
  for (let i = count; i < n; i++) copyRow(rows, index(listed, i) * row, kept, (i - count) * n, n);

  for (let i = 0; i < count; i++) memory.fill(rows + (<usize>(i * row) << 3), 0, <usize>n << 3);
  const right = rows + (<usize>half << 3);
  const factorsRight = factors + (<usize>firstOnly << 3);
  gemmReal(count, half, inFirstHalf, 1, factors, count, 1, work, half, 1, rows, row, 0, false);
  gemmReal(count, rest, inSecondHalf, 1, factorsRight, count, 1, second, rest, 1, right, row, 0, false);
  for (let i = count; i < n; i++) copyRow(kept, (i - count) * n, rows, i * row, n);
}

/**
 * The values of the listed rows and their order: the first `count`, which ascend, are new, the others nearly
 * ascend.
 *
 * @param fresh - n numbers, the first `count` of them the new values
 * @param scratch - n indices
 */
export function replaceValues(
  values: usize,
  fresh: usize,
  count: i32,
  n: i32,
  listed: usize,
  scratch: usize,
  order: usize,
): void {
  for (let i = count; i < n; i++) setEntry(fresh, i, entry(values, index(listed, i)));
  memory.copy(values, fresh, <usize>n << 3);
  for (let i = 0; i < count; i++) setIndex(scratch, i, i);
  sortAscending(values + (<usize>count << 3), n - count, scratch + (<usize>count << 2));
  mergeOrders(values, scratch, count, n, order);
}

@inline
function copyRow(from: usize, fromAt: i32, to: usize, toAt: i32, n: i32): void {
  memory.copy(to + (<usize>toAt << 3), from + (<usize>fromAt << 3), <usize>n << 3);
}
