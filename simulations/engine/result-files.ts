/** The folder of a run: the only place where the engine touches the disk. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { SparseError } from "../../src/errors.js";
import { writeFileAtomic } from "../../src/io/node/index.js";
import { parseJson } from "./json.js";
import {
  type PlanRecord,
  planSchema,
  type Result,
  resultSchema,
  type Timing,
  timingSchema,
} from "./result.js";

const maxFileBytes = 2 ** 28;
/** Removed together when a run is replaced, so that no file of one run lies beside those of another. */
const fileNames = ["result.json", "plan.json", "trials.log", "timing.json", "report.html"] as const;

/** Where a run writes. The log is appended to as trials are done; the other files are written whole. */
export interface ResultFolder {
  readonly path: string;
  appendTrials(lines: string): void;
  writePlan(plan: PlanRecord): Promise<void>;
  writeResult(result: Result): Promise<void>;
  writeTiming(timing: Timing): Promise<void>;
  writeReport(html: string): Promise<void>;
  close(): void;
}

/**
 * Makes the folder for a run and opens its log.
 *
 * @param path - the folder to use
 * @param force - replace the results that the folder holds
 * @throws `option` if the folder holds results and `force` is not set, or cannot be written to
 */
export function openResultFolder(path: string, force: boolean): ResultFolder {
  if (holdsResults(path) && !force) {
    throw folderError(path, "a folder that holds results", "another folder, or --force to replace them");
  }
  let log: number;
  try {
    mkdirSync(path, { recursive: true });
    for (const name of fileNames) rmSync(join(path, name), { force: true });
    // "x": of two runs that start at the same moment, one is refused.
    log = openSync(join(path, "trials.log"), "ax");
  } catch (error) {
    const { code = "an error" } = error as NodeJS.ErrnoException;
    throw folderError(path, `not writable (${code})`, "a folder that can be written to");
  }
  const write = async (name: string, text: string): Promise<void> => {
    await writeFileAtomic(join(path, name), new TextEncoder().encode(text));
  };
  const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
  return {
    path,
    appendTrials: (lines) => appendFileSync(log, lines),
    writePlan: (plan) => write("plan.json", json(plan)),
    writeResult: (result) => write("result.json", json(result)),
    writeTiming: (timing) => write("timing.json", json(timing)),
    writeReport: (html) => write("report.html", html),
    close: () => {
      fsyncSync(log);
      closeSync(log);
    },
  };
}

/** `results/<figure>`, or the first of `results/<figure>-2`, `-3`, … that holds no results yet. */
export function freeResultPath(figure: string): string {
  const first = join("results", figure);
  let path = first;
  for (let number = 2; holdsResults(path); number++) path = `${first}-${number}`;
  return path;
}

function holdsResults(path: string): boolean {
  return fileNames.some((name) => existsSync(join(path, name)));
}

/** What a finished run left behind. */
export interface StoredRun {
  readonly plan: PlanRecord;
  readonly result: Result;
  /** Absent if the file was deleted: no number depends on it. */
  readonly timing?: Timing;
}

/**
 * Reads the results in a folder back.
 *
 * @throws `option` if there are none; `format` if a file is damaged or of another schema; `limit` beyond 256 MiB
 */
export function readResultFolder(path: string): StoredRun {
  const read = <S extends v.GenericSchema>(name: string, schema: S): v.InferOutput<S> => {
    const text = readText(path, name);
    const checked = v.safeParse(schema, parseJson("report", name, text), { abortEarly: true });
    if (checked.success) return checked.output;
    const field = v.getDotPath(checked.issues[0]) ?? "the file";
    throw new SparseError("format", `report: ${name} is not a sparsewave file: ${field} does not fit`, {
      parameter: field,
      expected: String(checked.issues[0].expected),
      received: name,
    });
  };
  const run = { plan: read("plan.json", planSchema), result: read("result.json", resultSchema) };
  if (!belongTogether(run)) {
    throw new SparseError(
      "format",
      "report: plan.json and result.json are not of one run; expected the same plan",
      {
        parameter: "result.json",
        expected: "the plan of plan.json",
        received: "another plan",
      },
    );
  }
  return existsSync(join(path, "timing.json")) ? { ...run, timing: read("timing.json", timingSchema) } : run;
}

/** Whether the result has what the plan promises, so that a report finds every number it looks for. */
function belongTogether({ plan, result }: StoredRun): boolean {
  const estimators = plan.estimators.map(({ id }) => id).join("\n");
  return (
    plan.configurationHash === result.configurationHash &&
    result.points.length > 0 &&
    result.points.every(
      (point) =>
        point.estimators.map(({ id }) => id).join("\n") === estimators &&
        point.estimators.every(({ metrics }) => plan.metrics.every(({ id }) => Object.hasOwn(metrics, id))),
    )
  );
}

/** Replaces the report beside the results. */
export async function writeReport(path: string, html: string): Promise<string> {
  const file = join(path, "report.html");
  await writeFileAtomic(file, new TextEncoder().encode(html));
  return file;
}

function readText(path: string, name: string): string {
  let file: number;
  try {
    file = openSync(join(path, name), "r");
  } catch {
    throw new SparseError("option", `report: ${path} has no ${name}; expected the folder of a finished run`, {
      parameter: "folder",
      expected: "the folder of a finished run",
      received: path,
    });
  }
  try {
    const { size } = fstatSync(file);
    if (size <= maxFileBytes) return readFileSync(file, "utf8");
    throw new SparseError("limit", `report: ${name} has ${size} bytes; expected at most ${maxFileBytes}`, {
      parameter: name,
      expected: `at most ${maxFileBytes} bytes`,
      received: `${size} bytes`,
    });
  } finally {
    closeSync(file);
  }
}

function folderError(path: string, received: string, expected: string): SparseError {
  return new SparseError("option", `run: ${path} is ${received}; expected ${expected}`, {
    parameter: "out",
    expected,
    received,
  });
}
