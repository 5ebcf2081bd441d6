/** What surrounds the matrices of a MAT file: the header, and compression. */
import { adler32 } from "./checksums.js";
import { inflate } from "./inflate.js";
import { type MatElement, type MatReading, miMatrix } from "./mat-element.js";
import { fileError, type Reading, takeInflated } from "./reading.js";

/**
 * Checks what kind of file it is.
 *
 * @returns whether it is little-endian
 * @throws `unsupported` for files of level 4 and of version 7.3; `format` for anything else but level 5
 */
export function readFileHeader(reading: Reading): boolean {
  const { bytes, view } = reading;
  const hdf5 = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
  const isHdf5 = (at: number): boolean => hdf5.every((byte, i) => bytes[at + i] === byte);
  if (isHdf5(0) || isHdf5(512)) {
    throw fileError(reading, "unsupported", 0, "MAT file of version 7.3 (HDF5)", "level 5 (saved with -v7)");
  }
  if (isLevel4(reading)) {
    throw fileError(reading, "unsupported", 0, "MAT file of level 4", "level 5 (saved with -v7)");
  }
  const order = bytes.length < 128 ? "" : String.fromCharCode(bytes[126], bytes[127]);
  if (order !== "IM" && order !== "MI") {
    throw fileError(reading, "format", 126, "something else", "the byte order mark of a MAT file of level 5");
  }
  const littleEndian = order === "IM";
  const version = view.getUint16(124, littleEndian);
  if (version === 0x0200) {
    throw fileError(
      reading,
      "unsupported",
      124,
      "MAT file of version 7.3 (HDF5)",
      "level 5 (saved with -v7)",
    );
  }
  if (version !== 0x0100) {
    throw fileError(reading, "unsupported", 124, `MAT file of version ${version}`, "level 5 (256)");
  }
  return littleEndian;
}

/** Level 4 begins with the decimal digits M, 0, P, T of a matrix's type; level 5 begins with text. */
function isLevel4({ bytes, view }: Reading): boolean {
  if (bytes.length < 20) return false;
  return [true, false].some((littleEndian) => {
    const type = view.getUint32(0, littleEndian);
    return type < 5000 && type % 1000 < 60 && type % 10 < 3;
  });
}

/** Inflates a compressed element, which holds exactly one matrix. */
export function decompress(reading: MatReading, element: MatElement): Uint8Array {
  const { bytes, view, littleEndian } = reading;
  const { start } = element;
  const end = start + element.bytes;
  // RFC 1950: two bytes of header (deflate; divisible by 31), the stream, and its checksum.
  const isZlib = element.bytes > 6 && (bytes[start] & 0x0f) === 8 && view.getUint16(start) % 31 === 0;
  if (!isZlib) throw fileError(reading, "format", start, "something else", "a zlib stream");
  const content = inflate(reading, start, bytes.subarray(start + 2, end - 4), 8, (head) => {
    const tag = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (tag.getUint32(0, littleEndian) !== miMatrix) {
      throw fileError(reading, "format", start, "compressed element of another type", "a matrix (14)");
    }
    const size = 8 + tag.getUint32(4, littleEndian);
    takeInflated(reading, size, start);
    return size;
  });
  if (adler32(content) !== view.getUint32(end - 4)) {
    throw fileError(reading, "format", end - 4, "checksum", "that of the inflated element");
  }
  return content;
}
