/**
 * Normal draws from uniform ones. The logarithm, sine and cosine are summed from their series with additions and
 * multiplications only, because those of `Math` may differ in the last digit from one engine to the next.
 */
const quarterTurn = Math.PI / 2;

/**
 * Two independent standard normal numbers into out[0] and out[1], by the transform of Box and Muller:
 * √(−2 ln u) (cos 2πv, sin 2πv).
 *
 * With u a multiple of 2⁻⁵³ the numbers reach out to √(106 ln 2) = 8.57, beyond which a standard normal number lies
 * with probability 1e-17.
 *
 * @param u - uniform on (0, 1]
 * @param v - uniform on [0, 1)
 *
 * Source: G. E. P. Box, M. E. Muller, "A note on the generation of random normal deviates", Annals of Mathematical
 * Statistics 29, 1958.
 */
export function boxMuller(u: number, v: number, out: Float64Array): void {
  const radius = Math.sqrt(-2 * logarithm(u));
  const quadrant = Math.floor(4 * v);
  const part = 4 * v - quadrant;
  // The half of a quadrant beyond 45° mirrors the half before it.
  const mirrored = part > 0.5;
  const angle = quarterTurn * (mirrored ? 1 - part : part);
  const sine = radius * sineSeries(angle);
  const cosine = radius * cosineSeries(angle);
  const swapped = mirrored !== (quadrant % 2 === 1);
  const first = swapped ? sine : cosine;
  const second = swapped ? cosine : sine;
  out[0] = quadrant === 1 || quadrant === 2 ? -first : first;
  out[1] = quadrant >= 2 ? -second : second;
}

/** ln u for 2⁻⁵³ ≤ u ≤ 1: u = m / 2^k with √½ ≤ m ≤ 1, and ln m = 2 artanh((m − 1) / (m + 1)). */
function logarithm(u: number): number {
  let m = u;
  let k = 0;
  while (m < Math.SQRT1_2) {
    m *= 2;
    k++;
  }
  const s = (m - 1) / (m + 1);
  return 2 * s * artanhSeries(s * s) - k * Math.LN2;
}

/** artanh(s) / s = 1 + s²/3 + s⁴/5 + …, given s² ≤ 0.0295. */
function artanhSeries(square: number): number {
  let sum = 0;
  for (let n = 21; n > 0; n -= 2) sum = sum * square + 1 / n;
  return sum;
}

/** sin x for 0 ≤ x ≤ π/4: x (1 − x²/(2·3) (1 − x²/(4·5) (…))). */
function sineSeries(x: number): number {
  const square = x * x;
  let sum = 1;
  for (let n = 16; n > 0; n -= 2) sum = 1 - (square / (n * (n + 1))) * sum;
  return x * sum;
}

/** cos x for 0 ≤ x ≤ π/4: 1 − x²/(1·2) (1 − x²/(3·4) (…)). */
function cosineSeries(x: number): number {
  const square = x * x;
  let sum = 1;
  for (let n = 16; n > 0; n -= 2) sum = 1 - (square / ((n - 1) * n)) * sum;
  return sum;
}
