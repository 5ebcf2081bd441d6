/** The library in a real browser, under policies that forbid dynamic code, with and without WebAssembly. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bitsOf, meanOf, names, runNames, sineRunNames } from "../support/browser-page.js";
import { bundleForBrowser } from "../support/bundle.js";
import { withKernels } from "../support/kernels.js";

const folder = mkdtempSync(join(tmpdir(), "sparsewave-browser-"));
const page = `<!doctype html><title>sparsewave</title><script type="module" src="/page.js"></script>`;
const script = `
import * as page from "/library.js";
globalThis.page = page;
`;

const policies = [
  { path: "/with", policy: "script-src 'self' 'wasm-unsafe-eval'", backend: "webassembly" },
  { path: "/without", policy: "script-src 'self'", backend: "typescript" },
] as const;

let server: Server;
let browser: Browser;
let address: string;

beforeAll(async () => {
  const library = await bundleForBrowser("test/support/browser-page.ts", folder);
  const files: Record<string, [string, string]> = {
    "/page.js": ["text/javascript", script],
    "/library.js": ["text/javascript", readFileSync(library, "utf8")],
  };
  server = createServer(({ url = "" }, response) => {
    const asked = policies.find(({ path }) => path === url);
    const file = asked === undefined ? files[url] : ["text/html", page];
    response.writeHead(file === undefined ? 404 : 200, {
      "content-type": file?.[0] ?? "text/plain",
      "content-security-policy": `default-src 'none'; ${asked?.policy ?? ""}`,
    });
    response.end(file?.[1]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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

describe.each(policies)("in Chromium, under $policy", ({ path, backend }) => {
  const problems: string[] = [];
  let tab: Page;
  const call = (name: string, ...parameters: unknown[]) =>
    tab.evaluate(`page.${name}(${parameters.map((value) => JSON.stringify(value)).join()})`);

  beforeAll(async () => {
    tab = await browser.newPage();
    tab.on("pageerror", (error) => problems.push(error.message));
    tab.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("favicon")) problems.push(message.text());
    });
    await tab.goto(`${address}${path}`);
    await tab.waitForFunction("globalThis.page !== undefined");
  });

  it("offers the whole public surface", async () => {
    expect(await tab.evaluate("page.names")).toEqual(names);
    expect(names).toEqual(Object.keys(await import("../../src/index.js")).sort());
  });

  it(`computes with ${backend}`, async () => {
    const info = await call("kernelInfo");
    expect(info).toMatchObject({ backend, memoryUsed: 0 });
    if (backend === "typescript") {
      expect(info).toMatchObject({
        reason: expect.stringMatching(/^the engine refused WebAssembly: .*unsafe-eval/),
      });
    } else expect(info).not.toHaveProperty("reason");
  });

  it.each(runNames)("gives the bits that Node gives: %s", async (name) => {
    const bits = (await call("bitsOf", name)) as string;
    expect(bits).toBe(withKernels(backend, () => bitsOf(name)));
    expect(bits.length).toBeGreaterThan(1000);
  });

  it.each(sineRunNames)("gives what Node gives, but for rounding: %s", async (name) => {
    const mean = (await call("meanOf", name)) as number[];
    const expected = withKernels(backend, () => meanOf(name));
    const largest = Math.max(...expected.map(Math.abs));
    expect(mean.length).toBe(expected.length);
    mean.forEach((value, i) => {
      expect(Math.abs(value - expected[i])).toBeLessThan(1e-9 * largest);
    });
  });

  it("meets no error", () => expect(problems).toEqual([]));
});
