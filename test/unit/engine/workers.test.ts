import { describe, expect, it } from "vitest";
import type { AnyScenario } from "../../../simulations/engine/contract.js";
import { createPlan, type Plan } from "../../../simulations/engine/plan.js";
import { runPlan } from "../../../simulations/engine/run.js";
import { inProcessRunner, type TrialRunner, workerRunner } from "../../../simulations/engine/workers.js";
import { thrownBy } from "../../support/thrown.js";
import { brokenScenarios, toyFigure, toyScenario } from "../../support/toy-study.mjs";

// Worker threads load compiled modules: these tests need `npm run build`, which `npm test` does first.
const registryModule = new URL("../../support/toy-study.mjs", import.meta.url).href;

const planOf = (scenario: AnyScenario): Plan =>
  createPlan({ ...toyFigure, scenario: scenario.id, trials: 30 }, scenario);

async function pointsOf(plan: Plan, runner: TrialRunner): Promise<string> {
  try {
    return JSON.stringify((await runPlan(plan, runner)).points);
  } finally {
    await runner.close();
  }
}

describe("workerRunner", () => {
  it("gives the bytes of a run in one thread, with 1, 2 and 3 workers", async () => {
    const plan = planOf(toyScenario);
    const expected = await pointsOf(plan, inProcessRunner(plan));
    for (const workers of [1, 2, 3]) {
      expect(await pointsOf(plan, workerRunner(plan, workers, registryModule))).toBe(expected);
    }
  });

  it.each([
    [
      "undrawable",
      "undrawable: draw failed at noise.variance = 0.5, samples = 4, trial 0: Error: no channel today",
    ],
    ["exiting", "run: a worker thread ended with code 3"],
  ])("ends with one error if a worker fails: %s", async (id, message) => {
    const plan = planOf(brokenScenarios.find((scenario) => scenario.id === id)!);
    const error = await thrownBy(() => pointsOf(plan, workerRunner(plan, 2, registryModule)));
    expect(error.message).toBe(message);
  });

  it("ends with an error if the scenarios cannot be loaded", async () => {
    const plan = planOf(toyScenario);
    const error = await thrownBy(() => pointsOf(plan, workerRunner(plan, 2, "file:///nowhere/registry.js")));
    expect(error.message).toContain("/nowhere/registry.js");
  });
});
