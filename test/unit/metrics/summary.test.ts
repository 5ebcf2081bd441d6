import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { summarize } from "../../../src/metrics/index.js";
import { randomStream } from "../../../src/random/index.js";

const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 40 });

describe("summarize", () => {
  it("agrees with scipy", () => {
    const summary = summarize([0.012, 0.034, 0.0081, 0.027, 0.5, 0.019, 0.022, 0.0155]);
    // v = numpy.array([...]); v.mean(), numpy.median(v), scipy.stats.sem(v),
    // scipy.stats.t.interval(0.95, 7, loc=v.mean(), scale=scipy.stats.sem(v)), scipy 1.17
    expect(summary.count).toBe(8);
    expect(summary.mean).toBeCloseTo(0.0797, 15);
    expect(summary.median).toBe(0.020499999999999997);
    expect(summary.standardError).toBeCloseTo(0.06011345523258499, 15);
    expect(summary.interval95![0]).toBeCloseTo(-0.062445734090007615, 14);
    expect(summary.interval95![1]).toBeCloseTo(0.2218457340900076, 14);
  });

  it("is what is worked out by hand for 4, 2, 1, 3", () => {
    const { mean, median, standardError, interval95 } = summarize(Float64Array.of(4, 2, 1, 3));
    expect([mean, median]).toEqual([2.5, 2.5]);
    expect(standardError).toBeCloseTo(Math.sqrt(5 / 12), 15); // s² = 5/3
    const halfWidth = 3.1824463052837078 * Math.sqrt(5 / 12);
    expect(interval95![0]).toBeCloseTo(2.5 - halfWidth, 14);
    expect(interval95![1]).toBeCloseTo(2.5 + halfWidth, 14);
  });

  it("has no error bar for a single value, and is the same after JSON", () => {
    const summary = summarize([7]);
    expect(summary).toEqual({ count: 1, mean: 7, median: 7, standardError: null, interval95: null });
    for (const sample of [[7], [1, 2, 4], [0, 0]]) {
      expect(JSON.parse(JSON.stringify(summarize(sample)))).toEqual(summarize(sample));
    }
  });

  it("sums without losing what a large value hides", () => {
    expect(summarize([1e16, 1, -1e16, 3]).mean).toBe(1); // math.fsum([...]) / 4; naive summation gives 0.75
  });

  it("takes equal values for their own mean, without error", () => {
    for (const value of [0.1, 1 / 49, -3e-7, Number.MIN_VALUE, Number.MAX_VALUE]) {
      for (const count of [2, 3, 7, 49, 1000]) {
        expect(summarize(new Float64Array(count).fill(value))).toEqual({
          count,
          mean: value,
          median: value,
          standardError: 0,
          interval95: [value, value],
        });
      }
    }
  });

  it("does not depend on the order of the trials, up to rounding", () => {
    fc.assert(
      fc.property(values, fc.infiniteStream(fc.nat()), (sample, keys) => {
        const shuffled = sample
          .map((value) => ({ value, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ value }) => value);
        const [a, b] = [summarize(sample), summarize(shuffled)];
        // One rounding of the mean; the sums themselves are compensated.
        const ulp = Number.EPSILON * Math.abs(a.mean) + 1e-30 * Math.max(...sample.map(Math.abs));
        expect(Math.abs(a.mean - b.mean)).toBeLessThanOrEqual(ulp);
        expect(b.median).toBe(a.median);
        const tolerance = 2 * sample.length * Number.EPSILON * a.standardError! + 2 * ulp;
        expect(Math.abs(a.standardError! - b.standardError!)).toBeLessThanOrEqual(tolerance);
      }),
      { seed: 1 },
    );
  });

  it("is the same bits in other units", () => {
    const sample = randomStream(1, "summarize").normals(20);
    const plain = summarize(sample);
    for (const exponent of [-900, -1, 60, 1000]) {
      const factor = 2 ** exponent;
      expect(summarize(sample.map((value) => value * factor))).toEqual({
        count: 20,
        mean: plain.mean * factor,
        median: plain.median * factor,
        standardError: plain.standardError! * factor,
        interval95: plain.interval95!.map((end) => end * factor),
      });
    }
  });

  it("has intervals that hold the true mean in 95 % of samples", () => {
    const stream = randomStream(1, "coverage");
    const samples = 4000;
    let held = 0;
    for (let i = 0; i < samples; i++) {
      const [low, high] = summarize(stream.normals(4)).interval95!;
      if (low <= 0 && 0 <= high) held++;
    }
    // 3.3 standard errors of a rate of 0.95; with the normal quantile instead of Student's it would be 0.855.
    expect(Math.abs(held / samples - 0.95)).toBeLessThan(3.3 * Math.sqrt((0.95 * 0.05) / samples));
  });

  it("does not write to its argument", () => {
    const sample = Float64Array.of(3, 1, 2);
    summarize(sample);
    expect([...sample]).toEqual([3, 1, 2]);
    expect(summarize(Object.freeze([3, 1, 2])).median).toBe(2);
  });

  it("refuses bad arguments", () => {
    const code = (value: string) => expect.objectContaining({ code: value });
    expect(() => summarize([])).toThrow(code("shape"));
    expect(() => summarize([1, Number.NaN])).toThrow(code("non-finite"));
    expect(() => summarize([Number.NEGATIVE_INFINITY])).toThrow(code("non-finite"));
    expect(() => summarize([Number.MAX_VALUE, -Number.MAX_VALUE])).toThrow(code("range"));
  });
});
