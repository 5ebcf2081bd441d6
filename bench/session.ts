import { packageRoot } from "./package-root.js";
import { measurePeak } from "./peak.js";
import { startYardstick, type Yardstick } from "./yardstick.js";

/** What the benchmarks of one run share, made when first asked for. */
export interface Session {
  /** Tells that `what` is being timed. */
  progress(what: string): void;
  /** The machine's 128-bit peak, [FLOP/s]. */
  peak(): Promise<number>;
  /** NumPy, if it is there. */
  yardstick(): Promise<Yardstick | undefined>;
  close(): void;
}

/** @param note - receives what the user should know about the run */
export function createSession(progress: (what: string) => void, note: (text: string) => void): Session {
  let peak: Promise<number> | undefined;
  let yardstick: Promise<Yardstick | undefined> | undefined;
  let running: Yardstick | undefined;
  const start = async () => {
    running = await startYardstick(new URL("bench/numpy-yardstick.py", packageRoot), note);
    return running;
  };
  const findPeak = async () => {
    progress("128-bit peak");
    const flops = await measurePeak();
    note(`128-bit peak of this machine: ${(flops / 1e9).toFixed(2)} GFLOP/s`);
    return flops;
  };
  return {
    progress,
    peak: () => (peak ??= findPeak()),
    yardstick: () => (yardstick ??= start()),
    close: () => running?.close(),
  };
}
