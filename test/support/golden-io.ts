/** The array files of test/golden/io and what they hold. */
import { readFileSync } from "node:fs";
import type { NpyArray } from "../../src/io/index.js";

const folder = new URL("../golden/io/", import.meta.url);

export function goldenFile(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(name, folder)));
}

interface Stored {
  readonly shape: readonly number[];
  readonly complex: boolean;
  /** NaN, infinities and −0 are spelled as strings. */
  readonly data: readonly (number | string)[];
}

/** The arrays of every file by name; `.npy` files hold one, whose name is empty. */
export const goldenArrays: ReadonlyMap<string, ReadonlyMap<string, NpyArray>> = new Map(
  Object.entries(
    JSON.parse(new TextDecoder().decode(goldenFile("expected.json"))) as Record<
      string,
      Record<string, Stored>
    >,
  ).map(([file, arrays]) => [
    file,
    new Map(
      Object.entries(arrays).map(([name, { shape, complex, data }]) => [
        name,
        { shape, complex, data: Float64Array.from(data, Number) },
      ]),
    ),
  ]),
);
