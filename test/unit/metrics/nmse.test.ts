import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complexMatrix, complexVector } from "../../../src/complex/index.js";
import { isSparseError } from "../../../src/errors.js";
import { nmse } from "../../../src/metrics/index.js";

function vector(...data: number[]) {
  return complexVector(data.length / 2, Float64Array.from(data));
}

function scaledVector({ length, data }: ReturnType<typeof vector>, factor: number) {
  return complexVector(
    length,
    data.map((value) => value * factor),
  );
}

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (isSparseError(error)) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

const entry = fc.oneof(
  fc.integer({ min: -4, max: 4 }),
  fc.double({ min: -1, max: 1, noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -40, max: 40 }).map((exponent) => 2 ** exponent),
);
const pair = fc
  .integer({ min: 1, max: 6 })
  .chain((length) =>
    fc.tuple(
      fc.array(entry, { minLength: 2 * length, maxLength: 2 * length }),
      fc.array(entry, { minLength: 2 * length, maxLength: 2 * length }),
    ),
  )
  .filter(([, truth]) => truth.some((value) => value !== 0));

describe("nmse", () => {
  it("is ‖x̂ − x‖² / ‖x‖²", () => {
    // x = (3, 4j), x̂ = (3 + j, 4j − 2): error power 1 + 4, power 25.
    expect(nmse(vector(3, 1, -2, 4), vector(3, 0, 0, 4))).toBe(5 / 25);
    expect(
      nmse(
        complexMatrix(1, 2, Float64Array.of(3, 1, -2, 4)),
        complexMatrix(1, 2, Float64Array.of(3, 0, 0, 4)),
      ),
    ).toBe(5 / 25);
  });

  it("is 0 for the truth, 1 for zero, 4 for the truth with the wrong sign", () => {
    const truth = vector(0.1, -7, 1e-9, 3);
    expect(nmse(truth, truth)).toBe(0);
    expect(nmse(vector(0, 0, 0, 0), truth)).toBe(1);
    expect(nmse(scaledVector(truth, -1), truth)).toBe(4);
  });

  it("agrees with the plain formula", () => {
    fc.assert(
      fc.property(pair, ([estimate, truth]) => {
        const error = estimate.reduce((sum, value, i) => sum + (value - truth[i]) ** 2, 0);
        const power = truth.reduce((sum, value) => sum + value ** 2, 0);
        // A subnormal power has lost digits in the plain formula.
        fc.pre(power > 1e-290);
        const expected = error / power;
        // Rounding of sums of `length` positive terms, a square and a quotient each side.
        const tolerance = 2 * (truth.length + 2) * Number.EPSILON * expected;
        expect(Math.abs(nmse(vector(...estimate), vector(...truth)) - expected)).toBeLessThanOrEqual(
          tolerance,
        );
      }),
      { seed: 1 },
    );
  });

  it("is the same bits in other units", () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: -900, max: 900 }), ([estimate, truth], exponent) => {
        fc.pre([...estimate, ...truth].every((value) => value === 0 || Math.abs(value) > 1e-30));
        const factor = 2 ** exponent;
        const [x, y] = [vector(...estimate), vector(...truth)];
        expect(nmse(scaledVector(x, factor), scaledVector(y, factor))).toBe(nmse(x, y));
      }),
      { seed: 1 },
    );
  });

  it("survives magnitudes whose squares or differences leave the range of numbers", () => {
    const huge = Number.MAX_VALUE;
    expect(nmse(vector(-huge, 0), vector(huge, 0))).toBe(4);
    expect(nmse(vector(0, 3e-320), vector(0, 1.5e-320))).toBeCloseTo(1, 2); // three digits are left
    expect(nmse(vector(2 ** -500, 0), vector(2 ** -1000, 0))).toBe((2 ** 500 - 1) ** 2);
    expect(nmse(vector(1, 2 ** -600), vector(1, 0))).toBe(0); // 2⁻¹²⁰⁰ underflows
    expect(nmse(vector(1, 2 ** -500), vector(1, 0))).toBe(2 ** -1000);
    expect(nmse(vector(2 ** -1074, 0), vector(1, 0))).toBe(1);
  });

  it("refuses what has no answer", () => {
    expect(codeOf(() => nmse(vector(1, 0), vector(0, 0)))).toBe("range");
    expect(codeOf(() => nmse(vector(1e200, 0), vector(1e-200, 0)))).toBe("range");
    expect(codeOf(() => nmse(vector(1, 0), vector(1, 0, 0, 0)))).toBe("shape");
    expect(codeOf(() => nmse(complexMatrix(2, 1), complexMatrix(1, 2)))).toBe("shape");
    expect(codeOf(() => nmse(vector(Number.NaN, 0), vector(1, 0)))).toBe("non-finite");
    expect(codeOf(() => nmse(vector(1, 0), vector(1, Number.POSITIVE_INFINITY)))).toBe("non-finite");
  });

  it("does not write to its arguments", () => {
    const [estimate, truth] = [vector(1, 2, 3, 4), vector(5, 6, 7, 8)];
    nmse(estimate, truth);
    expect([...estimate.data, ...truth.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
