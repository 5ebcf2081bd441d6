/**
 * Group `sweep`: one sweep of `kroneckerSbl` with method "mm" over all modes, and an iteration of expectation-
 * maximisation on the same problem in turn. Nothing is removed, so that all of them are at full size.
 */
import { type BayesianResult, kroneckerSblSteps, type SolverSteps } from "../src/solvers/index.js";
import {
  type Problem,
  publishedIrsProblem,
  publishedKroneckerProblem,
  tenPerModeProblem,
} from "./problems.js";
import type { Benchmark } from "./row.js";
import { formatSize } from "./table.js";
import { alternate, type Batch, batchSeconds, now } from "./timing.js";

const name = "kronecker-sbl-sweep";
const warmUpSeconds = 0.1;
const secondsPerSide = 0.6;
const lastIteration = 5;

const problems = [publishedKroneckerProblem, publishedIrsProblem, () => tenPerModeProblem(64)];

export const sweepBenchmarks: readonly Benchmark[] = [
  {
    group: "sweep",
    name,
    async *run(session) {
      for (const draw of problems) {
        const problem = draw();
        const size = { rows: problem.operator.rows, columns: problem.operator.columns };
        session.progress(`${name} ${formatSize(size)}`);
        const sides = (["mm", "svd", "am"] as const).map((method) =>
          iterationBatch(() => stepsOf(problem, method)),
        );
        await alternate(sides, warmUpSeconds);
        const [seconds, svd, am] = await alternate(sides, secondsPerSide);
        yield { group: "sweep", name, size, seconds, ratioToSvd: svd / seconds, ratioToAm: am / seconds };
      }
    },
  },
];

function stepsOf({ factors, measurement, noiseVariance }: Problem, method: "mm" | "svd" | "am") {
  return kroneckerSblSteps(factors, measurement, {
    noise: { kind: "known", variance: noiseVariance },
    ...{ method, pruneRatio: 0, tolerance: 0, maxIterations: lastIteration },
    ...(method === "mm" ? { restarts: 0 } : {}),
  });
}

/**
 * Batches of iterations from the second to the fifth of runs that are begun anew; the first has the preparation of a
 * run in it.
 */
export function iterationBatch(start: () => SolverSteps<BayesianResult>): Batch {
  return () => {
    let spent = 0;
    let iterations = 0;
    while (spent < batchSeconds) {
      spent += laterIterations(start());
      iterations += lastIteration - 1;
    }
    return spent / iterations;
  };
}

function laterIterations(steps: SolverSteps<BayesianResult>): number {
  let begin = 0;
  for (const { iteration } of steps) {
    if (iteration === 1) begin = now();
    if (iteration === lastIteration) return now() - begin;
  }
  throw new Error(`bench: a run ended before iteration ${lastIteration}`);
}
