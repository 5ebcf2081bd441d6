/** The library in a real browser, under a policy that forbids dynamic code. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kroneckerSbl } from "../../src/solvers/index.js";
import { browserProblem } from "../support/browser-problem.js";
import { bundleForBrowser } from "../support/bundle.js";

const folder = mkdtempSync(join(tmpdir(), "sparsewave-browser-"));
const page = `<!doctype html><title>sparsewave</title><script type="module" src="/page.js"></script>`;
const script = `
import * as sparsewave from "/library.js";
globalThis.solve = ({ factors, measurement, options }) => {
  const { mean, support, iterations } = sparsewave.kroneckerSbl(factors, measurement, options);
  return { mean: [...mean.data], support: [...support], iterations };
};
globalThis.names = Object.keys(sparsewave);
globalThis.ready = true;
`;

let server: Server;
let browser: Browser;
let address: string;

beforeAll(async () => {
  const library = await bundleForBrowser("src/index.ts", folder);
  const files: Record<string, [string, string]> = {
    "/": ["text/html", page],
    "/page.js": ["text/javascript", script],
    "/library.js": ["text/javascript", readFileSync(library, "utf8")],
  };
  server = createServer((request, response) => {
    const file = files[request.url ?? ""];
    response.writeHead(file === undefined ? 404 : 200, {
      "content-type": file?.[0] ?? "text/plain",
      "content-security-policy": "default-src 'none'; script-src 'self'",
    });
    response.end(file?.[1]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("in Chromium", () => {
  it("loads without dynamic code and solves as in Node", async () => {
    const tab = await browser.newPage();
    const problems: string[] = [];
    tab.on("pageerror", (error) => problems.push(error.message));
    tab.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("favicon")) problems.push(message.text());
    });
    await tab.goto(address);
    await tab.waitForFunction("globalThis.ready === true");
    const problem = browserProblem();
    const inBrowser = (await tab.evaluate(`solve(${JSON.stringify(problem)})`)) as {
      mean: number[];
      support: number[];
      iterations: number;
    };
    const here = kroneckerSbl(problem.factors, problem.measurement, problem.options);
    expect(inBrowser.iterations).toBe(here.iterations);
    expect(inBrowser.support).toEqual([...here.support]);
    // The solver uses + − × ÷ √ only, but for the logarithms of the evidence: the same bits on every engine.
    expect(inBrowser.mean).toEqual([...here.mean.data]);
    expect(problems).toEqual([]);
  });

  it("offers the whole public surface", async () => {
    const tab = await browser.newPage();
    await tab.goto(address);
    await tab.waitForFunction("globalThis.ready === true");
    const names = (await tab.evaluate("names")) as string[];
    expect(names.sort()).toEqual(Object.keys(await import("../../src/index.js")).sort());
  });
});
