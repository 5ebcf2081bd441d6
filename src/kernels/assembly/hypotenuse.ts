/** Roots of sums of squares without overflow or underflow. */

/** Above this a sum of squares has lost nothing that counts to underflow. */
export const safeSquare: f64 = 2.0 ** -900;

/** √(a² + b²). */
export function hypotenuse(a: f64, b: f64): f64 {
  const x = abs(a);
  const y = abs(b);
  const large = max(x, y);
  if (large == 0) return 0;
  const quotient = min(x, y) / large;
  return large * sqrt(1 + quotient * quotient);
}
