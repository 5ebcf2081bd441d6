import { describe, expect, it } from "vitest";
import { planar, split } from "../../../src/complex/planar.js";
import { complexMatrix, identityMatrix } from "../../../src/complex/types.js";
import { createHermitianEigenWorkspace, hermitianEigenInto } from "../../../src/linalg/hermitian-eigen.js";
import { hermitianEigen } from "../../../src/linalg/index.js";
import {
  adjoint,
  isRealMatrix,
  norm1,
  orthogonalityRatio,
  ratio,
  scaledColumns,
  times,
  timesPower,
  unitRoundoff,
} from "../../support/dense-linalg.js";
import { expectError, expectSquareErrors } from "../../support/linalg-errors.js";
import {
  fields,
  hermitianFamilies,
  hermitianPart,
  normalised,
  randomMatrix,
  withEigenvalues,
} from "../../support/linalg-families.js";
import { seedsFor, testRatios } from "../../support/residual-ratios.js";

const measured = {
  residual: [0, 2.77, 3.83, 6.09, 4.53, 3, 1.36, 1.12],
  orthogonality: [0, 0, 3.9, 6.33, 6.42, 4.48, 3.02, 2.71],
};

testRatios("hermitianEigen", 30, measured, function* (n, real) {
  for (const family of hermitianFamilies) {
    for (const seed of seedsFor(n)) {
      const name = `${family.name}, seed ${seed}`;
      const matrix = family.make(n, real, seed);
      const { matrix: a, exponent } = normalised(matrix);
      const { values, vectors } = hermitianEigen(matrix);
      const lambda = values.map((value) => value * 2 ** (-exponent / 2) * 2 ** (-exponent / 2));
      expect(
        lambda.every((value, i) => !(value < lambda[i - 1])),
        name,
      ).toBe(true);
      if (real) expect(isRealMatrix(vectors), name).toBe(true);
      const back = times(scaledColumns(vectors, lambda), adjoint(vectors));
      yield {
        name,
        ratios: { residual: ratio(back, a, n, norm1(a)), orthogonality: orthogonalityRatio(vectors) },
      };
    }
  }
});

describe("hermitianEigen", () => {
  it("decomposes a matrix worked by hand", () => {
    // [[2, j], [−j, 2]] has eigenvalues 1 and 3 with vectors (1, j)/√2 and (1, −j)/√2 up to a phase.
    const { values, vectors } = hermitianEigen(complexMatrix(2, 2, Float64Array.of(2, 0, 0, 1, 0, -1, 2, 0)));
    expect(values[0]).toBeCloseTo(1, 15);
    expect(values[1]).toBeCloseTo(3, 15);
    for (let i = 0; i < 4; i++) {
      expect(Math.hypot(vectors.data[2 * i], vectors.data[2 * i + 1])).toBeCloseTo(Math.SQRT1_2, 15);
    }
  });

  it("finds the eigenvalues that a matrix was made of", () => {
    const values = [-5, -1, -1, 0, 0, 0, 1e-3, 2, 2.000001, 100];
    const found = hermitianEigen(withEigenvalues(values, false, 1)).values;
    values.forEach((value, i) => {
      expect(Math.abs(found[i] - value)).toBeLessThan(30 * 100 * unitRoundoff);
    });
  });

  it("keeps the vectors orthonormal where the squares of a part of the matrix underflow", () => {
    for (const { real } of fields) {
      for (const exponent of [-480, -530, -700, -1000, -1040]) {
        const a = timesPower(hermitianPart(randomMatrix(6, 6, real, 1)), exponent);
        a.data[0] = 1;
        const { values, vectors } = hermitianEigen(a);
        expect(orthogonalityRatio(vectors)).toBeLessThan(30);
        expect(ratio(times(scaledColumns(vectors, values), adjoint(vectors)), a, 6, 1)).toBeLessThan(30);
      }
    }
  });

  it("reads only the lower triangle and the real diagonal, and leaves its input alone", () => {
    const n = 20;
    const a = hermitianPart(randomMatrix(n, n, false, 1));
    const spoiled = complexMatrix(n, n, a.data.slice());
    for (let r = 0; r < n; r++) {
      spoiled.data[2 * (r * n + r) + 1] = 7;
      for (let c = r + 1; c < n; c++) spoiled.data[2 * (r * n + c)] = 1e200;
    }
    const before = spoiled.data.slice();
    expect(hermitianEigen(spoiled)).toEqual(hermitianEigen(a));
    expect(spoiled.data).toEqual(before);
  });

  it("gives the same bits in other units", () => {
    const a = hermitianPart(randomMatrix(9, 9, false, 1));
    const plain = hermitianEigen(a);
    for (const exponent of [300, -300, 900, -900]) {
      const { values, vectors } = hermitianEigen(timesPower(a, exponent));
      expect(vectors).toEqual(plain.vectors);
      expect(values).toEqual(plain.values.map((value) => value * 2 ** exponent));
    }
  });

  it("takes size zero", () => {
    expect(hermitianEigen(complexMatrix(0, 0))).toEqual({
      values: new Float64Array(0),
      vectors: complexMatrix(0, 0),
    });
  });

  it("explains what is wrong", () => {
    expectSquareErrors("hermitianEigen", "matrix", hermitianEigen);
    const large = timesPower(complexMatrix(2, 2, Float64Array.of(1.5, 0, 1.5, 0, 1.5, 0, 1.5, 0)), 1023);
    const message = /^hermitianEigen: result is too large to represent; /;
    expectError(() => hermitianEigen(large), "range", message);
  });
});

