/** One line of the benchmark. */
export interface Row {
  readonly group: "kernels" | "solvers" | "growth";
  readonly name: string;
  readonly size: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly gflops?: number;
  readonly iterations?: number;
  readonly nmse?: number;
  /** How many times faster than the dense textbook implementation, timed in this run. */
  readonly ratioToTextbook?: number;
}

export interface Benchmark {
  readonly group: Row["group"];
  readonly name: string;
  run(): Iterable<Row>;
}
