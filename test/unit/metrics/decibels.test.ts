import { describe, expect, it } from "vitest";
import { fromDecibels, toDecibels } from "../../../src/metrics/index.js";

const rangeError = expect.objectContaining({ code: "range" });

describe("decibels", () => {
  it("are 10 log₁₀ of a ratio", () => {
    expect(toDecibels(1)).toBe(0);
    expect(toDecibels(1000)).toBeCloseTo(30, 12);
    expect(toDecibels(2)).toBeCloseTo(3.010299956639812, 14); // 10 * math.log10(2)
    expect(toDecibels(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(() => toDecibels(-1e-9)).toThrow(rangeError);
    expect(() => toDecibels(Number.NaN)).toThrow(rangeError);
    expect(() => toDecibels(Number.POSITIVE_INFINITY)).toThrow(rangeError);
  });

  it("have an inverse", () => {
    expect(fromDecibels(0)).toBe(1);
    expect(fromDecibels(Number.NEGATIVE_INFINITY)).toBe(0);
    for (const db of [-300, -17.3, 0.01, 4, 250]) {
      // An error of one ulp in either function is at most |db| ulps, or 10 / ln 10 of them, in the value.
      expect(Math.abs(toDecibels(fromDecibels(db)) - db)).toBeLessThan(
        8 * Number.EPSILON * Math.max(1, Math.abs(db)),
      );
    }
    expect(() => fromDecibels(Number.NaN)).toThrow(rangeError);
    expect(() => fromDecibels(3083)).toThrow(rangeError);
  });
});
