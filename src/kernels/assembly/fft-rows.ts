/** Transforms of rows by stages alone. */
import { enterPair, enterRow, firstStage4 } from "./fft-first";
import { lastStage, leavePair } from "./fft-last";
import { constantsOf, largestPrime, lastRadixOf, matrixSize, radicesOf } from "./fft-plan";
import { stage } from "./fft-stages";

/** Room for the folded lines of the largest radix; a multiple of 64. */
const scratchBytes: i32 = 64 * ((largestPrime - 1) >> 1);

/** The bytes of the work area of {@link transformRows}: two rows, or pairs of rows, and folded lines. */
export function transformWork(n: i32): i32 {
  return scratchBytes + (n & 1 ? 64 : 32) * n;
}

/**
 * The transforms of `batch` rows that follow each other, for a table from makePlan. Rows of odd length go in
 * pairs, one in each lane; a row without a partner takes both lanes.
 *
 * @param step - bytes from number to number, see fft-blocks.ts
 * @param work - {@link transformWork} bytes
 */
export function transformRows(
  n: i32,
  batch: i32,
  xr: usize,
  xi: usize,
  outr: usize,
  outi: usize,
  step: usize,
  table: usize,
  work: usize,
): void {
  const paired = n & 1;
  const rowBytes = step * <usize>n;
  const advance = rowBytes << paired;
  for (let row = 0; row < batch; row += 1 + paired) {
    if (paired) transformPair(n, xr, xi, outr, outi, step, row + 1 < batch ? rowBytes : 0, table, work);
    else transformRow(n, xr, xi, outr, outi, step, table, work);
    xr += advance;
    xi += advance;
    outr += advance;
    outi += advance;
  }
}

/** The rows at xr, xi and `lane` bytes from there. */
function transformPair(
  n: i32,
  xr: usize,
  xi: usize,
  outr: usize,
  outi: usize,
  step: usize,
  lane: usize,
  table: usize,
  work: usize,
): void {
  const from = work + scratchBytes;
  const to = from + (<usize>n << 5);
  enterPair(n, xr, xi, step, lane, from);
  const result = runStages(radicesOf(table), constantsOf(table), from, to, 1, n << 5, work);
  leavePair(n, result, outr, outi, step, lane);
}

/** A row of even length. */
function transformRow(
  n: i32,
  xr: usize,
  xi: usize,
  outr: usize,
  outi: usize,
  step: usize,
  table: usize,
  work: usize,
): void {
  const from = work + scratchBytes;
  const to = from + (<usize>n << 4);
  const ending = lastRadixOf(table);
  let radices = radicesOf(table);
  let constants = constantsOf(table);
  let line = n << 4;
  let s = 1;
  if (load<i32>(radices) == 4) {
    line >>= 2;
    firstStage4(xr, xi, step, from, line, constants);
    constants += 3 * line;
    radices += 4;
    s = 4;
  } else enterRow(n >> 1, xr, xi, step, from);
  const result = runStages(radices, constants, from, to, s, line, work);
  lastStage(ending, result, n / ending, outr, outi, step);
}

/**
 * The stages from one of `radices` on, between the areas `from` and `to`.
 *
 * @param s - the product of the radices before
 * @param line - bytes of a line
 * @returns where the result is
 */
function runStages(
  radices: usize,
  constants: usize,
  from: usize,
  to: usize,
  s: i32,
  line: i32,
  scratch: usize,
): usize {
  for (let radix = load<i32>(radices); radix != 0; radix = load<i32>(radices)) {
    line /= radix;
    stage(radix, from, to, s, line, constants, scratch);
    constants += matrixSize(radix) + line * (radix - 1);
    s *= radix;
    radices += 4;
    const result = to;
    to = from;
    from = result;
  }
  return from;
}
