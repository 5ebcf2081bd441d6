/** Group `growth`: a solver from its defaults to its end against the number of unknowns N: time, error and memory. */
import { oracleLeastSquares } from "../src/bounds/index.js";
import { nmse } from "../src/metrics/index.js";
import { growthCases } from "./growth-cases.js";
import type { Problem } from "./problems.js";
import { askProcess } from "./resident-memory.js";
import type { Benchmark } from "./row.js";
import { formatSize } from "./table.js";
import { measureSlow } from "./timing.js";

const secondsPerSize = 0.6;

export const growthBenchmarks: readonly Benchmark[] = growthCases.map(
  ({ name, sizes, problem: draw, solve }, index) => ({
    group: "growth",
    name,
    async *run(session) {
      for (const n of sizes) {
        const problem = draw(n);
        const size = { rows: problem.operator.rows, columns: problem.operator.columns };
        session.progress(`${name} ${formatSize(size)}`);
        const { iterations, mean } = solve(problem);
        const error = nmse(mean, problem.truth);
        const oracle = oracleError(problem);
        const seconds = await measureSlow(() => solve(problem), secondsPerSize);
        yield {
          ...({ group: "growth", name, size, seconds, iterations } as const),
          nmse: error,
          ...(oracle === undefined ? {} : { nmseToOracle: error / oracle }),
          processMemoryBytes: askProcess("growth-memory.js", [index, n]),
        };
      }
    },
  }),
);

/** Of least squares on the true support; `undefined` where a mode has fewer rows than active atoms. */
export function oracleError({
  operator,
  factors,
  measurement,
  truth,
  supports,
}: Problem): number | undefined {
  if (supports === undefined || supports.some(({ length }, n) => length > factors[n].rows)) return undefined;
  return nmse(oracleLeastSquares(operator, measurement, supports).mean, truth);
}
