import { describe, expect, it } from "vitest";
import { complexMatrix } from "../../../src/complex/types.js";
import { leastSquares } from "../../../src/linalg/index.js";
import {
  adjoint,
  isRealMatrix,
  minus,
  norm1,
  ratio,
  scaledColumns,
  times,
  timesPower,
  unitRoundoff,
} from "../../support/dense-linalg.js";
import { expectError, expectMatrixErrors } from "../../support/linalg-errors.js";
import {
  conditioned,
  fields,
  normalised,
  orthonormalMatrix,
  randomMatrix,
  rankDeficient,
  vandermonde,
} from "../../support/linalg-families.js";
import { seedsFor, testRatios } from "../../support/residual-ratios.js";

const measured = {
  gradient: [0, 2.44, 1.04, 0.5, 0.28, 0.07, 0.01, 0.01],
};

testRatios("leastSquares", 30, measured, function* (size, real) {
  const families = [
    ...[10, 1e4, 1e8, 1e12].map((condition) => ({
      name: `condition ${condition}`,
      make: (m: number, n: number, seed: number) => conditioned(m, n, real, seed, condition),
    })),
    ...[300, -300, 1010, -1015].map((exponent) => ({
      name: `scaled by 2^${exponent}`,
      make: (m: number, n: number, seed: number) => timesPower(conditioned(m, n, real, seed, 10), exponent),
    })),
    {
      name: "columns in different units",
      make: (m: number, n: number, seed: number) => {
        const units = Array.from({ length: n }, (_, i) => 2 ** (3 * (i % 11)));
        return scaledColumns(conditioned(m, n, real, seed, 10), units);
      },
    },
  ];
  for (const { name, make } of families) {
    for (const columns of new Set([size, Math.ceil(size / 3)])) {
      for (const seed of seedsFor(size).slice(0, 5)) {
        const matrix = make(size, columns, seed);
        const { matrix: a, exponent } = normalised(matrix);
        const b = randomMatrix(size, 2, real, seed);
        const x = leastSquares(matrix, timesPower(b, exponent));
        if (real) expect(isRealMatrix(x)).toBe(true);
        // The residual of the minimum is orthogonal to the columns: backward error of LAPACK's xQRT17.
        const gradient = times(adjoint(a), minus(b, times(a, x)));
        const size1 = norm1(a) * (norm1(b) + norm1(a) * norm1(x));
        yield {
          name: `${name}, ${size} × ${columns}, seed ${seed}`,
          ratios: { gradient: ratio(gradient, complexMatrix(columns, 2), size, size1) },
        };
      }
    }
  }
});

describe("leastSquares", () => {
  it("fits a line worked by hand", () => {
    // Through (0, 1), (1, 3), (2, 4): y = 7/6 + 3/2 t.
    const a = complexMatrix(3, 2, Float64Array.of(1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 2, 0));
    const x = leastSquares(a, complexMatrix(3, 1, Float64Array.of(1, 0, 3, 0, 4, 0)));
    expect(x.data[0]).toBeCloseTo(7 / 6, 14);
    expect(x.data[2]).toBeCloseTo(3 / 2, 14);
  });

  it("recovers the coefficients of steering vectors, in order", () => {
    const a = vandermonde(16, 3, false);
    const x = randomMatrix(3, 2, false, 1);
    expect(norm1(minus(leastSquares(a, times(a, x)), x))).toBeLessThan(1e6 * unitRoundoff);
  });

  it("solves real equations with complex right-hand sides, and the reverse", () => {
    for (const { real } of fields) {
      const a = randomMatrix(12, 4, real, 1);
      const x = randomMatrix(4, 2, !real, 2);
      expect(norm1(minus(leastSquares(a, times(a, x)), x))).toBeLessThan(200 * unitRoundoff);
    }
  });

  it("is the adjoint for orthonormal columns", () => {
    const q = orthonormalMatrix(30, 12, false, 1);
    const b = randomMatrix(30, 3, false, 2);
    expect(ratio(leastSquares(q, b), times(adjoint(q), b), 30, norm1(b))).toBeLessThan(5);
  });

  it("names the numerical rank", () => {
    for (const { real } of fields) {
      const a = rankDeficient(9, 6, real, 1);
      const message = /^leastSquares: numerical rank of matrix is 3; expected 6 \(matrix.columns\)$/;
      expectError(() => leastSquares(a, complexMatrix(9, 1)), "range", message);
    }
    expectError(
      () => leastSquares(complexMatrix(3, 2), complexMatrix(3, 1)),
      "range",
      /numerical rank of matrix is 0/,
    );
  });

  it("leaves its inputs alone and takes sizes with a zero", () => {
    const a = randomMatrix(5, 3, false, 1);
    const b = randomMatrix(5, 2, false, 1);
    const before = [a.data.slice(), b.data.slice()];
    leastSquares(a, b);
    expect([a.data, b.data]).toEqual(before);
    expect(leastSquares(complexMatrix(3, 0), complexMatrix(3, 2))).toEqual(complexMatrix(0, 2));
    expect(leastSquares(a, complexMatrix(5, 0))).toEqual(complexMatrix(3, 0));
  });

  it("explains what is wrong", () => {
    expectMatrixErrors("leastSquares", "matrix", (matrix) => leastSquares(matrix, complexMatrix(3, 1)));
    const call = () => leastSquares(complexMatrix(2, 3), complexMatrix(2, 1));
    expectError(call, "shape", /matrix has 2 × 3 entries; expected at least as many rows as columns/);
    const a = randomMatrix(3, 2, true, 1);
    expectError(
      () => leastSquares(a, complexMatrix(4, 1)),
      "shape",
      /rhs has 4 rows; expected 3 \(matrix.rows\)/,
    );
    const tiny = timesPower(a, -1000);
    expectError(
      () => leastSquares(tiny, timesPower(randomMatrix(3, 1, true, 2), 900)),
      "range",
      /result is too large/,
    );
  });
});
