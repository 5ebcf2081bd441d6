/** The folder of a run: the only place where the engine touches the disk. */
import { join } from "node:path";
import * as v from "valibot";
import { isSparseError, SparseError } from "../../src/errors.js";
import { type FileSystem, fileError, isAbsent, nodeFiles } from "./file-system.js";
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
/** In the order in which they are removed when a run is replaced. */
const fileNames = ["result.json", "report.html", "timing.json", "plan.json", "trials.log"] as const;

/**
 * Where a run writes. The log is appended to as trials are done; the other files are written whole, and each of them
 * is either complete or not there. What cannot be written throws an error that names the file.
 */
export interface ResultFolder {
  /** After it has thrown, the log may end in a part of a line and must not be appended to. */
  appendTrials(lines: string): void;
  /** Returns when the log is on the disk. */
  syncTrials(): void;
  writePlan(plan: PlanRecord): Promise<void>;
  writeResult(result: Result): Promise<void>;
  writeTiming(timing: Timing): Promise<void>;
  writeReport(html: string): Promise<void>;
  /** Never throws: closing takes nothing away that was written. */
  close(): void;
}

/**
 * Makes the folder for a run and opens its log. A run that is replaced gives up its result first, and all its files
 * before the first new one is written: whatever fails, the folder never holds files of two runs.
 *
 * @param path - the folder to use
 * @param force - replace the results that the folder holds
 * @throws `option` if the folder holds results and `force` is not set, or cannot be written to
 */
export function openResultFolder(path: string, force: boolean, files: FileSystem = nodeFiles): ResultFolder {
  if (!force && holdsResults(path, files)) {
    throw folderError(path, "is a folder that holds results", "another folder, or --force to replace them");
  }
  const logFile = join(path, "trials.log");
  let log: number;
  try {
    files.mkdirSync(path, { recursive: true });
    if (force) for (const name of fileNames) files.rmSync(join(path, name), { force: true });
    // "x": of two runs that start at the same moment, one is refused.
    log = files.openSync(logFile, "ax");
  } catch (error) {
    throw unusable(path, error);
  }
  const toLog = (write: () => void): void => {
    try {
      write();
    } catch (error) {
      throw fileError("run", logFile, "written", error);
    }
  };
  const write = (name: string, text: string) => writeText("run", join(path, name), text, files);
  const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
  return {
    appendTrials: (lines) => toLog(() => files.appendFileSync(log, lines)),
    syncTrials: () => toLog(() => files.fsyncSync(log)),
    writePlan: (plan) => write("plan.json", json(plan)),
    writeResult: (result) => write("result.json", json(result)),
    writeTiming: (timing) => write("timing.json", json(timing)),
    writeReport: (html) => write("report.html", html),
    close: () => {
      try {
        files.closeSync(log);
      } catch {}
    },
  };
}

/** `results/<figure>`, or the first of `results/<figure>-2`, `-3`, … that holds no results yet. */
export function freeResultPath(figure: string, files: FileSystem = nodeFiles): string {
  const first = join("results", figure);
  let path = first;
  for (let number = 2; holdsResults(path, files); number++) path = `${first}-${number}`;
  return path;
}

function holdsResults(path: string, files: FileSystem): boolean {
  return fileNames.some((name) => {
    try {
      files.statSync(join(path, name));
      return true;
    } catch (error) {
      // A file that cannot be seen may be there.
      if (isAbsent(error)) return false;
      throw unusable(path, error);
    }
  });
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
export function readResultFolder(path: string, files: FileSystem = nodeFiles): StoredRun {
  const read = <S extends v.GenericSchema>(name: string, schema: S): v.InferOutput<S> | undefined => {
    const text = readText(path, name, files);
    if (text === undefined) return undefined;
    const checked = v.safeParse(schema, parseJson("report", name, text), { abortEarly: true });
    if (checked.success) return checked.output;
    const field = v.getDotPath(checked.issues[0]) ?? "the file";
    throw new SparseError("format", `report: ${name} is not a sparsewave file: ${field} does not fit`, {
      parameter: field,
      expected: String(checked.issues[0].expected),
      received: name,
    });
  };
  const plan = read("plan.json", planSchema) ?? missing(path, "plan.json");
  const result = read("result.json", resultSchema) ?? missing(path, "result.json");
  const run = { plan, result };
  if (!belongTogether(run)) throw otherRun("plan.json", "result.json", "plan");
  const timing = read("timing.json", timingSchema);
  if (timing === undefined) return run;
  if (!timesOf(timing, result)) throw otherRun("result.json", "timing.json", "grid points and estimators");
  return { ...run, timing };
}

function otherRun(first: string, second: string, what: string): SparseError {
  return new SparseError(
    "format",
    `report: ${first} and ${second} are not of one run; expected the same ${what}`,
    {
      parameter: second,
      expected: `the ${what} of ${first}`,
      received: "those of another run",
    },
  );
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

/** Whether the times are those of the result's points, if there are any of single points. */
function timesOf({ points }: Timing, result: Result): boolean {
  type Places = readonly { readonly at: object; readonly estimators: readonly { readonly id: string }[] }[];
  const places = (list: Places): string =>
    JSON.stringify(list.map(({ at, estimators }) => [at, estimators.map(({ id }) => id)]));
  return points === undefined || places(points) === places(result.points);
}

/** Replaces the report beside the results. */
export async function writeReport(
  path: string,
  html: string,
  files: FileSystem = nodeFiles,
): Promise<string> {
  const file = join(path, "report.html");
  await writeText("report", file, html, files);
  return file;
}

async function writeText(who: string, file: string, text: string, files: FileSystem): Promise<void> {
  try {
    await files.writeFileAtomic(file, new TextEncoder().encode(text));
  } catch (error) {
    throw fileError(who, file, "written", error);
  }
}

/** @returns undefined if there is no such file */
function readText(path: string, name: string, files: FileSystem): string | undefined {
  const file = join(path, name);
  try {
    const { size } = files.statSync(file);
    if (size <= maxFileBytes) return files.readFileSync(file, "utf8");
    throw new SparseError("limit", `report: ${name} has ${size} bytes; expected at most ${maxFileBytes}`, {
      parameter: name,
      expected: `at most ${maxFileBytes} bytes`,
      received: `${size} bytes`,
    });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw isSparseError(error) ? error : fileError("report", file, "read", error);
  }
}

function missing(path: string, name: string): never {
  throw new SparseError("option", `report: ${path} has no ${name}; expected the folder of a finished run`, {
    parameter: "folder",
    expected: "the folder of a finished run",
    received: path,
  });
}

/** @param error - what the file system threw; names the file, which may be the folder itself or one above it */
function unusable(path: string, error: unknown): SparseError {
  const { code = "an error", path: file = path } = error as NodeJS.ErrnoException;
  return folderError(file, `cannot be used (${code})`, "a folder that can be written to");
}

function folderError(path: string, received: string, expected: string): SparseError {
  return new SparseError("option", `run: ${path} ${received}; expected ${expected}`, {
    parameter: "out",
    expected,
    received,
  });
}
