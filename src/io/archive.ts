import type { NpyArray } from "./array.js";
import { fileError, type Reading } from "./reading.js";

/** An array of a file that holds several: found, but not yet read. */
export interface ArchiveEntry {
  /** Whether it is a numeric array; `read` throws if not. */
  readonly numeric: boolean;
  read(): NpyArray;
}

/**
 * The name at an offset, as UTF-8.
 *
 * @throws `limit` if it is too long; `format` if the bytes are not UTF-8
 */
export function readText(reading: Reading, at: number, length: number): string {
  const { bytes, limits } = reading;
  if (length > limits.nameBytes) {
    throw fileError(reading, "limit", at, `name of ${length} bytes`, `at most ${limits.nameBytes}`);
  }
  try {
    // A copy, because the decoders of some browsers refuse shared memory.
    const copy = new Uint8Array(bytes.subarray(at, at + length));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(copy);
  } catch (error) {
    throw fileError(reading, "format", at, "name in another encoding", "UTF-8", error);
  }
}
