/**
 * The disk fails under a command: at its first call, at its second, and so on until the command makes no such call. It
 * must end with one clear error, and leave whole files of one run.
 */
import { mkdirSync, promises, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { describe, expect, it, vi } from "vitest";
import { type MainOptions, main } from "../../simulations/commands/main.js";
import type { FigureConfiguration } from "../../simulations/engine/contract.js";
import { nodeFiles } from "../../simulations/engine/file-system.js";
import { createPlan } from "../../simulations/engine/plan.js";
import { freeResultPath, openResultFolder } from "../../simulations/engine/result-files.js";
import { runPlan } from "../../simulations/engine/run.js";
import { runTrials } from "../../simulations/engine/trial.js";
import type { TrialRunner } from "../../simulations/engine/workers.js";
import { isSparseError } from "../../src/errors.js";
import { writeNpy } from "../../src/io/index.js";
import { writeWith } from "../../src/io/node/write-file-atomic.js";
import { type Fault, faultyFiles, noFault } from "../support/faulty-files.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { thrownBy } from "../support/thrown.js";
import { toyFigure, toyScenario } from "../support/toy-study.mjs";

// A report is a megabyte and takes longer than all the rest; what is in it does not matter here.
vi.mock("../../simulations/engine/report/page.js", () => ({
  renderReport: () => "<!doctype html></html>\n",
}));

type Files = Readonly<Record<string, string>>;

const folder = temporaryFolder();
const small: FigureConfiguration = {
  ...toyFigure,
  id: "small",
  grid: { "noise.variance": [1, 2] },
  estimators: ["average", "truth"],
  trials: 3,
};
const appending = "append trials.log";
const registryModule = new URL("../support/toy-study.mjs", import.meta.url).href;
const codes = ["EIO", "ENOSPC", "EACCES", "EMFILE"] as const;
const faults: readonly Fault[] = [false, true].flatMap((lasting) => [
  ...codes.map((code) => ({ code, short: false, lasting })),
  { code: "ENOSPC", short: true, lasting } as const,
]);
const named = faults.map((fault) => {
  const { code, short, lasting } = fault;
  return [`${code}${short ? " after a part" : ""}, ${lasting ? "from then on" : "once"}`, fault] as const;
});

/** Runs a command whose k-th call to the disk fails. */
async function sparsewave(
  words: readonly string[],
  k = Number.POSITIVE_INFINITY,
  fault = noFault,
  change: Partial<MainOptions> = {},
) {
  let out = "";
  let err = "";
  const { files, calls, failed } = faultyFiles(k, fault);
  const status = await main(words, {
    streams: { stdout: { write: (text) => (out += text) }, stderr: { write: (text) => (err += text) } },
    files,
    loadRegistry: async () => ({ scenarios: [toyScenario], figures: [small] }),
    registryModule,
    ...change,
  });
  return { status, out, err, calls, failed };
}

type Ended = Awaited<ReturnType<typeof sparsewave>>;

function runToy(...words: string[]): string[] {
  return ["run", "small", "--workers", "1", "--quiet", "--out", folder.path("run"), ...words];
}

/** The files of the folder. Of times and reports, which no two runs share, only that they are whole. */
function readFiles(): Files {
  const whole: Readonly<Record<string, RegExp>> = {
    "report.html": /^<!doctype html>[\s\S]*<\/html>\n$/,
    "timing.json": /^\{\n {2}"schema": "sparsewave\.timing[\s\S]*\n\}\n$/,
  };
  const names = readdirSync(folder.path("run"));
  return Object.fromEntries(
    names.map((name) => {
      const text = readFileSync(folder.path("run", name), "utf8");
      return [name, whole[name]?.test(text) ? "whole" : text];
    }),
  );
}

function writeFiles(files: Files): void {
  mkdirSync(folder.path("run"), { recursive: true });
  for (const name of readdirSync(folder.path("run"))) rmSync(folder.path("run", name));
  for (const [name, text] of Object.entries(files)) writeFileSync(folder.path("run", name), text);
}

/** What a run on a healthy disk leaves and shows. */
async function healthyRun(...words: string[]) {
  const { status, out, calls } = await sparsewave(runToy("--force", ...words));
  expect(status).toBe(0);
  return { files: readFiles(), table: withoutTimes(out.slice(0, out.indexOf("Results are in"))), calls };
}

/** No two runs share their times. */
function withoutTimes(out: string): string {
  return out.replace(/(?<=^Median time per run: ).*$/m, "…");
}

/** A run to be replaced, no file of which could be taken for one of the run that replaces it. */
async function earlierRun(): Promise<Files> {
  const { files } = await healthyRun("--seed", "2");
  return { ...files, "report.html": "earlier", "timing.json": "earlier" };
}

/** After these the bytes are where they belong; only a loss of power could still take them away. */
const harmless = (call: string) => /^close |^(?:open|sync) run$/.test(call);

/** One sentence that names the file and the code, and status 2 if the folder could not be used from the start. */
function expectOneError({ status, err, failed }: Ended, { code }: Fault): void {
  expect(err).toMatch(new RegExp(`^(?:run|report|solve): [^\\n]+ cannot be \\w+ \\(${code}\\)[^\\n]*\\n$`));
  expect(status, failed[0]).toBe(err.includes("cannot be used") ? 2 : 1);
  const name = failed.find((call) => !harmless(call))!.replace(/^.* /, "");
  expect(err).toContain(
    name === "temporary" || name === "run" ? folder.path("run") : folder.path("run", name),
  );
}

/** Every file is of the earlier run or of the new one, never of both; the result is whole and not without its run. */
function expectOneRun(after: Files, earlier: Files, fresh: Files, { failed }: Ended, { short }: Fault): void {
  const names = Object.keys(after);
  const kept = names.filter((name) => after[name] === earlier[name]);
  if (kept.length > 0) {
    expect(names, failed[0]).toEqual(kept);
    // The result goes first.
    expect("result.json" in after, failed[0]).toBe(kept.length === 5);
    return;
  }
  const { "trials.log": log = "", ...whole } = after;
  expect(fresh["trials.log"].startsWith(log), failed[0]).toBe(true);
  if (!/(?:^|\n)$/.test(log)) expect([short, failed]).toEqual([true, expect.arrayContaining([appending])]);
  expect(fresh, failed[0]).toMatchObject(whole);
  if ("result.json" in whole) {
    expect(names, failed[0]).toContain("plan.json");
    expect(log, failed[0]).toBe(fresh["trials.log"]);
  }
  if ("report.html" in whole) expect(names, failed[0]).toContain("result.json");
}

/** Runs a command over the same files with the fault at every call in turn; `check` looks at what is left. */
async function failEveryCall(
  before: Files,
  words: readonly string[],
  fault: Fault,
  check: (ended: Ended, after: Files, done: boolean) => void,
): Promise<void> {
  for (let k = 1; ; k++) {
    writeFiles(before);
    const ended = await sparsewave(words, k, fault);
    const files = readFiles();
    const after = Object.fromEntries(Object.entries(files).filter(([name]) => !name.endsWith(".tmp")));
    if (!ended.failed.includes("remove temporary")) expect(files, ended.failed[0]).toEqual(after);
    const done = ended.failed.every(harmless);
    if (done) expect(ended.status).toBe(0);
    else expectOneError(ended, fault);
    check(ended, after, done);
    if (ended.failed.length === 0) return;
  }
}

describe("run", () => {
  it.each(named)("leaves the files of one run, and says what failed: %s", async (_, fault) => {
    const earlier = await earlierRun();
    const { files: fresh, table } = await healthyRun();
    // A run into an empty folder makes fewer calls of the same kind: the hardest faults are enough for it.
    for (const before of fault.short ? [{}, earlier] : [earlier]) {
      const words = runToy(...(before === earlier ? ["--force"] : []));
      await failEveryCall(before, words, fault, (ended, after, done) => {
        expectOneRun(after, earlier, fresh, ended, fault);
        if (done) expect([ended.err, after]).toEqual(["", fresh]);
        // The answer of a run that has come to its end is shown.
        else expect(withoutTimes(ended.out)).toBe(after["trials.log"] === fresh["trials.log"] ? table : "");
      });
    }
  });

  it("leaves a folder that holds results alone, also if it cannot see them", async () => {
    const earlier = await earlierRun();
    // As long as one file is seen, the folder is known to hold results.
    writeFiles({ "trials.log": earlier["trials.log"] });
    for (const fault of faults) {
      for (let k = 1; k <= 5; k++) {
        const { status, err, failed } = await sparsewave(runToy(), k, fault);
        expect([status, failed.length]).toEqual([2, 1]);
        expect(err).toMatch(/^run: [^\n]+ cannot be used \(E\w+\); [^\n]+\n$/);
        expect(readFiles()).toEqual({ "trials.log": earlier["trials.log"] });
      }
    }
    const unseen = faultyFiles(1, { ...noFault, lasting: true });
    const error = await thrownBy(() => freeResultPath("small", unseen.files));
    expect(isSparseError(error, "option")).toBe(true);
  });

  it("leaves a run alone that starts in the same folder at the same moment", async () => {
    const other = openResultFolder(folder.path("run"), false);
    other.appendTrials("theirs\n");
    // Looked for before it was there.
    const statSync = (() => {
      throw Object.assign(new Error("not yet"), { code: "ENOENT" });
    }) as never;
    const error = await thrownBy(() =>
      openResultFolder(folder.path("run"), false, { ...nodeFiles, statSync }),
    );
    other.close();
    expect(error.message).toContain("trials.log cannot be used (EEXIST)");
    expect(readFiles()).toEqual({ "trials.log": "theirs\n" });
  });

  it("flushes a file before it gets its name, and the log before the result", async () => {
    const { calls } = await healthyRun();
    const writing = ["open temporary", "append temporary", "sync temporary", "close temporary"];
    for (const name of ["plan.json", "result.json", "timing.json", "report.html"]) {
      const at = calls.indexOf(`rename ${name}`);
      expect(calls.slice(at - 4, at + 3)).toEqual([...writing, `rename ${name}`, "open run", "sync run"]);
    }
    const last = calls.lastIndexOf(appending);
    expect(calls.slice(last, last + 3)).toEqual([appending, "sync trials.log", "realpath result.json"]);
  });

  it("does not say that trials are kept which the disk did not take", async () => {
    const interrupted = { catchInterrupts: () => AbortSignal.abort() };
    const { status, calls } = await sparsewave(runToy(), Number.POSITIVE_INFINITY, noFault, interrupted);
    expect(status).toBe(130);
    writeFiles({});
    const k = calls.indexOf("sync trials.log") + 1;
    expectOneError(await sparsewave(runToy(), k, noFault, interrupted), noFault);
  });

  it("ends its threads, and the log where it was cut", async () => {
    const threads: Worker[] = [];
    const watch = (thread: Worker) => threads.push(thread);
    process.on("worker", watch);
    const log = async (k: number, fault: Fault) => {
      const ended = await sparsewave(runToy("--trials", "300", "--force", "--workers", "2"), k, fault);
      return { ...ended, log: readFileSync(folder.path("run", "trials.log"), "utf8") };
    };
    const whole = await log(Number.POSITIVE_INFINITY, noFault);
    const second = whole.calls.indexOf(appending) + 2;
    for (const lasting of [false, true]) {
      const ended = await log(second, { code: "ENOSPC", short: true, lasting });
      expectOneError(ended, { ...noFault, code: "ENOSPC" });
      expect(whole.log.startsWith(ended.log)).toBe(true);
      expect(ended.calls.filter((call) => call === appending)).toHaveLength(2);
    }
    process.off("worker", watch);
    expect(threads.map(({ threadId }) => threadId)).toEqual(Array(6).fill(-1));
  });
});

describe("runPlan", () => {
  it("passes nothing on after a piece that could not be kept", async () => {
    const plan = createPlan(small, toyScenario);
    const runner: TrialRunner = {
      lanes: 3,
      run: async ({ from, count }) => {
        await setTimeout(2 * from);
        return runTrials(plan, from, count);
      },
      close: async () => {},
    };
    let pieces = 0;
    const onRecords = () => {
      pieces++;
      throw new Error("full");
    };
    expect((await thrownBy(() => runPlan(plan, runner, { onRecords }))).message).toBe("full");
    expect(pieces).toBe(1);
  });
});

describe("report", () => {
  it.each(named)("replaces the report or says what failed, and no more: %s", async (_, fault) => {
    const { files: fresh } = await healthyRun();
    const timing = readFileSync(folder.path("run", "timing.json"), "utf8");
    const before = { ...fresh, "timing.json": timing, "report.html": "earlier" };
    await failEveryCall(before, ["report", folder.path("run")], fault, (_ended, after, done) => {
      expect(after).toEqual({ ...fresh, "report.html": done ? "whole" : "earlier" });
    });
  });
});

describe("writeFileAtomic", () => {
  it("throws what failed first, also if the temporary file cannot be removed", async () => {
    const failing = (code: string) => async () => {
      throw Object.assign(new Error(code), { code });
    };
    const operations = { ...promises, rename: failing("ENOSPC"), rm: failing("EIO") };
    const error = await thrownBy(() => writeWith(operations, folder.path("file"), new Uint8Array(1)));
    expect(error.code).toBe("ENOSPC");
  });
});

describe("solve --out", () => {
  it.each(named)("writes the file or says what failed, and shows the answer: %s", async (_, fault) => {
    const save = (name: string, shape: number[], ...values: number[]): string => {
      writeFileSync(folder.path(name), writeNpy({ shape, complex: false, data: Float64Array.from(values) }));
      return folder.path(name);
    };
    const dictionary = save("A.npy", [2, 2], 1, 0, 0, 1);
    const measurement = save("y.npy", [2], 3, 0);
    const words = ["solve", "omp", "--dictionary", dictionary, "--measurement", measurement, "--json"];
    words.push("--noise-variance", "1e-3", "--out", folder.path("run", "out.json"));
    await failEveryCall({ "out.json": "earlier" }, words, fault, (ended, after, done) => {
      expect(JSON.parse(ended.out).mean.re).toEqual([3, 0]);
      expect(after).toEqual({ "out.json": done ? ended.out : "earlier" });
    });
  });
});
