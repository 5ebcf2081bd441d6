/** Matrices whose rows are padded by a zero to an even length, so that loops may take columns in pairs. */
import { index } from "./entries";
import { lower, upper } from "./lanes";

/** The length of such a row, in numbers. */
@inline
export function paddedLength(columns: i32): i32 {
  return (columns + 1) & ~1;
}

/** The bytes of such a matrix. */
@inline
export function paddedBytes(rows: i32, columns: i32): usize {
  return <usize>(rows * paddedLength(columns)) << 3;
}

/** Copies an m × n matrix without padding into one with padding. */
export function loadPadded(a: usize, m: i32, n: i32, to: usize): void {
  if (n & 1) memory.fill(to, 0, paddedBytes(m, n));
  const bytes = <usize>n << 3;
  for (let i = 0; i < m; i++, a += bytes, to += paddedBytes(1, n)) memory.copy(to, a, bytes);
}

/** The way back of {@link loadPadded}. */
export function storePadded(from: usize, m: i32, n: i32, to: usize): void {
  const bytes = <usize>n << 3;
  for (let i = 0; i < m; i++, from += paddedBytes(1, n), to += bytes) memory.copy(to, from, bytes);
}

/** The m × n transpose, times `sign`, of a matrix without padding into one with padding. */
export function transposePadded(a: usize, m: i32, n: i32, sign: f64, to: usize): void {
  if (n & 1) memory.fill(to, 0, paddedBytes(m, n));
  const rowStep = <usize>m << 3;
  let j = 0;
  for (; j + 2 <= n; j += 2, a += 2 * rowStep) storeTwoColumns(a, a + rowStep, sign, m, n, j, to);
  if (j < n) storeColumn(a, sign, m, n, j, to);
}

/** Columns of a padded n × n matrix ← rows of z, from the last one of an order to the first. */
export function transposeDescending(z: usize, zRow: i32, n: i32, order: usize, to: usize): void {
  const rowStep = <usize>zRow << 3;
  let j = 0;
  for (; j + 2 <= n; j += 2) {
    const x = z + <usize>index(order, n - 1 - j) * rowStep;
    const y = z + <usize>index(order, n - 2 - j) * rowStep;
    storeTwoColumns(x, y, 1, n, n, j, to);
  }
  if (j < n) storeColumn(z + <usize>index(order, 0) * rowStep, 1, n, n, j, to);
}

/** Columns j and j + 1 of a padded m × n matrix ← x and y, times `sign`. */
function storeTwoColumns(x: usize, y: usize, sign: f64, m: i32, n: i32, j: i32, to: usize): void {
  const rowStep = paddedBytes(1, n);
  const signs = f64x2.splat(sign);
  to += <usize>j << 3;
  for (let end = x + (<usize>(m & ~1) << 3); x < end; x += 16, y += 16, to += 2 * rowStep) {
    const first = f64x2.mul(signs, v128.load(x));
    const second = f64x2.mul(signs, v128.load(y));
    v128.store(to, lower(first, second));
    v128.store(to + rowStep, upper(first, second));
  }
  if (m & 1) {
    store<f64>(to, sign * load<f64>(x));
    store<f64>(to, sign * load<f64>(y), 8);
  }
}

function storeColumn(x: usize, sign: f64, m: i32, n: i32, j: i32, to: usize): void {
  const rowStep = paddedBytes(1, n);
  to += <usize>j << 3;
  for (let end = x + (<usize>m << 3); x < end; x += 8, to += rowStep) store<f64>(to, sign * load<f64>(x));
}
