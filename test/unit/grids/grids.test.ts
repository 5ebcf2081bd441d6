import { describe, expect, it } from "vitest";
import {
  cosineGrid,
  movePoints,
  productGrid,
  refineAround,
  uniformGrid,
  withPoints,
} from "../../../src/grids/index.js";
import { thrownBy } from "../../support/thrown.js";

const delays = uniformGrid({ name: "delay", unit: "s", start: 0, stop: 2, points: 3 });
const dopplers = uniformGrid({ name: "doppler", unit: "Hz", start: -1, stop: 1, points: 2 });

describe("uniformGrid", () => {
  it("includes both ends, exactly", () => {
    const { points } = uniformGrid({ name: "azimuth", unit: "rad", start: -0.3, stop: 0.1, points: 8 });
    expect(points).toHaveLength(8);
    expect([points[0], points[7]]).toEqual([-0.3, 0.1]);
    for (let k = 1; k < 8; k++) {
      expect(Math.abs(points[k] - points[k - 1] - 0.4 / 7)).toBeLessThanOrEqual(2 * Number.EPSILON);
    }
  });

  it("names its axis and survives structuredClone", () => {
    expect(delays.axes).toMatchObject([{ name: "delay", unit: "s" }]);
    expect(Object.isFrozen(delays)).toBe(true);
    expect(structuredClone(delays)).toEqual(delays);
  });

  it("of one point is its start", () => {
    expect([...uniformGrid({ name: "x", unit: "m", start: 4, stop: 4, points: 1 }).points]).toEqual([4]);
  });

  it("refuses what it cannot use", async () => {
    const error = (changed: object) =>
      thrownBy(() => uniformGrid({ name: "x", unit: "m", start: 0, stop: 1, points: 2, ...changed }));
    expect((await error({ stop: 0 })).code).toBe("range");
    expect((await error({ points: 0 })).parameter).toBe("points");
    expect((await error({ start: Number.NaN })).parameter).toBe("start");
    expect((await error({ name: "" })).parameter).toBe("name");
    expect((await error({ step: 1 })).code).toBe("option");
  });
});

describe("cosineGrid", () => {
  it("is 2k/G − 1", () => {
    expect([...cosineGrid(4).points]).toEqual([-1, -0.5, 0, 0.5]);
    expect(cosineGrid(4).axes[0]).toMatchObject({ name: "directionCosine", unit: "1", period: 2 });
  });

  it("refuses what is not a number of points", async () => {
    for (const points of [0, -1, 2.5, Number.NaN]) {
      expect((await thrownBy(() => cosineGrid(points))).code).toBe("range");
    }
  });
});

describe("productGrid", () => {
  it("takes every combination, the last axis fastest", () => {
    const grid = productGrid(delays, dopplers);
    expect(grid.size).toBe(6);
    expect([...grid.points]).toEqual([0, -1, 0, 1, 1, -1, 1, 1, 2, -1, 2, 1]);
    expect(grid.axes.map(({ name }) => name)).toEqual(["delay", "doppler"]);
  });

  it("is associative", () => {
    expect(productGrid(productGrid(delays, dopplers), cosineGrid(2))).toEqual(
      productGrid(delays, productGrid(dopplers, cosineGrid(2))),
    );
  });

  it("refuses none, and too many points", async () => {
    expect((await thrownBy(() => productGrid())).code).toBe("shape");
    const large = cosineGrid(5000);
    expect((await thrownBy(() => productGrid(large, large))).message).toContain("25000000 points");
  });
});

describe("refineAround", () => {
  it("goes from neighbour to neighbour in finer steps", () => {
    expect([...refineAround(delays, 1, 4).points]).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]);
    expect([...refineAround(delays, 1, 1).points]).toEqual([0, 1, 2]);
  });

  it("goes to one side at the end of an axis", () => {
    expect([...refineAround(delays, 0, 2).points]).toEqual([0, 0.5, 1]);
    expect([...refineAround(delays, 2, 2).points]).toEqual([1, 1.5, 2]);
  });

  it("goes on past the ends of a periodic axis", () => {
    expect([...refineAround(cosineGrid(4), 0, 2).points]).toEqual([-1.5, -1.25, -1, -0.75, -0.5]);
    expect([...refineAround(cosineGrid(4), 3, 2).points]).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect([...refineAround(cosineGrid(1), 0, 2).points]).toEqual([-1]);
  });

  it("refines every axis of a product", () => {
    const refined = refineAround(productGrid(delays, dopplers), 3, 2);
    expect(refined.axes.map(({ values }) => [...values])).toEqual([
      [0, 0.5, 1, 1.5, 2],
      [-1, 0, 1],
    ]);
    expect(refined.size).toBe(15);
  });

  it("follows uneven steps, each side with its own", () => {
    const uneven = refineAround(refineAround(delays, 0, 2), 1, 2);
    expect([...uneven.points]).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it("refuses what is not in the grid", async () => {
    expect((await thrownBy(() => refineAround(delays, 3, 2))).parameter).toBe("index");
    expect((await thrownBy(() => refineAround(delays, -1, 2))).code).toBe("range");
    expect((await thrownBy(() => refineAround(delays, 0, 0))).parameter).toBe("factor");
  });
});

describe("movePoints", () => {
  it("moves the points and keeps the axes", () => {
    const points = [0.1, 0.9, 2];
    const moved = movePoints(delays, points);
    points[0] = 9;
    expect([...moved.points]).toEqual([0.1, 0.9, 2]);
    expect(moved.axes).toBe(delays.axes);
    expect([...delays.points]).toEqual([0, 1, 2]);
  });

  it("refuses too few numbers, and numbers that are not finite", async () => {
    expect((await thrownBy(() => movePoints(delays, [1, 2]))).message).toBe(
      "movePoints: points has 2 numbers; expected 3 (grid.points)",
    );
    const grid = productGrid(delays, dopplers);
    const points = [...grid.points];
    points[5] = Number.NaN;
    expect((await thrownBy(() => movePoints(grid, points))).message).toContain("points is NaN at index 2");
  });
});

describe("withPoints", () => {
  it("has as many points as are given, with the same coordinates", () => {
    const grid = productGrid(delays, dopplers);
    const points = [0.25, -0.5, 1.75, 0.125];
    const chosen = withPoints(grid, points);
    points[0] = 9;
    expect(chosen).toEqual({ axes: grid.axes, size: 2, points: Float64Array.of(0.25, -0.5, 1.75, 0.125) });
    expect(withPoints(delays, new Float64Array(7)).size).toBe(7);
    expect(Object.isFrozen(chosen)).toBe(true);
  });

  it("refuses what are no points of these coordinates", async () => {
    const grid = productGrid(delays, dopplers);
    expect((await thrownBy(() => withPoints(grid, [1, 2, 3]))).message).toBe(
      "withPoints: points has 3 numbers; expected 2 for each of at least 1 point",
    );
    expect((await thrownBy(() => withPoints(delays, []))).code).toBe("shape");
    expect((await thrownBy(() => withPoints(grid, [0, 0, 1, Number.NaN]))).message).toContain(
      "points is NaN at index 1",
    );
  });
});
