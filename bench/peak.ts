/** The machine's peak of 128-bit arithmetic on one thread, as WebAssembly reaches it. */
import { readFileSync } from "node:fs";
import { packageRoot } from "./package-root.js";
import { now } from "./timing.js";

const batchSeconds = 0.002;
const totalSeconds = 0.4;

interface PeakModule {
  readonly flopsPerRound: WebAssembly.Global;
  readonly run: (rounds: number, one: number, zero: number) => number;
}

/** Multiplications and additions per second: the fastest of many batches. */
export async function measurePeak(): Promise<number> {
  const { run, flopsPerRound } = await compilePeak();
  let rounds = 1000;
  let fastest = 0;
  const start = now();
  do {
    const begin = now();
    run(rounds, 1, 0);
    const seconds = now() - begin;
    if (seconds < batchSeconds) rounds *= 2;
    else fastest = Math.max(fastest, (rounds * Number(flopsPerRound.value)) / seconds);
  } while (now() - start < totalSeconds);
  return fastest;
}

async function compilePeak(): Promise<PeakModule> {
  const { default: asc } = await import("assemblyscript/asc");
  const source = readFileSync(new URL("bench/assembly/peak.ts", packageRoot), "utf8");
  const options = { optimizeLevel: 3, runtime: "stub", enable: ["simd"] };
  const { error, binary, stderr } = await asc.compileString(source, options);
  if (error !== null || binary === null) throw new Error(`bench/assembly/peak.ts: ${stderr.toString()}`);
  const { instance } = await WebAssembly.instantiate(new Uint8Array(binary), {
    env: { abort: () => {} },
  });
  return instance.exports as unknown as PeakModule;
}
