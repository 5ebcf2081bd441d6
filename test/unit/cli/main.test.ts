import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { main } from "../../../simulations/commands/main.js";
import { solvers } from "../../../simulations/commands/solvers.js";
import type { SparseError } from "../../../src/errors.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { thrownBy } from "../../support/thrown.js";
import { registry, toyFigure } from "../../support/toy-study.mjs";

const folder = temporaryFolder();
const registryModule = new URL("../../support/toy-study.mjs", import.meta.url).href;

/** Runs a command with the toy study, in one thread unless told otherwise. */
async function sparsewave(...words: string[]) {
  let out = "";
  let err = "";
  const status = await main(words, {
    streams: { stdout: { write: (text) => (out += text) }, stderr: { write: (text) => (err += text) } },
    loadRegistry: async () => registry,
    registryModule,
  });
  return { status, out, err };
}

const runToy = (...words: string[]) =>
  sparsewave("run", "toy-figure", "--workers", "1", "--estimators", "average,truth", ...words);
const readJson = (...names: string[]) => JSON.parse(readFileSync(folder.path(...names), "utf8"));

describe("list", () => {
  it("shows everything that has a name", async () => {
    const { status, out, err } = await sparsewave("list");
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toMatch(/^ {2}toy-figure +Estimating a mean$/m);
    expect(out).toMatch(/^ {2}toy +The mean of normal samples$/m);
    expect(out).toMatch(/^ {2}kronecker-sbl +\S/m);
    const starts = [...out.matchAll(/^ {2}\S+ {2,}/gm)].map(([before]) => before.length);
    expect(starts.length).toBeGreaterThan(6);
    expect(new Set(starts).size).toBe(1);
  });

  it("prints one JSON object", async () => {
    const listing = JSON.parse((await sparsewave("list", "--json")).out);
    expect(Object.keys(listing)).toEqual(["figures", "scenarios", "solvers"]);
    expect(listing.figures).toEqual([{ id: "toy-figure", title: "Estimating a mean", scenario: "toy" }]);
    expect(listing.scenarios[0].estimators[3]).toEqual({
      id: "truth",
      summary: "the true mean",
      oracle: true,
    });
    expect(listing.scenarios[0].metrics[1]).toEqual({ id: "error", unit: "m", summary: "Error of the mean" });
  });

  it("knows the solvers that solve knows", async () => {
    const { solveCommand } = await import("../../../simulations/commands/solve.js");
    const flags = { dictionary: [], measurement: "", set: [] };
    const error = await thrownBy(() => solveCommand("?", flags, { out: () => {}, err: () => {} }));
    expect((error as SparseError).expected).toBe(solvers.map(({ id }) => id).join(", "));
  });
});

