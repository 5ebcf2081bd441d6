import { describe, expect, it } from "vitest";
import {
  directCascade,
  drawIrsChannel,
  drawIrsTraining,
  type IrsChannel,
} from "../../../src/channels/index.js";
import { complexMatrix } from "../../../src/complex/index.js";
import { randomStream } from "../../../src/random/index.js";

const small = {
  msAntennas: 3,
  bsAntennas: 4,
  irsElements: 32,
  gridPoints: 18,
  pathsMsIrs: 3,
  pathsIrsBs: 2,
};
const training = { irsPatterns: 2, pilots: 2 };
const energyOf = (data: Float64Array) => data.reduce((sum, part) => sum + part * part, 0);

/** Mean and standard error. */
function moments(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, error: Math.sqrt(spread / values.length) };
}

describe("drawIrsChannel", () => {
  it("has mean powers T L, R L and R T", () => {
    const draws = Array.from({ length: 4000 }, (_, trial) => {
      const stream = randomStream(1, trial);
      const channel = drawIrsChannel(small, stream);
      const { patterns } = drawIrsTraining(channel, { irsPatterns: 1, pilots: 1 }, stream);
      const [cascade] = directCascade(channel, patterns);
      return [channel.msIrs, channel.irsBs, cascade!].map(({ data }) => energyOf(data));
    });
    [3 * 32, 4 * 32, 4 * 3].forEach((expected, k) => {
      const { mean, error } = moments(draws.map((energies) => energies[k]));
      // A true mean is beyond four standard errors once in 16,000; they are below 3 % here.
      expect(Math.abs(mean - expected)).toBeLessThan(4 * error);
      expect(error).toBeLessThan(0.03 * expected);
    });
  });

  it("draws adjacent arrivals inside the grid, and every place for them", () => {
    const seen = new Set<number>();
    for (let trial = 0; trial < 300; trial++) {
      const { paths } = drawIrsChannel(small, randomStream(2, trial));
      const { irsArrivals, bsArrivals, irsDeparture, msDeparture } = paths.cells;
      const first = irsArrivals[0];
      expect([...irsArrivals]).toEqual([first, first + 1, first + 2]);
      expect([...bsArrivals]).toEqual([bsArrivals[0], bsArrivals[0] + 1]);
      expect(first + 2).toBeLessThan(18);
      seen.add(first);
      expect(Array.from(paths.irsArrivals)).toEqual([...irsArrivals].map((k) => (2 * k) / 18 - 1));
      expect(paths.irsDeparture).toBe((2 * irsDeparture) / 18 - 1);
      expect(paths.msDeparture).toBe((2 * msDeparture) / 18 - 1);
    }
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, k) => k));
  });

  it("moves directions off the grid and changes nothing else", () => {
    const offsets: number[] = [];
    for (let trial = 0; trial < 200; trial++) {
      const stream = randomStream(3, trial);
      const on = drawIrsChannel(small, stream);
      const off = drawIrsChannel({ ...small, offGrid: true }, stream);
      expect(off.sparse).toBeUndefined();
      expect(off.paths.cells).toEqual(on.paths.cells);
      expect(off.paths.gainsMsIrs).toEqual(on.paths.gainsMsIrs);
      expect(off.paths.gainsIrsBs).toEqual(on.paths.gainsIrsBs);
      expect(drawIrsTraining(off, training, stream)).toEqual(drawIrsTraining(on, training, stream));
      const pairs = [
        [off.paths.msDeparture, on.paths.msDeparture],
        [off.paths.irsDeparture, on.paths.irsDeparture],
        ...Array.from(off.paths.irsArrivals, (cosine, p) => [cosine, on.paths.irsArrivals[p]]),
        ...Array.from(off.paths.bsArrivals, (cosine, p) => [cosine, on.paths.bsArrivals[p]]),
      ];
      for (const [moved, place] of pairs as [number, number][]) {
        expect(moved).toBeGreaterThanOrEqual(-1);
        expect(moved).toBeLessThan(1);
        // Cosines are periodic with period 2; the grid spacing is 2/18.
        const difference = moved - place;
        offsets.push((difference > 1 ? difference - 2 : difference) * 9);
      }
    }
    expect(Math.max(...offsets)).toBeLessThanOrEqual(0.5 + 1e-12);
    expect(Math.min(...offsets)).toBeGreaterThanOrEqual(-0.5 - 1e-12);
    // 1400 uniform numbers: mean 0 ± 0.0077, variance 1/12 ± 0.002; five standard errors.
    const { mean } = moments(offsets);
    expect(Math.abs(mean)).toBeLessThan(0.04);
    expect(Math.abs(energyOf(Float64Array.from(offsets)) / offsets.length - 1 / 12)).toBeLessThan(0.01);
  });

  it("is a function of the stream's identity", () => {
    const again = () => drawIrsChannel(small, randomStream(4, "trial"));
    expect(again()).toEqual(again());
    expect(drawIrsChannel(small, randomStream(5, "trial")).msIrs).not.toEqual(again().msIrs);
  });

  it("refuses what cannot be drawn", () => {
    const wrong: [object, string][] = [
      [{ ...small, pathsMsIrs: 19 }, "pathsMsIrs"],
      [{ ...small, pathsIrsBs: 19 }, "pathsIrsBs"],
      [{ ...small, irsElements: 0 }, "irsElements"],
      [{ ...small, gridPoints: 2.5 }, "gridPoints"],
      [{ ...small, gridPoints: 1e6 }, "gridPoints"],
      [{ ...small, offgrid: true }, "offgrid"],
    ];
    for (const [parameters, parameter] of wrong) {
      expect(() => drawIrsChannel(parameters as typeof small, randomStream(1))).toThrow(
        expect.objectContaining({ code: "option", parameter }),
      );
    }
  });
});

