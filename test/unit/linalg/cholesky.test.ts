import { describe, expect, it } from "vitest";
import { join, planar, split } from "../../../src/complex/planar.js";
import { type ComplexMatrix, complexMatrix, identityMatrix } from "../../../src/complex/types.js";
import { choleskyInPlace } from "../../../src/linalg/cholesky-kernel.js";
import { cholesky, choleskySolve, logDeterminant } from "../../../src/linalg/index.js";
import {
  adjoint,
  isRealMatrix,
  isTriangular,
  norm1,
  ratio,
  times,
  timesPower,
  unitRoundoff,
} from "../../support/dense-linalg.js";
import { expectError, expectSquareErrors } from "../../support/linalg-errors.js";
import {
  fields,
  normalised,
  positiveFamilies,
  randomMatrix,
  randomPositive,
  withEigenvalues,
} from "../../support/linalg-families.js";
import { seedsFor, testRatios } from "../../support/residual-ratios.js";

const measuredFactor = {
  residual: [0, 2, 0.82, 0.5, 0.35, 0.27, 0.05, 0.03],
};

testRatios("cholesky", 30, measuredFactor, function* (n, real) {
  for (const family of positiveFamilies) {
    for (const seed of seedsFor(n)) {
      const name = `${family.name}, seed ${seed}`;
      const matrix = family.make(n, real, seed);
      const { matrix: a, exponent } = normalised(matrix);
      const factor = cholesky(matrix);
      expect(isTriangular(factor, "lower"), name).toBe(true);
      for (let i = 0; i < n; i++) {
        expect(factor.data[2 * (i * n + i)], name).toBeGreaterThan(0);
        expect(factor.data[2 * (i * n + i) + 1], name).toBe(0);
      }
      if (real) expect(isRealMatrix(factor), name).toBe(true);
      // Half the exponent goes to each factor; an odd rest is left in the product.
      const l = timesPower(factor, -Math.floor(exponent / 2));
      const product = timesPower(times(l, adjoint(l)), 2 * Math.floor(exponent / 2) - exponent);
      yield { name, ratios: { residual: ratio(product, a, n, norm1(a)) } };
    }
  }
});

const measuredSolve = {
  residual: [0, 3.46, 2, 1.34, 0.89, 0.72, 0.42, 0.37],
};

testRatios("choleskySolve", 30, measuredSolve, function* (n, real) {
  for (const family of positiveFamilies) {
    for (const columns of [1, 2, 15]) {
      for (const seed of seedsFor(n).slice(0, 5)) {
        const matrix = family.make(n, real, seed);
        const { matrix: a, exponent } = normalised(matrix);
        const rhs = randomMatrix(n, columns, real, seed);
        const scaledRhs = timesPower(rhs, exponent);
        const x = choleskySolve(cholesky(matrix), scaledRhs);
        if (real) expect(isRealMatrix(x)).toBe(true);
        yield {
          name: `${family.name}, ${columns} columns, seed ${seed}`,
          ratios: { residual: ratio(times(a, x), rhs, 1, norm1(a) * norm1(x)) },
        };
      }
    }
  }
});

const measuredDeterminant = {
  difference: [0, 2.59, 2.59, 2.59, 3.1, 3.1, 0.83, 0.01],
};

testRatios("logDeterminant", 30, measuredDeterminant, function* (n, real) {
  for (const condition of [1, 1e4, 1e8]) {
    for (const seed of seedsFor(n)) {
      const values = Array.from({ length: n }, (_, i) => 3 * condition ** (-i / Math.max(1, n - 1)));
      const exact = values.reduce((sum, value) => sum + Math.log(value), 0);
      const computed = logDeterminant(cholesky(withEigenvalues(values, real, seed)));
      // A relative error u ‖A‖ of the matrix moves ln det by up to n u times the condition number.
      const difference = Math.abs(computed - exact) / (n * unitRoundoff * condition);
      yield {
        name: `condition ${condition}, seed ${seed}`,
        ratios: { difference: difference / (1 + Math.log(3 * condition) / 2) || 0 },
      };
    }
  }
});

