/**
 * Sound files of other implementations, changed at the borders of their fields. Whatever comes of it, the readers
 * give an array that is consistent in itself, or one of the library's errors.
 */
import { describe, expect, it } from "vitest";
import { isSparseError } from "../../src/errors.js";
import { type NpyArray, readMat, readNpy, readNpz } from "../../src/io/index.js";
import { randomStream } from "../../src/random/index.js";
import {
  type FieldsOf,
  matFields,
  mutate,
  npyFields,
  npzFields,
  packMat,
  packNpz,
} from "../support/file-mutations.js";
import { goldenFile } from "../support/golden-io.js";

const npyNames = ["real.npy", "complex.npy", "complex-fortran.npy", "version-2.npy", "version-3.npy"];
const npzNames = ["numpy-stored.npz", "numpy-deflated.npz"];
const matNames = ["scipy.mat", "scipy-big-endian.mat", "octave.mat", "matrices.mat"];
const packedMatNames = ["scipy-compressed.mat", "octave-compressed.mat"];

interface Target {
  readonly name: string;
  readonly files: readonly string[];
  readonly fields: FieldsOf;
  /** Applied after the change. */
  readonly pack?: (bytes: Uint8Array) => Uint8Array;
  readonly read: (bytes: Uint8Array) => Iterable<NpyArray>;
  readonly runs: number;
}

const targets: readonly Target[] = [
  { name: ".npy", files: npyNames, fields: npyFields, read: (bytes) => [readNpy(bytes)], runs: 6000 },
  { name: ".npz", files: npzNames, fields: npzFields, read: (bytes) => readNpz(bytes).values(), runs: 1500 },
  {
    name: ".npz with a changed member",
    files: npyNames,
    fields: npyFields,
    pack: packNpz,
    read: (bytes) => readNpz(bytes).values(),
    runs: 1500,
  },
  { name: ".mat", files: matNames, fields: matFields, read: (bytes) => readMat(bytes).values(), runs: 4000 },
  {
    name: "compressed .mat",
    files: packedMatNames,
    fields: matFields,
    read: (bytes) => readMat(bytes).values(),
    runs: 1500,
  },
  {
    name: ".mat with changed elements inside the compression",
    files: matNames,
    fields: matFields,
    pack: packMat,
    read: (bytes) => readMat(bytes).values(),
    runs: 1500,
  },
];

describe("changed files", () => {
  for (const { name, files, fields, pack, read, runs } of targets) {
    it(`${name}: give data or an error of ours`, () => {
      const sound = files.map(goldenFile);
      const fieldsOfSound = sound.map(fields);
      const outcomes = new Map<string, number>();
      for (let run = 0; run < runs; run++) {
        const stream = randomStream(20, name, run);
        const changed = mutate(sound[run % sound.length], fieldsOfSound[run % sound.length], sound, stream);
        const outcome = outcomeOf(read, pack?.(changed) ?? changed, run);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      // Changes that never do harm, or never let anything through, would test nothing.
      expect(outcomes.get("data")).toBeGreaterThan(runs / 100);
      expect(outcomes.get("format")).toBeGreaterThan(runs / 5);
    });
  }
});

function outcomeOf(read: (bytes: Uint8Array) => Iterable<NpyArray>, bytes: Uint8Array, run: number): string {
  const before = bytes.slice();
  try {
    for (const { shape, complex, data } of read(bytes)) {
      const numbers = shape.reduce((product, size) => product * size, complex ? 2 : 1);
      if (data.length !== numbers) throw new Error(`run ${run}: ${data.length} numbers for ${shape}`);
    }
  } catch (error) {
    if (!isSparseError(error)) throw new Error(`run ${run}`, { cause: error });
    expect(error.message).toMatch(/^read\w+: .+; expected /);
    return error.code;
  }
  expect(Buffer.compare(bytes, before)).toBe(0);
  return "data";
}
