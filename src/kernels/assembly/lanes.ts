/** The two numbers of a vector: sums of them, and vectors made of those of others. */

/** The first numbers of x and y. */
@inline
export function lower(x: v128, y: v128): v128 {
  return v128.shuffle<f64>(x, y, 0, 2);
}

/** The second numbers of x and y. */
@inline
export function upper(x: v128, y: v128): v128 {
  return v128.shuffle<f64>(x, y, 1, 3);
}

/** The sum of the two numbers of x. */
@inline
export function sumOf(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/** The sums of the two numbers of x and of those of y. */
@inline
export function sumsOf(x: v128, y: v128): v128 {
  return f64x2.add(lower(x, y), upper(x, y));
}
