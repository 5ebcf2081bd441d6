import { describe, expect, it } from "vitest";
import { alternate, batchOf, callsPerBatch, lowerQuartile, measureSlow } from "../../../bench/timing.js";

describe("lowerQuartile", () => {
  it.each([
    [[3], 3],
    [[4, 1, 3, 2], 2],
    [[9, 8, 7, 6, 5, 4, 3, 2, 1], 3],
    [[100, 10, 20], 10],
    [[10, 9, 1000, 2], 9],
  ])("of %j is %d", (samples, expected) => {
    const before = [...samples];
    expect(lowerQuartile(samples)).toBe(expected);
    expect(samples).toEqual(before);
  });

  it("refuses to make a number of nothing", () => {
    expect(() => lowerQuartile([])).toThrow("no samples");
  });
});

describe("callsPerBatch", () => {
  it.each([1e-8, 3e-6, 1.9e-3, 2e-3, 1])(
    "fills two milliseconds with calls of %d s, not much more",
    (call) => {
      const calls = callsPerBatch((count) => count * call);
      expect(calls * call).toBeGreaterThanOrEqual(2e-3);
      expect(calls === 1 || calls * call < 4e-3).toBe(true);
    },
  );
});

describe("alternate", () => {
  it("runs the sides in turn and takes the lower quartile of each", async () => {
    const order: string[] = [];
    const slow = [50, 40, 30, 20];
    const fast = [8, 6, 4, 2];
    const side = (name: string, samples: number[]) => () => {
      order.push(name);
      return samples[order.filter((other) => other === name).length - 1];
    };
    const quartiles = await alternate(
      [side("ours", slow), async () => Promise.resolve(side("theirs", fast)())],
      0,
    );
    expect(order.join(" ")).toBe("ours theirs ours theirs ours theirs ours theirs");
    expect(quartiles).toEqual([30, 4]);
  });

  it("goes on until every side has had its time", async () => {
    const start = performance.now();
    let rounds = 0;
    await alternate([() => ++rounds, busy(1e-3)], 0.02);
    expect(performance.now() - start).toBeGreaterThanOrEqual(20);
    expect(rounds).toBeGreaterThan(4);
  });

  it("does not wait for a side that takes no time beyond twice the time of all", async () => {
    const start = performance.now();
    await alternate([() => 0, busy(5e-3)], 0.05);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe("a batch", () => {
  it("gives the seconds of one call", async () => {
    const seconds = await batchOf(busy(1e-3))();
    expect(seconds).toBeGreaterThanOrEqual(1e-3);
    expect(seconds).toBeLessThan(0.5);
  });
});

describe("measureSlow", () => {
  it("makes a call that is slow only once, and repeats others", async () => {
    let calls = 0;
    const counted = (seconds: number) => () => {
      calls++;
      busy(seconds)();
    };
    expect(await measureSlow(counted(0.02), 0.01)).toBeGreaterThanOrEqual(0.02);
    expect(calls).toBe(1);
    await measureSlow(counted(1e-4), 0.01);
    expect(calls).toBeGreaterThan(10);
  });
});

/** A call that takes that long. */
function busy(seconds: number): () => number {
  return () => {
    const end = performance.now() + 1000 * seconds;
    while (performance.now() < end);
    return seconds;
  };
}
