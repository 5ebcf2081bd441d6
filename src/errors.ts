/**
 * Errors of the library. Every mistake of the caller ends in one {@link SparseError}, thrown at entry, before
 * any work is done; failing to converge is never an error but a `reason` in the result.
 *
 * @example
 * try {
 *   sbl(dictionary, measurement, options);
 * } catch (error) {
 *   if (isSparseError(error, "shape")) console.log(error.parameter, error.expected, error.received);
 *   else throw error;
 * }
 */

/**
 * What kind of mistake it was.
 * - `shape`: sizes disagree, or something is empty
 * - `non-finite`: a NaN or an infinity in the input
 * - `option`: an option is unknown, missing, of the wrong type or out of range
 * - `range`: a value outside the domain of the method (a matrix that is not positive definite, an overflow)
 * - `limit`: more memory, elements or bytes than allowed, found out before allocating
 * - `format`: a file that is damaged or not of the expected format
 * - `unsupported`: a valid request or file that this version does not handle
 */
export type ErrorCode = "shape" | "non-finite" | "option" | "range" | "limit" | "format" | "unsupported";

/** The facts behind a message, for programs. */
export interface ErrorDetails {
  /** Name of the parameter or option at fault. */
  readonly parameter: string;
  /** What would have been right. */
  readonly expected: string;
  /** What came instead: at most one value, never a whole array. */
  readonly received: string;
  readonly cause?: unknown;
}

const brand: unique symbol = Symbol.for("sparsewave.error") as never;

/** The caller's mistake, in one sentence: who, what was wrong, what was expected, what was received. */
export class SparseError extends Error {
  readonly code: ErrorCode;
  readonly parameter: string;
  readonly expected: string;
  readonly received: string;
  readonly [brand] = true;

  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "SparseError";
    this.code = code;
    this.parameter = details.parameter;
    this.expected = details.expected;
    this.received = details.received;
  }
}

/**
 * Narrows an unknown value to {@link SparseError}, also one thrown by another copy of this library.
 *
 * @param error - anything that was caught
 * @param code - if given, the error must have this code
 */
export function isSparseError(error: unknown, code?: ErrorCode): error is SparseError {
  if (!(error instanceof Error) || !(brand in error)) return false;
  return code === undefined || (error as SparseError).code === code;
}

/** `who: measurement has 63 elements; expected 64 (dictionary.rows)` */
export function shapeError(who: string, parameter: string, received: string, expected: string): SparseError {
  return new SparseError("shape", `${who}: ${parameter} has ${received}; expected ${expected}`, {
    parameter,
    expected,
    received,
  });
}

/** `who: measurement is NaN at index 3; expected finite numbers` */
export function nonFiniteError(who: string, parameter: string, value: number, index: number): SparseError {
  return new SparseError(
    "non-finite",
    `${who}: ${parameter} is ${value} at index ${index}; expected finite numbers`,
    { parameter, expected: "finite numbers", received: `${value} at index ${index}` },
  );
}

/** `who: option tolerance is -1; expected a number above 0` */
export function optionError(who: string, option: string, received: string, expected: string): SparseError {
  return new SparseError("option", `${who}: option ${option} is ${received}; expected ${expected}`, {
    parameter: option,
    expected,
    received,
  });
}

/** `who: noise variance is 0; expected a positive number` */
export function rangeError(who: string, parameter: string, received: string, expected: string): SparseError {
  return new SparseError("range", `${who}: ${parameter} is ${received}; expected ${expected}`, {
    parameter,
    expected,
    received,
  });
}

/** A value for a message: short, on one line, never a whole array. */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  if (typeof value === "object") return "an object";
  return value === undefined ? "missing" : `a ${typeof value}`;
}
