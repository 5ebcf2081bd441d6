/** The example of the README runs as it stands, against the build. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";

it("the README's first example runs and finds the coefficients", () => {
  const [, example = ""] = /```js\n([\s\S]*?)```/.exec(readFileSync("README.md", "utf8")) ?? [];
  const lines = example.trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(15);
  const program = example.replace('"sparsewave"', `"${pathToFileURL(resolve("dist/src/index.js")).href}"`);
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  const [, error] = /^tolerance \d+ iterations, NMSE (\S+)$/m.exec(output) ?? [];
  expect(Number(error)).toBeLessThan(1e-3);
});
