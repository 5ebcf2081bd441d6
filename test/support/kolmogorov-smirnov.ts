/**
 * The largest distance between the empirical distribution of a sample and a continuous distribution function.
 * Compare it with {@link kolmogorovSmirnovLimit}.
 */
export function kolmogorovSmirnov(
  values: ArrayLike<number>,
  distribution: (value: number) => number,
): number {
  const sorted = Float64Array.from(values).sort();
  let largest = 0;
  for (let i = 0; i < sorted.length; i++) {
    const expected = distribution(sorted[i]);
    largest = Math.max(largest, (i + 1) / sorted.length - expected, expected - i / sorted.length);
  }
  return largest;
}

/** The distance that a true sample of this size, at least 50, exceeds with the given probability. */
export function kolmogorovSmirnovLimit(count: number, falseAlarm = 1e-3): number {
  return Math.sqrt(-Math.log(falseAlarm / 2) / (2 * count));
}