describe("run", () => {
  it("leaves the results, the report and a table", async () => {
    const { status, out, err } = await runToy("--trials", "5", "--out", folder.path("run"));
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(readdirSync(folder.path("run")).sort()).toEqual([
      "plan.json",
      "report.html",
      "result.json",
      "timing.json",
      "trials.log",
    ]);
    expect(out).toContain("NMSE [dB]: NMSE of the mean\n");
    expect(out).toMatch(/\n\nMedian time per run: average [\d.]+ \S+ · truth [\d.]+ \S+\n\nResults are in /);
    expect(out).toContain(`Results are in ${folder.path("run")}`);
    const result = readJson("run", "result.json");
    expect(result).toMatchObject({ schema: "sparsewave.result/1", figure: "toy-figure", seed: 1 });
    expect(result.points).toHaveLength(6);
    expect(result.points[0].estimators.map((e: { id: string }) => e.id)).toEqual(["average", "truth"]);
    expect(readFileSync(folder.path("run", "trials.log"), "utf8").split("\n")).toHaveLength(6 * 5 * 2 + 1);
    expect(readJson("run", "plan.json").command).toBe(
      "sparsewave run toy-figure --trials 5 --estimators average,truth",
    );
  });

  it("prints nothing but result.json on standard output with --json", async () => {
    const { out, err } = await runToy("--json", "--out", folder.path("run"));
    expect(out).toBe(readFileSync(folder.path("run", "result.json"), "utf8"));
    expect(err).toContain("Results are in");
  });

  it("writes the same bytes with worker threads, and again", async () => {
    const files: [string, string][] = [];
    for (const workers of ["1", "3", "3"]) {
      const out = folder.path(`run-${files.length}`);
      // Enough trials for many batches; the fragile estimator brings in every status.
      await sparsewave("run", "toy-figure", "--trials", "60", "--workers", workers, "--out", out, "--quiet");
      files.push([readFileSync(`${out}/result.json`, "utf8"), readFileSync(`${out}/trials.log`, "utf8")]);
    }
    expect(files[1]).toEqual(files[0]);
    expect(files[2]).toEqual(files[0]);
  });

  it("applies settings to the configuration and the grid", async () => {
    await runToy(
      "--set",
      "noise.variance=1:0.5:2",
      "--set",
      "samples=3",
      "--set",
      "mean=2*2",
      "--seed",
      "7",
      "--out",
      folder.path("run"),
    );
    const { points, configuration, seed } = readJson("run", "result.json");
    expect(seed).toBe(7);
    expect(configuration.mean).toBe(4);
    expect(points.map((point: { at: object }) => point.at)).toEqual(
      [1, 1.5, 2].map((variance) => ({ "noise.variance": variance, samples: 3 })),
    );
    expect(readJson("run", "plan.json").command).toBe(
      "sparsewave run toy-figure --seed 7 --estimators average,truth --set noise.variance=1:0.5:2 --set samples=3 --set 'mean=2*2'",
    );
  });

  it("runs a scenario with its defaults, and a figure file", async () => {
    const scenario = await sparsewave(
      "run",
      "toy",
      "--trials",
      "4",
      "--workers",
      "1",
      "--estimators",
      "first",
      "--out",
      folder.path("scenario"),
    );
    expect(scenario.status).toBe(0);
    expect(readJson("scenario", "result.json")).toMatchObject({ figure: "toy", points: [{ at: {} }] });

    writeFileSync(
      folder.path("my figure.json"),
      JSON.stringify({ ...toyFigure, id: "mine", estimators: ["first"] }),
    );
    const file = await sparsewave(
      "run",
      folder.path("my figure.json"),
      "--workers",
      "1",
      "--out",
      folder.path("file"),
    );
    expect(file.status).toBe(0);
    expect(readJson("file", "result.json").figure).toBe("mine");
  });

  it("ends with status 1 if averages leave trials out, and says which and why", async () => {
    const { status, out, err } = await sparsewave(
      "run",
      "toy-figure",
      "--workers",
      "1",
      "--quiet",
      "--out",
      folder.path("run"),
    );
    expect(status).toBe(1);
    expect(out).toMatch(/fragile at noise\.variance = 2, samples = 16: .*\d error of 12/);
    expect(err).toBe(
      'run: estimator fragile failed; the first message is "Error: the first sample is too large"\n',
    );
  });

  it("ends with status 1 and one sentence if the scenario fails", async () => {
    const { status, err } = await sparsewave(
      "run",
      "undrawable",
      "--workers",
      "1",
      "--out",
      folder.path("run"),
    );
    expect({ status, err }).toEqual({
      status: 1,
      err: "undrawable: draw failed at trial 0: Error: no channel today\n",
    });
    expect(existsSync(folder.path("run", "result.json"))).toBe(false);
  });

  it("keeps the trials of an interrupted run", async () => {
    let err = "";
    const status = await main(["run", "toy-figure", "--workers", "1", "--out", folder.path("run")], {
      streams: { stdout: { write: () => {} }, stderr: { write: (text) => (err += text) } },
      loadRegistry: async () => registry,
      catchInterrupts: () => AbortSignal.abort(),
    });
    expect(status).toBe(130);
    expect(err).toBe(`run: interrupted; 0 of 72 trials are kept in ${folder.path("run", "trials.log")}\n`);
    expect(readdirSync(folder.path("run")).sort()).toEqual(["plan.json", "trials.log"]);
  });

  it("does not overwrite results unless forced", async () => {
    await runToy("--out", folder.path("run"));
    const before = readFileSync(folder.path("run", "result.json"), "utf8");
    const refused = await runToy("--seed", "2", "--out", folder.path("run"));
    expect(refused.status).toBe(2);
    expect(refused.err).toContain("--force");
    expect(readFileSync(folder.path("run", "result.json"), "utf8")).toBe(before);
    expect((await runToy("--seed", "2", "--out", folder.path("run"), "--force")).status).toBe(0);
    expect(readFileSync(folder.path("run", "result.json"), "utf8")).not.toBe(before);
  });

  it.each([
    [["run"], "missing required argument"],
    [["run", "toy-figrue"], 'figure "toy-figrue" is unknown; did you mean toy-figure?'],
    [["run", "nowhere/figure.json"], "(ENOENT); expected a readable figure file"],
    [["run", "toy", "--trials", "0"], 'option trials is "0"; expected an integer at least 1'],
    [["run", "toy", "--trials", "1e9"], 'option trials is "1e9"'],
    [["run", "toy", "--trials", "1000001"], "expected at most 1000000 trials"],
    [["run", "toy", "--seed", "-1"], 'option seed is "-1"'],
    [["run", "toy", "--workers", "999"], "an integer from 1 to 256"],
    [["run", "toy", "--estimators", "averge"], "did you mean average?"],
    [["run", "toy", "--estimators", ""], 'estimator "" is unknown'],
    [["run", "toy", "--set", "sampels=4"], "did you mean samples?"],
    [["run", "toy", "--set", "samples=process.exit(1)"], "expected numbers"],
    [["run", "toy", "--trails", "4"], "did you mean --trials?"],
    [["rnu"], "unknown command"],
    [["report", "nowhere"], "nowhere has no plan.json"],
  ])("ends %j with status 2 and one sentence, and writes nothing", async (words, part) => {
    const out = words[0] === "run" ? ["--out", folder.path("run")] : [];
    const ended = await sparsewave(...words, ...out);
    expect(ended.status).toBe(2);
    expect(ended.out).toBe("");
    expect(ended.err.toLowerCase()).toContain(part.toLowerCase());
    expect(ended.err.trimEnd().split("\n")).toHaveLength(1);
    expect(readdirSync(folder.path())).toEqual([]);
  });
});

describe("report", () => {
  it("rebuilds the same report from the files alone", async () => {
    await runToy("--out", folder.path("run"));
    const before = readFileSync(folder.path("run", "report.html"), "utf8");
    writeFileSync(folder.path("run", "report.html"), "");
    const { status, out } = await sparsewave("report", folder.path("run"));
    expect(status).toBe(0);
    expect(out).toContain("report.html");
    expect(readFileSync(folder.path("run", "report.html"), "utf8")).toBe(before);
  });
});

describe("help", () => {
  it("is shown on request and without a command", async () => {
    for (const words of [[], ["--help"], ["run", "--help"]]) {
      const { status, out, err } = await sparsewave(...words);
      expect({ status, err }).toEqual({ status: 0, err: "" });
      expect(out).toContain("Usage: sparsewave");
    }
    expect((await sparsewave("--version")).out).toMatch(/^\d+\.\d+\.\d+/);
  });
});
