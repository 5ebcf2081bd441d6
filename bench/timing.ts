/** Timing: many short batches, of which the lower quartile counts, because a shared machine only ever adds time. */

/** Long enough to time. */
export const batchSeconds = 0.002;
const warmUpSeconds = 0.1;
const fewestRounds = 4;

/** Runs one batch; returns the seconds of one call in it. */
export type Batch = () => number | Promise<number>;

/** Seconds on a clock that never goes back. */
export function now(): number {
  return performance.now() / 1000;
}

/** A quarter of the samples are smaller. */
export function lowerQuartile(samples: readonly number[]): number {
  if (samples.length === 0) throw new Error("lowerQuartile: no samples");
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 4)];
}

/** Batches of a call, long enough to time, once the engine has compiled what it calls. */
export function batchOf(run: () => unknown): Batch {
  const start = now();
  do run();
  while (now() - start < warmUpSeconds);
  const calls = callsPerBatch((count) => elapsed(run, count));
  return () => elapsed(run, calls) / calls;
}

/** The number of calls that take about {@link batchSeconds}. */
export function callsPerBatch(secondsOf: (calls: number) => number): number {
  let calls = 1;
  for (let seconds = secondsOf(calls); seconds < batchSeconds; seconds = secondsOf(calls)) {
    calls = Math.ceil(calls * Math.min(10, Math.max(1.5, batchSeconds / seconds)));
  }
  return calls;
}

/**
 * Runs the batches of all sides in turn, so that whatever slows the machine down meets all of them alike.
 *
 * @param seconds - the time to spend on each side; on slow calls up to twice that, and at least four rounds
 * @returns the lower quartile of each side
 */
export async function alternate(sides: readonly Batch[], seconds: number): Promise<number[]> {
  const samples = sides.map((): number[] => []);
  const spent = sides.map(() => 0);
  const total = () => spent.reduce((sum, value) => sum + value, 0);
  const enough = () => spent.every((value) => value >= seconds) || total() >= 2 * seconds * sides.length;
  for (let round = 0; round < fewestRounds || !enough(); round++) {
    for (const [side, batch] of sides.entries()) {
      const start = now();
      samples[side].push(await batch());
      spent[side] += now() - start;
    }
  }
  return samples.map(lowerQuartile);
}

/** The lower quartile of one side. */
export async function measure(run: () => unknown, seconds: number): Promise<number> {
  const [quartile] = await alternate([batchOf(run)], seconds);
  return quartile;
}

/** As {@link measure}, but a call that takes longer than that is made only once. */
export async function measureSlow(run: () => unknown, seconds: number): Promise<number> {
  const once = elapsed(run, 1);
  return once > seconds ? once : measure(run, seconds);
}

function elapsed(run: () => unknown, calls: number): number {
  const start = now();
  for (let call = 0; call < calls; call++) run();
  return now() - start;
}
