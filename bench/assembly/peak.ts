/**
 * The most arithmetic that 128-bit vectors can do: chains of multiplications x ← x x and of additions y ← y + y, all
 * independent, which hides the latency of either. Without constants, fifteen fit the registers that the engine has.
 */

/** Real operations in one round: fifteen chains, two numbers each. */
export const flopsPerRound: i32 = 30;

/**
 * @param one - 1, unknown to the compiler, so that x stays as it is
 * @param zero - 0, likewise; it makes chains of different numbers of what would be copies of one
 * @returns the sum of all chains, so that none is left out
 */
export function run(rounds: i32, one: f64, zero: f64): f64 {
  let x0 = f64x2.splat(one + 0 * zero);
  let x1 = f64x2.splat(one + 1 * zero);
  let x2 = f64x2.splat(one + 2 * zero);
  let x3 = f64x2.splat(one + 3 * zero);
  let x4 = f64x2.splat(one + 4 * zero);
  let x5 = f64x2.splat(one + 5 * zero);
  let x6 = f64x2.splat(one + 6 * zero);
  let y0 = f64x2.splat(1 * zero);
  let y1 = f64x2.splat(2 * zero);
  let y2 = f64x2.splat(3 * zero);
  let y3 = f64x2.splat(4 * zero);
  let y4 = f64x2.splat(5 * zero);
  let y5 = f64x2.splat(6 * zero);
  let y6 = f64x2.splat(7 * zero);
  let y7 = f64x2.splat(8 * zero);
  for (let round = 0; round < rounds; round++) {
    y0 = f64x2.add(y0, y0);
    x0 = f64x2.mul(x0, x0);
    y1 = f64x2.add(y1, y1);
    x1 = f64x2.mul(x1, x1);
    y2 = f64x2.add(y2, y2);
    x2 = f64x2.mul(x2, x2);
    y3 = f64x2.add(y3, y3);
    x3 = f64x2.mul(x3, x3);
    y4 = f64x2.add(y4, y4);
    x4 = f64x2.mul(x4, x4);
    y5 = f64x2.add(y5, y5);
    x5 = f64x2.mul(x5, x5);
    y6 = f64x2.add(y6, y6);
    x6 = f64x2.mul(x6, x6);
    y7 = f64x2.add(y7, y7);
  }
  const x = f64x2.add(f64x2.add(f64x2.add(x0, x1), f64x2.add(x2, x3)), f64x2.add(f64x2.add(x4, x5), x6));
  const y03 = f64x2.add(f64x2.add(y0, y1), f64x2.add(y2, y3));
  const y47 = f64x2.add(f64x2.add(y4, y5), f64x2.add(y6, y7));
  const sum = f64x2.add(x, f64x2.add(y03, y47));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
