import { describe, type SparseError } from "../errors.js";
import { fileError, type Reading } from "./reading.js";

/** The dictionary at the head of a `.npy` file. */
export interface NpyHeader {
  /** Element type in NumPy's notation, such as `<f8`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** A position in the header's text. */
interface Cursor {
  readonly reading: Reading;
  at: number;
  readonly end: number;
}

const threeKeys = "the keys descr, fortran_order and shape, once each";

/**
 * Reads the header's Python dictionary: exactly the keys `descr`, `fortran_order` and `shape` in any order, with a
 * string, a truth value and a tuple of whole numbers. Nothing nests, so one pass over the text suffices. The caller
 * checks the shape against the limits.
 *
 * @param start - where the text begins in the file
 * @param end - where it ends
 * @throws `format` for any other text; `unsupported` if the elements are structures
 */
export function parseNpyHeader(reading: Reading, start: number, end: number): NpyHeader {
  const cursor = { reading, at: start, end };
  let descr: string | undefined;
  let fortranOrder: boolean | undefined;
  let shape: readonly number[] | undefined;
  expect(cursor, "{");
  while (!accept(cursor, "}")) {
    const key = readQuoted(cursor);
    expect(cursor, ":");
    if (key === "descr" && descr === undefined) descr = readDescr(cursor);
    else if (key === "fortran_order" && fortranOrder === undefined) fortranOrder = readTruth(cursor);
    else if (key === "shape" && shape === undefined) shape = readTuple(cursor);
    else throw fileError(reading, "format", cursor.at, `key ${describe(key)}`, threeKeys);
    if (accept(cursor, ",")) continue;
    expect(cursor, "}");
    break;
  }
  skipBlanks(cursor);
  if (cursor.at < end) throw unexpected(cursor, "blanks up to the end of the header");
  if (descr === undefined || fortranOrder === undefined || shape === undefined) {
    throw fileError(reading, "format", start, "header with a missing key", threeKeys);
  }
  return { descr, fortranOrder, shape };
}

function readDescr(cursor: Cursor): string {
  if (accept(cursor, "[") || accept(cursor, "(")) {
    throw fileError(cursor.reading, "unsupported", cursor.at, "structured element type", "plain numbers");
  }
  return readQuoted(cursor);
}

function readTruth(cursor: Cursor): boolean {
  if (accept(cursor, "True")) return true;
  expect(cursor, "False");
  return false;
}

function readTuple(cursor: Cursor): readonly number[] {
  const sizes: number[] = [];
  expect(cursor, "(");
  while (!accept(cursor, ")")) {
    sizes.push(readWholeNumber(cursor));
    if (accept(cursor, ",")) continue;
    // Python needs the comma after a single number: (3) is not a tuple.
    expect(cursor, sizes.length === 1 ? "," : ")");
    break;
  }
  return sizes;
}

/** Text in single or double quotes. Escapes are not read, since none of the words that are known needs them. */
function readQuoted(cursor: Cursor): string {
  const quote = accept(cursor, "'") ? "'" : accept(cursor, '"') ? '"' : undefined;
  if (quote === undefined) throw unexpected(cursor, "a quoted word");
  let word = "";
  for (let next = peek(cursor); next !== undefined && next !== quote; next = peek(cursor)) {
    if (word.length === 64) throw unexpected(cursor, "a closing quote");
    word += next;
    cursor.at++;
  }
  expect(cursor, quote);
  return word;
}

function readWholeNumber(cursor: Cursor): number {
  skipBlanks(cursor);
  const first = cursor.at;
  let value = 0;
  for (let next = peek(cursor); next !== undefined && next >= "0" && next <= "9"; next = peek(cursor)) {
    value = 10 * value + Number(next);
    cursor.at++;
  }
  if (cursor.at === first) throw unexpected(cursor, "a whole number");
  accept(cursor, "L"); // Python 2 wrote long integers this way.
  return value;
}

/** Steps over blanks and then over the characters, if they come next. */
function accept(cursor: Cursor, characters: string): boolean {
  skipBlanks(cursor);
  for (let i = 0; i < characters.length; i++) {
    if (peek(cursor, i) !== characters[i]) return false;
  }
  cursor.at += characters.length;
  return true;
}

function expect(cursor: Cursor, characters: string): void {
  if (!accept(cursor, characters)) throw unexpected(cursor, characters);
}

function skipBlanks(cursor: Cursor): void {
  for (let next = peek(cursor); next === " " || next === "\n" || next === "\t"; next = peek(cursor))
    cursor.at++;
}

function peek({ reading, at, end }: Cursor, ahead = 0): string | undefined {
  return at + ahead < end ? String.fromCharCode(reading.bytes[at + ahead]) : undefined;
}

function unexpected(cursor: Cursor, expected: string): SparseError {
  const next = peek(cursor);
  const found = next === undefined ? "end of the header" : describe(next);
  return fileError(cursor.reading, "format", cursor.at, found, expected);
}
