import { describe } from "../errors.js";
import { checkArray, type NpyArray } from "./array.js";
import { type ElementType, elementTypes, fromFortranOrder, readElements } from "./elements.js";
import type { FileLimits } from "./limits.js";
import { parseNpyHeader } from "./npy-header.js";
import { describeShape, fileError, type Reading, startReading, takeElements } from "./reading.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // "\x93NUMPY"

const realTypes: Readonly<Record<string, ElementType>> = {
  b1: elementTypes.boolean,
  i1: elementTypes.int8,
  u1: elementTypes.uint8,
  i2: elementTypes.int16,
  u2: elementTypes.uint16,
  i4: elementTypes.int32,
  u4: elementTypes.uint32,
  i8: elementTypes.int64,
  u8: elementTypes.uint64,
  f4: elementTypes.float32,
  f8: elementTypes.float64,
};
const complexTypes: Readonly<Record<string, ElementType>> = {
  c8: elementTypes.float32,
  c16: elementTypes.float64,
};

/**
 * Reads a NumPy `.npy` file, format versions 1.0, 2.0 and 3.0: real and complex numbers of 4 and 8 bytes per part,
 * integers of 1 to 8 bytes and truth values, in either byte order, C or Fortran order (converted to C order).
 *
 * NaN and infinities are read as they are. Time is linear in the size of the file; memory is 8 bytes per real
 * number, twice that in Fortran order.
 *
 * @param bytes - the whole file
 * @throws `format` if the file is damaged, too short or too long; `limit` if it is larger than `limits` allow;
 *   `unsupported` for other element types and versions; `range` for an integer beyond 2⁵³. The message names
 *   the offset.
 *
 * Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays", and `numpy.lib.format`.
 *
 * @example
 * const { shape, complex, data } = readNpy(new Uint8Array(await response.arrayBuffer()));
 */
export function readNpy(bytes: Uint8Array, limits?: Partial<FileLimits>): NpyArray {
  return decodeNpy(startReading("readNpy", bytes, limits));
}

export function decodeNpy(reading: Reading): NpyArray {
  const { bytes, view } = reading;
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw fileError(reading, "format", 0, "something else", "the first bytes of a .npy file");
  }
  const [major, minor] = [bytes[6], bytes[7]];
  if (major < 1 || major > 3 || minor !== 0) {
    throw fileError(reading, "unsupported", 6, `version ${major}.${minor}`, "1.0, 2.0 or 3.0");
  }
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) throw fileError(reading, "format", 8, "end of the file", "a header length");
  const headerBytes = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerBytes > reading.limits.headerBytes) {
    const expected = `at most ${reading.limits.headerBytes}`;
    throw fileError(reading, "limit", 8, `header of ${headerBytes} bytes`, expected);
  }
  if (headerBytes > bytes.length - start) {
    const expected = `at most the ${bytes.length - start} that follow`;
    throw fileError(reading, "format", 8, `header of ${headerBytes} bytes`, expected);
  }
  const dataStart = start + headerBytes;
  const { descr, fortranOrder, shape } = parseNpyHeader(reading, start, dataStart);
  const { type, complex, littleEndian } = elementFormat(reading, descr, start);
  const parts = complex ? 2 : 1;
  const count = takeElements(reading, shape, start);
  const expectedBytes = count * parts * type.bytes;
  const presentBytes = bytes.length - dataStart;
  if (presentBytes !== expectedBytes) {
    const expected = `${expectedBytes} for ${describeShape(shape) || "one number"} of type ${descr}`;
    throw fileError(reading, "format", dataStart, `data of ${presentBytes} bytes`, expected);
  }
  const data = new Float64Array(count * parts);
  readElements(reading, type, littleEndian, dataStart, count * parts, { out: data, first: 0, stride: 1 });
  return { shape, complex, data: fortranOrder ? fromFortranOrder(data, shape, parts) : data };
}

function elementFormat(reading: Reading, descr: string, offset: number) {
  const order = descr[0];
  const name = descr.slice(1);
  const complex = Object.hasOwn(complexTypes, name);
  const type = complex ? complexTypes[name] : Object.hasOwn(realTypes, name) ? realTypes[name] : undefined;
  const known = order === "<" || order === ">" || (order === "|" && type?.bytes === 1);
  if (type === undefined || !known) {
    const expected =
      "real, complex, integer or boolean numbers of 1 to 8 bytes per part, such as <f8 or <c16";
    throw fileError(reading, "unsupported", offset, `element type ${describe(descr)}`, expected);
  }
  return { type, complex, littleEndian: order !== ">" };
}

/**
 * Writes a `.npy` file, version 1.0, little-endian, C order: `<f8` or `<c16`. `np.load` reads it.
 *
 * @throws `shape` if the shape does not fit the data
 */
export function writeNpy(array: NpyArray): Uint8Array {
  checkArray("writeNpy", array);
  const { shape, complex, data } = array;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${complex ? "<c16" : "<f8"}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The data start at a multiple of 64 bytes; the header ends with a line feed.
  const dataStart = 64 * Math.ceil((10 + text.length + 1) / 64);
  const header = `${text.padEnd(dataStart - 11)}\n`;
  const bytes = new Uint8Array(dataStart + 8 * data.length);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  bytes[6] = 1;
  view.setUint16(8, header.length, true);
  for (let i = 0; i < header.length; i++) bytes[10 + i] = header.charCodeAt(i);
  for (let i = 0; i < data.length; i++) view.setFloat64(dataStart + 8 * i, data[i], true);
  return bytes;
}
