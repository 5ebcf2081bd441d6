/** NumPy on one thread, in a process that runs batches when told to: `numpy-yardstick.py`. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Row } from "./row.js";
import type { Batch } from "./timing.js";

export interface Yardstick {
  /** Batches of the NumPy expression for a kernel, or undefined if NumPy fails. */
  prepare(name: string, size: Row["size"]): Promise<Batch | undefined>;
  close(): void;
}

/** The libraries under NumPy read these when they start. */
const oneThread = {
  OPENBLAS_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  BLIS_NUM_THREADS: "1",
  OMP_NUM_THREADS: "1",
  VECLIB_MAXIMUM_THREADS: "1",
};

/** One line of JSON from the process. */
interface Answer {
  readonly numpy?: string;
  readonly seconds?: number;
  readonly error?: string;
}

/**
 * @param note - is told what the yardstick is, or that there is none
 * @param interpreter - a Python 3
 */
export async function startYardstick(
  script: URL,
  note: (text: string) => void,
  interpreter = "python3",
): Promise<Yardstick | undefined> {
  const child = spawn(interpreter, [fileURLToPath(script)], {
    env: { ...process.env, ...oneThread },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = answersOf(child);
  const { numpy, error } = await answers.next();
  if (numpy === undefined) {
    note(`no ratios to NumPy: ${error}`);
    return undefined;
  }
  note(`yardstick: NumPy ${numpy} on one thread`);
  const ask = (request: object): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answers.next();
  };
  return {
    prepare: async (name, size) => {
      const { error } = await ask({ prepare: name, size });
      if (error !== undefined) {
        note(`no ratio to NumPy for ${name}: ${error}`);
        return undefined;
      }
      return async () => (await ask({ batch: 1 })).seconds ?? Number.NaN;
    },
    close: () => child.stdin.end(),
  };
}

/** The lines of a process one by one; an error when it has ended or was never there. */
function answersOf(child: ChildProcessByStdio<Writable, Readable, null>): { next(): Promise<Answer> } {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = once(child, "error").then(([error]): Answer => ({ error: (error as Error).message }));
  // A write to a process that has ended is answered by the end of its output.
  child.stdin.on("error", () => {});
  const nextLine = async (): Promise<Answer> => {
    const { value, done } = await lines.next();
    return done === true ? { error: "the process has ended" } : (JSON.parse(value) as Answer);
  };
  return { next: () => Promise.race([failed, nextLine()]) };
}
