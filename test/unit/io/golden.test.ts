import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readMat, readNpy, readNpz, writeMat, writeNpy } from "../../../src/io/index.js";
import { goldenArrays, goldenFile } from "../../support/golden-io.js";

const folder = new URL("../../golden/io/", import.meta.url);

function arraysOf(file: string): ReadonlyMap<string, ReturnType<typeof readNpy>> {
  const bytes = goldenFile(file);
  if (file.endsWith(".npy")) return new Map([["", readNpy(bytes)]]);
  return file.endsWith(".npz") ? readNpz(bytes) : readMat(bytes);
}

describe("files of NumPy, SciPy and Octave", () => {
  it("are the ones the README names, byte for byte", () => {
    const table = readFileSync(new URL("README.md", folder), "utf8").matchAll(
      /^\| `(.+)` \| (\d+) \| `(\w+)` \|$/gm,
    );
    const listed = Array.from(table, ([, name, size, hash]) => ({ name, size: Number(size), hash }));
    const present = readdirSync(folder)
      .filter((name) => name !== "README.md" && name !== "generate.py")
      .map((name) => {
        const bytes = goldenFile(name);
        return { name, size: bytes.length, hash: createHash("sha256").update(bytes).digest("hex") };
      });
    expect(listed).toEqual(present.sort((a, b) => (a.name < b.name ? -1 : 1)));
  });

  for (const [file, expected] of goldenArrays) {
    if (file === "level-4.mat") continue;
    it(`reads every array of ${file}, bit for bit`, () => {
      const arrays = arraysOf(file);
      expect([...arrays.keys()].sort()).toEqual([...expected.keys()].sort());
      // toEqual tells −0 from 0 and takes NaN as equal to itself.
      for (const [name, array] of expected) expect({ name, ...arrays.get(name) }).toEqual({ name, ...array });
    });
  }

  it("holds what it should: Fortran order is put into C order", () => {
    const array = goldenArrays.get("numpy-stored.npz")!.get("fortran real")!;
    expect(array).toEqual({
      shape: [2, 3, 4],
      complex: false,
      data: Float64Array.from({ length: 24 }, (_, i) => i),
    });
  });
});

describe("writing", () => {
  it("gives the bytes NumPy wrote", () => {
    for (const file of ["real.npy", "complex.npy"]) {
      expect(writeNpy(goldenArrays.get(file)!.get("")!), file).toEqual(goldenFile(file));
    }
  });

  it("gives the bytes SciPy wrote, but for the free text at the start", () => {
    const file = "matrices.mat";
    expect(writeMat(goldenArrays.get(file)!).subarray(116)).toEqual(goldenFile(file).subarray(116));
  });
});
