import { describe, expect, it } from "vitest";
import { multiplyHigh, philox } from "../../../src/random/philox.js";
import { randomStream } from "../../../src/random/random-stream.js";

describe("philox", () => {
  // Philox4x32-10 entries of the known-answer tests that its authors publish with Random123.
  const ones = 0xffffffff;
  const knownAnswers: readonly (readonly [string, number[], number[], number[]])[] = [
    ["zero", [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    ["all ones", [ones, ones, ones, ones], [ones, ones], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
    [
      "the digits of pi",
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ];
  for (const [name, counter, key, expected] of knownAnswers) {
    it(`gives the published answer for ${name}`, () => {
      const [c0, c1, c2, c3] = counter as [number, number, number, number];
      const [k0, k1] = key as [number, number];
      const out = new Uint32Array(4);
      philox(c0, c1, c2, c3, k0, k1, out);
      expect([...out]).toEqual(expected);
      // Signed words are the same words.
      philox(c0 | 0, c1 | 0, c2 | 0, c3 | 0, k0 | 0, k1 | 0, out);
      expect([...out]).toEqual(expected);
    });
  }
});

describe("multiplyHigh", () => {
  it("is the upper half of the exact product", () => {
    const stream = randomStream(1, "multiplyHigh");
    const edges = [0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0xd2511f53, 0xcd9e8d57];
    const pairs = edges.flatMap((a) => edges.map((b) => [a, b] as const));
    while (pairs.length < 100_000) pairs.push([stream.uint32(), stream.uint32()]);
    const wrong = pairs.filter(
      ([a, b]) => BigInt(multiplyHigh(a, b) >>> 0) !== (BigInt(a) * BigInt(b)) >> 32n,
    );
    expect(wrong).toEqual([]);
  });
});