describe("cholesky", () => {
  it("factors a matrix worked by hand", () => {
    // [[4, 2 − 2j], [2 + 2j, 11]] = L L^H with L = [[2, 0], [1 + j, 3]].
    const a = complexMatrix(2, 2, Float64Array.of(4, 0, 2, -2, 2, 2, 11, 0));
    expect(cholesky(a)).toEqual(complexMatrix(2, 2, Float64Array.of(2, 0, 0, 0, 1, 1, 3, 0)));
  });

  it("reads only the lower triangle and the real diagonal, and leaves its input alone", () => {
    for (const n of [3, 40, 150]) {
      const a = randomPositive(n, false, 1);
      const spoiled = complexMatrix(n, n, a.data.slice());
      for (let r = 0; r < n; r++) {
        spoiled.data[2 * (r * n + r) + 1] = 7;
        for (let c = r + 1; c < n; c++) spoiled.data[2 * (r * n + c)] = 1e3;
      }
      const before = spoiled.data.slice();
      expect(cholesky(spoiled)).toEqual(cholesky(a));
      expect(spoiled.data).toEqual(before);
    }
  });

  it("does not read what is above the diagonal even if it is NaN", () => {
    for (const { real } of fields) {
      const n = 100;
      const { data } = randomPositive(n, real, 2);
      const clean = split(data, real);
      const spoiled = split(data, real);
      for (let r = 0; r < n; r++) {
        for (let c = r + 1; c < n; c++) spoiled.re[r * n + c] = Number.NaN;
        if (spoiled.im !== undefined) spoiled.im.fill(Number.NaN, r * n + r, r * n + n);
      }
      expect(choleskyInPlace(clean, n)).toBe(-1);
      expect(choleskyInPlace(spoiled, n)).toBe(-1);
      expect(join(spoiled)).toEqual(join(clean));
    }
  });

  it("factors in the leading part of larger arrays", () => {
    const { data } = randomPositive(30, false, 3);
    const exact = split(data);
    const large = planar(2000, false);
    large.re.set(exact.re);
    large.im!.set(exact.im!);
    large.re.fill(5, 900);
    expect(choleskyInPlace(exact, 30)).toBe(-1);
    expect(choleskyInPlace(large, 30)).toBe(-1);
    expect(large.re.subarray(0, 900)).toEqual(exact.re);
    expect(large.re.subarray(900).every((value) => value === 5)).toBe(true);
  });

  it("names the first pivot that is not positive, wherever it is", () => {
    const n = 90;
    for (const at of [0, 1, 15, 16, 17, 47, 48, 49, 63, 64, 89]) {
      for (const pivot of [0, -1]) {
        const a = identityMatrix(n);
        a.data[2 * (at * n + at)] = pivot;
        a.data[2 * (n * n - 1)] -= 2;
        const message = `^cholesky: matrix is not positive definite \\(pivot ${at} is not positive\\); expected `;
        expectError(() => cholesky(a), "range", new RegExp(message));
      }
    }
    expect(choleskyInPlace({ re: Float64Array.of(Number.NaN) }, 1)).toBe(0);
  });

  it("refuses a singular matrix", () => {
    const ones = complexMatrix(2, 2, Float64Array.of(1, 0, 1, 0, 1, 0, 1, 0));
    expectError(() => cholesky(ones), "range", /pivot 1/);
  });

  it("explains what is wrong", () => {
    expectSquareErrors("cholesky", "matrix", cholesky);
  });
});

describe("logDeterminant", () => {
  it("neither overflows nor underflows where the determinant would", () => {
    for (const value of [1e-300, 1e300]) {
      const a = complexMatrix(4, 4);
      for (let i = 0; i < 4; i++) a.data[2 * (i * 4 + i)] = value;
      expect(Math.abs(logDeterminant(cholesky(a)) / (4 * Math.log(value)) - 1)).toBeLessThan(
        4 * unitRoundoff,
      );
    }
  });

  it("of no rows is zero", () => {
    expect(logDeterminant(complexMatrix(0, 0))).toBe(0);
  });

  it("explains what is wrong", () => {
    expectSquareErrors("logDeterminant", "factor", logDeterminant);
    for (const entry of [
      [0, 0],
      [-1, 0],
      [1, 1],
    ]) {
      const factor = identityMatrix(3);
      factor.data.set(entry, 2 * 4);
      expectError(() => logDeterminant(factor), "range", /^logDeterminant: factor diagonal entry 1 is /);
    }
  });
});

describe("choleskySolve", () => {
  const factor = cholesky(randomPositive(3, false, 1));

  it("solves real equations with complex right-hand sides, and the reverse", () => {
    const b = randomMatrix(20, 3, false, 1);
    const realA = randomPositive(20, true, 1);
    const complexA = randomPositive(20, false, 1);
    const realB = randomMatrix(20, 3, true, 1);
    const solved = (a: ComplexMatrix, rhs: ComplexMatrix): number =>
      ratio(times(a, choleskySolve(cholesky(a), rhs)), rhs, 20, norm1(rhs));
    expect(solved(realA, b)).toBeLessThan(30);
    expect(solved(complexA, realB)).toBeLessThan(30);
  });

  it("takes sizes with a zero", () => {
    expect(choleskySolve(complexMatrix(0, 0), complexMatrix(0, 2))).toEqual(complexMatrix(0, 2));
    expect(choleskySolve(factor, complexMatrix(3, 0))).toEqual(complexMatrix(3, 0));
  });

  it("explains what is wrong", () => {
    const rhs = complexMatrix(3, 1);
    expectSquareErrors("choleskySolve", "factor", (matrix) => choleskySolve(matrix, rhs));
    expectError(
      () => choleskySolve(factor, complexMatrix(2, 1)),
      "shape",
      /rhs has 2 rows; expected 3 \(factor.rows\)/,
    );
    const nan = complexMatrix(3, 1, Float64Array.of(0, 0, 0, Number.NaN, 0, 0));
    expectError(() => choleskySolve(factor, nan), "non-finite", /^choleskySolve: rhs is NaN at index 1; /);
    expectError(
      () => choleskySolve(complexMatrix(3, 3), rhs),
      "range",
      /factor is singular \(diagonal entry 0 is zero\)/,
    );
    const tiny = timesPower(identityMatrix(3), -600);
    const ones = randomMatrix(3, 1, true, 1);
    expectError(
      () => choleskySolve(tiny, ones),
      "range",
      /^choleskySolve: result is too large to represent; /,
    );
  });
});
