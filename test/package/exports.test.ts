/** The public surface is a promise: an export that appears or vanishes must be meant. */
import { describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };

const entries = Object.entries(packageJson.exports)
  .filter(([, target]) => target.endsWith(".js"))
  .map(([entry, target]) => [entry, target.replace("./dist/", "../../").replace(/\.js$/, ".ts")] as const);

describe("exported names", () => {
  for (const [entry, source] of entries) {
    it(entry, async () => {
      const module: object = await import(/* @vite-ignore */ source);
      expect(Object.keys(module).sort()).toMatchSnapshot();
    });
  }

  it("of the folders are all in the whole, but those for Node", async () => {
    const whole = Object.keys(await import("../../src/index.js"));
    for (const [entry, source] of entries) {
      if (entry === "." || entry === "./io/node") continue;
      const module: object = await import(/* @vite-ignore */ source);
      expect(whole).toEqual(expect.arrayContaining(Object.keys(module)));
    }
  });
});
