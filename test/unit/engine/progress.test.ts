import { describe, expect, it } from "vitest";
import { createProgress } from "../../../simulations/engine/progress.js";

function run(isTTY: boolean, columns: number, steps: readonly [time: number, done: number][]): string[] {
  const written: string[] = [];
  let time = 0;
  const stream = { isTTY, columns, write: (text: string) => written.push(text) };
  const progress = createProgress("irs-snr", 400, stream, () => time);
  for (const [now, done] of steps) {
    time = now;
    progress.update(done);
  }
  progress.finish();
  return written;
}

describe("createProgress", () => {
  it("draws a bar over itself on a terminal, at most ten times a second, and clears it", () => {
    const written = run(true, 80, [
      [1, 10],
      [1.05, 11],
      [2, 100],
    ]);
    expect(written).toHaveLength(3);
    expect(written[1]).toMatch(/^\r/);
    expect(written[1]).toContain("irs-snr ████████░░░░");
    expect(written[1]).toContain(" 25 %  100/400 trials  50/s  0:06 left");
    expect(written[2]).toBe("\r\u001b[K");
  });

  it("never draws more than the terminal is wide", () => {
    for (const columns of [40, 60, 80, 200]) {
      const [line] = run(true, columns, [[1, 200]]);
      const visible = line!.replace("\r", "").replace("\u001b[K", "");
      expect(visible.length).toBeLessThan(Math.max(columns, 55));
    }
  });

  it("writes a plain line every ten seconds elsewhere", () => {
    const written = run(false, 80, [
      [1, 10],
      [9.9, 90],
      [10, 100],
      [15, 150],
      [20, 200],
    ]);
    expect(written).toEqual([
      "irs-snr:  25 %  100/400 trials  10/s  0:30 left\n",
      "irs-snr:  50 %  200/400 trials  10/s  0:20 left\n",
    ]);
  });
});
