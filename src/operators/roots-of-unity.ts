/** Real and imaginary parts. */
export interface Roots {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * e^{−j2πk/n} for k = 0 … n − 1. Angles are reduced to the first eighth of the circle before their sine and cosine
 * are taken, so multiples of a quarter turn are exact and roots that mirror each other have the same digits.
 */
export function rootsOfUnity(n: number): Roots {
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const quarter = Math.floor((4 * k) / n);
    const rest = 4 * k - quarter * n;
    const past = 2 * rest > n;
    const angle = ((past ? n - rest : rest) / n) * (Math.PI / 2);
    const cosine = past ? Math.sin(angle) : Math.cos(angle);
    const sine = past ? Math.cos(angle) : Math.sin(angle);
    const odd = quarter % 2 === 1;
    re[k] = (odd ? sine : cosine) * (quarter === 1 || quarter === 2 ? -1 : 1);
    im[k] = (odd ? cosine : sine) * (quarter < 2 ? -1 : 1);
  }
  return { re, im };
}
