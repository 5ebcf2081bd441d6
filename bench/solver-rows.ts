/** Group `solvers`: every solver on a fixed problem, against a dense textbook implementation of the same. */
import { errorOf, type Problem } from "./problems.js";
import { askProcess } from "./resident-memory.js";
import type { Benchmark, Row } from "./row.js";
import type { Session } from "./session.js";
import type { SolverCase } from "./solver-case.js";
import { solverCases } from "./solver-cases.js";
import { formatSize } from "./table.js";
import { alternate, batchOf, measureSlow } from "./timing.js";

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
  { name, problem: draw, solve, published, textbook }: SolverCase,
): Promise<Row> {
  const problem = draw();
  const size = sizeOf(problem);
  session.progress(`${name} ${formatSize(size)}`);
  const before = problem.operator.cost.flops;
  const result = solve(problem);
  const flops = problem.operator.cost.flops - before;
  const times =
    published === undefined
      ? { seconds: await measureSlow(() => solve(problem), secondsPerCase) }
      : await timeAgainst(published, problem, solve);
  const peakMemoryBytes = peakMemory(index);
  const row = {
    ...({ group: "solvers", name, size, ...times } as const),
    iterations: result.iterations,
    nmse: errorOf(problem, result),
    ...(flops > 0 ? { flops } : {}),
    peakMemoryBytes,
  };
  if (textbook === undefined) return row;
  session.progress(`${name} ${formatSize(size)}, textbook`);
  const textbookSeconds = await measureSlow(() => textbook(problem, result), secondsPerCase);
  return { ...row, ratioToTextbook: textbookSeconds / times.seconds };
}

/** The published methods in turn with ours. */
async function timeAgainst(
  published: NonNullable<SolverCase["published"]>,
  problem: Problem,
  solve: SolverCase["solve"],
): Promise<Pick<Row, "seconds" | "ratioToSvd" | "ratioToAm">> {
  const runs = [solve, published.svd, published.am].map((run) => batchOf(() => run(problem)));
  const [seconds, svd, am] = await alternate(runs, secondsPerCase);
  return { seconds, ratioToSvd: svd / seconds, ratioToAm: am / seconds };
}

function sizeOf({ operator, measurement }: Problem): Row["size"] {
  const { rows, columns } = operator;
  const snapshots = measurement.columns;
  return { rows, columns, ...(snapshots > 1 ? { snapshots } : {}) };
}

/** The median of three processes. */
function peakMemory(index: number): number {
  const runs = [1, 2, 3].map(() => askProcess("solver-memory.js", [index]));
  return runs.sort((a, b) => a - b)[1];
}
