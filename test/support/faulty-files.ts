/** The file operations of a run, on the real disk, of which the k-th call fails. */
import * as fs from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import type { FileSystem } from "../../simulations/engine/file-system.js";
import { writeWith } from "../../src/io/node/write-file-atomic.js";

export interface Fault {
  readonly code: "EIO" | "ENOSPC" | "EACCES" | "EMFILE";
  /** A call that writes leaves half of its bytes before it fails; other calls fail as without it. */
  readonly short: boolean;
  /** All later calls fail as well, the removal of a temporary file included. */
  readonly lasting: boolean;
}

export const noFault: Fault = { code: "EIO", short: false, lasting: false };

export interface FaultyFiles {
  readonly files: FileSystem;
  /** What was called so far: operation and name of the file, such as `rename result.json`. */
  readonly calls: readonly string[];
  /** Those of them that failed. */
  readonly failed: readonly string[];
}

/**
 * A file is closed even if the call fails, as the kernel does. Flushes are counted and not done, and nothing waits for
 * another thread: neither changes what a test can see, and both take time.
 *
 * @param k - the call that fails, from 1; beyond the last call, none does
 */
export function faultyFiles(k: number, fault: Fault): FaultyFiles {
  const calls: string[] = [];
  const failed: string[] = [];
  const paths = new Map<number, string>();

  /** Counts a call and throws if it is to fail. */
  function step(operation: string, path: string, writePart = () => {}): void {
    const call = `${operation} ${basename(path).replace(/^\..*\.tmp$/, "temporary")}`;
    calls.push(call);
    if (fault.lasting ? calls.length < k : calls.length !== k) return;
    failed.push(call);
    if (fault.short) writePart();
    throw Object.assign(new Error(`${fault.code}: on purpose, ${call}`), { code: fault.code, path });
  }

  /** The same for a function of Node that takes a path. */
  function faulty<F extends (path: never, ...rest: never[]) => unknown>(operation: string, original: F): F {
    return ((path: never, ...rest: never[]) => {
      step(operation, path);
      return original(path, ...rest);
    }) as F;
  }

  function open(path: fs.PathLike, flags: fs.OpenMode = "r"): number {
    step("open", String(path));
    const file = fs.openSync(path, flags);
    paths.set(file, String(path));
    return file;
  }

  function append(file: number, bytes: Uint8Array): void {
    step("append", paths.get(file)!, () => fs.appendFileSync(file, bytes.subarray(0, bytes.length / 2)));
    fs.appendFileSync(file, bytes);
  }

  function sync(file: number): void {
    step("sync", paths.get(file)!);
  }

  function close(file: number): void {
    fs.closeSync(file);
    step("close", paths.get(file)!);
  }

  const remove = faulty("remove", fs.rmSync);
  const realpath = faulty("realpath", fs.realpathSync);
  const files: FileSystem = {
    statSync: faulty("stat", fs.statSync),
    readFileSync: faulty("read", fs.readFileSync),
    mkdirSync: faulty("make folder", fs.mkdirSync),
    rmSync: remove,
    openSync: open,
    appendFileSync: (file, text) => append(file as number, new TextEncoder().encode(String(text))),
    fsyncSync: sync,
    closeSync: close,
    writeFileAtomic: (target, content) =>
      writeWith(
        {
          realpath: (async (path: string) => realpath(path)) as typeof fs.promises.realpath,
          rm: async (path, options) => remove(path, options),
          rename: async (from, to) => {
            step("rename", String(to));
            fs.renameSync(from, to);
          },
          open: async (path, flags) => {
            const file = open(path, flags);
            const handle: Pick<FileHandle, "sync" | "close"> & {
              writeFile(bytes: Uint8Array): Promise<void>;
            } = {
              writeFile: async (bytes) => append(file, bytes),
              sync: async () => sync(file),
              close: async () => close(file),
            };
            return handle as FileHandle;
          },
        },
        target,
        content,
      ),
  };
  return { files, calls, failed };
}
