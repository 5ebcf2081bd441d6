import { describe, expect, it } from "vitest";
import type { AnyEstimator, AnyScenario, FigureConfiguration } from "../../../simulations/engine/contract.js";
import { createPlan, type Plan } from "../../../simulations/engine/plan.js";
import { runTrials, trialStream } from "../../../simulations/engine/trial.js";
import { useKernels } from "../../../src/kernels/index.js";
import { withRoom } from "../../../src/kernels/room.js";
import { randomStream } from "../../../src/random/index.js";
import { backends, useSuiteKernels } from "../../support/kernels.js";
import { thrownBy } from "../../support/thrown.js";
import { brokenScenarios, toyFigure, toyScenario } from "../../support/toy-study.mjs";

const planOf = (change: Partial<FigureConfiguration> = {}, scenario: AnyScenario = toyScenario): Plan =>
  createPlan({ ...toyFigure, ...change }, scenario);

/** The toy scenario with other estimators; each returns what the metrics are to see. */
function planWith(estimators: readonly AnyEstimator[]): Plan {
  const names = estimators.map(({ id }) => id);
  return planOf({ estimators: names }, { ...toyScenario, estimators });
}

const recordsOf = (plan: Plan) =>
  runTrials(plan, 0, 72).map((record) =>
    record.estimators.map(({ status, metrics, message }) => ({ status, metrics, message })),
  );

