/** Timing: many short batches, of which the lower quartile counts, because a shared machine only ever adds time. */

/** Seconds per call: the lower quartile over batches of at least 5 ms, for at least `seconds` in all. */
export function measure(run: () => unknown, seconds = 1): number {
  const warmUp = now();
  let calls = 0;
  do {
    run();
    calls++;
  } while (now() - warmUp < 0.2 * seconds);
  const perCall = (now() - warmUp) / calls;
  const batch = Math.max(1, Math.ceil(0.005 / perCall));
  const samples: number[] = [];
  const start = now();
  do {
    const begin = now();
    for (let i = 0; i < batch; i++) run();
    samples.push((now() - begin) / batch);
  } while (now() - start < seconds);
  samples.sort((a, b) => a - b);
  return samples[Math.floor(samples.length / 4)];
}

/** Seconds of one call, for what takes too long to repeat. */
export function measureOnce(run: () => unknown): number {
  const begin = now();
  run();
  return now() - begin;
}

function now(): number {
  return performance.now() / 1000;
}
