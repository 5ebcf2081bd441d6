import { createPlan } from "../../simulations/engine/plan.js";
import { planRecord, resultRecord, timingRecord } from "../../simulations/engine/records.js";
import type { StoredRun } from "../../simulations/engine/result-files.js";
import { runPlan } from "../../simulations/engine/run.js";
import { inProcessRunner } from "../../simulations/engine/workers.js";
import { toyFigure, toyScenario } from "./toy-study.mjs";

/** The toy figure with some changes, run in this thread: what its folder would hold. */
export async function toyRun(
  change: Partial<typeof toyFigure> = {},
  scenario = toyScenario,
): Promise<Required<StoredRun>> {
  const plan = createPlan({ ...toyFigure, ...change }, scenario);
  const outcome = await runPlan(plan, inProcessRunner(plan));
  return {
    plan: planRecord(plan, "sparsewave run toy-figure"),
    result: resultRecord(plan, outcome.points),
    timing: timingRecord(plan, outcome, 1),
  };
}
