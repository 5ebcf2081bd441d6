import { erf } from "mathjs";
import { describe, expect, it } from "vitest";
import { randomStream } from "../../../src/random/index.js";
import { kolmogorovSmirnov, kolmogorovSmirnovLimit } from "../../support/kolmogorov-smirnov.js";

// Seeds are fixed, so these tests pass or fail for ever. Each limit is one that a true sample would exceed with
// probability 1e-3 or less: 3.3 standard errors, or the quantile of the statistic.
const standardErrors = 3.3;

function moment(values: Float64Array, order: number): number {
  return values.reduce((sum, value) => sum + value ** order, 0) / values.length;
}

/** Σ (observed − expected)² / expected for equally likely classes. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function tally(classes: number, draws: number, draw: () => number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < draws; i++) counts[draw()]++;
  return counts;
}

describe("uniform", () => {
  const stream = randomStream(1, "uniform");
  const values = Float64Array.from({ length: 100_000 }, () => stream.uniform());

  it("is uniform on [0, 1)", () => {
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(kolmogorovSmirnov(values, (value) => value)).toBeLessThan(kolmogorovSmirnovLimit(values.length));
  });

  it("uses all 53 bits", () => {
    const lowest = values.filter((value) => (value * 2 ** 53) % 2 === 1).length / values.length;
    expect(values.every((value) => Number.isInteger(value * 2 ** 53))).toBe(true);
    expect(Math.abs(lowest - 0.5)).toBeLessThan((standardErrors * 0.5) / Math.sqrt(values.length));
  });
});

describe("integer", () => {
  it("is uniform below a small bound", () => {
    const stream = randomStream(1, "integer");
    // scipy.stats.chi2.ppf(0.999, 9)
    expect(chiSquare(tally(10, 100_000, () => stream.integer(10)))).toBeLessThan(27.88);
  });

  it.each([3 * 2 ** 30, 3 * 2 ** 51])(
    "is uniform below %d, where reduction alone would be biased",
    (bound) => {
      const stream = randomStream(1, "integer", bound);
      // scipy.stats.chi2.ppf(0.999, 2); without rejection the first third would be drawn half of the time
      const counts = tally(3, 10_000, () => Math.floor(stream.integer(bound) / (bound / 3)));
      expect(chiSquare(counts)).toBeLessThan(13.82);
    },
  );

  it.each([2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1])("reaches both halves of %d", (bound) => {
    const stream = randomStream(1, "integer", bound);
    const values = Array.from({ length: 50 }, () => stream.integer(bound));
    expect(values.every((value) => Number.isSafeInteger(value) && value >= 0 && value < bound)).toBe(true);
    expect(values.some((value) => value < bound / 2) && values.some((value) => value > bound / 2)).toBe(true);
  });

  it("is 0 below 1", () => expect(randomStream(1).integer(1)).toBe(0));
});

describe("sign", () => {
  it("is ±1 with equal chances", () => {
    const stream = randomStream(1, "sign");
    const values = Float64Array.from({ length: 10_000 }, () => stream.sign());
    expect(values.every((value) => Math.abs(value) === 1)).toBe(true);
    expect(Math.abs(moment(values, 1))).toBeLessThan(standardErrors / Math.sqrt(values.length));
  });
});

describe("sample", () => {
  it("draws every subset equally often", () => {
    const stream = randomStream(1, "sample");
    const classes = new Map<string, number>();
    for (let i = 0; i < 20_000; i++) {
      const subset = stream.sample(6, 3).join();
      classes.set(subset, (classes.get(subset) ?? 0) + 1);
    }
    expect(classes.size).toBe(20); // 6 choose 3
    expect(chiSquare([...classes.values()])).toBeLessThan(43.82); // scipy.stats.chi2.ppf(0.999, 19)
  });

  it("is ascending, without repetition, below the bound", () => {
    const stream = randomStream(1, "ascending");
    for (const [bound, count] of [
      [1, 1],
      [5, 5],
      [100, 99],
      [2 ** 31, 1000],
      [7, 0],
      [0, 0],
    ] as const) {
      const sample = stream.sample(bound, count);
      expect(sample.length).toBe(count);
      expect(
        sample.every((value, i) => value >= 0 && value < bound && (i === 0 || value > sample[i - 1])),
      ).toBe(true);
    }
  });
});

describe("normal", () => {
  const count = 200_000;
  const values = randomStream(1, "normal").normals(count);
  const cdf = (value: number): number => (1 + erf(value / Math.SQRT2)) / 2;

  it("has the moments of the standard normal distribution", () => {
    // Variances of x, x², x³, x⁴: 1, 2, 15, 96.
    const expected = [0, 1, 0, 3];
    const variances = [1, 2, 15, 96];
    expected.forEach((value, i) => {
      expect(Math.abs(moment(values, i + 1) - value)).toBeLessThan(
        standardErrors * Math.sqrt(variances[i] / count),
      );
    });
  });

  it("has its distribution", () => {
    expect(kolmogorovSmirnov(values, cdf)).toBeLessThan(kolmogorovSmirnovLimit(count));
  });

  it.each([2, 3, 4])("has its tails beyond %d", (limit) => {
    for (const side of [1, -1]) {
      const found = values.filter((value) => side * value > limit).length;
      const expected = count * cdf(-limit);
      expect(Math.abs(found - expected)).toBeLessThan(standardErrors * Math.sqrt(expected));
    }
  });

  it("is independent from one draw to the next, within pairs and across", () => {
    for (const offset of [0, 1]) {
      let products = 0;
      for (let i = offset; i + 1 < count; i += 2) products += values[i] * values[i + 1];
      expect(Math.abs(products)).toBeLessThan(standardErrors * Math.sqrt(count / 2));
    }
  });

  it("gives one by one what it gives in a row, scaled to the variance", () => {
    const stream = randomStream(1, "normal");
    expect(Array.from({ length: 9 }, () => 2 * stream.normal())).toEqual([
      ...randomStream(1, "normal").normals(9, 4),
    ]);
    expect(
      randomStream(1)
        .normals(4, 0)
        .every((value) => value === 0),
    ).toBe(true);
  });
});

describe("complex normal", () => {
  const count = 100_000;
  const variance = 0.04;
  const { length, data } = randomStream(1, "complex normal").complexNormals(count, variance);
  const re = data.filter((_, i) => i % 2 === 0);
  const im = data.filter((_, i) => i % 2 === 1);

  it("is circular: E|z|² = variance and E z² = 0", () => {
    expect(length).toBe(count);
    let power = 0;
    let real = 0;
    let imaginary = 0;
    for (let i = 0; i < count; i++) {
      power += re[i] ** 2 + im[i] ** 2;
      real += re[i] ** 2 - im[i] ** 2;
      imaginary += 2 * re[i] * im[i];
    }
    // |z|² and the parts of z² all have standard deviation `variance`.
    const limit = (standardErrors * variance) / Math.sqrt(count);
    expect(Math.abs(power / count - variance)).toBeLessThan(limit);
    expect(Math.abs(real / count)).toBeLessThan(limit);
    expect(Math.abs(imaginary / count)).toBeLessThan(limit);
  });

  it("has a Rayleigh magnitude", () => {
    const magnitudes = re.map((value, i) => Math.hypot(value, im[i]));
    const cdf = (value: number): number => -Math.expm1((-value * value) / variance);
    expect(kolmogorovSmirnov(magnitudes, cdf)).toBeLessThan(kolmogorovSmirnovLimit(count));
  });
});
