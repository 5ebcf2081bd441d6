/** The library as a bundler sees it: nothing of Node's, and only what was asked for. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bundleForBrowser } from "../support/bundle.js";

const folder = mkdtempSync(join(tmpdir(), "sparsewave-bundle-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function bundled(name: string, source: string): Promise<string> {
  const entry = join(folder, `${name}-entry.ts`);
  writeFileSync(entry, source);
  return readFileSync(await bundleForBrowser(entry, folder, name), "utf8");
}

describe("a browser bundle", () => {
  it("of everything contains nothing of Node's", async () => {
    const text = await bundled("all", `export * from "${resolve("src/index.ts")}";`);
    expect(text).toContain("kroneckerSbl");
    expect(text).not.toMatch(/browser-external|from\s*"node:|require\("/);
  });

  it("of one solver leaves the others out", async () => {
    const text = await bundled("one", `export { omp } from "${resolve("src/index.ts")}";`);
    expect(text).toContain("omp");
    for (const absent of ["kroneckerSbl", "readNpy", "randomStream"]) expect(text).not.toContain(absent);
  });
});
