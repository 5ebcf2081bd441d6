/** The file operations behind everything that a command leaves on the disk. Tests pass some that fail. */
import {
  appendFileSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { writeFileAtomic } from "../../src/io/node/index.js";

export const nodeFiles = {
  appendFileSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileAtomic,
};

export type FileSystem = typeof nodeFiles;

/** `run: results/irs-snr/plan.json cannot be written (ENOSPC)`: not the caller's mistake, so no `SparseError`. */
export function fileError(who: string, file: string, action: "read" | "written", error: unknown): Error {
  const { code = "an error" } = error as NodeJS.ErrnoException;
  return new Error(`${who}: ${file} cannot be ${action} (${code})`, { cause: error });
}

/** Whether an error says that there is no such file, and not that it cannot be seen. */
export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}
