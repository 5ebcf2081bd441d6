import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wilsonInterval } from "../../../src/metrics/index.js";
import { studentTHalfWidth } from "../../../src/metrics/student-t.js";

// [errors, trials, confidence, low, high] by scipy 1.17:
// scipy.stats.binomtest(errors, trials).proportion_ci(confidence, method="wilson")
const references: readonly (readonly [number, number, number, number, number])[] = [
  [0, 10, 0.95, 0, 0.27753279986288926],
  [1, 10, 0.95, 0.017876213095072896, 0.4041500267952385],
  [5, 10, 0.95, 0.236593090512564, 0.7634069094874361],
  [10, 10, 0.95, 0.7224672001371109, 1],
  [0, 1, 0.95, 0, 0.7934506856227626],
  [3, 1000, 0.95, 0.0010207838811386186, 0.008783014053503173],
  [3, 1000, 0.99, 0.0007581012310614683, 0.011793516682924922],
  [123456, 1000000, 0.5, 0.12323429120680744, 0.1236780514001977],
  [1, 4000000, 0.95, 4.4131140096926633e-8, 1.4162321625952322e-6],
];

const counts = fc.integer({ min: 1, max: 1e6 }).chain((trials) =>
  fc.record({
    trials: fc.constant(trials),
    errors: fc.integer({ min: 0, max: trials }),
    confidence: fc.double({ min: 0.01, max: 0.999, noNaN: true }),
  }),
);

describe("wilsonInterval", () => {
  it.each(references)("agrees with scipy for %d of %d at %d", (errors, trials, confidence, low, high) => {
    const interval = wilsonInterval(errors, trials, confidence);
    // The usual formula of the reference cancels in the lower end: absolute error of a few ulps of the upper end.
    expect(Math.abs(interval[0] - low)).toBeLessThan(1e-14 * high);
    expect(Math.abs(interval[1] - high)).toBeLessThan(1e-14 * high);
  });

  it("lies within [0, 1] and holds the rate", () => {
    fc.assert(
      fc.property(counts, ({ errors, trials, confidence }) => {
        const [low, high] = wilsonInterval(errors, trials, confidence);
        const rate = errors / trials;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low <= rate && rate <= high).toBe(true);
        expect(low === 0).toBe(errors === 0);
        expect(high === 1).toBe(errors === trials);
      }),
      { seed: 1 },
    );
  });

  it("ends where the score test is on its limit", () => {
    fc.assert(
      fc.property(counts, ({ errors, trials, confidence }) => {
        fc.pre(errors > 0 && errors < trials);
        const z = studentTHalfWidth(confidence, Number.POSITIVE_INFINITY);
        for (const end of wilsonInterval(errors, trials, confidence)) {
          const score = Math.abs(errors / trials - end) / Math.sqrt((end * (1 - end)) / trials);
          // An ulp of the end, or of 1, against the width of the interval, at least about z / trials.
          expect(Math.abs(score - z)).toBeLessThan(16 * Number.EPSILON * trials + 1e-12 * z);
        }
      }),
      { seed: 1 },
    );
  });

  it("mirrors when errors and successes are exchanged", () => {
    fc.assert(
      fc.property(counts, ({ errors, trials, confidence }) => {
        const [low, high] = wilsonInterval(errors, trials, confidence);
        const [mirroredLow, mirroredHigh] = wilsonInterval(trials - errors, trials, confidence);
        expect(Math.abs(low - (1 - mirroredHigh))).toBeLessThan(8 * Number.EPSILON);
        expect(Math.abs(high - (1 - mirroredLow))).toBeLessThan(8 * Number.EPSILON);
      }),
      { seed: 1 },
    );
  });

  it("uses 95 % unless told otherwise", () => {
    expect(wilsonInterval(3, 20)).toEqual(wilsonInterval(3, 20, 0.95));
  });

  it.each([
    ["no trials", 0, 0, 0.95],
    ["a fractional number of trials", 0, 1.5, 0.95],
    ["more errors than trials", 3, 2, 0.95],
    ["negative errors", -1, 2, 0.95],
    ["errors that are NaN", Number.NaN, 2, 0.95],
    ["confidence 0", 1, 2, 0],
    ["confidence 1", 1, 2, 1],
    ["a confidence that is NaN", 1, 2, Number.NaN],
  ])("refuses %s", (_, errors, trials, confidence) => {
    expect(() => wilsonInterval(errors, trials, confidence)).toThrow(
      expect.objectContaining({ code: "range" }),
    );
  });
});
