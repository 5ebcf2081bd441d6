import { describe, expect, it } from "vitest";
import { join, planar, split } from "../../../src/complex/planar.js";
import { complexMatrix, identityMatrix } from "../../../src/complex/types.js";
import { choleskyInPlace } from "../../../src/linalg/cholesky-kernel.js";
import { inverseFromFactor } from "../../../src/linalg/hermitian-inverse-kernel.js";
import { hermitianInverse } from "../../../src/linalg/index.js";
import { adjoint, isRealMatrix, norm1, ratio, times, timesPower } from "../../support/dense-linalg.js";
import { expectError, expectSquareErrors } from "../../support/linalg-errors.js";
import { fields, normalised, positiveFamilies, randomPositive } from "../../support/linalg-families.js";
import { seedsFor, testRatios } from "../../support/residual-ratios.js";

const measured = {
  residual: [0, 3.01, 1.38, 0.71, 0.3, 0.12, 0.03, 0.01],
};

testRatios("hermitianInverse", 30, measured, function* (n, real) {
  // The inverse of a matrix at the lower end of the range is beyond the upper end.
  for (const family of positiveFamilies.filter(({ name }) => name !== "near underflow")) {
    for (const seed of seedsFor(n)) {
      const name = `${family.name}, seed ${seed}`;
      const matrix = family.make(n, real, seed);
      const { matrix: a, exponent } = normalised(matrix);
      const result = hermitianInverse(matrix);
      expect(
        adjoint(result).data.every((value, i) => value === result.data[i]),
        name,
      ).toBe(true);
      if (real) expect(isRealMatrix(result), name).toBe(true);
      const inverse = timesPower(result, exponent);
      yield {
        name,
        ratios: { residual: ratio(times(a, inverse), identityMatrix(n), n, norm1(a) * norm1(inverse)) },
      };
    }
  }
});

describe("hermitianInverse", () => {
  it("inverts a matrix worked by hand", () => {
    // det [[4, 2 − 2j], [2 + 2j, 11]] = 36.
    const a = complexMatrix(2, 2, Float64Array.of(4, 0, 2, -2, 2, 2, 11, 0));
    const exact = [11, 0, -2, 2, -2, -2, 4, 0];
    hermitianInverse(a).data.forEach((value, i) => {
      expect(value).toBeCloseTo(exact[i] / 36, 15);
    });
  });

  it("leaves its input alone and takes size zero", () => {
    const a = randomPositive(20, false, 1);
    const before = a.data.slice();
    hermitianInverse(a);
    expect(a.data).toEqual(before);
    expect(hermitianInverse(complexMatrix(0, 0))).toEqual(complexMatrix(0, 0));
  });

  it("explains what is wrong", () => {
    expectSquareErrors("hermitianInverse", "matrix", hermitianInverse);
    const indefinite = complexMatrix(2, 2, Float64Array.of(1, 0, 2, 0, 2, 0, 1, 0));
    const message = /^hermitianInverse: matrix is not positive definite \(pivot 1 is not positive\); /;
    expectError(() => hermitianInverse(indefinite), "range", message);
    const tiny = complexMatrix(1, 1, Float64Array.of(2 ** -1060, 0));
    expectError(
      () => hermitianInverse(tiny),
      "range",
      /^hermitianInverse: result is too large to represent; /,
    );
  });
});

describe("inverseFromFactor", () => {
  it("gives the same in place as beside the factor, which it then leaves alone", () => {
    for (const { real } of fields) {
      for (const n of [1, 7, 16, 17, 33, 100]) {
        const l = split(randomPositive(n, real, n).data, real);
        expect(choleskyInPlace(l, n)).toBe(-1);
        const before = join(l);
        const beside = planar(n * n + 3, real);
        inverseFromFactor(l, n, beside);
        expect(join(l)).toEqual(before);
        inverseFromFactor(l, n, l);
        expect(join(l)).toEqual(join(beside, n * n));
      }
    }
  });

  it("takes a real factor into complex storage", () => {
    const l = split(randomPositive(20, true, 1).data, true);
    choleskyInPlace(l, 20);
    const complex = planar(400, false);
    complex.im!.fill(3);
    inverseFromFactor(l, 20, complex);
    inverseFromFactor(l, 20, l);
    expect(complex.im!.every((value) => value === 0)).toBe(true);
    expect(ratio(complexMatrix(20, 20, join(complex)), complexMatrix(20, 20, join(l)), 20, 1)).toBeLessThan(
      1,
    );
  });
});
