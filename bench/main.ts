/** The program: what to time, where the answer goes. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createProgress, type Terminal } from "./progress.js";
import { createReport, machineName, reportFile } from "./report.js";
import { type Benchmark, groups, type Row } from "./row.js";
import { select } from "./select.js";
import { createSession, type Session } from "./session.js";
import { tableLines } from "./table.js";

export interface Context {
  readonly benchmarks: readonly Benchmark[];
  /** The answer: tables, or with `--json` one line. */
  readonly stdout: { write(text: string): unknown };
  /** Everything else. */
  readonly stderr: Terminal;
  /** The folder that keeps the reports; ends with a slash. */
  readonly results: URL;
}

/**
 * @param words - the command line
 * @returns the exit code: 0, or 2 for a command line that cannot be read
 */
export async function main(words: readonly string[], context: Context): Promise<number> {
  const { stdout, stderr, results } = context;
  const progress = createProgress(stderr);
  const note = (text: string) => {
    progress.clear();
    stderr.write(`bench: ${text}\n`);
  };
  let request: Request;
  try {
    request = readRequest(words, context.benchmarks);
  } catch (error) {
    note((error as Error).message);
    return 2;
  }
  const machine = machineName();
  note(machine);
  const session = createSession(progress.show, note);
  const rows: Row[] = [];
  try {
    for (const group of groups) {
      const own = await rowsOf(
        request.benchmarks.filter((benchmark) => benchmark.group === group),
        session,
      );
      rows.push(...own);
      progress.clear();
      if (!request.json && own.length > 0) stdout.write(`\n${[group, ...tableLines(own)].join("\n")}\n`);
    }
  } finally {
    progress.clear();
    session.close();
  }
  const report = createReport(machine, rows);
  if (request.json) stdout.write(`${JSON.stringify(report)}\n`);
  const file = new URL(reportFile(machine, request.only), results);
  mkdirSync(results, { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  note(`written to ${fileURLToPath(file)}`);
  return 0;
}

interface Request {
  readonly json: boolean;
  readonly only: string | undefined;
  readonly benchmarks: readonly Benchmark[];
}

function readRequest(words: readonly string[], benchmarks: readonly Benchmark[]): Request {
  const options = { json: { type: "boolean" }, only: { type: "string" } } as const;
  const { json, only } = parseArgs({ args: [...words], options }).values;
  return { json: json === true, only, benchmarks: select(benchmarks, only) };
}

async function rowsOf(benchmarks: readonly Benchmark[], session: Session): Promise<Row[]> {
  const rows: Row[] = [];
  for (const benchmark of benchmarks) for await (const row of benchmark.run(session)) rows.push(row);
  return rows;
}
