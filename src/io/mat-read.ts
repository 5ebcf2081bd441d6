import { describe } from "../errors.js";
import { type ArchiveEntry, readText } from "./archive.js";
import type { NpyArray } from "./array.js";
import { fromFortranOrder } from "./elements.js";
import type { FileLimits } from "./limits.js";
import {
  type MatContent,
  type MatElement,
  type MatReading,
  miCompressed,
  miInt8,
  miInt32,
  miMatrix,
  miUint32,
  miUtf8,
  numberCount,
  readElement,
  readLastElements,
  readNumbers,
} from "./mat-element.js";
import { decompress, readFileHeader } from "./mat-file.js";
import { readSparse } from "./mat-sparse.js";
import {
  describeShape,
  fileError,
  type Reading,
  readingPart,
  startReading,
  takeElements,
} from "./reading.js";

/** Array classes that hold no numbers, by their code. */
const otherClasses: Readonly<Record<number, string>> = {
  1: "cell array",
  2: "structure",
  3: "object",
  4: "text",
  16: "function",
  17: "opaque object",
};

/**
 * Reads the numeric variables of a MAT file of level 5 (MATLAB's `-v6` and `-v7`, SciPy, Octave): real and complex,
 * double, single, integers of 1 to 8 bytes and logical, of any number of dimensions, in either byte order,
 * compressed or not. Sparse matrices are filled in. Cells, structures, text, objects and functions are passed over.
 *
 * Time is linear in the size of the file and of the arrays. Sizes, checksums and limits are verified.
 *
 * @param bytes - the whole file
 * @returns the variables by name, in the order of the file
 * @throws `format` if the file is damaged; `limit` if it, or what it inflates to, is larger than `limits` allow;
 *   `unsupported` for MAT files of version 7.3 (HDF5) and of level 4; `range` for an integer beyond 2⁵³
 *
 * Source: The MathWorks, "MAT-File Format", chapter 1, "MAT-File Level 5".
 */
export function readMat(bytes: Uint8Array, limits?: Partial<FileLimits>): Map<string, NpyArray> {
  const entries = matEntries(startReading("readMat", bytes, limits));
  const numeric = [...entries].filter(([, entry]) => entry.numeric);
  return new Map(numeric.map(([name, entry]) => [name, entry.read()]));
}

/** All variables of a file by name, each read when asked for; those that hold no numbers refuse. */
export function matEntries(reading: Reading): Map<string, ArchiveEntry> {
  const littleEndian = readFileHeader(reading);
  const file = { ...reading, littleEndian };
  const entries = new Map<string, ArchiveEntry>();
  const end = reading.bytes.length;
  for (let at = 128; at < end; ) {
    let part: MatReading = file;
    let element = readElement(file, at, end);
    at = element.next;
    if (element.type === miCompressed) {
      part = {
        ...readingPart(reading, `element at byte ${element.at}`, decompress(file, element)),
        littleEndian,
      };
      element = readElement(part, 0, part.bytes.length);
    }
    if (element.type !== miMatrix) {
      throw fileError(part, "format", element.at, `element of type ${element.type}`, "a matrix (14)");
    }
    const { name, entry } = readMatrix(part, element);
    // MATLAB keeps data of its own in a matrix without a name.
    if (name === "") continue;
    if (entries.has(name)) {
      throw fileError(part, "format", element.at, `second variable ${describe(name)}`, "each name once");
    }
    entries.set(name, entry);
  }
  return entries;
}

/** Reads a matrix up to its name; its numbers are read later, if at all. */
function readMatrix(reading: MatReading, element: MatElement): { name: string; entry: ArchiveEntry } {
  const { view, littleEndian } = reading;
  const end = element.start + element.bytes;
  const flagsElement = readElement(reading, element.start, end);
  if (flagsElement.type !== miUint32 || flagsElement.bytes !== 8) {
    throw fileError(reading, "format", flagsElement.at, "something else", "array flags (8 bytes of type 6)");
  }
  const flags = view.getUint32(flagsElement.start, littleEndian);
  const arrayClass = flags & 0xff;
  // An opaque object has no dimensions.
  const shapeElement = arrayClass === 17 ? flagsElement : readElement(reading, flagsElement.next, end);
  const nameElement = readElement(reading, shapeElement.next, end);
  const name = readName(reading, nameElement);
  if (arrayClass < 5 || arrayClass > 15) return otherEntry(reading, arrayClass, name, element.start);
  const part = { ...reading, who: `${reading.who}: ${describe(name)}` };
  const content = {
    start: nameElement.next,
    end,
    complex: (flags & 0x0800) !== 0,
    logical: (flags & 0x0200) !== 0,
  };
  const read = (): NpyArray => {
    const shape = readShape(part, shapeElement);
    const count = takeElements(part, shape, shapeElement.at);
    return arrayClass === 5 ? readSparse(part, content, shape) : readDense(part, content, shape, count);
  };
  return { name, entry: { numeric: true, read } };
}

function readName(reading: MatReading, element: MatElement): string {
  if (element.type !== miInt8 && element.type !== miUtf8) {
    throw fileError(reading, "format", element.at, `name of type ${element.type}`, "text (1 or 16)");
  }
  return readText(reading, element.start, element.bytes);
}

function otherEntry(reading: MatReading, arrayClass: number, name: string, offset: number) {
  const read = (): never => {
    const found = otherClasses[arrayClass] ?? `array of class ${arrayClass}`;
    throw fileError(reading, "unsupported", offset, `${found} named ${describe(name)}`, "a numeric array");
  };
  return { name, entry: { numeric: false, read } };
}

function readShape(reading: MatReading, element: MatElement): readonly number[] {
  if (element.type !== miInt32 && element.type !== miUint32) {
    throw fileError(reading, "format", element.at, `dimensions of type ${element.type}`, "integers (5 or 6)");
  }
  const count = numberCount(reading, element);
  const shape = new Float64Array(count);
  readNumbers(reading, element, { out: shape, first: 0, stride: 1 });
  if (count < 2 || shape.some((size) => size < 0)) {
    throw fileError(
      reading,
      "format",
      element.at,
      `dimensions ${describeShape([...shape])}`,
      "two or more sizes",
    );
  }
  return [...shape];
}

function readDense(
  reading: MatReading,
  { start, end, complex }: MatContent,
  shape: readonly number[],
  count: number,
): NpyArray {
  const parts = complex ? 2 : 1;
  const elements = readLastElements(reading, start, end, parts);
  for (const element of elements) {
    const present = numberCount(reading, element);
    if (present !== count) {
      throw fileError(
        reading,
        "format",
        element.at,
        `${present} numbers`,
        `${count} (${describeShape(shape)})`,
      );
    }
  }
  const data = new Float64Array(parts * count);
  for (const [part, element] of elements.entries()) {
    readNumbers(reading, element, { out: data, first: part, stride: parts });
  }
  return { shape, complex, data: fromFortranOrder(data, shape, parts) };
}
