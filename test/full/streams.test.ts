import { expect, it } from "vitest";
import { randomStream } from "../../src/random/index.js";

it("no two of a million streams of a large study begin alike", { timeout: 120_000 }, () => {
  const purposes = ["factor", "support", "values", "noise", "symbols"];
  const count = 1_000_000;
  // Two words of each: streams that differ in these do not share their first four.
  const words = new Uint32Array(2 * count);
  let at = 0;
  for (let seed = 0; seed < 10; seed++) {
    for (const snrDb of [-5, 0, 2.5, 5, 10]) {
      for (let trial = 0; trial < 4000; trial++) {
        const study = randomStream(seed, "study", "snrDb", snrDb, trial);
        for (const purpose of purposes) {
          const stream = study.child(purpose);
          words[at++] = stream.uint32();
          words[at++] = stream.uint32();
        }
      }
    }
  }
  expect(at).toBe(2 * count);
  // Among a million true random numbers of 64 bits, two are equal with probability 3e-8.
  const sorted = new BigUint64Array(words.buffer).sort();
  expect(sorted.findIndex((value, i) => i > 0 && value === sorted[i - 1])).toBe(-1);
});
