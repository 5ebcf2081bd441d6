/** Entries of arrays of numbers and of indices, by their position. */

@inline
export function entry(x: usize, i: i32): f64 {
  return load<f64>(x + (<usize>i << 3));
}

@inline
export function setEntry(x: usize, i: i32, value: f64): void {
  store<f64>(x + (<usize>i << 3), value);
}

@inline
export function index(x: usize, i: i32): i32 {
  return load<i32>(x + (<usize>i << 2));
}

@inline
export function setIndex(x: usize, i: i32, value: i32): void {
  store<i32>(x + (<usize>i << 2), value);
}
