/** The building block of MAT files of level 5: a tag of type and size, then the data. */
import { type Destination, type ElementType, elementTypes, readElements } from "./elements.js";
import { fileError, type Reading } from "./reading.js";

/** Numbers of the types of a data element. */
export const miInt8 = 1;
export const miUint8 = 2;
export const miInt32 = 5;
export const miUint32 = 6;
export const miDouble = 9;
export const miMatrix = 14;
export const miCompressed = 15;
export const miUtf8 = 16;

const numericTypes: Readonly<Record<number, ElementType>> = {
  1: elementTypes.int8,
  2: elementTypes.uint8,
  3: elementTypes.int16,
  4: elementTypes.uint16,
  5: elementTypes.int32,
  6: elementTypes.uint32,
  7: elementTypes.float32,
  9: elementTypes.float64,
  12: elementTypes.int64,
  13: elementTypes.uint64,
};

export interface MatElement {
  readonly type: number;
  /** Where its tag begins. */
  readonly at: number;
  /** Where its data begin. */
  readonly start: number;
  readonly bytes: number;
  /** Where the next element begins. */
  readonly next: number;
}

/** A file or a part of it, with its byte order. */
export interface MatReading extends Reading {
  readonly littleEndian: boolean;
}

/** The element at an offset, which must end by `end`. @throws `format` if it does not */
export function readElement(reading: MatReading, at: number, end: number): MatElement {
  const { view, littleEndian } = reading;
  if (end - at < 8) throw fileError(reading, "format", at, `${end - at} bytes`, "another data element");
  const word = view.getUint32(at, littleEndian);
  // Up to four bytes may sit in the tag itself; then their number is in the upper half of the type.
  const small = word > 0xffff;
  const type = word & 0xffff;
  const bytes = small ? word >>> 16 : view.getUint32(at + 4, littleEndian);
  const start = at + (small ? 4 : 8);
  const room = small ? 4 : end - start;
  if (bytes > room) throw fileError(reading, "format", at, `element of ${bytes} bytes`, `at most ${room}`);
  const padded = type === miMatrix || type === miCompressed ? bytes : 8 * Math.ceil(bytes / 8);
  return { type, at, start, bytes, next: small ? at + 8 : Math.min(end, start + padded) };
}

/** How many numbers a numeric element holds. @throws `format` if it is not numeric */
export function numberCount(reading: MatReading, element: MatElement): number {
  const type = numericTypes[element.type];
  if (type === undefined) {
    throw fileError(reading, "format", element.at, `element of type ${element.type}`, "a numeric type");
  }
  if (element.bytes % type.bytes !== 0) {
    throw fileError(
      reading,
      "format",
      element.at,
      `element of ${element.bytes} bytes`,
      `a multiple of ${type.bytes}`,
    );
  }
  return element.bytes / type.bytes;
}

/** Reads all numbers of a numeric element; `numberCount` has checked it. */
export function readNumbers(reading: MatReading, element: MatElement, destination: Destination): void {
  const type = numericTypes[element.type];
  const count = element.bytes / type.bytes;
  readElements(reading, type, reading.littleEndian, element.start, count, destination);
}

/** Where the numbers of a matrix are, and how to read them. */
export interface MatContent {
  readonly start: number;
  readonly end: number;
  readonly complex: boolean;
  readonly logical: boolean;
}

/** The elements at an offset, which must be the last ones. @throws `format` if there are fewer or more */
export function readLastElements(
  reading: MatReading,
  start: number,
  end: number,
  count: number,
): MatElement[] {
  const elements: MatElement[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    const element = readElement(reading, at, end);
    elements.push(element);
    at = element.next;
  }
  if (at !== end) throw fileError(reading, "format", at, `${end - at} more bytes`, "the end of the matrix");
  return elements;
}
