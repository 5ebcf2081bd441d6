#!/usr/bin/env node
import { main } from "./commands/main.js";

/** From now on the first interrupt asks the run to finish what is under way; a second one does not wait. */
function catchInterrupts(): AbortSignal {
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (interrupt.signal.aborted) process.exit(130);
      interrupt.abort();
    });
  }
  return interrupt.signal;
}

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2), {
  streams: process,
  environment: process.env,
  catchInterrupts,
});
