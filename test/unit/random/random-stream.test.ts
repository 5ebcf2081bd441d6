import { describe, expect, it } from "vitest";
import { isSparseError } from "../../../src/errors.js";
import { type RandomStream, randomStream, streamVersion } from "../../../src/random/index.js";

function words(stream: RandomStream, count = 4): number[] {
  return Array.from({ length: count }, () => stream.uint32());
}

// Changing any number in this block is a breaking change: every published result would have to be run again. They
// were also computed by an implementation of the documented scheme in another language.
describe("stream version 1", () => {
  it("is the current one", () => expect(streamVersion).toBe(1));

  it.each([
    [[0], [0xeb160df6, 0xb27bf96a, 0xcc2847ed, 0xce6f6ff3, 0x8ba28f59]],
    [["0"], [0xb81b4f73, 0x5fa88f22, 0xb32a954e, 0x87ca92a3, 0x1d5177a9]],
    [
      [1, "irs-snr", 17, "noise"],
      [0x657fd377, 0x19b5f3ef, 0x42828ece, 0xaa10715f, 0x65b2293e],
    ],
    [
      ["μ-κανάλι", -0.5],
      [0xb7ff69ad, 0xb9801b3d, 0x32942ca9, 0x24448582, 0x17fd46cf],
    ],
  ] as const)("holds the words of %j", (identity, expected) => {
    const [seed, ...path] = identity;
    expect(words(randomStream(seed, ...path), 5)).toEqual(expected);
  });

  it("turns words into the same draws", () => {
    const golden = randomStream(1, "golden");
    expect(golden.child("uniform").uniform()).toBe(0.3096019312573466);
    expect(golden.child("integer").integer(1000)).toBe(536);
    expect(golden.child("large integer").integer(2 ** 40)).toBe(743284761468);
    expect([1, 2, 3, 4, 5].map((i) => golden.child("sign", i).sign())).toEqual([1, -1, 1, 1, 1]);
    expect([...golden.child("sample").sample(100, 5)]).toEqual([22, 53, 79, 83, 95]);
    expect([...golden.child("normals").normals(4)]).toEqual([
      -0.004809517302830797, 0.9294504844865163, -1.5991327605629484, 0.5695332328829852,
    ]);
    expect([...golden.child("complex normals").complexNormals(2, 2).data]).toEqual([
      1.6811708778408827, 0.12032544392822186, 1.0602552224426316, 0.8903908125549086,
    ]);
  });
});

describe("identity", () => {
  it("separates 100,000 streams: no two share their first four words", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 25_000; i++) {
      const trial = randomStream(1, "figure", i);
      for (const stream of [randomStream(i), randomStream(String(i)), trial, trial.child("noise")]) {
        seen.add(words(stream).join());
      }
    }
    expect(seen.size).toBe(100_000);
  });

  it("separates types, lengths, ends and neighbours", () => {
    const identities: readonly (readonly [number | string, ...(number | string)[]])[] = [
      [0],
      [1],
      [2 ** 32],
      [2 ** 32 + 1],
      [2 ** 53 - 1],
      [""],
      ["0"],
      ["1"],
      ["\0"],
      ["\0\0"],
      ["a"],
      ["a\0"],
      ["a", "bc"],
      ["ab", "c"],
      ["abc"],
      ["abc", ""],
      ["abc", "", ""],
      ["abc", 0],
      ["abcd"],
      ["abcde"],
      ["\u00e9"],
      ["e\u0301"],
      ["\ud800"],
      ["\udc00"],
      [1, 2],
      [2, 1],
      [1, "2"],
      ["1", 2],
      [1, 0.1],
      [1, -0.1],
      [1, 0.1 + 2 ** -56],
      [1, Number.MIN_VALUE],
      [1, Number.MAX_VALUE],
      [1, 0],
      [1, 0, 0],
    ];
    const first = identities.map(([seed, ...path]) => words(randomStream(seed, ...path)).join());
    expect(new Set(first).size).toBe(identities.length);
  });

  it("takes −0 for 0", () => {
    expect(words(randomStream(-0, -0))).toEqual(words(randomStream(0, 0)));
  });

  it("is the whole of a stream: a child is the stream of the longer path", () => {
    const child = randomStream(7, "a").child("b", 3).child("c");
    expect(child.identity).toEqual([7, "a", "b", 3, "c"]);
    expect(Object.isFrozen(child.identity)).toBe(true);
    expect(words(child, 9)).toEqual(words(randomStream(7, "a", "b", 3, "c"), 9));
  });

  it("does not depend on what other streams drew, nor on when a child is made", () => {
    const parent = randomStream(3, "trial", 5);
    const early = parent.child("noise");
    const expected = words(randomStream(3, "trial", 5), 10);
    const drawn: number[] = [];
    const noise: number[] = [];
    for (let i = 0; i < 10; i++) {
      drawn.push(parent.uint32());
      noise.push(early.uint32());
      parent.child("other").normals(3);
    }
    expect(drawn).toEqual(expected);
    expect(noise).toEqual(words(parent.child("noise"), 10));
  });
});

describe("mistakes", () => {
  const anything = (value: unknown): never => value as never;
  const stream = randomStream(0);
  it.each([
    ["a negative seed", "seed", () => randomStream(-1)],
    ["a fractional seed", "seed", () => randomStream(0.5)],
    ["an unsafe seed", "seed", () => randomStream(2 ** 53)],
    ["a seed that is NaN", "seed", () => randomStream(Number.NaN)],
    ["no seed", "seed", () => randomStream(anything(undefined))],
    ["a seed of another type", "seed", () => randomStream(anything(1n))],
    ["NaN in a path", "path[1]", () => randomStream(0, "a", Number.NaN)],
    ["infinity in a child's path", "path[0]", () => stream.child(Number.POSITIVE_INFINITY)],
    ["a path element of another type", "path[0]", () => stream.child(anything(null))],
    ["a child without a name", "names", () => stream.child()],
    ["bound 0", "bound", () => stream.integer(0)],
    ["a fractional bound", "bound", () => stream.integer(2.5)],
    ["bound 2^53", "bound", () => stream.integer(2 ** 53)],
    ["a bound past Int32Array", "bound", () => stream.sample(2 ** 31 + 1, 1)],
    ["a negative count", "count", () => stream.sample(3, -1)],
    ["more than there are", "count", () => stream.sample(3, 4)],
    ["a negative length", "length", () => stream.normals(-1)],
    ["a fractional length", "length", () => stream.complexNormals(1.5)],
    ["a negative variance", "variance", () => stream.normals(1, -1e-300)],
    ["an infinite variance", "variance", () => stream.normals(1, Number.POSITIVE_INFINITY)],
    ["a variance that is NaN", "variance", () => stream.complexNormals(1, Number.NaN)],
    ["a negative complex variance", "variance", () => stream.complexNormals(1, -1)],
  ] as const)("refuses %s", (_, parameter, call) => {
    try {
      call();
    } catch (error) {
      if (!isSparseError(error, "option")) throw error;
      expect(error.parameter).toBe(parameter);
      return;
    }
    expect.fail("nothing was thrown");
  });
});