describe("runTrials", () => {
  it("counts through points and trials, and stops at the end of the plan", () => {
    const places = runTrials(planOf(), 10, 4).map(({ point, trial }) => [point, trial]);
    expect(places).toEqual([
      [0, 10],
      [0, 11],
      [1, 0],
      [1, 1],
    ]);
    expect(runTrials(planOf(), 70, 100)).toHaveLength(2);
  });

  it("gives a trial the stream of its identity", () => {
    const plan = planOf();
    const expected = randomStream(1, "toy-figure", "noise.variance", 0.5, "samples", 16, 7);
    expect(trialStream(plan, plan.points[1], 7).uint32()).toBe(expected.uint32());
  });

  it("draws the same whatever ran before, which estimators run and how many trials there are", () => {
    const all = recordsOf(planOf());
    const alone = recordsOf(planOf({ estimators: ["first"] }));
    expect(alone).toEqual(all.map((estimators) => [estimators[1]]));
    const later = runTrials(planOf({ trials: 100 }), 105, 1)[0];
    const sooner = runTrials(planOf(), 17, 1)[0];
    expect(later.estimators.map(({ metrics }) => metrics)).toEqual(
      sooner.estimators.map(({ metrics }) => metrics),
    );
  });

  it("draws the same at a point of the grid that is run alone", () => {
    const alone = recordsOf(planOf({ grid: { "noise.variance": [2], samples: [16] } }));
    expect(alone).toEqual(recordsOf(planOf()).slice(60));
  });

  it("shows the truth to oracles only", () => {
    const seen: unknown[][] = [];
    const estimate = (...values: unknown[]) => {
      seen.push(values);
      return { status: "ok", estimate: 0 } as const;
    };
    const plan = planWith([
      { id: "blind", summary: "", estimate },
      { id: "seeing", summary: "", oracle: true, estimate },
    ]);
    runTrials(plan, 0, 1);
    expect(seen[0]).toHaveLength(1);
    expect(seen[1]).toEqual([seen[0][0], 2]);
  });

  it("keeps the status an estimator gives, and calls what is not finite diverged", () => {
    const returning = (status: "ok" | "diverged" | "breakdown", estimate: number): AnyEstimator => ({
      id: `${status} ${estimate}`,
      summary: "",
      estimate: () => ({ status, estimate }),
    });
    const plan = planWith([
      returning("ok", 1),
      returning("breakdown", 1),
      returning("diverged", 1),
      returning("ok", Number.NaN),
      returning("breakdown", Number.NEGATIVE_INFINITY),
      // The error is finite, but its square is not a number to average.
      returning("ok", 1e80),
    ]);
    const statuses = runTrials(plan, 0, 1)[0].estimators.map(({ status }) => status);
    expect(statuses).toEqual(["ok", "breakdown", "diverged", "diverged", "diverged", "diverged"]);
  });

  it("records what an estimator or a metric throws, and goes on", () => {
    const throwing: AnyEstimator = {
      id: "throwing",
      summary: "",
      estimate: () => {
        throw new RangeError(`too\nfar ${"x".repeat(1000)}`);
      },
    };
    const steady: AnyEstimator = {
      id: "steady",
      summary: "",
      estimate: () => ({ status: "ok", estimate: 1 }) as const,
    };
    const unmeasurable: AnyScenario = {
      ...toyScenario,
      estimators: [throwing, steady],
      metrics: [
        toyScenario.metrics[0],
        {
          ...toyScenario.metrics[1],
          measure: () => {
            throw new Error("cannot be measured");
          },
        },
      ],
    };
    const [first] = runTrials(planWith([throwing, steady]), 0, 1)[0].estimators;
    expect(first).toMatchObject({ status: "error", metrics: [undefined, undefined] });
    expect(first!.message).toMatch(/^RangeError: too far x+$/);
    expect(first!.message!.length).toBe(300);
    expect(runTrials(planWith([throwing, steady]), 0, 1)[0].estimators[1].status).toBe("ok");

    const plan = planOf({ estimators: ["steady"] }, unmeasurable);
    expect(runTrials(plan, 0, 1)[0].estimators[0]).toMatchObject({
      status: "error",
      metrics: [0.25, undefined],
      message: "Error: cannot be measured",
    });
  });

  it.each(backends)("measures the time and the memory of estimate alone: %s", (backend) => {
    useKernels({ backend });
    const work = (numbers: number, seconds: number) => {
      const end = performance.now() + 1000 * seconds;
      withRoom("work", (room) => room.planar(numbers, true));
      while (performance.now() < end);
    };
    const working = (id: string, numbers: number, seconds: number): AnyEstimator => ({
      id,
      summary: "",
      estimate: () => {
        work(numbers, seconds);
        return { status: "ok", estimate: 1 } as const;
      },
    });
    const plan = planWith([
      working("large", 512, 0.02),
      working("small", 16, 0.001),
      { id: "idle", summary: "", estimate: () => ({ status: "ok", estimate: 1 }) as const },
    ]);
    // A draw and metrics that work hardest of all.
    const scenario: AnyScenario = {
      ...plan.scenario,
      draw: (configuration, stream) => {
        work(4096, 0.2);
        return plan.scenario.draw(configuration, stream);
      },
    };
    const metrics = plan.metrics.map((metric) => ({
      ...metric,
      measure: (truth: unknown, estimate: unknown) => {
        work(4096, 0.2);
        return metric.measure(truth, estimate);
      },
    }));
    const [{ estimators }] = runTrials({ ...plan, scenario, metrics }, 0, 1);
    expect(estimators.map(({ workingMemory }) => workingMemory)).toEqual([4096, 128, 0]);
    const [large, small, idle] = estimators.map(({ seconds }) => seconds);
    expect(large).toBeGreaterThanOrEqual(0.02);
    expect(small).toBeGreaterThanOrEqual(0.001);
    for (const seconds of [large, small, idle]) expect(seconds).toBeLessThan(0.2);
    useSuiteKernels();
  });

  it("takes undefined as a metric that does not apply", () => {
    const plan = planOf({ estimators: ["truth"] });
    const { status, metrics } = runTrials(plan, 0, 1)[0].estimators[0];
    expect(status).toBe("ok");
    expect(metrics[1]).toBeUndefined();
  });

  it("says where a draw failed", async () => {
    const undrawable = brokenScenarios.find(({ id }) => id === "undrawable")!;
    const error = await thrownBy(() => runTrials(planOf({}, undrawable), 15, 1));
    expect(error.message).toBe(
      "undrawable: draw failed at noise.variance = 0.5, samples = 16, trial 3: Error: no channel today",
    );
  });
});
