import { describe } from "../errors.js";
import { type ArchiveEntry, readText } from "./archive.js";
import type { NpyArray } from "./array.js";
import { crc32 } from "./checksums.js";
import { inflate } from "./inflate.js";
import type { FileLimits } from "./limits.js";
import { decodeNpy } from "./npy.js";
import { fileError, type Reading, readingPart, startReading, takeInflated } from "./reading.js";

/**
 * Reads a NumPy `.npz` archive: a ZIP file, stored or deflated, whose members `name.npy` are arrays. Other members
 * are passed over.
 *
 * Time is linear in the size of the file and of the arrays. Sizes, checksums and limits are verified.
 *
 * @param bytes - the whole file
 * @returns the arrays by name, in the order of the archive's directory
 * @throws `format` if the file is damaged; `limit` if it, or what it inflates to, is larger than `limits` allow;
 *   `unsupported` for encrypted members, ZIP64 and other compression methods; and what `readNpy` throws
 *
 * Source: PKWARE, "APPNOTE.TXT: .ZIP File Format Specification", sections 4.3 and 4.4.
 */
export function readNpz(bytes: Uint8Array, limits?: Partial<FileLimits>): Map<string, NpyArray> {
  const entries = npzEntries(startReading("readNpz", bytes, limits));
  return new Map(Array.from(entries, ([name, entry]) => [name, entry.read()]));
}

/** The arrays of an archive by name, each read when asked for. */
export function npzEntries(reading: Reading): Map<string, ArchiveEntry> {
  const { view } = reading;
  const end = findEndRecord(reading);
  const count = view.getUint16(end + 10, true);
  const directoryStart = view.getUint32(end + 16, true);
  if (count === 0xffff || directoryStart === 0xffffffff) {
    throw fileError(reading, "unsupported", end, "ZIP64 archive", "a ZIP archive of less than 65535 members");
  }
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) {
    throw fileError(reading, "unsupported", end, "ZIP archive in several parts", "a single file");
  }
  const entries = new Map<string, ArchiveEntry>();
  let at = directoryStart;
  for (let i = 0; i < count; i++) {
    const { member, next } = readDirectoryRecord(reading, at, end);
    at = next;
    if (!member.name.endsWith(".npy")) continue;
    const name = member.name.slice(0, -".npy".length);
    if (entries.has(name)) {
      throw fileError(reading, "format", at, `second member ${describe(member.name)}`, "each name once");
    }
    entries.set(name, { numeric: true, read: () => readMember(reading, member, directoryStart) });
  }
  if (at !== end) throw fileError(reading, "format", at, "more than the declared members", `${count}`);
  return entries;
}

interface Member {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  /** Where its local header begins. */
  readonly start: number;
}

/** The record at the end of the file, behind which only a comment of the declared length may follow. */
function findEndRecord(reading: Reading): number {
  const { bytes, view } = reading;
  const lowest = Math.max(0, bytes.length - 22 - 0xffff);
  for (let at = bytes.length - 22; at >= lowest; at--) {
    if (view.getUint32(at, true) === 0x06054b50 && at + 22 + view.getUint16(at + 20, true) === bytes.length) {
      return at;
    }
  }
  throw fileError(
    reading,
    "format",
    bytes.length,
    "end of the file",
    "the end record of a ZIP archive before it",
  );
}

function readDirectoryRecord(reading: Reading, at: number, end: number): { member: Member; next: number } {
  const { view } = reading;
  if (end - at < 46 || view.getUint32(at, true) !== 0x02014b50) {
    throw fileError(reading, "format", at, "something else", "a record of the ZIP directory");
  }
  const nameBytes = view.getUint16(at + 28, true);
  const next = at + 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > end)
    throw fileError(reading, "format", at, "record beyond the ZIP directory", `an end by ${end}`);
  if ((view.getUint16(at + 8, true) & 1) !== 0) {
    throw fileError(reading, "unsupported", at, "encrypted member", "members without a password");
  }
  const member = {
    name: readText(reading, at + 46, nameBytes),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    compressedBytes: view.getUint32(at + 20, true),
    bytes: view.getUint32(at + 24, true),
    start: view.getUint32(at + 42, true),
  };
  if (member.method !== 0 && member.method !== 8) {
    throw fileError(reading, "unsupported", at, `compression method ${member.method}`, "stored or deflated");
  }
  if (member.method === 0 && member.bytes !== member.compressedBytes) {
    const expected = `${member.compressedBytes} as stored`;
    throw fileError(reading, "format", at, `stored member of ${member.bytes} bytes`, expected);
  }
  return { member, next };
}

function readMember(reading: Reading, member: Member, directoryStart: number): NpyArray {
  const { bytes, view } = reading;
  const { start, compressedBytes } = member;
  if (start + 30 > directoryStart || view.getUint32(start, true) !== 0x04034b50) {
    throw fileError(reading, "format", start, "something else", `the member ${describe(member.name)}`);
  }
  const dataStart = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  if (dataStart + compressedBytes > directoryStart) {
    const found = `member of ${compressedBytes} bytes`;
    throw fileError(
      reading,
      "format",
      dataStart,
      found,
      `an end by ${directoryStart}, where the directory begins`,
    );
  }
  // Stored members count too: many records of a directory may point at the same bytes.
  takeInflated(reading, member.bytes, start);
  const packed = bytes.subarray(dataStart, dataStart + compressedBytes);
  const content = member.method === 0 ? packed : inflate(reading, dataStart, packed, 0, () => member.bytes);
  if (crc32(content) !== member.crc) {
    throw fileError(reading, "format", dataStart, `checksum of ${describe(member.name)}`, "the declared one");
  }
  return decodeNpy(readingPart(reading, describe(member.name), content));
}
