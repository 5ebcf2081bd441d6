import { describe, expect, it } from "vitest";
import type { AnyEstimator, AnyScenario } from "../../../simulations/engine/contract.js";
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
    expect(JSON.stringify(one.result)).not.toMatch(/seconds|node|date|workers|kernels|memory/i);
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

  it("has the times and the memory of every point and estimator, in the order of the result", async () => {
    const { timing, result } = await toyRun();
    const places = (points: readonly { at: object; estimators: readonly { id: string }[] }[]) =>
      points.map(({ at, estimators }) => [at, estimators.map(({ id }) => id)]);
    expect(places(timing.points!)).toEqual(places(result.points));
    expect(timing.estimators.map(({ id }) => id)).toEqual(["average", "first", "fragile", "truth"]);
    timing.estimators.forEach(({ seconds, medianSeconds }, e) => {
      const medians = timing.points!.map(({ estimators }) => estimators[e].medianSeconds!);
      expect(medianSeconds).toBeGreaterThanOrEqual(Math.min(...medians));
      expect(medianSeconds).toBeLessThanOrEqual(Math.max(...medians));
      expect(seconds).toBeGreaterThan(medianSeconds!);
    });
  });

  it("has no times of an estimator that always fails", async () => {
    const failing: AnyEstimator = {
      id: "failing",
      summary: "",
      estimate: () => {
        throw new Error("never");
      },
    };
    const scenario: AnyScenario = { ...toyScenario, estimators: [failing] };
    const { timing } = await toyRun({ estimators: ["failing"] }, scenario);
    const nothing = { trials: 0, medianSeconds: null, meanSeconds: null, maxMemoryBytes: null };
    for (const { estimators } of timing.points!) expect(estimators).toEqual([{ id: "failing", ...nothing }]);
    expect(timing.estimators[0].medianSeconds).toBeNull();
    expect(timing.estimators[0].seconds).toBeGreaterThan(0);
  });
});

describe("trialLines", () => {
  it("is one line of JSON per estimator, with every kind of value", () => {
    const plan = createPlan({ ...toyFigure, estimators: ["average", "first", "fragile"] }, toyScenario);
    const lines = trialLines(plan, {
      point: 3,
      trial: 7,
      estimators: [
        { status: "ok", metrics: [0.1, undefined], seconds: 1, workingMemory: 64 },
        {
          status: "diverged",
          metrics: [Number.NaN, Number.NEGATIVE_INFINITY],
          seconds: 1,
          workingMemory: 64,
        },
        {
          status: "error",
          metrics: [undefined, undefined],
          seconds: 1,
          workingMemory: 0,
          message: 'a "quoted" word',
        },
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
