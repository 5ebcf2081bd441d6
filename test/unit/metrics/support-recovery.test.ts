import { describe, expect, it } from "vitest";
import { complexMatrix, complexVector } from "../../../src/complex/index.js";
import { supportRecovery } from "../../../src/metrics/index.js";

/** A vector with these magnitudes, in turning directions of the complex plane. */
function vector(...magnitudes: number[]) {
  const result = complexVector(magnitudes.length);
  magnitudes.forEach((magnitude, i) => {
    result.data[2 * i + (i % 2)] = i % 3 === 0 ? -magnitude : magnitude;
  });
  return result;
}

describe("supportRecovery", () => {
  it("is 1 for the exact support in any order, and falls with misses and false alarms", () => {
    const estimate = vector(0, 5, 0, 1, 2);
    expect(supportRecovery(estimate, [4, 1, 3])).toBe(1);
    expect(supportRecovery(estimate, Int32Array.of(1, 3))).toBe(2 / 3); // a false alarm
    expect(supportRecovery(estimate, [0, 1, 3, 4])).toBe(3 / 4); // a miss
    expect(supportRecovery(estimate, [0, 1, 2])).toBe(1 / 5); // both
    expect(supportRecovery(estimate, [0, 2])).toBe(0);
    expect(supportRecovery(estimate, [])).toBe(0);
  });

  it("treats the empty estimate", () => {
    expect(supportRecovery(vector(0, 0), [])).toBe(1);
    expect(supportRecovery(vector(0, 0), [1])).toBe(0);
  });

  it("counts magnitudes strictly above the threshold", () => {
    const estimate = vector(8, 2, 1);
    expect(supportRecovery(estimate, [0, 1], { threshold: 0.125 })).toBe(1);
    expect(supportRecovery(estimate, [0, 1, 2], { threshold: 0.12 })).toBe(1);
    expect(supportRecovery(vector(1, 1.01e-3, 0.99e-3), [0, 1])).toBe(1);
    expect(supportRecovery(vector(1, 1e-300), [0, 1], { threshold: 0 })).toBe(1);
  });

  it("takes the norm of a row over the snapshots", () => {
    // Rows: (3, 4j) has norm 5, (0, 3) has norm 3, (3, 3) has norm 4.24.
    const estimate = complexMatrix(3, 2, Float64Array.of(3, 0, 0, 4, 0, 0, 3, 0, 3, 0, 3, 0));
    expect(supportRecovery(estimate, [0, 2], { threshold: 0.6 })).toBe(1);
    expect(supportRecovery(estimate, [0], { threshold: 0.9 })).toBe(1);
  });

  it.each([2 ** -1040, 1e300])("does not depend on units (%d)", (factor) => {
    expect(supportRecovery(vector(8 * factor, 2 * factor, factor), [0, 1], { threshold: 0.125 })).toBe(1);
  });

  it("refuses bad arguments", () => {
    const code = (value: string) => expect.objectContaining({ code: value });
    const estimate = vector(1, 2);
    for (const index of [-1, 2, 0.5, Number.NaN]) {
      expect(() => supportRecovery(estimate, [0, index])).toThrow(code("range"));
    }
    expect(() => supportRecovery(estimate, [0], { threshold: -1 })).toThrow(code("option"));
    expect(() => supportRecovery(estimate, [0], { threshold: 1.1 })).toThrow(code("option"));
    expect(() => supportRecovery(vector(1, Number.NaN), [0])).toThrow(code("non-finite"));
  });
});
