/** Group `start`: from nothing to the first kernel in a fresh Node process, in time of the process itself. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark } from "./row.js";
import { lowerQuartile } from "./timing.js";

const processes = 9;

interface Entry {
  readonly name: string;
  /** A module of the library. */
  readonly module: string;
  /** What is called first, with the module as `library`. */
  readonly call: string;
}

const entries: readonly Entry[] = [
  { name: "start-kernels", module: "../src/kernels/index.js", call: "library.kernelInfo()" },
  { name: "start-linalg", module: "../src/linalg/index.js", call: "library.cholesky(matrix)" },
  { name: "start-all", module: "../src/index.js", call: "library.cholesky(matrix)" },
];

export const startBenchmarks: readonly Benchmark[] = entries.map((entry) => ({
  group: "start",
  name: entry.name,
  async *run(session) {
    session.progress(entry.name);
    yield { group: "start", name: entry.name, size: {}, seconds: lowerQuartile(timesOf(entry)) };
  },
}));

/** In seconds, each in a process of its own. */
function timesOf({ module, call }: Entry): number[] {
  const folder = mkdtempSync(join(tmpdir(), "sparsewave-start-"));
  const program = join(folder, "start.mjs");
  const source = `
    const n = 32;
    const matrix = { rows: n, columns: n, data: new Float64Array(2 * n * n) };
    for (let i = 0; i < n; i++) matrix.data[2 * i * (n + 1)] = 2;
    const begin = performance.now();
    const library = await import(${JSON.stringify(new URL(module, import.meta.url).href)});
    ${call};
    console.log(performance.now() - begin);`;
  try {
    writeFileSync(program, source);
    return Array.from({ length: processes }, () => {
      return Number(execFileSync(process.execPath, [program]).toString()) / 1000;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
