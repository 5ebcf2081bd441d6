import type { OutputStream } from "../engine/progress.js";

/** Where a command writes: its result on standard output, everything else on standard error. */
export interface Streams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}
