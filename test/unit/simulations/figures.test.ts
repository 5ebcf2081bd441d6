import { describe, expect, it } from "vitest";
import type { AnyScenario } from "../../../simulations/engine/contract.js";
import { createPlan } from "../../../simulations/engine/plan.js";
import { runTrials } from "../../../simulations/engine/trial.js";
import { figures } from "../../../simulations/figures/index.js";
import { irsScenario } from "../../../simulations/irs/scenario.js";
import { kroneckerScenario } from "../../../simulations/kronecker/scenario.js";

const scenarios: readonly AnyScenario[] = [irsScenario, kroneckerScenario];

describe("figures", () => {
  it("have different ids", () => {
    expect(figures.map(({ id }) => id)).toEqual([
      "irs-snr",
      "kronecker-snr",
      "kronecker-measurements",
      "kronecker-sparsity",
    ]);
  });

  for (const figure of figures) {
    it(`${figure.id} can be planned, and its first trial run`, () => {
      const scenario = scenarios.find(({ id }) => id === figure.scenario);
      const fast = figure.estimators.filter((id) => id !== "sbl");
      const plan = createPlan({ ...figure, estimators: fast, trials: 1 }, scenario!);
      expect(createPlan(figure, scenario!).points).toEqual(plan.points);
      const [record] = runTrials(plan, 0, 1);
      for (const { status, metrics } of record.estimators) {
        expect(status).toBe("ok");
        // nmse, the first of all figures, is there; only the iterations of the oracle are not.
        expect(metrics[0]).toBeGreaterThan(0);
        expect(metrics.filter((value) => value === undefined).length).toBeLessThanOrEqual(1);
      }
    });
  }
});
