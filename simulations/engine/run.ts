/** Runs a plan: hands out batches of trials, takes the records back in any order, passes them on in plan order. */
import { type Plan, trialCount } from "./plan.js";
import { reducePoint } from "./reduce.js";
import type { PointSummary, PointTiming } from "./result.js";
import { isTimed, timePoint } from "./times.js";
import type { TrialRecord } from "./trial.js";
import type { TrialRunner } from "./workers.js";

/** A batch should take this long, [s]: far above the cost of a message, short enough for a smooth progress bar. */
const batchSeconds = 0.05;

export interface RunOptions {
  /** Stops the run: no more trials are handed out, those under way are finished. */
  readonly signal?: AbortSignal;
  /** Receives all records in plan order, in pieces, as soon as they are complete. */
  readonly onRecords?: (records: readonly TrialRecord[]) => void;
}

export interface RunOutcome {
  /** Trials done, all from the beginning of the plan. */
  readonly trials: number;
  /** False if the signal stopped the run before the last trial. */
  readonly complete: boolean;
  /** Summaries of the grid points whose trials are all done. */
  readonly points: readonly PointSummary[];
  /** What the runs of the estimators took at these points. */
  readonly times: readonly PointTiming[];
  /** Time in each estimator, [s], summed over all trials. */
  readonly estimatorSeconds: readonly number[];
  /** The time of every run of each estimator that was timed, [s], in plan order. */
  readonly runSeconds: readonly (readonly number[])[];
  /** The first message of each estimator that failed with an error. */
  readonly firstErrors: ReadonlyMap<string, string>;
  /** Time from start to end, [s]. */
  readonly seconds: number;
}

/**
 * Runs a plan to its end, or until the signal stops it. The summaries depend on the plan alone, not on the runner.
 *
 * @throws what the runner throws, once, after every other batch under way has ended
 */
export async function runPlan(
  plan: Plan,
  runner: TrialRunner,
  options: RunOptions = {},
): Promise<RunOutcome> {
  const start = performance.now();
  const total = trialCount(plan);
  const points: PointSummary[] = [];
  const times: PointTiming[] = [];
  const estimatorSeconds = plan.estimators.map(() => 0);
  const runSeconds = plan.estimators.map((): number[] => []);
  const firstErrors = new Map<string, string>();
  const early = new Map<number, readonly TrialRecord[]>();
  let pointRecords: TrialRecord[] = [];
  let handedOut = 0;
  let done = 0;
  let secondsPerTrial = Number.POSITIVE_INFINITY;
  let failed = false;

  await Promise.allSettled(Array.from({ length: runner.lanes }, runLane)).then((lanes) => {
    const rejected = lanes.find((lane) => lane.status === "rejected");
    if (rejected !== undefined) throw rejected.reason;
  });
  const seconds = (performance.now() - start) / 1000;
  return {
    trials: done,
    complete: done === total,
    points,
    times,
    estimatorSeconds,
    runSeconds,
    firstErrors,
    seconds,
  };

  async function runLane(): Promise<void> {
    while (handedOut < total && !failed && options.signal?.aborted !== true) {
      const from = handedOut;
      const count = batchSize();
      handedOut += count;
      try {
        const batchStart = performance.now();
        const records = await runner.run({ from, count });
        secondsPerTrial = (performance.now() - batchStart) / 1000 / count;
        // After a failure nothing more is passed on: a log that could not be written would go on behind a gap.
        if (failed) return;
        early.set(from, records);
        deliver();
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }

  /** As many trials as fill a batch, but few enough at the end that all lanes finish together. */
  function batchSize(): number {
    const fair = Math.ceil((total - handedOut) / (2 * runner.lanes));
    return Math.max(1, Math.min(fair, Math.round(batchSeconds / secondsPerTrial)));
  }

  function deliver(): void {
    for (let records = early.get(done); records !== undefined; records = early.get(done)) {
      early.delete(done);
      done += records.length;
      options.onRecords?.(records);
      for (const record of records) addRecord(record);
    }
  }

  function addRecord(record: TrialRecord): void {
    pointRecords.push(record);
    record.estimators.forEach((own, index) => {
      const { seconds, message } = own;
      estimatorSeconds[index] += seconds;
      if (isTimed(own)) runSeconds[index].push(seconds);
      const { id } = plan.estimators[index];
      if (message !== undefined && !firstErrors.has(id)) firstErrors.set(id, message);
    });
    if (pointRecords.length < plan.figure.trials) return;
    points.push(reducePoint(plan, pointRecords));
    times.push(timePoint(plan, pointRecords));
    pointRecords = [];
  }
}
