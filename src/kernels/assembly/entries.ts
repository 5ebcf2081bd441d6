/** Entries of arrays of numbers and of indices, by their position. */

/** Number i of an array. */
@inline
export function entry(x: usize, i: i32): f64 {
  return load<f64>(x + (<usize>i << 3));
}

/** Stores number i of an array. */
@inline
export function setEntry(x: usize, i: i32, value: f64): void {
  store<f64>(x + (<usize>i << 3), value);
}

/** Index i of an array of indices. */
@inline
export function index(x: usize, i: i32): i32 {
  return load<i32>(x + (<usize>i << 2));
}

/** Stores index i of an array of indices. */
@inline
export function setIndex(x: usize, i: i32, value: i32): void {
  store<i32>(x + (<usize>i << 2), value);
}

/** Whether n numbers are finite. */
export function allFinite(x: usize, n: i32): bool {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += 0 * entry(x, i);
  return sum == 0;
}
