/**
 * `npm run bench [-- --json] [-- --only <group or name>]`: times kernels and solvers on this machine. Nothing here
 * passes or fails; read ratios, not seconds, and only from one run.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { arch, cpus } from "node:os";
import { parseArgs } from "node:util";
import { kernelBenchmarks } from "./kernels.js";
import type { Row } from "./row.js";
import { solverBenchmarks } from "./solvers.js";

const { values } = parseArgs({ options: { json: { type: "boolean" }, only: { type: "string" } } });
const benchmarks = [...kernelBenchmarks, ...solverBenchmarks].filter(
  ({ group, name }) => values.only === undefined || values.only === group || values.only === name,
);
if (benchmarks.length === 0) {
  console.error(`bench: nothing is called ${values.only}`);
  process.exit(2);
}

const rows: Row[] = [];
for (const benchmark of benchmarks) {
  for (const row of benchmark.run()) {
    rows.push(row);
    if (!values.json) console.log(line(row));
  }
}

const machine = `${cpus()[0]?.model ?? "unknown"} ${arch()} node ${process.versions.node}`;
const report = JSON.stringify({ schema: "sparsewave.bench/1", machine, rows }, null, values.json ? 0 : 2);
if (values.json) console.log(report);
mkdirSync("bench/results", { recursive: true });
writeFileSync(`bench/results/${machine.replace(/[^A-Za-z0-9.]+/g, "-")}.json`, `${report}\n`);

function line(row: Row): string {
  const size = Object.entries(row.size).map(([key, value]) => `${key}=${value}`);
  const facts = [
    row.gflops === undefined ? "" : `${row.gflops.toFixed(2)} GFLOP/s`,
    row.iterations === undefined ? "" : `${row.iterations} iterations`,
    row.nmse === undefined ? "" : `nmse ${row.nmse.toExponential(3)}`,
    row.ratioToTextbook === undefined ? "" : `${row.ratioToTextbook.toFixed(0)} × faster than the textbook`,
  ];
  const seconds = `${(row.seconds * 1e3).toPrecision(4)} ms`;
  return [row.group.padEnd(8), row.name.padEnd(18), size.join(" ").padEnd(22), seconds.padStart(12), ...facts]
    .filter((part) => part !== "")
    .join("  ");
}
