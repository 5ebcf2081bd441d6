import { describe, expect, it } from "vitest";
import { overrideFigure, scenarioFigure } from "../../../simulations/engine/overrides.js";
import { createPlan } from "../../../simulations/engine/plan.js";
import { isSparseError } from "../../../src/errors.js";
import { thrownBy } from "../../support/thrown.js";
import { toyFigure, toyScenario } from "../../support/toy-study.mjs";

const withSettings = (...settings: string[]) => overrideFigure(toyFigure, toyScenario, { settings });

describe("overrideFigure", () => {
  it("changes nothing without overrides, nor the figure it was given", async () => {
    const before = JSON.stringify(toyFigure);
    expect(await overrideFigure(toyFigure, toyScenario, {})).toEqual(toyFigure);
    await withSettings("mean=5", "samples=2,3");
    expect(JSON.stringify(toyFigure)).toBe(before);
  });

  it("replaces trials, seed and estimators", async () => {
    const overrides = { trials: 3, seed: 9, estimators: ["first", "average"] };
    expect(await overrideFigure(toyFigure, toyScenario, overrides)).toEqual({ ...toyFigure, ...overrides });
  });

  it("gives a coordinate other values", async () => {
    expect((await withSettings("samples=2:2:6")).grid).toEqual({ ...toyFigure.grid, samples: [2, 4, 6] });
  });

  it("fixes a coordinate to one value, which stays in the grid", async () => {
    expect((await withSettings("samples=16")).grid).toEqual({ ...toyFigure.grid, samples: [16] });
  });

  it("makes a coordinate of a field", async () => {
    const figure = await withSettings("mean=1,2");
    expect(figure.grid).toEqual({ ...toyFigure.grid, mean: [1, 2] });
    expect(figure.configuration).toEqual({});
  });

  it("sets numbers, words, true and false, and lists by what the field holds", async () => {
    const figure = await withSettings("mean=2*pi", "noise.kind=laplace", "biased=true", "weights=1,2");
    expect(figure.configuration).toEqual({
      mean: 2 * Math.PI,
      noise: { kind: "laplace" },
      biased: true,
      weights: [1, 2],
    });
    expect(figure.grid).toEqual(toyFigure.grid);
  });

  it("unsets a field with null, also one that is a coordinate", async () => {
    const figure = await withSettings("mean=null", "samples=null");
    expect(figure.configuration).toEqual({ mean: null, samples: null });
    expect(figure.grid).toEqual({ "noise.variance": toyFigure.grid["noise.variance"] });
    expect((await withSettings("samples=null", "samples=3,4")).grid).toEqual({
      "noise.variance": toyFigure.grid["noise.variance"],
      samples: [3, 4],
    });
  });

  it("lets the later of two settings hold", async () => {
    expect((await withSettings("mean=3", "mean=4")).configuration).toEqual({ mean: 4 });
  });

  it.each([
    ["sampels=4", 'key "sampels" is unknown; did you mean samples?'],
    ["noise=4", 'key "noise" is unknown'],
    ["__proto__.x=1", 'key "__proto__.x" is unknown'],
    ["mean", 'option set is "mean"; expected key=value'],
    ["=4", 'option set is "=4"; expected key=value'],
    ["biased=1", 'option biased is "1"; expected true or false'],
    ["noise.kind=<b>", 'option noise.kind is "<b>"; expected a word'],
    ["mean=lots", 'option mean is "lots"; expected numbers'],
  ])("refuses %s", async (setting, part) => {
    const error = await thrownBy(() => withSettings(setting));
    expect(isSparseError(error, "option")).toBe(true);
    expect(error.message).toContain(part);
  });

  it("refuses an estimator that the scenario does not have", async () => {
    const error = await thrownBy(() => overrideFigure(toyFigure, toyScenario, { estimators: ["frist"] }));
    expect(error.message).toBe('run: estimator "frist" is unknown; did you mean first?');
  });
});

describe("scenarioFigure", () => {
  it("is one point with all estimators and metrics", () => {
    const plan = createPlan(scenarioFigure(toyScenario), toyScenario);
    expect(plan.points).toHaveLength(1);
    expect(plan.estimators).toEqual(toyScenario.estimators);
    expect(plan.metrics).toEqual(toyScenario.metrics);
  });
});
