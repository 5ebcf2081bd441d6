import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isSparseError, type SparseError } from "../../../src/errors.js";
import { type NpyArray, writeMat, writeNpy } from "../../../src/io/index.js";
import { loadArray, writeFileAtomic } from "../../../src/io/node/index.js";
import { goldenArrays, goldenFile } from "../../support/golden-io.js";

const array: NpyArray = { shape: [2], complex: true, data: Float64Array.of(1, 2, 3, 4) };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sparsewave-io-"));
  for (const name of ["complex.npy", "numpy-stored.npz", "scipy.mat"])
    writeFileSync(join(folder, name), goldenFile(name));
  writeFileSync(join(folder, "one.mat"), writeMat(new Map([["only", array]])));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function errorFor(path: string, limits = {}): Promise<SparseError> {
  const error: unknown = await loadArray(join(folder, path), limits).catch((thrown: unknown) => thrown);
  if (!isSparseError(error)) throw new Error("expected one of our errors", { cause: error });
  // One sentence, on one line.
  expect(error.message).toMatch(/^loadArray: [^\n]+$/);
  return error;
}

describe("loadArray", () => {
  it("reads by extension, and one array of several by name", async () => {
    expect(await loadArray(join(folder, "complex.npy"))).toEqual(goldenArrays.get("complex.npy")!.get(""));
    const npz = goldenArrays.get("numpy-stored.npz")!;
    for (const name of ["fortran real", "__proto__", "größe", ">i8"]) {
      expect(await loadArray(join(folder, `numpy-stored.npz:${name}`))).toEqual(npz.get(name));
    }
    expect(await loadArray(join(folder, "scipy.mat:A"))).toEqual(goldenArrays.get("scipy.mat")!.get("A"));
  });

  it("needs no name where there is only one array", async () => {
    expect(await loadArray(join(folder, "one.mat"))).toEqual({ ...array, shape: [2, 1] });
    expect(await loadArray(join(folder, "one.mat:only"))).toEqual({ ...array, shape: [2, 1] });
  });

  it("takes extensions in capitals and a path with spaces and colons", async () => {
    const path = join(folder, "a b: c.NPY");
    writeFileSync(path, writeNpy(array));
    expect(await loadArray(path)).toEqual(array);
  });

  it("lists at most ten names when it cannot choose", async () => {
    const many = await errorFor("scipy.mat");
    expect(many.code).toBe("option");
    expect(many.message).toMatch(/holds 17 arrays; expected a name after the colon: "A", "ramp"/);
    expect(many.message).toMatch(/"int32" and 7 more$/);
    expect((await errorFor("one.mat:other")).expected).toBe('"only"');
    expect((await errorFor("numpy-stored.npz:constructor")).code).toBe("option");
  });

  it("says so if the variable is no numeric array, or there is none", async () => {
    const error = await errorFor("scipy.mat:text");
    expect(error.code).toBe("unsupported");
    expect(error.message).toMatch(/scipy\.mat": text named "text" at byte \d+; expected a numeric array$/);
    expect((await errorFor("scipy.mat:structure")).received).toMatch(/^structure/);
    expect((await errorFor("scipy.mat:cell")).received).toMatch(/^cell array/);
    writeFileSync(join(folder, "none.mat"), writeMat(new Map()));
    expect((await errorFor("none.mat")).message).toMatch(/holds no numeric array/);
    expect((await errorFor("none.mat:x")).code).toBe("option");
  });

  it("reads the array that was asked for though another is damaged or too large", async () => {
    const bytes = writeMat(
      new Map([
        ["good", array],
        ["bad", array],
      ]),
    );
    // The number of rows of the second variable.
    new DataView(bytes.buffer).setUint32(bytes.length - (bytes.length - 128) / 2 + 32, 2 ** 30, true);
    writeFileSync(join(folder, "partly.mat"), bytes);
    expect(await loadArray(join(folder, "partly.mat:good"))).toEqual({ ...array, shape: [2, 1] });
    expect((await errorFor("partly.mat:bad")).code).toBe("limit");
  });

  it("explains missing files, folders, pipes and other extensions", async () => {
    expect((await errorFor("missing.npy")).message).toMatch(/missing\.npy" does not exist; expected/);
    mkdirSync(join(folder, "folder.npy"));
    expect((await errorFor("folder.npy")).message).toMatch(/is a folder; expected a file$/);
    expect((await errorFor("missing/complex.npy")).code).toBe("option");
    expect((await errorFor("complex.npy/x.npy")).message).toMatch(/cannot be read \(ENOTDIR\)/);
    expect((await errorFor("nul\0.npy")).code).toBe("option");
    symlinkSync(join(folder, "nowhere"), join(folder, "dangling.npy"));
    expect((await errorFor("dangling.npy")).message).toMatch(/does not exist/);
    execFileSync("mkfifo", [join(folder, "pipe.npy")]);
    expect((await errorFor("pipe.npy")).message).toMatch(/is not a regular file/);
    for (const path of ["data.csv", "data", "complex.npy:name"]) {
      expect((await errorFor(path)).code).toBe("unsupported");
    }
    expect((await errorFor(`${"x".repeat(3000)}.npy`)).message.length).toBeLessThan(300);
  });

  it("refuses a file that is too large before it reads it", async () => {
    const path = join(folder, "huge.npy");
    writeFileSync(path, "");
    truncateSync(path, 2 ** 30 + 1);
    const error = await errorFor("huge.npy");
    expect(error).toMatchObject({ code: "limit", received: "has 1073741825 bytes" });
    expect((await errorFor("complex.npy", { fileBytes: 100 })).code).toBe("limit");
  });

  it("names the file that is damaged", async () => {
    writeFileSync(join(folder, "short.npy"), writeNpy(array).subarray(0, 100));
    const error = await errorFor("short.npy");
    expect(error.code).toBe("format");
    expect(error.message).toMatch(
      /short\.npy": header of 118 bytes at byte 8; expected at most the 90 that follow$/,
    );
  });
});

describe("writeFileAtomic", () => {
  it("writes and replaces whole files, and leaves nothing else behind", async () => {
    const place = join(folder, "writing");
    mkdirSync(place);
    const path = join(place, `${"long name ".repeat(24)}.bin`);
    for (const bytes of [
      Uint8Array.of(1, 2, 3),
      Uint8Array.of(4),
      new Uint8Array(2 ** 20).fill(7),
      new Uint8Array(0),
    ]) {
      await writeFileAtomic(path, bytes);
      expect(readFileSync(path).equals(bytes)).toBe(true);
    }
    expect(readdirSync(place)).toHaveLength(1);
  });

  it("follows a link and replaces what it points to", async () => {
    writeFileSync(join(folder, "target.bin"), "old");
    symlinkSync(join(folder, "target.bin"), join(folder, "link.bin"));
    await writeFileAtomic(join(folder, "link.bin"), Uint8Array.of(65));
    expect(readFileSync(join(folder, "target.bin"), "utf8")).toBe("A");
  });

  it("keeps the old content and no temporary file when it fails", async () => {
    const place = join(folder, "failing");
    mkdirSync(join(place, "taken.bin", "inside"), { recursive: true });
    await expect(writeFileAtomic(join(place, "taken.bin"), Uint8Array.of(1))).rejects.toMatchObject({
      code: expect.stringMatching(/^E/),
    });
    expect(readdirSync(place)).toEqual(["taken.bin"]);
    await expect(writeFileAtomic(join(folder, "missing", "x.bin"), Uint8Array.of(1))).rejects.toMatchObject({
      code: "ENOENT",
    });
  });

  it("lets readers see the old content or the new, never a part", async () => {
    const path = join(folder, "changing.bin");
    const contents = [Buffer.alloc(2 ** 16, 1), Buffer.alloc(2 ** 17, 2)];
    await writeFileAtomic(path, contents[0]);
    let writing = true;
    const writes = (async () => {
      for (let i = 0; i < 10; i++) await writeFileAtomic(path, contents[i % 2]);
      writing = false;
    })();
    while (writing) {
      const seen = readFileSync(path);
      expect(contents.some((content) => content.equals(seen))).toBe(true);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writes;
  });
});
