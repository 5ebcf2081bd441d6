/**
 * One QR step on a real bidiagonal block: a bulge is chased along the diagonal by plane rotations from both
 * sides.
 *
 * Entries are `step` bytes apart, in the order of the chase. A step of −8 goes from the last entry to the
 * first: read from there, the transpose of an upper bidiagonal matrix is upper bidiagonal again. Rotations
 * are stored as pairs (c, s) for rotateRows; `near` those that bring the bulge in, `far` those that move it
 * on. A block has `count` planes.
 */
import { hypotenuse, safeSquare } from "./hypotenuse";

/** √(f² + g²), fast where squares are large enough; callers keep the largest entry near one. */
@inline
function radius(f: f64, g: f64): f64 {
  const square = f * f + g * g;
  return square > safeSquare ? sqrt(square) : hypotenuse(f, g);
}

/** Implicit QR step with a shift. */
export function chaseBulge(
  d: usize,
  e: usize,
  step: isize,
  count: i32,
  shift: f64,
  near: usize,
  far: usize,
): void {
  const pair = step << 1;
  const sign: f64 = step > 0 ? -1 : 1;
  let diagonal = load<f64>(d);
  let above = load<f64>(e);
  let f = (abs(diagonal) - shift) * (copysign<f64>(1, diagonal) + shift / diagonal);
  let g = above;
  for (let i = 0; i < count; i++) {
    let r = radius(f, g);
    let c: f64 = r > 0 ? f / r : 1;
    let s: f64 = r > 0 ? g / r : 0;
    if (i > 0) store<f64>(e - step, r);
    store<f64>(near, c);
    store<f64>(near, sign * s, 8);
    f = c * diagonal + s * above;
    above = c * above - s * diagonal;
    const next = load<f64>(d + step);
    g = s * next;
    diagonal = c * next;

    r = radius(f, g);
    c = r > 0 ? f / r : 1;
    s = r > 0 ? g / r : 0;
    store<f64>(d, r);
    store<f64>(far, c);
    store<f64>(far, sign * s, 8);
    f = c * above + s * diagonal;
    diagonal = c * diagonal - s * above;
    d += step;
    e += step;
    near += pair;
    far += pair;
    if (i + 1 < count) {
      const entry = load<f64>(e);
      g = s * entry;
      above = c * entry;
    }
  }
  store<f64>(d, diagonal);
  store<f64>(e - step, f);
}

/** QR step without shift, in which no difference is formed: every entry keeps its relative accuracy. */
export function chaseWithoutShift(
  d: usize,
  e: usize,
  step: isize,
  count: i32,
  near: usize,
  far: usize,
): void {
  const pair = step << 1;
  const sign: f64 = step > 0 ? -1 : 1;
  let c: f64 = 1;
  let cosine: f64 = 1;
  let sine: f64 = 0;
  for (let i = 0; i < count; i++) {
    let f = load<f64>(d) * c;
    let g = load<f64>(e);
    let r = radius(f, g);
    c = r > 0 ? f / r : 1;
    const s: f64 = r > 0 ? g / r : 0;
    if (i > 0) store<f64>(e - step, sine * r);
    store<f64>(near, c);
    store<f64>(near, sign * s, 8);

    f = cosine * r;
    g = load<f64>(d + step) * s;
    r = radius(f, g);
    cosine = r > 0 ? f / r : 1;
    sine = r > 0 ? g / r : 0;
    store<f64>(d, r);
    store<f64>(far, cosine);
    store<f64>(far, sign * sine, 8);
    d += step;
    e += step;
    near += pair;
    far += pair;
  }
  const last = load<f64>(d) * c;
  store<f64>(d, last * cosine);
  store<f64>(e - step, last * sine);
}
