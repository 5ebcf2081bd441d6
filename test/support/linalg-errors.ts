/** Error exits of the linear algebra, called one by one. */
import { expect } from "vitest";
import { type ComplexMatrix, complexMatrix, identityMatrix } from "../../src/complex/types.js";
import { type ErrorCode, isSparseError } from "../../src/errors.js";

/** The call throws an error with this code whose message matches. */
export function expectError(call: () => unknown, code: ErrorCode, message: RegExp): void {
  let caught: unknown;
  try {
    call();
  } catch (error) {
    caught = error;
  }
  expect(isSparseError(caught, code), `${code} expected, came ${String(caught)}`).toBe(true);
  expect((caught as Error).message).toMatch(message);
}

/** The errors that every function has for a matrix parameter; `call` passes the matrix on. */
export function expectMatrixErrors(
  who: string,
  name: string,
  call: (matrix: ComplexMatrix) => unknown,
): void {
  const withValue = (value: number): ComplexMatrix => {
    const matrix = identityMatrix(3);
    matrix.data[9] = value;
    return matrix;
  };
  const starts = (rest: string): RegExp => new RegExp(`^${who}: ${name}${rest}`);
  expectError(() => call(withValue(Number.NaN)), "non-finite", starts(" is NaN at index 4; "));
  expectError(
    () => call(withValue(Number.NEGATIVE_INFINITY)),
    "non-finite",
    starts(" is -Infinity at index 4; "),
  );
  const short = { rows: 3, columns: 3, data: new Float64Array(9) };
  expectError(() => call(short), "shape", starts("\\.data has 9 numbers; expected 3 × 3 re, im pairs$"));
  const broken = { rows: 1.5, columns: 2, data: new Float64Array(6) };
  expectError(() => call(broken), "shape", starts("\\.data has 6 numbers; expected 1.5 × 2 re, im pairs$"));
  expectError(() => call(undefined as never), "shape", starts(" is missing; expected a ComplexMatrix$"));
  expectError(() => call([[1]] as never), "shape", starts(" is an array of 1; expected a ComplexMatrix$"));
}

/** As {@link expectMatrixErrors}, for a parameter that must be square. */
export function expectSquareErrors(
  who: string,
  name: string,
  call: (matrix: ComplexMatrix) => unknown,
): void {
  expectMatrixErrors(who, name, call);
  const wide = new RegExp(`^${who}: ${name} has 2 × 3 entries; expected as many rows as columns$`);
  expectError(() => call(complexMatrix(2, 3)), "shape", wide);
}
