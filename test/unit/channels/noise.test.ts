import { describe, expect, it } from "vitest";
import { noiseVarianceAt, withNoise } from "../../../src/channels/index.js";
import { complexVector } from "../../../src/complex/index.js";
import { randomStream } from "../../../src/random/index.js";

const signal = complexVector(2, Float64Array.of(3, 4, 0, -1)); // |y|² = 25, 1

describe("noiseVarianceAt", () => {
  it("is the mean power over the signal-to-noise ratio", () => {
    expect(noiseVarianceAt(0, signal)).toBe(13);
    expect(noiseVarianceAt(20, signal)).toBe(0.13);
    expect(noiseVarianceAt(-10, signal)).toBe(130);
  });

  it("refuses a signal without power and a ratio that is no number", () => {
    expect(() => noiseVarianceAt(20, complexVector(3))).toThrow(expect.objectContaining({ code: "range" }));
    expect(() => noiseVarianceAt(Number.NaN, signal)).toThrow(expect.objectContaining({ code: "range" }));
  });
});

describe("withNoise", () => {
  const count = 40_000;
  const zero = complexVector(count);

  it("is circular with the given variance", () => {
    const { data } = withNoise(zero, 0.25, randomStream(1));
    const parts = [0, 1].map((part) => data.filter((_, i) => i % 2 === part));
    const correlation = parts[0].reduce((sum, re, i) => sum + re * parts[1][i], 0) / count;
    for (const part of parts) {
      const variance = part.reduce((sum, value) => sum + value * value, 0) / count;
      // Standard error 0.125 √(2/40000) = 0.0009; five of them.
      expect(Math.abs(variance - 0.125)).toBeLessThan(0.0045);
    }
    expect(Math.abs(correlation)).toBeLessThan(5 * (0.125 / Math.sqrt(count)));
  });

  it("is real with the given variance for real signals", () => {
    const { data } = withNoise(zero, 0.25, randomStream(2), "real");
    expect(data.filter((value, i) => i % 2 === 1 && value !== 0)).toHaveLength(0);
    const variance = data.reduce((sum, value) => sum + value * value, 0) / count;
    expect(Math.abs(variance - 0.25)).toBeLessThan(5 * 0.25 * Math.sqrt(2 / count));
  });

  it("adds to the signal, and draws the same at every level", () => {
    const weak = withNoise(signal, 1, randomStream(3));
    const strong = withNoise(signal, 4, randomStream(3));
    for (let i = 0; i < 4; i++) {
      const [noise, doubled] = [weak.data[i] - signal.data[i], strong.data[i] - signal.data[i]];
      expect(noise).not.toBe(0);
      expect(doubled).toBeCloseTo(2 * noise, 13);
    }
    expect([...signal.data]).toEqual([3, 4, 0, -1]);
  });
});