describe("drawIrsTraining", () => {
  it("reflects with ±1/√L and sends QPSK symbols of power 1/T", () => {
    const channel = drawIrsChannel(small, randomStream(6));
    const { patterns, pilots } = drawIrsTraining(channel, { irsPatterns: 5, pilots: 4 }, randomStream(7));
    expect([patterns.rows, patterns.columns, pilots.rows, pilots.columns]).toEqual([5, 32, 3, 4]);
    const reflections = new Set(patterns.data.filter((_, i) => i % 2 === 0));
    expect(reflections).toEqual(new Set([1 / Math.sqrt(32), -1 / Math.sqrt(32)]));
    expect(new Set(patterns.data.filter((_, i) => i % 2 === 1))).toEqual(new Set([0]));
    expect(new Set(pilots.data)).toEqual(new Set([1 / Math.sqrt(6), -1 / Math.sqrt(6)]));
    // All four symbols occur, and no two patterns are equal.
    expect(
      new Set(Array.from({ length: 12 }, (_, i) => pilots.data.slice(2 * i, 2 * i + 2).join())).size,
    ).toBe(4);
    const rows = Array.from({ length: 5 }, (_, i) => patterns.data.slice(64 * i, 64 * (i + 1)).join());
    expect(new Set(rows).size).toBe(5);
  });

  /** One antenna at either end; the surface's two elements cancel under equal reflections. */
  const cancelling = (scale: number): Pick<IrsChannel, "geometry" | "msIrs" | "irsBs"> => ({
    geometry: { msAntennas: 1, bsAntennas: 1, irsElements: 2, gridPoints: 1 },
    msIrs: complexMatrix(2, 1, Float64Array.of(scale, 0, -scale, 0)),
    irsBs: complexMatrix(1, 2, Float64Array.of(1, 0, 1, 0)),
  });

  it("draws a pattern again when nothing comes through", () => {
    const { patterns } = drawIrsTraining(cancelling(1), { irsPatterns: 40, pilots: 1 }, randomStream(8));
    for (let i = 0; i < 40; i++) {
      expect(Math.abs(patterns.data[4 * i])).toBe(1 / Math.sqrt(2));
      expect(patterns.data[4 * i + 2]).toBe(-patterns.data[4 * i]);
    }
  });

  it("gives up on a channel that reflects nothing", () => {
    expect(() => drawIrsTraining(cancelling(0), training, randomStream(9))).toThrow(
      expect.objectContaining({ code: "range" }),
    );
  });
});
