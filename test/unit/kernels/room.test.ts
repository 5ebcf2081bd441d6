import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { multiplyInto } from "../../../src/complex/products.js";
import { kernelInfo, useKernels } from "../../../src/kernels/index.js";
import type { Planar } from "../../../src/kernels/planar.js";
import { type Room, roomSteps, withRoom } from "../../../src/kernels/room.js";
import { collectedUntil } from "../../support/garbage.js";
import { backends, useSuiteKernels, withMemoryLimit } from "../../support/kernels.js";
import { thrownAtOnce } from "../../support/thrown.js";

const memoryUsed = () => kernelInfo().memoryUsed;

describe.each(backends)("on %s", (backend) => {
  beforeEach(() => useKernels({ backend }));
  afterEach(useSuiteKernels);

  /** Three steps, each of which asks for memory and writes its number there. */
  function steps(size = 100): Generator<number, string, undefined> {
    return roomSteps("steps", function* (room: Room) {
      const kept: Planar[] = [];
      for (let step = 1; step <= 3; step++) {
        const parts = room.planar(size, true);
        parts.re.fill(step);
        kept.push(parts);
        yield kept.reduce((sum, { re }) => sum + re[size - 1], 0);
      }
      return "done";
    });
  }

  describe("withRoom", () => {
    it("hands out zeros, real and complex, of any size, until its work returns", () => {
      const result = withRoom("work", (room) => {
        for (const size of [0, 1, 7, 1000]) {
          const real = room.planar(size, true);
          expect(real.re).toEqual(new Float64Array(size));
          expect(real.im).toBeUndefined();
          const complex = room.planar(size, false);
          expect([complex.re, complex.im]).toEqual([new Float64Array(size), new Float64Array(size)]);
          complex.re.fill(1);
          complex.im!.fill(2);
          expect(real.re).toEqual(new Float64Array(size));
        }
        expect(memoryUsed()).toBeGreaterThanOrEqual(8 * 3 * 1008);
        return "result";
      });
      expect(result).toBe("result");
      expect(memoryUsed()).toBe(0);
    });

    it("hands out zeros also where others have written before", () => {
      for (let run = 0; run < 3; run++) {
        withRoom("work", (room) => {
          const { re, im } = room.planar(5000, false);
          expect(re.every((value) => value === 0) && im!.every((value) => value === 0)).toBe(true);
          re.fill(run + 1);
          im!.fill(Number.NaN);
        });
      }
    });

    it("takes everything back when its work throws", () => {
      const error = thrownAtOnce(() =>
        withRoom("work", (room) => {
          room.planar(10, true);
          throw new Error("halfway");
        }),
      );
      expect(error.message).toBe("halfway");
      expect(memoryUsed()).toBe(0);
    });

    it("can be nested; the inner room's memory goes first", () => {
      withRoom("outer", (outer) => {
        const first = outer.planar(100, true);
        const before = memoryUsed();
        withRoom("inner", (inner) => inner.planar(1000, false).re.fill(3));
        expect(memoryUsed()).toBe(before);
        first.re.fill(1);
        expect(outer.planar(1000, false).re.every((value) => value === 0)).toBe(true);
        expect(first.re.every((value) => value === 1)).toBe(true);
      });
      expect(memoryUsed()).toBe(0);
    });

    it("refuses to be used after its end: neither the room, nor what came from it", () => {
      const [room, real, complex] = withRoom("work", (open) => [
        open,
        open.planar(64, true),
        open.planar(64, false),
      ]);
      const message = (use: () => unknown) => thrownAtOnce(use).message;
      expect(message(() => room.planar(1, true))).toBe(
        "work: working memory was asked for after the run has ended",
      );
      const used =
        "work: working memory was used after the run had ended; call current() of a step before the next step";
      for (const use of [
        () => real.re,
        () => real.im,
        () => complex.re,
        () => complex.im,
        // As an operand and as a result, large enough for WebAssembly.
        () => multiplyInto(real, "plain", ones(64), "plain", ones(64), 8, 8, 8),
        () => multiplyInto(ones(64), "plain", real, "plain", ones(64), 8, 8, 8),
        () => multiplyInto(ones(8), "plain", real, "plain", ones(8), 8, 1, 8),
      ]) {
        expect(message(use)).toBe(used);
      }
      expect(memoryUsed()).toBe(0);
    });
  });

  describe("roomSteps", () => {
    it("takes nothing before the first step and everything back after the last", () => {
      const run = steps();
      expect(memoryUsed()).toBe(0);
      expect([...Array(3)].map(() => run.next().value)).toEqual([1, 3, 6]);
      expect(memoryUsed()).toBeGreaterThanOrEqual(2400);
      expect(run.next()).toEqual({ done: true, value: "done" });
      expect(memoryUsed()).toBe(0);
    });

    it.each([
      ["left by return()", (run: ReturnType<typeof steps>) => run.return("left")],
      ["left by break", leaveByBreak],
      [
        "ended by throw()",
        (run: ReturnType<typeof steps>) => thrownAtOnce(() => run.throw(new Error("enough"))),
      ],
    ])("takes everything back when %s", (_, leave) => {
      const run = steps();
      run.next();
      leave(run);
      expect(memoryUsed()).toBe(0);
      expect(run.next()).toEqual({ done: true, value: undefined });
    });

    it("takes everything back when a step throws", () => {
      const run = roomSteps("steps", function* (room: Room) {
        room.planar(10, true);
        yield 1;
        throw new Error("halfway");
      });
      run.next();
      expect(thrownAtOnce(() => run.next()).message).toBe("halfway");
      expect(memoryUsed()).toBe(0);
    });

    it("lets several runs take turns, and end in any order", () => {
      const runs = [1, 20, 300].map((size) => steps(size));
      for (const sum of [1, 3]) for (const run of runs) expect(run.next().value).toBe(sum);
      runs[0].return("left");
      expect(runs[1].next().value).toBe(6);
      expect(runs[1].next()).toEqual({ done: true, value: "done" });
      // What the others had is free, and used by a new run, while the last one keeps its numbers.
      const late = steps(4000);
      expect([late.next().value, runs[2].next().value, late.next().value]).toEqual([1, 6, 3]);
      late.return("left");
      expect(runs[2].next()).toEqual({ done: true, value: "done" });
      expect(memoryUsed()).toBe(0);
    });

    it("takes everything back from a run that nobody holds any more", async () => {
      (() => {
        const run = steps();
        run.next();
      })();
      expect(memoryUsed()).toBeGreaterThan(0);
      expect(await collectedUntil(() => memoryUsed() === 0)).toBe(true);
    });
  });

  it("refuses more than the limit before anything is taken, with who and how much", () => {
    withRoom("outer", (outer) => {
      outer.planar(2 ** 16, true);
      const before = memoryUsed();
      const error = thrownAtOnce(() =>
        withMemoryLimit(2 ** 20, () => withRoom("solver", (room) => room.planar(2 ** 16, false))),
      );
      expect(error).toMatchObject({
        name: "SparseError",
        code: "limit",
        parameter: "working memory",
        message: "solver: working memory would be 1.5 MiB; expected at most 1.0 MiB (memoryLimit)",
      });
      expect(memoryUsed()).toBe(before);
      // What is within it is still to be had.
      withMemoryLimit(2 ** 20, () => outer.planar(2 ** 16, true));
    });
  });
});

function ones(size: number): Planar {
  return { re: new Float64Array(size).fill(1) };
}

function leaveByBreak(run: Generator<number, string, undefined>): void {
  for (const _ of run) break;
}
