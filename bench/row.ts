import type { Session } from "./session.js";

export const groups = ["kernels", "solvers", "growth", "workers", "start"] as const;
export type Group = (typeof groups)[number];

/** One line of the benchmark. What does not apply to a group, or could not be measured, is absent. */
export interface Row {
  readonly group: Group;
  readonly name: string;
  readonly size: Readonly<Record<string, number>>;
  /** Time of one call, [s]. */
  readonly seconds: number;
  /** Arithmetic of the kernel by its usual count, in 10⁹ real operations per second. */
  readonly gflops?: number;
  /** The same as a fraction of the machine's measured 128-bit peak. */
  readonly peakShare?: number;
  /** NumPy's time over ours: above 1, we are faster. */
  readonly ratioToNumpy?: number;
  readonly iterations?: number;
  readonly nmse?: number;
  /** Real operations in products with the dictionary and its adjoint, where an operator counts them. */
  readonly flops?: number;
  /** How much one run raises the peak of the resident memory of a fresh process. */
  readonly peakMemoryBytes?: number;
  /** The dense textbook implementation's time over ours. */
  readonly ratioToTextbook?: number;
  readonly trialsPerSecond?: number;
  /** Trials per second over those of one worker. */
  readonly ratioToOneWorker?: number;
}

/** What `--only` can select. */
export interface Benchmark {
  readonly group: Group;
  readonly name: string;
  run(session: Session): AsyncIterable<Row>;
}
