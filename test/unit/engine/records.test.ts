import { describe, expect, it } from "vitest";
import { createPlan } from "../../../simulations/engine/plan.js";
import { trialLines } from "../../../simulations/engine/records.js";
import { useKernels } from "../../../src/kernels/index.js";
import { backends, useSuiteKernels } from "../../support/kernels.js";
import { toyRun } from "../../support/toy-run.js";
import { toyFigure, toyScenario } from "../../support/toy-study.mjs";

describe("resultRecord", () => {
  it("is the same bytes for the same plan, without times or facts of the machine", async () => {
    const [one, two] = [await toyRun(), await toyRun()];
    expect(JSON.stringify(one.result)).toBe(JSON.stringify(two.result));
    expect(JSON.stringify(one.result)).not.toMatch(/seconds|node|date|workers|kernels/i);
    expect(Object.keys(one.result)).toEqual([
      "schema",
      "figure",
      "version",
      "configuration",
      "configurationHash",
      "seed",
      "points",
    ]);
  });

  it("follows the seed", async () => {
    const [one, two] = [await toyRun(), await toyRun({ seed: 2 })];
    expect(JSON.stringify(one.result.points)).not.toBe(JSON.stringify(two.result.points));
  });
});

describe("planRecord", () => {
  it("holds a figure that can be planned again, to the same hash", async () => {
    const { plan } = await toyRun({ configuration: {} });
    const { configurationHash } = createPlan(JSON.parse(JSON.stringify(plan.figure)), toyScenario);
    expect(configurationHash).toBe(plan.configurationHash);
  });

  it("says which estimators see the truth", async () => {
    const { plan } = await toyRun();
    expect(plan.estimators.map(({ oracle }) => oracle)).toEqual([false, false, false, true]);
  });
});

describe("timingRecord", () => {
  it.each(backends)("names the kernels that computed: %s", async (backend) => {
    useKernels({ backend });
    expect((await toyRun()).timing.kernels).toBe(backend);
    useSuiteKernels();
  });
});

describe("trialLines", () => {
  it("is one line of JSON per estimator, with every kind of value", () => {
    const plan = createPlan({ ...toyFigure, estimators: ["average", "first", "fragile"] }, toyScenario);
    const lines = trialLines(plan, {
      point: 3,
      trial: 7,
      estimators: [
        { status: "ok", metrics: [0.1, undefined], seconds: 1 },
        { status: "diverged", metrics: [Number.NaN, Number.NEGATIVE_INFINITY], seconds: 1 },
        { status: "error", metrics: [undefined, undefined], seconds: 1, message: 'a "quoted" word' },
      ],
    });
    const at = { "noise.variance": 1, samples: 16 };
    expect(lines.endsWith("\n")).toBe(true);
    expect(
      lines
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { at, trial: 7, estimator: "average", status: "ok", metrics: { nmse: 0.1, error: null } },
      { at, trial: 7, estimator: "first", status: "diverged", metrics: { nmse: "NaN", error: "-Infinity" } },
      {
        at,
        trial: 7,
        estimator: "fragile",
        status: "error",
        metrics: { nmse: null, error: null },
        message: 'a "quoted" word',
      },
    ]);
  });
});
