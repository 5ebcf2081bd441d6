/** Group `growth`: the time of a solver, from its defaults to its end, against the number of unknowns N. */
import { nmse } from "../src/metrics/index.js";
import { kroneckerSbl, type SparseResult } from "../src/solvers/index.js";
import { kroneckerProblem, type Problem } from "./problems.js";
import type { Benchmark } from "./row.js";
import { formatSize } from "./table.js";
import { measureSlow } from "./timing.js";

const secondsPerSize = 0.6;

/** A solver and the problems that it grows on. */
interface GrowthCase {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly problem: (size: number) => Problem;
  readonly solve: (problem: Problem) => SparseResult;
}

const cases: readonly GrowthCase[] = [
  {
    name: "kronecker-sbl-svd",
    // Atoms per mode of three.
    sizes: [16, 32, 64, 100, 128],
    problem: kroneckerProblem,
    solve: ({ factors, measurement, noiseVariance }) =>
      kroneckerSbl(factors, measurement, {
        noise: { kind: "known", variance: noiseVariance },
        method: "svd",
      }),
  },
];

export const growthBenchmarks: readonly Benchmark[] = cases.map(({ name, sizes, problem: draw, solve }) => ({
  group: "growth",
  name,
  async *run(session) {
    for (const n of sizes) {
      const problem = draw(n);
      const size = { rows: problem.operator.rows, columns: problem.operator.columns };
      session.progress(`${name} ${formatSize(size)}`);
      const { iterations, mean } = solve(problem);
      const seconds = await measureSlow(() => solve(problem), secondsPerSize);
      yield { group: "growth", name, size, seconds, iterations, nmse: nmse(mean, problem.truth) };
    }
  },
}));
