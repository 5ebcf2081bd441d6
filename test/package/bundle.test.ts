/** The library as a bundler sees it: nothing of Node's, and only what was asked for. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleForBrowser, bundlePage } from "../support/bundle.js";

const folder = mkdtempSync(join(tmpdir(), "sparsewave-bundle-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function bundled(bundle: typeof bundlePage, name: string, source: string): Promise<string> {
  const entry = join(folder, `${name}-entry.ts`);
  writeFileSync(entry, source);
  return readFileSync(await bundle(entry, folder, name), "utf8");
}

describe("a browser bundle", () => {
  it("of everything contains nothing of Node's", async () => {
    const text = await bundled(bundleForBrowser, "all", `export * from "${resolve("src/index.ts")}";`);
    expect(text).toContain("kroneckerSbl");
    expect(text).not.toMatch(/browser-external|from\s*"node:|require\("/);
  });

  it("of one function without kernels leaves them out", async () => {
    const source = `export { toDecibels } from "${resolve("src/index.ts")}";`;
    const text = await bundled(bundleForBrowser, "decibels", source);
    expect(text).toContain("toDecibels");
    expect(text.length).toBeLessThan(2000);
  });
});

describe.each(["solvers/index.ts", "index.ts"])('the page of import { omp } from "src/%s"', (entry) => {
  let text: string;
  beforeAll(async () => {
    const source = `import { omp } from "${resolve("src", entry)}";\nglobalThis.omp = omp;\n`;
    text = await bundled(bundlePage, `one-${entry.length}`, source);
  });

  it("leaves out the other solvers and what they need", () => {
    const names = (solver: string) => new RegExp(`["'\`]${solver}["'\`]`);
    expect(text).toMatch(names("omp"));
    for (const absent of ["sbl", "kroneckerSbl", "kroneckerOmp", "somp", "lmmse", "svd", "readNpy"]) {
      expect(text).not.toMatch(names(absent));
    }
    expect(text).not.toMatch(/philox|box.muller/i);
  });

  it("holds one module of kernels, that of products and factorisations", async () => {
    const { core } = await import("../../src/kernels/modules/core.js");
    const { decompositions } = await import("../../src/kernels/modules/decompositions.js");
    const { fourier } = await import("../../src/kernels/modules/fourier.js");
    // From the middle: all modules begin alike.
    const holds = (base64: string) => text.includes(base64.slice(base64.length / 2, base64.length / 2 + 400));
    expect([core, decompositions, fourier].map(holds)).toEqual([true, false, false]);
  });

  it("has the size that the README states", () => {
    const [, minified, gzipped] = /(\d+) kB minified, (\d+) kB gzipped/.exec(
      readFileSync("README.md", "utf8"),
    )!;
    for (const [stated, measured] of [
      [minified, text.length],
      [gzipped, gzipSync(text, { level: 9 }).length],
    ] as const) {
      expect(Math.abs(1000 * Number(stated) - measured), `${measured} bytes`).toBeLessThan(0.05 * measured);
    }
  });
});
