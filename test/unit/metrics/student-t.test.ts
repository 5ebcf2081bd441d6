import { describe, expect, it } from "vitest";
import { studentTHalfWidth } from "../../../src/metrics/student-t.js";

// [confidence, degrees of freedom, scipy.stats.t.ppf((1 + confidence) / 2, degrees of freedom)], scipy 1.17
const references: readonly (readonly [number, number, number])[] = [
  [0.95, 1, 12.706204736174694],
  [0.95, 2, 4.302652729749462],
  [0.95, 3, 3.1824463052837078],
  [0.95, 4, 2.7764451051977934],
  [0.95, 9, 2.262157162798205],
  [0.95, 39, 2.022690920036761],
  [0.95, 40, 2.021075390306273],
  [0.95, 99, 1.9842169515864174],
  [0.95, 1000, 1.9623390808264083],
  [0.95, 1e6, 1.959966356814107],
  [0.5, 5, 0.7266868438004226],
  [0.99, 7, 3.4994832973504924],
  [0.999, 1, 636.6192487687897],
  [0.999, 20, 3.8495162749308744],
  // scipy.stats.norm.ppf((1 + confidence) / 2)
  [0.5, Number.POSITIVE_INFINITY, 0.6744897501960817],
  [0.9, Number.POSITIVE_INFINITY, 1.6448536269514722],
  [0.95, Number.POSITIVE_INFINITY, 1.959963984540054],
  [0.99, Number.POSITIVE_INFINITY, 2.5758293035489004],
  [0.999, Number.POSITIVE_INFINITY, 3.2905267314919255],
];

describe("studentTHalfWidth", () => {
  it.each(references)(
    "agrees with scipy at confidence %d, %d degrees of freedom",
    (confidence, degrees, expected) => {
      // Both round the probability to a few 1e-16, which the slope of the tail at 0.999 turns into some 1e-13 of t.
      expect(Math.abs(studentTHalfWidth(confidence, degrees) / expected - 1)).toBeLessThan(5e-13);
    },
  );

  it("agrees with the closed forms for one and two degrees of freedom", () => {
    for (const confidence of [1e-6, 0.1, 0.5, 0.7, 0.9, 0.95, 0.99]) {
      const one = Math.tan((Math.PI * confidence) / 2);
      const two = confidence * Math.sqrt(2 / (1 - confidence ** 2));
      expect(Math.abs(studentTHalfWidth(confidence, 1) / one - 1)).toBeLessThan(5e-14);
      expect(Math.abs(studentTHalfWidth(confidence, 2) / two - 1)).toBeLessThan(5e-14);
    }
  });

  it("falls with the degrees of freedom, to the normal quantile", () => {
    const normal = studentTHalfWidth(0.95, Number.POSITIVE_INFINITY);
    let previous = Number.POSITIVE_INFINITY;
    for (let degrees = 1; degrees < 1e9; degrees = Math.ceil(degrees * 1.3)) {
      const current = studentTHalfWidth(0.95, degrees);
      expect(current).toBeLessThan(previous);
      expect(current).toBeGreaterThan(normal);
      previous = current;
    }
    expect(studentTHalfWidth(0.95, 1e300)).toBeCloseTo(normal, 13);
  });
});
