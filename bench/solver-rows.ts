/** Group `solvers`: every solver on a fixed problem, against a dense textbook implementation of the same. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { nmse } from "../src/metrics/index.js";
import type { Problem } from "./problems.js";
import type { Benchmark, Row } from "./row.js";
import type { Session } from "./session.js";
import { type SolverCase, solverCases } from "./solver-cases.js";
import { formatSize } from "./table.js";
import { measureSlow } from "./timing.js";

const secondsPerCase = 0.6;

export const solverBenchmarks: readonly Benchmark[] = [...new Set(solverCases.map(({ name }) => name))].map(
  (name) => ({
    group: "solvers",
    name,
    async *run(session) {
      for (const [index, solverCase] of solverCases.entries()) {
        if (solverCase.name === name) yield await solverRow(session, index, solverCase);
      }
    },
  }),
);

async function solverRow(
  session: Session,
  index: number,
  { name, problem: draw, solve, textbook }: SolverCase,
): Promise<Row> {
  const problem = draw();
  const size = sizeOf(problem);
  session.progress(`${name} ${formatSize(size)}`);
  const before = problem.operator.cost.flops;
  const result = solve(problem);
  const flops = problem.operator.cost.flops - before;
  const seconds = await measureSlow(() => solve(problem), secondsPerCase);
  const peakMemoryBytes = peakMemory(index);
  const row = {
    ...({ group: "solvers", name, size, seconds } as const),
    iterations: result.iterations,
    nmse: nmse(result.mean, problem.truth),
    ...(flops > 0 ? { flops } : {}),
    peakMemoryBytes,
  };
  if (textbook === undefined) return row;
  session.progress(`${name} ${formatSize(size)}, textbook`);
  const textbookSeconds = await measureSlow(() => textbook(problem, result), secondsPerCase);
  return { ...row, ratioToTextbook: textbookSeconds / seconds };
}

function sizeOf({ operator, measurement }: Problem): Row["size"] {
  const { rows, columns } = operator;
  const snapshots = measurement.columns;
  return { rows, columns, ...(snapshots > 1 ? { snapshots } : {}) };
}

/** In processes of their own, whose memory no other benchmark has grown: the median of three. */
function peakMemory(index: number): number {
  const script = fileURLToPath(new URL("./solver-memory.js", import.meta.url));
  const runs = [1, 2, 3].map(() =>
    Number(execFileSync(process.execPath, [script, String(index)], { encoding: "utf8" })),
  );
  return runs.sort((a, b) => a - b)[1];
}
