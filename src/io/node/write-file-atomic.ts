import { randomUUID } from "node:crypto";
import { open, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

const nodeOperations = { open, realpath, rename, rm };

/**
 * Writes a whole file so that, whatever happens, its path holds either the old content or the new: into a temporary
 * file of the same folder, flushed to the disk, then renamed. A link is followed; the file it points to is replaced.
 *
 * @throws the error of the file system (with its `code`, such as `ENOSPC`); the path then holds the old content, and
 *   the temporary file is removed
 */
export function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  return writeWith(nodeOperations, path, bytes);
}

/** {@link writeFileAtomic} with given file operations: a test passes some that fail. */
export async function writeWith(
  operations: typeof nodeOperations,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  const target = await operations.realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return path;
    throw error;
  });
  const folder = dirname(target);
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  try {
    const file = await operations.open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      // What was flushed is not lost by closing, and what was not has failed already.
      await file.close().catch(() => {});
    }
    await operations.rename(temporary, target);
  } catch (error) {
    await operations.rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(operations, folder).catch(() => {});
}

/**
 * Makes the rename itself last through a loss of power. Its errors are no reason to call the write failed: the new
 * content is in place, and some file systems, like Windows, cannot flush a folder.
 */
async function syncFolder(operations: typeof nodeOperations, folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await operations.open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