describe("hermitianEigenInto", () => {
  it("gives the same in a workspace used before for other sizes", () => {
    for (const real of [true, false]) {
      const workspace = createHermitianEigenWorkspace(50, real);
      for (const n of [50, 3, 40, 1, 35]) {
        const a = split(hermitianPart(randomMatrix(n, n, real, n)).data, real);
        const [reused, fresh] = [0, 1].map(() => ({
          values: new Float64Array(n),
          vectors: planar(n * n, real),
        }));
        expect(hermitianEigenInto(a, n, reused!.values, reused!.vectors, workspace)).toBe(true);
        const own = createHermitianEigenWorkspace(n, real);
        expect(hermitianEigenInto(a, n, fresh!.values, fresh!.vectors, own)).toBe(true);
        expect(reused).toEqual(fresh);
      }
    }
  });

  it("ends within its bound whatever the numbers are", () => {
    const workspace = createHermitianEigenWorkspace(4, true);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const a = split(identityMatrix(4).data, true);
      a.re[9] = bad;
      expect(hermitianEigenInto(a, 4, new Float64Array(4), planar(16, true), workspace)).toBe(false);
    }
  });

  it("copes with tridiagonal matrices that split, with zeros everywhere but beside the diagonal, and graded ones", () => {
    const tridiagonals = [
      { diagonal: [0, 0, 0, 0, 0, 0], below: [1, 1, 1, 1, 1] },
      { diagonal: [1, 2, 3, 4, 5, 6], below: [1, 0, 1, 0, 1] },
      { diagonal: [1e-8, 1e-6, 1e-4, 1e-2, 1, 100], below: [1e-7, 1e-5, 1e-3, 0.1, 10] },
      { diagonal: [100, 1, 1e-2, 1e-4, 1e-6, 1e-8], below: [10, 0.1, 1e-3, 1e-5, 1e-7] },
      { diagonal: [0, 0, 0, 0, 0, 1], below: [1e-300, 1e-200, 1e-100, 1e-50, 0] },
      // Products of small entries underflow: once no convergence, once rotations that were not orthogonal.
      { diagonal: [-3e-24, 0, 0, 3.5e-168, 0, 0], below: [0.026, 6e-168, 1.5e-173, 0, 0] },
      {
        diagonal: [2 ** -973.3, 2 ** -967.7, 0, 0, 0, 0],
        below: [2 ** -531.6, 2 ** -538.6, 2 ** -11, -(2 ** -603.6), 0],
      },
    ];
    for (const { diagonal, below } of tridiagonals) {
      const a = complexMatrix(6, 6);
      diagonal.forEach((value, i) => {
        a.data[2 * (i * 6 + i)] = value;
      });
      below.forEach((value, i) => {
        a.data[2 * ((i + 1) * 6 + i)] = value;
        a.data[2 * (i * 6 + i + 1)] = value;
      });
      const { values, vectors } = hermitianEigen(a);
      expect(ratio(times(scaledColumns(vectors, values), adjoint(vectors)), a, 6, norm1(a))).toBeLessThan(30);
      expect(orthogonalityRatio(vectors)).toBeLessThan(30);
    }
  });
});
