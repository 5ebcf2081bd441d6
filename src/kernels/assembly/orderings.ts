/** Ascending orders of numbers, as arrays of indices. */
import { entry, index, setIndex } from "./entries";

/** The order of n numbers, by insertion: for few numbers, or such as are almost in order. */
export function sortAscending(x: usize, n: i32, order: usize): void {
  for (let i = 0; i < n; i++) {
    const value = entry(x, i);
    let to = i;
    for (; to > 0 && entry(x, index(order, to - 1)) > value; to--) setIndex(order, to, index(order, to - 1));
    setIndex(order, to, i);
  }
}

/**
 * The order of n numbers from those of the first `half` of them and of the others, both counted from zero.
 */
export function mergeOrders(x: usize, order: usize, half: i32, n: i32, merged: usize): void {
  let i = 0;
  let j = half;
  for (let to = 0; to < n; to++) {
    const first = i < half ? index(order, i) : 0;
    const second = j < n ? half + index(order, j) : 0;
    if (j == n || (i < half && entry(x, first) <= entry(x, second))) {
      setIndex(merged, to, first);
      i++;
    } else {
      setIndex(merged, to, second);
      j++;
    }
  }
}

/** Turns round indices first … end − 1 of a list. */
export function reverse(list: usize, first: i32, end: i32): void {
  for (let i = first, j = end - 1; i < j; i++, j--) {
    const swapped = index(list, i);
    setIndex(list, i, index(list, j));
    setIndex(list, j, swapped);
  }
}
