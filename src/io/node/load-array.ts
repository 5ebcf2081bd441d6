import { readFile, stat } from "node:fs/promises";
import { describe, type ErrorCode, isSparseError, SparseError } from "../../errors.js";
import type { ArchiveEntry } from "../archive.js";
import type { NpyArray } from "../array.js";
import { type FileLimits, readLimits } from "../limits.js";
import { matEntries } from "../mat-read.js";
import { decodeNpy } from "../npy.js";
import { npzEntries } from "../npz.js";
import { startReading } from "../reading.js";

const who = "loadArray";

/**
 * Loads one numeric array from a `.npy`, `.npz` or `.mat` file, known by its extension.
 *
 * @param path - the file; `file.npz:name` and `file.mat:name` choose one of several arrays. The name may be left out
 *   if the file holds exactly one.
 * @throws `option` if there is no such file or no such array, with the names there are; `unsupported` for other
 *   extensions and for variables that are not numeric; `limit` before reading a file that is too large; and what
 *   `readNpy`, `readNpz` and `readMat` throw
 *
 * @example
 * const dictionary = toMatrix(await loadArray("problem.mat:A"));
 */
export async function loadArray(path: string, limits?: Partial<FileLimits>): Promise<NpyArray> {
  const { file, format, name } = parsePath(path);
  const bytes = await readWhole(file, readLimits(who, limits).fileBytes);
  const reading = startReading(`${who}: ${quote(file)}`, bytes, limits);
  if (format === "npy") return decodeNpy(reading);
  return choose(file, name, format === "npz" ? npzEntries(reading) : matEntries(reading)).read();
}

interface ArrayPath {
  readonly file: string;
  readonly format: "npy" | "npz" | "mat";
  readonly name?: string;
}

function parsePath(path: string): ArrayPath {
  const selected = /\.(npz|mat):/i.exec(path);
  if (selected !== null) {
    const colon = selected.index + 4;
    const format = selected[1].toLowerCase() as "npz" | "mat";
    return { file: path.slice(0, colon), format, name: path.slice(colon + 1) };
  }
  const format = path.slice(-4).toLowerCase();
  if (format === ".npy") return { file: path, format: "npy" };
  if (format === ".npz") return { file: path, format: "npz" };
  if (format === ".mat") return { file: path, format: "mat" };
  throw pathError("unsupported", path, "has an unknown extension", ".npy, .npz or .mat");
}

async function readWhole(file: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const status = await stat(file);
    if (status.isDirectory()) throw pathError("option", file, "is a folder", "a file");
    // Reading a pipe or a device may never end.
    if (!status.isFile()) throw pathError("option", file, "is not a regular file", "one");
    if (status.size > maxBytes) {
      throw pathError("limit", file, `has ${status.size} bytes`, `at most ${maxBytes}`);
    }
    return await readFile(file);
  } catch (error) {
    if (isSparseError(error)) throw error;
    const code = (error as { code?: unknown }).code;
    const found = code === "ENOENT" ? "does not exist" : `cannot be read (${String(code)})`;
    throw pathError("option", file, found, "a readable file", error);
  }
}

function choose(
  file: string,
  name: string | undefined,
  entries: ReadonlyMap<string, ArchiveEntry>,
): ArchiveEntry {
  const names = [...entries.keys()].filter((candidate) => entries.get(candidate)!.numeric);
  const shown = names.slice(0, 10).map(describe).join(", ");
  const list = names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
  if (name !== undefined) {
    const entry = entries.get(name);
    if (entry !== undefined) return entry;
    throw pathError(
      "option",
      file,
      `holds no array ${describe(name)}`,
      list === "" ? "a name it holds" : list,
    );
  }
  if (names.length === 1) return entries.get(names[0])!;
  if (names.length === 0) throw pathError("option", file, "holds no numeric array", "one");
  throw pathError("option", file, `holds ${names.length} arrays`, `a name after the colon: ${list}`);
}

/** A path for a message; of a very long one, the end. */
function quote(path: string): string {
  return JSON.stringify(path.length > 200 ? `…${path.slice(-200)}` : path);
}

function pathError(
  code: ErrorCode,
  path: string,
  received: string,
  expected: string,
  cause?: unknown,
): SparseError {
  const message = `${who}: ${quote(path)} ${received}; expected ${expected}`;
  return new SparseError(code, message, { parameter: "path", expected, received, cause });
}
