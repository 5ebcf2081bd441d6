/** The shape of the source: arrows one way, small files, nothing that a browser lacks, nothing that varies. */
import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { codeOf, importsOf, sourceFiles } from "../support/source-files.js";

/** What each folder of src may import besides itself. Arrows point from user to used. */
const base = ["errors", "options"];
const allowed: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  options: ["errors"],
  kernels: base,
  complex: ["kernels", ...base],
  linalg: ["complex", "kernels", ...base],
  random: ["complex", ...base],
  operators: ["linalg", "complex", "kernels", ...base],
  arrays: ["complex", ...base],
  grids: ["complex", ...base],
  dictionaries: ["arrays", "grids", "operators", "linalg", "complex", ...base],
  solvers: ["dictionaries", "grids", "operators", "linalg", "random", "complex", "kernels", ...base],
  channels: ["dictionaries", "arrays", "grids", "operators", "linalg", "random", "complex", ...base],
  bounds: ["solvers", "dictionaries", "arrays", "grids", "operators", "linalg", "complex", ...base],
  metrics: ["linalg", "complex", ...base],
  io: ["complex", ...base],
};
const packages = ["fft.js", "fflate"];
const folderOf = (path: string) => path.split("/")[1].replace(/\.ts$/, "");
const library = sourceFiles("src");

describe("src", () => {
  it("is found", () => {
    expect(library.length).toBeGreaterThan(50);
  });

  it("imports only in the direction of the design", () => {
    const wrong = library.flatMap((file) => {
      const folder = folderOf(file.path);
      if (folder === "index") return [];
      return importsOf(file)
        .filter((name) => name.startsWith("."))
        .map((name) => posix.join(posix.dirname(file.path), name))
        .filter((target) => {
          const to = folderOf(target.replace(/\.js$/, ".ts"));
          return !target.startsWith("src/") || (to !== folder && !allowed[folder]?.includes(to));
        })
        .map((target) => `${file.path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it("depends on few packages, and on Node in io/node alone", () => {
    const wrong = library.flatMap((file) =>
      importsOf(file)
        .filter((name) => !name.startsWith(".") && !packages.includes(name))
        .filter((name) => !(name.startsWith("node:") && file.path.startsWith("src/io/node/")))
        .map((name) => `${file.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it("takes working memory from rooms alone, which give it back", () => {
    const takes = library
      .filter(({ text }) => /\.allocate\(|\bblockStore\(\)\.?/.test(text))
      .map(({ path }) => path);
    expect(takes.filter((path) => path !== "src/kernels/backend.ts")).toEqual(["src/kernels/room.ts"]);
    const makes = library.filter(({ text }) => /\bnew (?:Arena|HeapStore|OpenRoom|Block)\(/.test(text));
    const makers = ["arena", "backend", "room"].map((name) => `src/kernels/${name}.ts`);
    expect(makes.map(({ path }) => path).sort()).toEqual(makers);
  });

  it("uses nothing that varies from run to run, no dynamic code and nothing of Node's", () => {
    const forbidden =
      /\bMath\.random\b|\bDate\b|\bperformance\b|\btoLocale\w+|\beval\b|\bFunction\(|\bBuffer\b|\bprocess\.|\brequire\(|\bconsole\./g;
    const wrong = library
      .filter((file) => !file.path.startsWith("src/io/node/"))
      .flatMap((file) => [...codeOf(file).matchAll(forbidden)].map((match) => `${file.path}: ${match[0]}`));
    expect(wrong).toEqual([]);
  });
});

describe("all code", () => {
  it("has no file over 500 lines", () => {
    const long = sourceFiles("src", "simulations", "test", "bench")
      .map(({ path, text }) => ({ path, lines: text.split("\n").length }))
      .filter(({ lines }) => lines > 500);
    expect(long).toEqual([]);
  });

  it("never imports simulations from the library, or the inside of the library from outside its public surface", () => {
    // Studies are users of the library: they go through each folder's index, so that a user could have written them.
    const wrong = sourceFiles("simulations").flatMap((file) =>
      importsOf(file)
        .map((name) => posix.join(posix.dirname(file.path), name))
        .filter((target) => target.startsWith("src/"))
        .filter((target) => !/^src\/(?:errors|options|(?:\w+\/)+index)\.js$/.test(target))
        .map((target) => `${file.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });
});
