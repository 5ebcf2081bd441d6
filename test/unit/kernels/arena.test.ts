import { beforeEach, describe, expect, it } from "vitest";
import { Arena, type Block, HeapStore } from "../../../src/kernels/arena.js";
import { staticBytes } from "../../../src/kernels/webassembly.js";
import { thrownAtOnce } from "../../support/thrown.js";

const limit = 2 ** 30;
const released = (who: string) =>
  `${who}: working memory was used after the run had ended; call current() of a step before the next step`;

describe("Arena", () => {
  let arena: Arena;
  beforeEach(() => {
    arena = new Arena();
  });
  const take = (size: number, real = true) => arena.allocate("test", size, real, limit);

  it("hands out aligned blocks one after the other, beyond what the kernels keep for themselves", () => {
    let end = staticBytes;
    for (const [size, real] of [
      [1, true],
      [8, false],
      [0, true],
      [13, false],
      [64, true],
    ] as const) {
      const block = take(size, real);
      expect(block.reAddress).toBe(end);
      expect([block.reAddress % 64, block.imAddress % 64]).toEqual([0, 0]);
      expect(block.end).toBe((real ? block.reAddress : block.imAddress) + 64 * Math.ceil(size / 8));
      expect([block.re.length, block.im?.length]).toEqual([size, real ? undefined : size]);
      ({ end } = block);
    }
    expect(arena.used).toBe(end - staticBytes);
  });

  it("grows when it must, and gives every block its view of the new memory", () => {
    const blocks = [take(3), take(3, false)];
    const before = blocks.map(({ re }) => re);
    for (const [n, { re, im }] of blocks.entries()) {
      re.fill(n + 1);
      im?.fill(-n - 1);
    }
    const { bytes } = arena;
    const large = take(2 ** 18);
    expect(arena.bytes).toBeGreaterThanOrEqual(bytes + 2 ** 21 - 2 ** 16);
    expect(large.re.every((value) => value === 0)).toBe(true);
    // The views from before are of no use, and show it.
    for (const view of before) expect(view.length).toBe(0);
    expect(blocks.map(({ re, im }) => [[...re], im && [...im]])).toEqual([
      [[1, 1, 1], undefined],
      [
        [2, 2, 2],
        [-2, -2, -2],
      ],
    ]);
  });

  it("uses memory again once all that follows is released, in whatever order", () => {
    const [a, b, c] = [take(100), take(200, false), take(300)];
    for (const { re, im } of [a, b, c]) {
      re.fill(1);
      im?.fill(Number.NaN);
    }
    const { bytes } = arena;
    const full = arena.used;
    arena.release(b);
    expect(arena.used).toBe(full);
    arena.release(c);
    expect(arena.used).toBe(a.end - staticBytes);
    const again = take(700);
    expect(again.reAddress).toBe(b.reAddress);
    expect(again.re.every((value) => value === 0)).toBe(true);
    arena.release(a);
    arena.release(again);
    expect([arena.used, arena.bytes]).toEqual([0, bytes]);
  });

  it("forgives a second release", () => {
    const [a, b] = [take(10), take(10)];
    arena.release(a);
    arena.release(a);
    arena.release(b);
    const c = take(10);
    arena.release(b);
    expect(c.re).toHaveLength(10);
    arena.release(c);
    expect(arena.used).toBe(0);
  });

  it("refuses more than the limit before it grows, and says who wants how much", () => {
    take(2 ** 17);
    const { used, bytes } = arena;
    const refused: readonly (readonly [call: () => unknown, message: string])[] = [
      [
        () => arena.allocate("solver", 2 ** 17, true, 2 ** 20 + 2 ** 19),
        "solver: working memory would be 2.0 MiB; expected at most 1.5 MiB (memoryLimit)",
      ],
      [
        () => arena.begin(2 ** 19, 2 ** 20),
        "test: working memory would be 1.5 MiB; expected at most 1.0 MiB (memoryLimit)",
      ],
      [
        () => new Arena().begin(2 ** 11, 2 ** 10),
        "kernels: working memory would be 2.0 KiB; expected at most 1.0 KiB (memoryLimit)",
      ],
    ];
    for (const [call, message] of refused) {
      const error = thrownAtOnce(call);
      expect(error).toMatchObject({
        name: "SparseError",
        code: "limit",
        parameter: "working memory",
        message,
      });
      expect([arena.used, arena.bytes]).toEqual([used, bytes]);
    }
    expect(arena.allocate("solver", 2 ** 16, true, 2 ** 20 + 2 ** 19).re).toHaveLength(2 ** 16);
  });

  it("marks the most that was in use: blocks, and what a call needs beyond them", () => {
    const peak = { bytes: 0 };
    const marked = new Arena(peak);
    const first = marked.allocate("test", 10, true, limit);
    expect(peak.bytes).toBe(128);
    const second = marked.allocate("test", 8, false, limit);
    expect(peak.bytes).toBe(256);
    marked.release(second);
    marked.allocate("test", 1, true, limit);
    expect([marked.used, peak.bytes]).toEqual([192, 256]);
    marked.begin(0, limit);
    expect(peak.bytes).toBe(256);
    marked.begin(1000, limit);
    expect([marked.used, peak.bytes]).toEqual([192, 1192]);
    expect(thrownAtOnce(() => marked.begin(2 ** 20, 2 ** 16))).toMatchObject({ code: "limit" });
    expect(
      thrownAtOnce(() => marked.allocate("test", 2 ** 30, true, Number.POSITIVE_INFINITY)),
    ).toMatchObject({
      code: "limit",
    });
    expect(peak.bytes).toBe(1192);
    // Started over by its owner, it follows again.
    peak.bytes = 0;
    marked.release(first);
    marked.allocate("test", 1, true, limit);
    expect(peak.bytes).toBe(256);
  });

  it("ends in the same error where the engine gives no more", () => {
    const { used, bytes } = arena;
    // Beyond the address space of 4 GiB.
    const error = thrownAtOnce(() => arena.allocate("solver", 2 ** 30, true, Number.POSITIVE_INFINITY));
    expect(error).toMatchObject({ code: "limit" });
    expect(error.message).toBe("solver: working memory would be 8192.0 MiB; expected what the engine allows");
    expect([arena.used, arena.bytes]).toEqual([used, bytes]);
    expect(take(5).re).toHaveLength(5);
  });

  describe("a call", () => {
    const outside = Float64Array.of(1, 2, 3, 4, 5);

    it("uses blocks where they are and copies other arrays", () => {
      const [real, complex] = [take(6), take(6, false)];
      complex.re.set([6, 5, 4, 3, 2, 1]);
      expect([real, complex].map((block) => [arena.holds(block), arena.outside(block, 6)])).toEqual([
        [true, 0],
        [true, 0],
      ]);
      expect(arena.holds({ re: complex.re })).toBe(false);
      expect(arena.outside({ re: outside }, 5)).toBe(64);
      expect(arena.outside({ re: outside, im: outside }, 5)).toBe(128);

      arena.begin(256, limit);
      expect(arena.enterRe(complex, 2, 4)).toBe(complex.reAddress + 16);
      expect(arena.enterIm(complex, 1, 5)).toBe(complex.imAddress + 8);
      expect(arena.enterIm(real, 0, 6)).toBe(0);
      expect(arena.enterIm({ re: outside }, 0, 5)).toBe(0);
      const address = arena.enterRe({ re: outside }, 1, 3);
      expect(address).toBe(complex.end);
      const there = () => new Float64Array(real.re.buffer, address, 3);
      expect([...there()]).toEqual([2, 3, 4]);
      expect(arena.reserveRe({ re: outside }, 0, 5)).toBe(address + 64);
      expect(arena.work(8)).toBe(address + 128);

      there().set([7, 8, 9]);
      const to = new Float64Array(5);
      arena.leave({ re: to }, 1, 3, address, 0);
      expect([...to]).toEqual([0, 7, 8, 9, 0]);
      const before = [...complex.re];
      arena.leave(complex, 0, 3, address, 0);
      expect([...complex.re]).toEqual(before);
    });

    it("begins where the blocks end, whatever the last one took", () => {
      const block = take(6);
      for (let call = 0; call < 3; call++) {
        arena.begin(128, limit);
        expect([arena.work(1), arena.work(64)]).toEqual([block.end, block.end + 64]);
      }
      expect(arena.used).toBe(64);
    });

    it("refuses arrays that are too short, released, or views from before the memory grew", () => {
      const block = take(6);
      const view = block.re;
      const short = "kernels: an array is shorter than the call needs";
      const messages = (calls: readonly (() => unknown)[]) => calls.map((call) => thrownAtOnce(call).message);
      arena.begin(512, limit);
      const parts = { re: outside, im: outside };
      expect(
        messages([
          () => arena.enterRe(block, 3, 4),
          () => arena.enterIm(block, 3, 4),
          () => arena.reserveRe(block, 0, 7),
          () => arena.enterRe(parts, 3, 3),
          () => arena.enterIm(parts, 0, 6),
        ]),
      ).toEqual(Array(5).fill(short));
      take(2 ** 20);
      arena.begin(512, limit);
      expect(messages([() => arena.enterRe({ re: view }, 0, 6)])).toEqual([short]);
      arena.release(block);
      expect(
        messages([
          () => arena.enterRe(block, 0, 6),
          () => arena.enterIm(block, 0, 6),
          () => arena.reserveRe(block, 0, 6),
          () => block.re,
          () => block.im,
        ]),
      ).toEqual(Array(5).fill(released("test")));
    });
  });
});

