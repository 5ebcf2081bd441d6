import { describe, expect, it } from "vitest";
import type { TrialStatus } from "../../../simulations/engine/contract.js";
import { createPlan } from "../../../simulations/engine/plan.js";
import { leftOutCount, reducePoint } from "../../../simulations/engine/reduce.js";
import type { TrialRecord } from "../../../simulations/engine/trial.js";
import { toyFigure, toyScenario } from "../../support/toy-study.mjs";

const plan = createPlan({ ...toyFigure, estimators: ["average"], trials: 5 }, toyScenario);

function reduced(...trials: readonly [TrialStatus, number | undefined, number | undefined][]) {
  const records = trials.map(([status, ...metrics], trial): TrialRecord => {
    return { point: 3, trial, estimators: [{ status, metrics, seconds: 1, workingMemory: 0 }] };
  });
  return reducePoint(plan, records);
}

describe("reducePoint", () => {
  it("averages by hand", () => {
    // 1, 2, 3, 10: mean 4, deviations −3, −2, −1, 6, variance 50/3, standard error √(50/12).
    // Student's t, 3 degrees of freedom, 97.5 % point: 3.182446305284263.
    const { at, estimators } = reduced(["ok", 1, 0], ["ok", 2, 0], ["ok", 3, 0], ["breakdown", 10, 0]);
    expect(at).toEqual({ "noise.variance": 1, samples: 16 });
    const [{ id, trials, statuses, metrics }] = estimators as [(typeof estimators)[number]];
    expect({ id, trials, statuses }).toEqual({ id: "average", trials: 4, statuses: { ok: 3, breakdown: 1 } });
    expect(metrics["nmse"].mean).toBe(4);
    expect(metrics["nmse"].median).toBe(2.5);
    const standardError = Math.sqrt(50 / 12);
    expect(metrics["nmse"].standardError).toBeCloseTo(standardError, 14);
    // The t quantile is computed to about 1e-10.
    expect(metrics["nmse"].interval95![0]).toBeCloseTo(4 - 3.182446305284263 * standardError, 8);
    expect(metrics["nmse"].interval95![1]).toBeCloseTo(4 + 3.182446305284263 * standardError, 8);
    expect(metrics["nmse"].db).toBeCloseTo(6.020599913279624, 14);
  });

  it("cuts the interval where the metric has no values", () => {
    const metrics = toyScenario.metrics.map((metric) => ({ ...metric, range: [0, 0.9] as const }));
    const bounded = createPlan(
      { ...toyFigure, estimators: ["average"], trials: 5 },
      { ...toyScenario, metrics },
    );
    const records = [0.001, 0.8].map((value, trial): TrialRecord => {
      const metrics = [value, value];
      return { point: 3, trial, estimators: [{ status: "ok", metrics, seconds: 1, workingMemory: 0 }] };
    });
    expect(reducePoint(bounded, records).estimators[0].metrics["nmse"].interval95).toEqual([0, 0.9]);
    expect(reducePoint(plan, records).estimators[0].metrics["nmse"].interval95![0]).toBeLessThan(0);
  });

  it("gives decibels only on a decibel scale, and of the mean", () => {
    const { metrics } = reduced(["ok", 0.01, 1], ["ok", 0.19, 1]).estimators[0];
    expect(metrics["nmse"].db).toBeCloseTo(-10, 12);
    expect(metrics["error"]).not.toHaveProperty("db");
  });

  it("leaves out what diverged or failed, and counts it", () => {
    const point = reduced(
      ["ok", 1, 1],
      ["diverged", Number.NaN, 1],
      ["error", undefined, undefined],
      ["ok", 3, 3],
    );
    const { statuses, metrics } = point.estimators[0];
    expect(statuses).toEqual({ ok: 2, diverged: 1, error: 1 });
    expect(metrics["nmse"].mean).toBe(2);
    expect(metrics["error"].mean).toBe(2);
    expect(leftOutCount([point, point])).toBe(4);
  });

  it("counts statuses in one order, whatever the order of the trials", () => {
    const one = reduced(["error", undefined, undefined], ["breakdown", 1, 1], ["ok", 1, 1]);
    expect(JSON.stringify(one.estimators[0].statuses)).toBe('{"ok":1,"breakdown":1,"error":1}');
  });

  it("says null where nothing is known", () => {
    const none = reduced(["error", undefined, undefined]).estimators[0].metrics["nmse"];
    expect(none).toEqual({ mean: null, median: null, standardError: null, interval95: null, db: null });
    const single = reduced(["ok", 0, 1]).estimators[0].metrics["nmse"];
    expect(single).toEqual({ mean: 0, median: 0, standardError: null, interval95: null, db: null });
  });

  it("leaves a metric that does not apply out of the averages", () => {
    const { metrics } = reduced(["ok", 1, undefined], ["ok", 1, 5]).estimators[0];
    expect(metrics["error"].mean).toBe(5);
  });
});
