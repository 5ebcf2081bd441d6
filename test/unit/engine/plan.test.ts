import { describe, expect, it } from "vitest";
import type { FigureConfiguration } from "../../../simulations/engine/contract.js";
import { createPlan, trialCount } from "../../../simulations/engine/plan.js";
import { isSparseError } from "../../../src/errors.js";
import { thrownBy } from "../../support/thrown.js";
import { toyFigure, toyScenario } from "../../support/toy-study.mjs";

const planOf = (change: Partial<FigureConfiguration> = {}) =>
  createPlan({ ...toyFigure, ...change }, toyScenario);

describe("createPlan", () => {
  it("takes the product of the grid coordinates, the last changing fastest", () => {
    const plan = planOf();
    expect(plan.points.map(({ at }) => [at["noise.variance"], at["samples"]])).toEqual([
      [0.5, 4],
      [0.5, 16],
      [1, 4],
      [1, 16],
      [2, 4],
      [2, 16],
    ]);
    expect(plan.points[3].configuration).toMatchObject({ mean: 2, samples: 16, noise: { variance: 1 } });
    expect(trialCount(plan)).toBe(72);
  });

  it("makes one point of an empty grid", () => {
    expect(planOf({ grid: {} }).points).toHaveLength(1);
  });

  it("gives the shared configuration with defaults and without the coordinates", () => {
    expect(planOf().configuration).toEqual({
      mean: 2,
      noise: { kind: "normal" },
      biased: false,
      weights: [1],
    });
  });

  it("freezes configurations to the bottom", () => {
    const { configuration } = planOf().points[0] as { configuration: { noise: object } };
    expect(Object.isFrozen(configuration)).toBe(true);
    expect(Object.isFrozen(configuration.noise)).toBe(true);
  });

  it("has a hash of everything that decides a number, and of nothing else", () => {
    const { configurationHash } = planOf();
    expect(configurationHash).toMatch(/^[0-9a-f]{64}$/);
    expect(planOf({ title: "Another title" }).configurationHash).toBe(configurationHash);
    expect(planOf({ configuration: {} }).configurationHash).toBe(configurationHash);
    const changes: Partial<FigureConfiguration>[] = [
      { id: "other" },
      { configuration: { mean: 3 } },
      { grid: { samples: [4, 16], "noise.variance": [0.5, 1, 2] } },
      { estimators: ["average"] },
      { metrics: ["nmse"] },
      { trials: 13 },
      { seed: 2 },
    ];
    const hashes = changes.map((change) => planOf(change).configurationHash);
    expect(new Set([configurationHash, ...hashes]).size).toBe(changes.length + 1);
  });

  it.each([
    [{ trials: 1e6 }, "the figure has 6000000; expected at most 1000000 trials"],
    [
      { grid: { mean: Array.from({ length: 5000 }, (_, i) => i), samples: [1, 2, 3] } },
      "the grid has 15000; expected at most 10000 points",
    ],
  ] satisfies [Partial<FigureConfiguration>, string][])(
    "refuses what is too large, with its size",
    async (change, part) => {
      const error = await thrownBy(() => planOf(change));
      expect(isSparseError(error, "limit")).toBe(true);
      expect(error.message).toContain(part);
    },
  );

  it.each([
    [{ estimators: ["averge"] }, 'estimator "averge" is unknown; did you mean average?'],
    [{ estimators: ["first", "first"] }, "estimator first is given twice"],
    [{ metrics: ["nmes"] }, 'metric "nmes" is unknown; did you mean nmse?'],
    [{ grid: { samples: [4, 4] } }, "option samples is a list that repeats a value"],
    [{ trials: 1e18 }, "trials is 1000000000000000000; expected an integer"],
    [{ grid: { sample: [4, 8] } }, "option sample is unknown"],
  ] satisfies [Partial<FigureConfiguration>, string][])("refuses %j", async (change, part) => {
    expect((await thrownBy(() => planOf(change))).message).toContain(part);
  });
});
