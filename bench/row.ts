import type { Session } from "./session.js";

export const groups = ["kernels", "solvers", "growth", "sweep", "workers", "start"] as const;
export type Group = (typeof groups)[number];

/** One line of the benchmark. What does not apply to a group, or could not be measured, is absent. */
export interface Row {
  readonly group: Group;
  readonly name: string;
  readonly size: Readonly<Record<string, number>>;
  /** Time of one call, or in `sweep` of one sweep of "mm", [s]. */
  readonly seconds: number;
  /** Arithmetic of the kernel by its usual count, in 10⁹ real operations per second. */
  readonly gflops?: number;
  /** The same as a fraction of the machine's measured 128-bit peak. */
  readonly peakShare?: number;
  /** NumPy's time over ours: above 1, we are faster. */
  readonly ratioToNumpy?: number;
  readonly iterations?: number;
  /** Of the coefficients; off the grid, of the channel. */
  readonly nmse?: number;
  /** Real operations in products with the dictionary and its adjoint, where an operator counts them. */
  readonly flops?: number;
  /** The error over that of least squares on the true support. */
  readonly nmseToOracle?: number;
  /** How much one run raises the peak of the resident memory of a fresh process. */
  readonly peakMemoryBytes?: number;
  /** Peak of the resident memory of a fresh process that makes the problem and solves it, all that it is included. */
  readonly processMemoryBytes?: number;
  /** The dense textbook implementation's time over ours. */
  readonly ratioToTextbook?: number;
  /** The time of `kroneckerSbl` with method "svd", known noise, as published, over ours; in `sweep` of an iteration. */
  readonly ratioToSvd?: number;
  /** The same for "am". */
  readonly ratioToAm?: number;
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
