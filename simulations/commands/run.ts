/** `sparsewave run`: plan, run, write the results, show the tables. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, optionError } from "../../src/errors.js";
import type { Registry } from "../engine/contract.js";
import type { FileSystem } from "../engine/file-system.js";
import { type Overrides, overrideFigure } from "../engine/overrides.js";
import { createPlan, type Plan, trialCount } from "../engine/plan.js";
import { createProgress, silent } from "../engine/progress.js";
import { planRecord, resultRecord, timingRecord, trialLines } from "../engine/records.js";
import { leftOutCount } from "../engine/reduce.js";
import { renderReport } from "../engine/report/page.js";
import {
  freeResultPath,
  openResultFolder,
  type ResultFolder,
  type StoredRun,
} from "../engine/result-files.js";
import { type RunOutcome, runPlan } from "../engine/run.js";
import { renderTables, renderTimes } from "../engine/table.js";
import { inProcessRunner, workerRunner } from "../engine/workers.js";
import { findFigure } from "./find-figure.js";
import type { Streams } from "./streams.js";

export interface RunFlags {
  readonly trials?: string;
  readonly seed?: string;
  readonly workers?: string;
  readonly estimators?: string;
  readonly set?: readonly string[];
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What a command needs of the program around it. */
export interface CommandContext {
  readonly streams: Streams;
  readonly files: FileSystem;
  /** Called when a run begins: interrupts then abort the signal instead of ending the process. */
  readonly catchInterrupts: () => AbortSignal;
  readonly loadRegistry: () => Promise<Registry>;
  /** URL of the compiled module that exports the same `registry`, for worker threads. */
  readonly registryModule: string;
}

const maxWorkers = 256;
const defaultWidth = 120;

/** @returns the exit status: 0 done, 1 if averages leave trials out, 130 if interrupted */
export async function runCommand(target: string, flags: RunFlags, context: CommandContext): Promise<number> {
  const { streams, files } = context;
  const { figure, scenario } = findFigure(target, await context.loadRegistry());
  const plan = createPlan(await overrideFigure(figure, scenario, readOverrides(flags)), scenario);
  const workers = workerCount(flags.workers, plan);
  const path = flags.out ?? freeResultPath(plan.figure.id, files);
  const folder = openResultFolder(path, flags.force === true, files);
  try {
    const description = planRecord(plan, rerunCommand(target, flags));
    await folder.writePlan(description);
    const outcome = await runTrials(plan, workers, folder, flags.quiet === true, context);
    if (!outcome.complete) {
      folder.syncTrials();
      const kept = `${outcome.trials} of ${trialCount(plan)} trials are kept in ${join(path, "trials.log")}`;
      streams.stderr.write(`run: interrupted; ${kept}\n`);
      return 130;
    }
    const run = {
      plan: description,
      result: resultRecord(plan, outcome.points),
      timing: timingRecord(plan, outcome, workers),
    };
    try {
      await store(run, folder);
    } finally {
      // Also if it could not be stored: a full disk does not cost the answer of a long run.
      show(run, flags.json === true, streams);
    }
    for (const [id, message] of outcome.firstErrors) {
      streams.stderr.write(`run: estimator ${id} failed; the first message is ${JSON.stringify(message)}\n`);
    }
    const notes = flags.json === true ? streams.stderr : streams.stdout;
    notes.write(`Results are in ${path}, the report in ${join(path, "report.html")}\n`);
    return leftOutCount(run.result.points) === 0 ? 0 : 1;
  } finally {
    folder.close();
  }
}

/** Runs the trials and writes their log; the threads have ended when it returns or throws. */
async function runTrials(
  plan: Plan,
  workers: number,
  folder: ResultFolder,
  quiet: boolean,
  context: CommandContext,
): Promise<RunOutcome> {
  const total = trialCount(plan);
  const progress = quiet ? silent : createProgress(plan.figure.id, total, context.streams.stderr);
  const runner = workers === 1 ? inProcessRunner(plan) : workerRunner(plan, workers, context.registryModule);
  let done = 0;
  try {
    return await runPlan(plan, runner, {
      signal: context.catchInterrupts(),
      onRecords: (records) => {
        folder.appendTrials(records.map((record) => trialLines(plan, record)).join(""));
        done += records.length;
        progress.update(done);
      },
    });
  } finally {
    progress.finish();
    await runner.close();
  }
}

/** The log first, the report last: a result never stands without its trials, nor a report without its result. */
async function store(run: Required<StoredRun>, folder: ResultFolder): Promise<void> {
  folder.syncTrials();
  await folder.writeResult(run.result);
  await folder.writeTiming(run.timing);
  await folder.writeReport(renderReport(run));
}

function show({ plan, result, timing }: Required<StoredRun>, asJson: boolean, { stdout }: Streams): void {
  if (asJson) {
    stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    return;
  }
  const width = stdout.columns || defaultWidth;
  stdout.write(`${renderTables(plan, result, width)}\n${renderTimes(timing, width)}\n`);
}

function readOverrides(flags: RunFlags): Overrides {
  return {
    ...(flags.trials === undefined ? {} : { trials: readInteger("trials", flags.trials, 1) }),
    ...(flags.seed === undefined ? {} : { seed: readInteger("seed", flags.seed, 0) }),
    ...(flags.estimators === undefined
      ? {}
      : { estimators: flags.estimators.split(",").map((id) => id.trim()) }),
    settings: flags.set ?? [],
  };
}

function workerCount(flag: string | undefined, plan: Plan): number {
  const workers = flag === undefined ? availableParallelism() : readInteger("workers", flag, 1, maxWorkers);
  return Math.min(workers, trialCount(plan));
}

function readInteger(option: string, text: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`;
  throw optionError("run", option, describe(text), `an integer ${range}`);
}

/** The command line with all that decides the numbers. */
function rerunCommand(target: string, flags: RunFlags): string {
  const words = ["sparsewave", "run", target];
  if (flags.trials !== undefined) words.push("--trials", flags.trials);
  if (flags.seed !== undefined) words.push("--seed", flags.seed);
  if (flags.estimators !== undefined) words.push("--estimators", flags.estimators);
  for (const setting of flags.set ?? []) words.push("--set", setting);
  return words
    .map((word) => (/^[\w.,:=/+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
