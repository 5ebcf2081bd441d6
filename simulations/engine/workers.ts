/** Where trials run: in this thread, or in a pool of worker threads. */
import { existsSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import Tinypool from "tinypool";
import type { Plan } from "./plan.js";
import { runTrials, type TrialRecord } from "./trial.js";
import type { Batch, WorkerData } from "./trial-worker.js";

/** Runs batches of trials, as many at a time as it has lanes. */
export interface TrialRunner {
  readonly lanes: number;
  run(batch: Batch): Promise<TrialRecord[]>;
  close(): Promise<void>;
}

/** Runs trials in this thread, and lets signals and timers in between batches. */
export function inProcessRunner(plan: Plan): TrialRunner {
  return {
    lanes: 1,
    run: async ({ from, count }) => {
      await setImmediate();
      return runTrials(plan, from, count);
    },
    close: async () => {},
  };
}

/**
 * Runs trials in worker threads.
 *
 * @param registryModule - URL of a compiled module that exports the `registry` holding the plan's scenario
 */
export function workerRunner(plan: Plan, workers: number, registryModule: string): TrialRunner {
  const pool = new Tinypool({
    filename: compiledModule(new URL("./trial-worker.js", import.meta.url)),
    runtime: "worker_threads",
    minThreads: workers,
    maxThreads: workers,
    workerData: { figure: plan.figure, registryModule } satisfies WorkerData,
  });
  const waiting = new Set<(error: Error) => void>();
  let closing = false;
  // Without these two, a batch whose worker ends or does not start would be waited for without end.
  pool.on("error", (error: Error) => {
    for (const reject of waiting) reject(error);
  });
  for (const worker of pool.threads) {
    worker.once("exit", (code: number) => {
      if (!closing) worker.emit("error", new Error(`run: a worker thread ended with code ${code}`));
    });
  }
  return {
    lanes: workers,
    run: (batch) =>
      new Promise<TrialRecord[]>((resolve, reject) => {
        waiting.add(reject);
        pool
          .run(batch)
          .then(resolve, reject)
          .finally(() => waiting.delete(reject));
      }),
    close: () => {
      closing = true;
      return pool.destroy();
    },
  };
}

/** The compiled form of a module: itself, or its counterpart in `dist` when this runs from the TypeScript sources. */
export function compiledModule(url: URL): string {
  if (existsSync(fileURLToPath(url))) return url.href;
  return url.href.replace(/\/simulations\//, "/dist/simulations/");
}
