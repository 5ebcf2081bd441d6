import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../support/temporary-folder.js";

// The program as it is installed: these tests need `npm run build`, which `npm test` does first.
const program = fileURLToPath(new URL("../../../dist/simulations/cli.js", import.meta.url));
const folder = temporaryFolder();

function start(...words: string[]) {
  return startWith({}, ...words);
}

function startWith(environment: Record<string, string>, ...words: string[]) {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [program, ...words], { cwd: folder.path(), env });
  const output = { out: "", err: "" };
  child.stdout.on("data", (data: Buffer) => {
    output.out += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    output.err += data.toString();
  });
  const ended = once(child, "close").then(([status]) => ({ status: status as number, ...output }));
  return { child, ended };
}

describe("the program", () => {
  it("runs a figure on worker threads, into results/ of the working folder", async () => {
    const words = ["run", "irs-snr", "--trials", "1", "--estimators", "omp", "--workers", "2"];
    for (const path of ["results/irs-snr", "results/irs-snr-2"]) {
      const { status, out, err } = await start(...words).ended;
      expect({ status, err }).toEqual({ status: 0, err: "" });
      expect(out).toContain(`Results are in ${path}, `);
      expect(existsSync(folder.path(path, "report.html"))).toBe(true);
    }
    const [one, two] = ["irs-snr", "irs-snr-2"].map((name) =>
      readFileSync(folder.path("results", name, "result.json"), "utf8"),
    );
    expect(two).toBe(one);
  });

  it("ends with status 2 and one sentence on the caller's mistake", async () => {
    const { status, out, err } = await start("run", "irs-srn").ended;
    expect({ status, out, err }).toEqual({
      status: 2,
      out: "",
      err: 'run: figure "irs-srn" is unknown; did you mean irs-snr?\n',
    });
    expect(existsSync(folder.path("results"))).toBe(false);
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "keeps the trials that are done when interrupted by %s",
    async (signal) => {
      const { child, ended } = start(
        "run",
        "irs-snr",
        "--trials",
        "100000",
        "--estimators",
        "omp",
        "--workers",
        "2",
        "--out",
        "run",
      );
      const log = folder.path("run", "trials.log");
      while (!(existsSync(log) && statSync(log).size > 0)) await setTimeout(20);
      child.kill(signal);
      const { status, out, err } = await ended;
      expect({ status, out }).toEqual({ status: 130, out: "" });
      const kept = /^run: interrupted; (\d+) of 500000 trials are kept in run.trials\.log\n$/.exec(err)![1];
      const lines = readFileSync(log, "utf8").trimEnd().split("\n");
      expect(lines.length).toBe(Number(kept));
      expect(lines.map((line) => JSON.parse(line).trial)).toEqual(lines.map((_, trial) => trial));
      expect(existsSync(folder.path("run", "result.json"))).toBe(false);
    },
  );

  it("computes with the kernels that SPARSEWAVE_KERNELS names, on worker threads too", async () => {
    const runs = [];
    for (const [kernels, workers] of [
      ["typescript", "1"],
      ["typescript", "2"],
      ["webassembly", "2"],
    ] as const) {
      const out = `${kernels}-${workers}`;
      const words = [
        "--trials",
        "2",
        "--estimators",
        "kronecker-sbl-svd",
        "--workers",
        workers,
        "--out",
        out,
      ];
      const ended = await startWith({ SPARSEWAVE_KERNELS: kernels }, "run", "irs-snr", "--quiet", ...words)
        .ended;
      expect(ended).toMatchObject({ status: 0, err: "" });
      expect(JSON.parse(readFileSync(folder.path(out, "timing.json"), "utf8")).kernels).toBe(kernels);
      runs.push(readFileSync(folder.path(out, "result.json"), "utf8"));
    }
    expect(runs[1]).toBe(runs[0]);
    // Another rounding: threads that did not hear of the variable would give the same bytes.
    expect(runs[2]).not.toBe(runs[1]);
  });

  it("ends with status 2 and one sentence if SPARSEWAVE_KERNELS names none", async () => {
    const { status, out, err } = await startWith({ SPARSEWAVE_KERNELS: "wasm" }, "info").ended;
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toBe(
      'sparsewave: environment variable SPARSEWAVE_KERNELS is "wasm"; expected automatic, webassembly or typescript\n',
    );
  });

  it("does not complain about a reader that stops reading", async () => {
    const { child, ended } = start("list", "--json");
    child.stdout.destroy();
    expect(await ended).toMatchObject({ status: 0, err: "" });
  });
});
