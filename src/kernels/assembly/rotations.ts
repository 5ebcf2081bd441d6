/** A sequence of plane rotations applied to the rows of a real matrix. */

/**
 * Applies rotations given by pairs (c, s): that of plane i = 0 … count − 1 takes rows i and i + 1 of z from
 * (p, q) to (c p − s q, s p + c q). Planes go in ascending order, or descending if `upward`.
 *
 * Columns are independent. Eight at a time pass through all planes, and the row that two successive planes
 * share stays in registers. Row distances that are multiples of a large power of two map such a strip to few
 * sets of the cache and should be avoided.
 *
 * @param z - real, [count + 1 × width]; zRow numbers, which may be negative, from row to row
 */
export function rotateRows(
  z: usize,
  zRow: i32,
  width: i32,
  rotations: usize,
  count: i32,
  upward: bool,
): void {
  if (count <= 0) return;
  const row = <isize>zRow << 3;
  const step = upward ? -row : row;
  const from = rotations + (upward ? <usize>(count - 1) << 4 : 0);
  let at = z + (upward ? <usize>(row * <isize>count) : 0);
  let column = 0;
  for (; column + 8 <= width; column += 8, at += 64) {
    if (upward) rotateEight(at, step, from, count, true);
    else rotateEight(at, step, from, count, false);
  }
  for (; column + 2 <= width; column += 2, at += 16) rotateTwo(at, step, from, count, upward);
  if (column < width) rotateOne(at, step, from, count, upward);
}

/** Eight columns. The carried row x becomes s x + c y, what is stored is c x − s y; upward, s is −s. */
@inline
function rotateEight(at: usize, step: isize, from: usize, count: i32, upward: bool): void {
  const pairStep: isize = upward ? -16 : 16;
  const end = from + <usize>(pairStep * <isize>count);
  let x0 = v128.load(at);
  let x1 = v128.load(at, 16);
  let x2 = v128.load(at, 32);
  let x3 = v128.load(at, 48);
  while (from != end) {
    const c = v128.load64_splat(from);
    const s = v128.load64_splat(from, 8);
    const next = at + <usize>step;
    const y0 = v128.load(next);
    v128.store(at, stored(x0, y0, c, s, upward));
    x0 = carried(x0, y0, c, s, upward);
    const y1 = v128.load(next, 16);
    v128.store(at, stored(x1, y1, c, s, upward), 16);
    x1 = carried(x1, y1, c, s, upward);
    const y2 = v128.load(next, 32);
    v128.store(at, stored(x2, y2, c, s, upward), 32);
    x2 = carried(x2, y2, c, s, upward);
    const y3 = v128.load(next, 48);
    v128.store(at, stored(x3, y3, c, s, upward), 48);
    x3 = carried(x3, y3, c, s, upward);
    at = next;
    from += <usize>pairStep;
  }
  v128.store(at, x0);
  v128.store(at, x1, 16);
  v128.store(at, x2, 32);
  v128.store(at, x3, 48);
}

/** Two columns. */
function rotateTwo(at: usize, step: isize, from: usize, count: i32, upward: bool): void {
  const pairStep: isize = upward ? -16 : 16;
  const sign = f64x2.splat(upward ? -1 : 1);
  let x = v128.load(at);
  for (let i = 0; i < count; i++) {
    const c = v128.load64_splat(from);
    const s = f64x2.mul(sign, v128.load64_splat(from, 8));
    const next = at + <usize>step;
    const y = v128.load(next);
    v128.store(at, stored(x, y, c, s, false));
    x = carried(x, y, c, s, false);
    at = next;
    from += <usize>pairStep;
  }
  v128.store(at, x);
}

/** One column. */
function rotateOne(at: usize, step: isize, from: usize, count: i32, upward: bool): void {
  const pairStep: isize = upward ? -16 : 16;
  const sign: f64 = upward ? -1 : 1;
  let x = load<f64>(at);
  for (let i = 0; i < count; i++) {
    const c = load<f64>(from);
    const s = sign * load<f64>(from, 8);
    const next = at + <usize>step;
    const y = load<f64>(next);
    store<f64>(at, c * x - s * y);
    x = s * x + c * y;
    at = next;
    from += <usize>pairStep;
  }
  store<f64>(at, x);
}

@inline
function stored(x: v128, y: v128, c: v128, s: v128, upward: bool): v128 {
  return upward ? f64x2.add(f64x2.mul(c, x), f64x2.mul(s, y)) : f64x2.sub(f64x2.mul(c, x), f64x2.mul(s, y));
}

@inline
function carried(x: v128, y: v128, c: v128, s: v128, upward: bool): v128 {
  return upward ? f64x2.sub(f64x2.mul(c, y), f64x2.mul(s, x)) : f64x2.add(f64x2.mul(s, x), f64x2.mul(c, y));
}