describe("HeapStore", () => {
  it("keeps count, refuses more than the limit and takes blocks back", () => {
    const heap = new HeapStore();
    const take = (size: number, real: boolean): Block => heap.allocate("solver", size, real, 1024);
    const [a, b] = [take(10, true), take(20, false)];
    expect(heap.used).toBe(128 + 2 * 192);
    expect([a.re.length, a.im, b.re.length, b.im?.length]).toEqual([10, undefined, 20, 20]);
    expect(thrownAtOnce(() => take(65, true))).toMatchObject({
      code: "limit",
      message: "solver: working memory would be 1.1 KiB; expected at most 1.0 KiB (memoryLimit)",
    });
    heap.release(a);
    heap.release(a);
    expect(heap.used).toBe(2 * 192);
    expect(thrownAtOnce(() => a.re).message).toBe(released("solver"));
    heap.release(b);
    expect(heap.used).toBe(0);
  });

  it("marks the most that was in use", () => {
    const peak = { bytes: 0 };
    const heap = new HeapStore(peak);
    const [a] = [heap.allocate("test", 10, true, limit), heap.allocate("test", 8, false, limit)];
    heap.release(a);
    heap.allocate("test", 1, true, limit);
    expect(thrownAtOnce(() => heap.allocate("test", 65, true, 512))).toMatchObject({ code: "limit" });
    expect([heap.used, peak.bytes]).toEqual([192, 256]);
  });
});
