/**
 * `npm run bench [-- --json] [-- --only <groups or names>]`: times kernels, solvers, their growth, sweeps, worker threads and
 * the start on this machine. Nothing here passes or fails; read ratios rather than seconds, and only those of one run.
 */
import { growthBenchmarks } from "./growth.js";
import { kernelBenchmarks } from "./kernel-rows.js";
import { main } from "./main.js";
import { packageRoot } from "./package-root.js";
import { solverBenchmarks } from "./solver-rows.js";
import { startBenchmarks } from "./start.js";
import { sweepBenchmarks } from "./sweeps.js";
import { workerBenchmarks } from "./workers.js";

process.exitCode = await main(process.argv.slice(2), {
  benchmarks: [
    ...kernelBenchmarks,
    ...solverBenchmarks,
    ...growthBenchmarks,
    ...sweepBenchmarks,
    ...workerBenchmarks,
    ...startBenchmarks,
  ],
  stdout: process.stdout,
  stderr: process.stderr,
  results: new URL("bench/results/", packageRoot),
});
