import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  freeResultPath,
  openResultFolder,
  readResultFolder,
} from "../../../simulations/engine/result-files.js";
import { isSparseError } from "../../../src/errors.js";
import { kernelInfo } from "../../../src/kernels/index.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { thrownBy } from "../../support/thrown.js";
import { toyRun } from "../../support/toy-run.js";

const folder = temporaryFolder();

async function writeRun(path: string): Promise<void> {
  const run = await toyRun();
  const files = openResultFolder(path, false);
  await files.writePlan(run.plan);
  files.appendTrials("first\n");
  files.appendTrials("second\n");
  files.close();
  await files.writeResult(run.result);
  await files.writeTiming(run.timing);
  await files.writeReport("<!doctype html>");
}

describe("openResultFolder", () => {
  it("writes all files of a run into a new folder, and nothing else", async () => {
    await writeRun(folder.path("a folder", "with ünïcode"));
    expect(readdirSync(folder.path("a folder", "with ünïcode")).sort()).toEqual([
      "plan.json",
      "report.html",
      "result.json",
      "timing.json",
      "trials.log",
    ]);
    expect(readFileSync(folder.path("a folder", "with ünïcode", "trials.log"), "utf8")).toBe(
      "first\nsecond\n",
    );
  });

  it("refuses a folder that holds results, finished or not, unless forced", async () => {
    for (const name of ["result.json", "trials.log"]) {
      mkdirSync(folder.path(name));
      writeFileSync(folder.path(name, name), "precious");
      const error = await thrownBy(() => openResultFolder(folder.path(name), false));
      expect(isSparseError(error, "option")).toBe(true);
      expect(error.message).toContain("--force");
      expect(readFileSync(folder.path(name, name), "utf8")).toBe("precious");
    }
  });

  it("removes every file of the run it replaces, and no other file", async () => {
    await writeRun(folder.path("run"));
    writeFileSync(folder.path("run", "notes.txt"), "mine");
    openResultFolder(folder.path("run"), true).close();
    expect(readdirSync(folder.path("run")).sort()).toEqual(["notes.txt", "trials.log"]);
  });

  it("refuses a path that is a file", async () => {
    writeFileSync(folder.path("file"), "");
    const error = await thrownBy(() => openResultFolder(folder.path("file"), false));
    expect(isSparseError(error, "option")).toBe(true);
    expect(error.message).toContain("EEXIST");
  });
});

describe("freeResultPath", () => {
  it("takes the first number that is free", () => {
    const home = process.cwd();
    try {
      process.chdir(folder.path());
      expect(freeResultPath("irs-snr")).toMatch(/^results.irs-snr$/);
      openResultFolder("results/irs-snr", false).close();
      expect(freeResultPath("irs-snr")).toMatch(/^results.irs-snr-2$/);
      openResultFolder("results/irs-snr-2", false).close();
      expect(freeResultPath("irs-snr")).toMatch(/^results.irs-snr-3$/);
    } finally {
      process.chdir(home);
    }
  });
});

describe("readResultFolder", () => {
  it("reads back what was written", async () => {
    await writeRun(folder.path("run"));
    const { plan, result, timing } = readResultFolder(folder.path("run"));
    const again = await toyRun();
    expect(plan).toEqual(again.plan);
    expect(result).toEqual(again.result);
    expect(timing!.schema).toBe("sparsewave.timing/1");
    expect(timing!.points!.map(({ at }) => at)).toEqual(result.points.map(({ at }) => at));
    expect(timing!.kernels).toBe(kernelInfo().backend);
  });

  it("reads the times of a version that had one kind of kernels", async () => {
    await writeRun(folder.path("run"));
    const file = folder.path("run", "timing.json");
    const { kernels, ...earlier } = JSON.parse(readFileSync(file, "utf8"));
    expect(kernels).toBe(kernelInfo().backend);
    writeFileSync(file, JSON.stringify(earlier));
    expect(readResultFolder(folder.path("run")).timing).toEqual(earlier);
  });

  it("reads the times of a version that did not time every run", async () => {
    await writeRun(folder.path("run"));
    const file = folder.path("run", "timing.json");
    const { points, ...earlier } = JSON.parse(readFileSync(file, "utf8"));
    expect(points).toHaveLength(6);
    for (const estimator of earlier.estimators) delete estimator.medianSeconds;
    writeFileSync(file, JSON.stringify(earlier));
    const { timing } = readResultFolder(folder.path("run"));
    expect(timing).toEqual(earlier);
    expect(timing).not.toHaveProperty("points");
  });

  it("refuses the times of another plan", async () => {
    await writeRun(folder.path("run"));
    for (const change of [{ estimators: ["average"] }, { grid: { samples: [16] } }]) {
      const { timing } = await toyRun(change);
      writeFileSync(folder.path("run", "timing.json"), JSON.stringify(timing));
      const error = await thrownBy(() => readResultFolder(folder.path("run")));
      expect(isSparseError(error, "format")).toBe(true);
      expect(error.message).toBe(
        "report: result.json and timing.json are not of one run; expected the same grid points and estimators",
      );
    }
  });

  it("does without the times", async () => {
    await writeRun(folder.path("run"));
    rmSync(folder.path("run", "timing.json"));
    expect(readResultFolder(folder.path("run"))).not.toHaveProperty("timing");
  });

  it.each([
    ["nothing", undefined, "option", "has no result.json"],
    ["other text", "hello", "format", "expected JSON"],
    ["another schema", '{"schema": "sparsewave.result/2"}', "format", "schema does not fit"],
    ["half a result", '{"schema": "sparsewave.result/1", "figure": "x"}', "format", "version does not fit"],
  ] as const)("refuses %s", async (_, text, code, part) => {
    await writeRun(folder.path("run"));
    rmSync(folder.path("run", "result.json"));
    if (text !== undefined) writeFileSync(folder.path("run", "result.json"), text);
    const error = await thrownBy(() => readResultFolder(folder.path("run")));
    expect(isSparseError(error, code)).toBe(true);
    expect(error.message).toContain(part);
  });

  it("refuses the result of another plan", async () => {
    await writeRun(folder.path("run"));
    const { result } = await toyRun({ seed: 2 });
    writeFileSync(folder.path("run", "result.json"), JSON.stringify(result));
    const error = await thrownBy(() => readResultFolder(folder.path("run")));
    expect(isSparseError(error, "format")).toBe(true);
    expect(error.message).toContain("not of one run");
  });
});
