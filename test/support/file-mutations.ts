/** Where the fields of array files are, and what a hostile hand may do to them. */
import { crc32 } from "node:zlib";
import { deflateSync, zlibSync } from "fflate";
import type { RandomStream } from "../../src/random/index.js";
import { ascii, concat, uint16, uint32 } from "./file-bytes.js";

/** Offsets at which a field begins, in a file that is sound. */
export type FieldsOf = (bytes: Uint8Array) => number[];

/** A `.npy` file: magic, version, header length, every word, number and bracket of the header, and the data. */
export const npyFields: FieldsOf = (bytes) => {
  const view = viewOf(bytes);
  const start = bytes[6] === 1 ? 10 : 12;
  const dataStart = start + (bytes[6] === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = String.fromCharCode(...bytes.subarray(start, dataStart));
  const words = Array.from(header.matchAll(/\w+|[^\w\s]/g), (match) => start + match.index);
  return [0, 6, 7, 8, ...words, dataStart, bytes.length];
};

/** A `.mat` file: the header, and tag and data of all elements, inside matrices as well. */
export const matFields: FieldsOf = (bytes) => {
  const little = bytes[126] === 0x49;
  return [0, 116, 124, 126, ...elementFields(bytes, 128, bytes.length, little), bytes.length];
};

function elementFields(bytes: Uint8Array, from: number, end: number, little: boolean): number[] {
  const view = viewOf(bytes);
  const fields: number[] = [];
  for (let at = from; at + 8 <= end; ) {
    const word = view.getUint32(at, little);
    if (word > 0xffff) {
      fields.push(at, at + 2, at + 4);
      at += 8;
      continue;
    }
    const size = view.getUint32(at + 4, little);
    fields.push(at, at + 4, at + 8);
    if (word === 14) fields.push(...elementFields(bytes, at + 8, at + 8 + size, little));
    at += 8 + (word === 15 ? size : 8 * Math.ceil(size / 8));
  }
  return fields;
}

/** A `.npz` file: every field of the ZIP records, found by their signatures. */
export const npzFields: FieldsOf = (bytes) => {
  const offsets: Readonly<Record<string, readonly number[]>> = {
    "PK\x03\x04": [0, 4, 6, 8, 14, 18, 22, 26, 28, 30],
    "PK\x01\x02": [0, 4, 8, 10, 16, 20, 24, 28, 30, 32, 42, 46],
    "PK\x05\x06": [0, 4, 6, 8, 10, 12, 16, 20, 22],
  };
  const fields: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at++) {
    const record = offsets[String.fromCharCode(...bytes.subarray(at, at + 4))] ?? [];
    for (const offset of record) fields.push(at + offset);
  }
  return [...fields, bytes.length];
};

const telling = [
  0,
  1,
  2,
  4,
  5,
  7,
  8,
  9,
  14,
  15,
  0x7f,
  0x80,
  0xff,
  0x100,
  0x7fff,
  0xffff,
  2 ** 16,
  2 ** 27,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];

/** One to three changes at the borders of fields. `others` are files to take pieces of. */
export function mutate(
  bytes: Uint8Array,
  fields: readonly number[],
  others: readonly Uint8Array[],
  stream: RandomStream,
): Uint8Array<ArrayBuffer> {
  let out = new Uint8Array(bytes);
  for (let changes = 1 + stream.integer(3); changes > 0; changes--) {
    const [a, b] = [field(fields, stream), field(fields, stream)].sort((x, y) => x - y) as [number, number];
    const piece = out.slice(a, Math.min(b, a + 4096));
    switch (stream.integer(8)) {
      case 0: // another value
      case 1:
        writeNumber(out, a, telling[stream.integer(telling.length)] + stream.integer(3) - 1, stream);
        break;
      case 2: // a value that is nearly right
        if (a < out.length) out[a] = out[a] + (stream.integer(2) === 0 ? 1 : 255);
        break;
      case 3: // a flipped bit, anywhere
        if (out.length > 0) out[stream.integer(out.length)] ^= 1 << stream.integer(8);
        break;
      case 4: // cut off
        out = out.slice(0, a);
        break;
      case 5: // a piece gone
        out = concat(out.subarray(0, a), out.subarray(b));
        break;
      case 6: // a piece twice, or in another place
        out = concat(out.subarray(0, a), piece, out.subarray(stream.integer(2) === 0 ? a : b));
        break;
      default: {
        // a piece of another file
        const other = others[stream.integer(others.length)];
        const start = stream.integer(other.length);
        out = concat(out.subarray(0, a), other.subarray(start, start + stream.integer(256)), out.subarray(b));
      }
    }
  }
  return out;
}

function field(fields: readonly number[], stream: RandomStream): number {
  return fields[stream.integer(fields.length)];
}

function writeNumber(out: Uint8Array, at: number, value: number, stream: RandomStream): void {
  const little = stream.integer(4) > 0;
  if (stream.integer(2) === 0) {
    if (at + 4 <= out.length) viewOf(out).setUint32(at, value, little);
  } else if (at + 2 <= out.length) {
    viewOf(out).setUint16(at, value, little);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A `.npz` file of one member with sound sizes and checksum, so that what is inside gets read. */
export function packNpz(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const packed = deflateSync(content);
  const name = ascii("a.npy");
  const sizes = concat(
    uint16([0, 8, 0, 0]),
    uint32([crc32(content), packed.length, content.length]),
    uint16([5, 0]),
  );
  const local = concat(ascii("PK\x03\x04"), uint16([20]), sizes, name, packed);
  const record = concat(ascii("PK\x01\x02"), uint16([20, 20]), sizes, new Uint8Array(14), name);
  const end = concat(uint16([0, 0, 1, 1]), uint32([record.length, local.length]), uint16([0]));
  return concat(local, record, ascii("PK\x05\x06"), end);
}

/** The elements of a `.mat` file, each compressed with sound sizes and checksum. */
export function packMat(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length < 128) return new Uint8Array(bytes);
  const view = viewOf(bytes);
  const little = bytes[126] === 0x49;
  const elements: Uint8Array[] = [];
  for (let at = 128; at < bytes.length; ) {
    const size = at + 8 <= bytes.length ? view.getUint32(at + 4, little) : 0;
    const packed = zlibSync(bytes.subarray(at, at + 8 + size));
    elements.push(concat(uint32([15, packed.length], little), packed));
    at += 8 + size;
  }
  return concat(bytes.subarray(0, 128), ...elements);
}
