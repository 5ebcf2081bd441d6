/** The IRS study against the results that its authors published, of 50 channels at every noise level. */
import { availableParallelism } from "node:os";
import { beforeAll, describe, expect, it } from "vitest";
import { createPlan, type Plan } from "../../simulations/engine/plan.js";
import { runPlan } from "../../simulations/engine/run.js";
import type { TrialRecord } from "../../simulations/engine/trial.js";
import { compiledModule, workerRunner } from "../../simulations/engine/workers.js";
import { irsSnr } from "../../simulations/figures/irs-snr.js";
import { irsScenario } from "../../simulations/irs/scenario.js";
import { summarize } from "../../src/metrics/index.js";

const trials = 200;
const publishedTrials = 50;
/** Error of the cascaded channel at 4, 8, 12, 16 and 20 dB. */
const published = [
  {
    id: "kronecker-sbl-svd",
    means: [0.609, 0.305, 0.194, 0.123, 0.105],
    medians: [0.431, 0.091, 0.0102, 0.00384, 0.00129],
  },
  {
    id: "kronecker-sbl-am",
    means: [0.714, 0.321, 0.197, 0.139, 0.0699],
    medians: [0.949, 0.156, 0.0229, 0.00508, 0.00116],
  },
  {
    id: "sbl",
    means: [0.953, 0.724, 0.463, 0.228, 0.144],
    medians: [0.873, 0.587, 0.288, 0.035, 0.00824],
  },
] as const;
/** A normal number is beyond this with probability 3.3e-5: a false alarm of 1e-3 in all 30 comparisons together. */
const limit = 4.15;

describe.each(published)("irs-snr: $id", ({ id, means, medians }) => {
  let errors: readonly Float64Array[];
  beforeAll(async () => {
    errors = await errorsOf(
      createPlan({ ...irsSnr, estimators: [id], metrics: ["nmse"], trials, seed: 2 }, irsScenario),
    );
  }, 600_000);

  it("has the published means", () => {
    errors.forEach((values, i) => {
      const { mean, standardError } = summarize(values);
      // Both are means of independent channels; their deviation is taken to be ours.
      const z = (mean - means[i]) / (standardError! * Math.sqrt(1 + trials / publishedTrials));
      expect(Math.abs(z), `z of the mean at point ${i}`).toBeLessThan(limit);
    });
  });

  it("has the published medians", () => {
    errors.forEach((values, i) => {
      // Whatever the distribution, the share of it below the median of a sample of n is 1/2 ± 1/(2√n).
      const below = values.filter((value) => value < medians[i]).length / trials;
      const z = (below - 0.5) / (0.5 * Math.sqrt(1 / trials + 1 / publishedTrials));
      expect(Math.abs(z), `z of the median at point ${i}`).toBeLessThan(limit);
    });
  });
});

/** The error of every trial, for each point of the plan. */
async function errorsOf(plan: Plan): Promise<Float64Array[]> {
  const records: TrialRecord[] = [];
  const registryModule = compiledModule(new URL("../../simulations/registry.js", import.meta.url));
  const runner = workerRunner(plan, availableParallelism(), registryModule);
  try {
    await runPlan(plan, runner, { onRecords: (some) => records.push(...some) });
  } finally {
    await runner.close();
  }
  return plan.points.map(({ index }) =>
    Float64Array.from(
      records.filter(({ point }) => point === index),
      ({ estimators: [{ metrics }] }) => metrics[0]!,
    ),
  );
}
