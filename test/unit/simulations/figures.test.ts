import { describe, expect, it } from "vitest";
import type { AnyScenario } from "../../../simulations/engine/contract.js";
import { createPlan } from "../../../simulations/engine/plan.js";
import { runTrials } from "../../../simulations/engine/trial.js";
import { figures } from "../../../simulations/figures/index.js";
import { irsScenario } from "../../../simulations/irs/scenario.js";
import { kroneckerScenario } from "../../../simulations/kronecker/scenario.js";

const scenarios: readonly AnyScenario[] = [irsScenario, kroneckerScenario];

/** Whether a metric of a figure has a value for an estimator. */
function applies(metric: string, estimator: string): boolean {
  const isAngle = metric.startsWith("angleRmse.");
  if (estimator === "crb") return metric === "nmse" || isAngle;
  if (isAngle) return estimator.startsWith("kronecker-sbl-off-grid") || estimator === "oracle-ls";
  if (metric === "noiseVarianceRatio") return estimator.endsWith("-learned");
  return metric !== "iterations" || estimator !== "oracle-ls";
}

describe("figures", () => {
  it("have different ids", () => {
    expect(figures.map(({ id }) => id)).toEqual([
      "irs-snr",
      "irs-noise-learned",
      "irs-offgrid",
      "kronecker-snr",
      "kronecker-measurements",
      "kronecker-sparsity",
      "kronecker-scale",
    ]);
  });

  for (const figure of figures) {
    const scenario = scenarios.find(({ id }) => id === figure.scenario)!;

    it(`${figure.id} names estimators and metrics of its scenario, each once`, () => {
      for (const names of ["estimators", "metrics"] as const) {
        const known = scenario[names].map(({ id }) => id);
        expect(known).toEqual(expect.arrayContaining([...figure[names]]));
        expect(new Set(figure[names]).size).toBe(figure[names].length);
      }
    });

    it(`${figure.id} can be planned, and its first trial run`, () => {
      const plan = createPlan({ ...figure, trials: 1 }, scenario);
      expect(plan.points.length).toBeGreaterThan(1);
      const [record] = runTrials(plan, 0, 1);
      record.estimators.forEach(({ status, metrics }, i) => {
        const estimator = figure.estimators[i];
        expect(status, estimator).toBe("ok");
        // nmse, the first of all figures; the others have a value wherever they mean something.
        expect(metrics[0], estimator).toBeGreaterThan(0);
        const defined = figure.metrics.filter((_, k) => metrics[k] !== undefined);
        expect(defined, estimator).toEqual(figure.metrics.filter((metric) => applies(metric, estimator)));
      });
    });
  }
});
