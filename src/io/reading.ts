/**
 * What the readers share: the bytes at hand, the limits, and what the file has used up of them. The parts of an
 * archive are read with the budget of the whole file.
 */
import { describe, type ErrorCode, SparseError } from "../errors.js";
import { type FileLimits, readLimits } from "./limits.js";

export interface Reading {
  /** The reader's name, and the part of the file if it is not the whole; begins every message. */
  readonly who: string;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly limits: FileLimits;
  /** What is left of the limits that hold for the file as a whole. */
  readonly budget: { elements: number; inflatedBytes: number };
}

/** What any file may grow to, however small it is. */
const alwaysAllowed = 2 ** 24;

/**
 * @throws `shape` if the input is not a Uint8Array; `limit` if it is too large; `option` for an unknown limit
 */
export function startReading(who: string, input: Uint8Array, limits?: Partial<FileLimits>): Reading {
  const checked = readLimits(who, limits);
  if (!ArrayBuffer.isView(input) || (input as Uint8Array).BYTES_PER_ELEMENT !== 1) {
    const received = describe(input);
    throw new SparseError("shape", `${who}: bytes is ${received}; expected a Uint8Array`, {
      parameter: "bytes",
      expected: "a Uint8Array",
      received,
    });
  }
  // A plain view: the methods of subclasses such as Node's Buffer behave differently.
  const bytes = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  const inflatedBytes = Math.min(
    checked.inflateBytes,
    Math.max(alwaysAllowed, checked.inflateRatio * bytes.length),
  );
  const reading = {
    who,
    bytes,
    view: viewOf(bytes),
    limits: checked,
    budget: { elements: checked.elements, inflatedBytes },
  };
  if (bytes.length > checked.fileBytes) {
    throw fileError(reading, "limit", 0, `file of ${bytes.length} bytes`, `at most ${checked.fileBytes}`);
  }
  return reading;
}

/** The same file, going on in bytes that were taken out of it; offsets in messages count from their start. */
export function readingPart(reading: Reading, part: string, bytes: Uint8Array): Reading {
  return { ...reading, who: `${reading.who}: ${part}`, bytes, view: viewOf(bytes) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `readNpy: header of 4000 bytes at byte 8; expected at most 70, which is what follows` */
export function fileError(
  reading: Reading,
  code: ErrorCode,
  offset: number,
  received: string,
  expected: string,
  cause?: unknown,
): SparseError {
  const message = `${reading.who}: ${received} at byte ${offset}; expected ${expected}`;
  return new SparseError(code, message, { parameter: `byte ${offset}`, expected, received, cause });
}

/**
 * The number of elements of a declared shape, taken off the file's budget. The product is compared at every factor,
 * while it is still exact; a dimension of zero counts as one there, so that no order of dimensions slips through.
 *
 * @throws `limit` if there are too many dimensions or elements
 */
export function takeElements(reading: Reading, shape: readonly number[], offset: number): number {
  const { limits, budget } = reading;
  if (shape.length > limits.dimensions) {
    throw fileError(
      reading,
      "limit",
      offset,
      `array of ${shape.length} dimensions`,
      `at most ${limits.dimensions}`,
    );
  }
  let count = 1;
  let bound = 1;
  for (const size of shape) {
    count *= size;
    bound *= Math.max(1, size);
    if (bound > budget.elements) {
      const expected = `at most ${limits.elements} in the file`;
      throw fileError(reading, "limit", offset, `array of ${describeShape(shape)} elements`, expected);
    }
  }
  budget.elements -= bound;
  return count;
}

/**
 * Takes bytes that a part of the file grows to off the file's budget; called before they are allocated.
 *
 * @throws `limit` if the file would grow too much
 */
export function takeInflated(reading: Reading, size: number, offset: number): void {
  const { limits, budget } = reading;
  if (size > budget.inflatedBytes) {
    const expected = `${budget.inflatedBytes} left of inflateRatio ${limits.inflateRatio} and inflateBytes ${limits.inflateBytes}`;
    throw fileError(reading, "limit", offset, `part that grows to ${size} bytes`, `at most ${expected}`);
  }
  budget.inflatedBytes -= size;
}

/** `2 × 3 × 4`; long shapes are cut. */
export function describeShape(shape: readonly number[]): string {
  const shown = shape.slice(0, 8).join(" × ");
  return shape.length > 8 ? `${shown} × …` : shown;
}
