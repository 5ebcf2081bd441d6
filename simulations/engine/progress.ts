/** Progress of a run on standard error: a bar on a terminal, now and then a plain line elsewhere. */
import { formatDuration } from "./format.js";

const barInterval = 0.1;
const lineInterval = 10;

export interface Progress {
  /** @param done - trials done so far */
  update(done: number): void;
  /** Removes the bar, so that what follows starts on a clean line. */
  finish(): void;
}

/** The part of a Node stream that is used. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export const silent: Progress = { update: () => {}, finish: () => {} };

/**
 * @param label - what is running
 * @param total - trials of the whole run
 * @param now - the clock, [s]
 */
export function createProgress(
  label: string,
  total: number,
  stream: OutputStream,
  now: () => number = () => performance.now() / 1000,
): Progress {
  const bar = stream.isTTY === true;
  const start = now();
  let shown = bar ? Number.NEGATIVE_INFINITY : start;
  let drawn = false;

  return {
    update(done) {
      const time = now();
      if (time - shown < (bar ? barInterval : lineInterval)) return;
      shown = time;
      const facts = progressFacts(done, total, time - start);
      if (bar) {
        const room = (stream.columns || 80) - label.length - facts.length - 3;
        stream.write(`\r${label} ${progressBar(done / total, room)} ${facts}\u001b[K`);
        drawn = true;
      } else {
        stream.write(`${label}: ${facts}\n`);
      }
    },
    finish() {
      if (drawn) stream.write("\r\u001b[K");
    },
  };
}

/** `47 %  188/400 trials  12.3/s  0:17 left` */
function progressFacts(done: number, total: number, seconds: number): string {
  const percent = `${Math.floor((100 * done) / total)} %`.padStart(5);
  const facts = `${percent}  ${String(done).padStart(String(total).length)}/${total} trials`;
  if (done === 0 || seconds <= 0) return facts;
  const rate = done / seconds;
  const perSecond = rate >= 100 ? rate.toFixed(0) : rate.toPrecision(2);
  return `${facts}  ${perSecond}/s  ${formatDuration((total - done) / rate)} left`;
}

function progressBar(fraction: number, room: number): string {
  const width = Math.min(30, room);
  if (width < 5) return "";
  const filled = Math.round(fraction * width);
  return "█".repeat(filled) + "░".repeat(width - filled);
}
