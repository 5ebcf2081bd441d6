import { describe, expect, it } from "vitest";
import { symbolErrorRate } from "../../../src/metrics/index.js";

describe("symbolErrorRate", () => {
  it("is the fraction of symbols that differ", () => {
    expect(symbolErrorRate([0, 1, 2, 3], [0, 1, 2, 3])).toBe(0);
    expect(symbolErrorRate([0, 1, 2, 3], Int32Array.of(0, 2, 2, 1))).toBe(0.5);
    expect(symbolErrorRate([1], [0])).toBe(1);
  });

  it("refuses bad arguments", () => {
    const code = (value: string) => expect.objectContaining({ code: value });
    expect(() => symbolErrorRate([], [])).toThrow(code("shape"));
    expect(() => symbolErrorRate([1, 2], [1])).toThrow(code("shape"));
    expect(() => symbolErrorRate([1], [1, 2])).toThrow(code("shape"));
    expect(() => symbolErrorRate([1, Number.NaN], [1, 1])).toThrow(code("non-finite"));
    expect(() => symbolErrorRate([1, 1], [1, Number.NaN])).toThrow(code("non-finite"));
  });
});
