/** Group `workers`: Monte Carlo trials per second in one and in two worker threads, started beforehand. */
import type { FigureConfiguration } from "../simulations/engine/contract.js";
import { createPlan, type Plan } from "../simulations/engine/plan.js";
import { runPlan } from "../simulations/engine/run.js";
import { type TrialRunner, workerRunner } from "../simulations/engine/workers.js";
import { registry } from "../simulations/registry.js";
import type { Benchmark, Row } from "./row.js";
import { alternate } from "./timing.js";

const workerCounts = [1, 2] as const;
const secondsPerSide = 3;

/** Small trials, so that the cost of handing them out counts too. */
const figure: FigureConfiguration = {
  id: "bench-workers",
  title: "Recovery with Kronecker structure",
  scenario: "kronecker",
  configuration: { sparsity: 3 },
  grid: { snrDb: [15, 25] },
  estimators: ["kronecker-omp", "kronecker-sbl-svd", "kronecker-sbl-am", "oracle-ls"],
  metrics: ["nmse"],
  trials: 24,
  seed: 1,
};

export const workerBenchmarks: readonly Benchmark[] = [
  {
    group: "workers",
    name: "monte-carlo",
    async *run(session) {
      const scenario = registry.scenarios.find(({ id }) => id === figure.scenario);
      if (scenario === undefined) throw new Error(`bench: scenario ${figure.scenario} is gone`);
      const plan = createPlan(figure, scenario);
      const trials = figure.trials * plan.points.length;
      session.progress(`monte-carlo trials=${trials}`);
      const seconds = await timeRunners(plan);
      for (const [index, workers] of workerCounts.entries()) {
        yield {
          group: "workers",
          name: "monte-carlo",
          size: { workers, trials },
          seconds: seconds[index],
          trialsPerSecond: trials / seconds[index],
          ratioToOneWorker: seconds[0] / seconds[index],
        } satisfies Row;
      }
    },
  },
];

async function timeRunners(plan: Plan): Promise<number[]> {
  const module = new URL("../simulations/registry.js", import.meta.url).href;
  const runners = workerCounts.map((workers) => workerRunner(plan, workers, module));
  try {
    for (const runner of runners) await runWhole(plan, runner);
    return await alternate(
      runners.map((runner) => () => runWhole(plan, runner)),
      secondsPerSide,
    );
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
}

async function runWhole(plan: Plan, runner: TrialRunner): Promise<number> {
  return (await runPlan(plan, runner)).seconds;
}
