import { optionError } from "../../src/errors.js";
import { toMatrix } from "../../src/io/index.js";
import { loadArray } from "../../src/io/node/index.js";
import { kroneckerOperator } from "../../src/operators/index.js";
import { type FileSystem, nodeFiles } from "../engine/file-system.js";
import { unknownNameError } from "../engine/names.js";
import { type SolveFlags, solverOptions } from "./solve-options.js";
import { openOutput, resultRecord, resultSummary } from "./solve-output.js";
import { type SolverEntry, solvers } from "./solvers.js";

export type { SolveFlags } from "./solve-options.js";

/**
 * `sparsewave solve`: loads a dictionary and a measurement, runs one solver, prints and writes the result.
 *
 * Prints a summary, or with `--json` one JSON object and nothing else, on `streams.out`; notes then go to
 * `streams.err`. Coefficients of several snapshots are row-major, [atoms × snapshots].
 *
 * @throws a `SparseError` for every mistake of the caller, before solving where it can be known then; nothing has
 *   been printed or written in that case. An `Error` that names the file if the result cannot be written; it has been
 *   printed then
 */
export async function solveCommand(
  solver: string,
  flags: SolveFlags,
  streams: { out(text: string): void; err(text: string): void },
  files: FileSystem = nodeFiles,
): Promise<void> {
  const entry = findSolver(solver);
  const options = solverOptions(solver, entry.bayesian, flags);
  if (flags.dictionary.length === 0) throw optionError("solve", "dictionary", "missing", "at least one file");
  const write = flags.out === undefined ? undefined : await openOutput(flags.out, files);

  const factors = [];
  for (const path of flags.dictionary) factors.push(toMatrix(await loadArray(path), path));
  const array = await loadArray(flags.measurement);
  const measurement = toMatrix(array, flags.measurement);
  const dictionary = factors.length === 1 && !entry.kronecker ? factors[0] : kroneckerOperator(factors);

  const start = performance.now();
  const result = entry.solve(dictionary as never, measurement, options as never);
  const seconds = (performance.now() - start) / 1000;

  const record = resultRecord(solver, result, seconds);
  const { rows, columns, data } = result.mean;
  // One dimension in, one dimension out.
  const shape = array.shape.length === 1 ? [rows] : [rows, columns];
  try {
    await write?.({ record, mean: { shape, complex: true, data } });
  } finally {
    // Also if it could not be written: a full disk does not cost the answer.
    streams.out(flags.json === true ? `${JSON.stringify(record)}\n` : resultSummary(solver, result, seconds));
  }
  if (flags.out !== undefined) {
    const note = `The ${flags.out.toLowerCase().endsWith(".json") ? "result" : "mean"} is in ${flags.out}\n`;
    if (flags.json === true) streams.err(note);
    else streams.out(note);
  }
}

function findSolver(name: string): SolverEntry {
  const entry = solvers.find(({ id }) => id === name);
  if (entry !== undefined) return entry;
  const names = solvers.map(({ id }) => id);
  throw unknownNameError("solve", "solver", name, names);
}
