import { describe, expect, it } from "vitest";
import type { TrialStatus } from "../../../simulations/engine/contract.js";
import { createPlan } from "../../../simulations/engine/plan.js";
import { medianSeconds, timePoint } from "../../../simulations/engine/times.js";
import type { TrialRecord } from "../../../simulations/engine/trial.js";
import { toyFigure, toyScenario } from "../../support/toy-study.mjs";

const plan = createPlan({ ...toyFigure, estimators: ["average", "first"] }, toyScenario);

function timed(...trials: readonly [status: TrialStatus, seconds: number, workingMemory: number][]) {
  const records = trials.map(([status, seconds, workingMemory], trial): TrialRecord => {
    const other = { status: "ok", metrics: [1, 1], seconds: 7, workingMemory: 0 } as const;
    return { point: 3, trial, estimators: [{ status, metrics: [1, 1], seconds, workingMemory }, other] };
  });
  const { at, estimators } = timePoint(plan, records);
  expect(at).toEqual({ "noise.variance": 1, samples: 16 });
  expect(estimators[1]).toMatchObject({ id: "first", medianSeconds: 7, meanSeconds: 7, maxMemoryBytes: 0 });
  return estimators[0];
}

describe("timePoint", () => {
  it("has median and mean of the times, and the largest memory", () => {
    expect(timed(["ok", 1, 64], ["ok", 9, 192], ["diverged", 2, 128], ["breakdown", 3, 0])).toEqual({
      id: "average",
      trials: 4,
      medianSeconds: 2.5,
      meanSeconds: 3.75,
      maxMemoryBytes: 192,
    });
  });

  it("leaves out what failed with an error", () => {
    expect(timed(["error", 100, 640], ["ok", 2, 64])).toMatchObject({
      trials: 1,
      medianSeconds: 2,
      meanSeconds: 2,
      maxMemoryBytes: 64,
    });
    expect(timed(["error", 100, 640])).toEqual({
      id: "average",
      trials: 0,
      medianSeconds: null,
      meanSeconds: null,
      maxMemoryBytes: null,
    });
  });
});

describe("medianSeconds", () => {
  it("is that of all runs, or nothing", () => {
    expect(medianSeconds([3, 1, 10])).toBe(3);
    expect(medianSeconds([])).toBeNull();
  });
});
