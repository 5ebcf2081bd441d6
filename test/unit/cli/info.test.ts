import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { main } from "../../../simulations/commands/main.js";
import { useKernelsOf } from "../../../simulations/engine/kernels.js";
import { kernelInfo } from "../../../src/kernels/index.js";
import { suiteBackend, useSuiteKernels } from "../../support/kernels.js";
import { thrownBy } from "../../support/thrown.js";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

afterEach(useSuiteKernels);

async function sparsewave(environment: Record<string, string>, ...words: string[]) {
  let out = "";
  let err = "";
  const status = await main(words, {
    streams: { stdout: { write: (text) => (out += text) }, stderr: { write: (text) => (err += text) } },
    environment,
  });
  return { status, out, err };
}

describe("info", () => {
  it("shows version, kernels, memory limit and processors", async () => {
    const { status, out, err } = await sparsewave({ SPARSEWAVE_KERNELS: "webassembly" }, "info");
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toBe(
      [
        `sparsewave      ${version}`,
        `Node            ${process.version}`,
        "kernels         webassembly",
        "working memory  at most 2048 MiB",
        `processors      ${availableParallelism()}`,
        "",
      ].join("\n"),
    );
  });

  it("says why the kernels are not WebAssembly", async () => {
    const { out } = await sparsewave({ SPARSEWAVE_KERNELS: "typescript" }, "info");
    expect(out).toContain("kernels         typescript (TypeScript was asked for)\n");
  });

  it("prints one JSON object", async () => {
    const facts = {
      version,
      node: process.version,
      memoryLimit: 2 ** 31,
      processors: availableParallelism(),
    };
    const plain = await sparsewave({ SPARSEWAVE_KERNELS: "automatic" }, "info", "--json");
    expect(JSON.parse(plain.out)).toEqual({ ...facts, kernels: { backend: "webassembly" } });
    const slow = await sparsewave({ SPARSEWAVE_KERNELS: "typescript" }, "info", "--json");
    expect(JSON.parse(slow.out)).toEqual({
      ...facts,
      kernels: { backend: "typescript", reason: "TypeScript was asked for" },
    });
  });
});

describe("SPARSEWAVE_KERNELS", () => {
  it("leaves the kernels as they are if it is absent or empty", () => {
    const before = kernelInfo().backend;
    for (const environment of [{}, { SPARSEWAVE_KERNELS: "" }]) {
      useKernelsOf(environment);
      expect(kernelInfo().backend).toBe(before);
    }
  });

  it.each(["wasm", "TypeScript", "automatic ", "__proto__"])(
    "is refused as %j with status 2 and one sentence, whatever the command",
    async (name) => {
      const ended = await sparsewave({ SPARSEWAVE_KERNELS: name }, "list");
      expect(ended).toEqual({
        status: 2,
        out: "",
        err: `sparsewave: environment variable SPARSEWAVE_KERNELS is ${JSON.stringify(name)}; expected automatic, webassembly or typescript\n`,
      });
      expect(kernelInfo().backend).toBe(suiteBackend === "typescript" ? "typescript" : "webassembly");
    },
  );

  it("is an error of the caller, for programs", async () => {
    const error = await thrownBy(() => useKernelsOf({ SPARSEWAVE_KERNELS: "fast" }));
    expect(error).toMatchObject({ code: "option", parameter: "SPARSEWAVE_KERNELS" });
  });
});
