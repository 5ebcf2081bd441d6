import { describe, expect, it } from "vitest";
import { join, planar, split } from "../../../src/complex/planar.js";
import { type ComplexMatrix, complexMatrix, identityMatrix } from "../../../src/complex/types.js";
import { solveTriangular, type TriangularOptions } from "../../../src/linalg/index.js";
import { solveLowerInPlace } from "../../../src/linalg/triangular-kernel.js";
import { adjoint, isRealMatrix, norm1, ratio, times, timesPower } from "../../support/dense-linalg.js";
import { expectError, expectSquareErrors } from "../../support/linalg-errors.js";
import { normalised, randomMatrix } from "../../support/linalg-families.js";
import { seedsFor, testRatios } from "../../support/residual-ratios.js";

const forms = ["lower", "lower-adjoint", "upper"] as const;

/** A full matrix whose triangles are well conditioned: a dominant diagonal, complex if the matrix is. */
function dominant(n: number, real: boolean, seed: number): ComplexMatrix {
  const a = randomMatrix(n, n, real, seed);
  for (let i = 0; i < n; i++) {
    a.data[2 * (i * n + i)] += i % 2 === 0 ? 2 : -2;
    if (!real) a.data[2 * (i * n + i) + 1] += 1;
  }
  return a;
}

/** The matrix that the form stands for, with the other triangle cleared. */
function meant(a: ComplexMatrix, form: TriangularOptions["form"]): ComplexMatrix {
  const triangle = complexMatrix(
    a.rows,
    a.columns,
    a.data.map((value, i) => {
      const r = Math.floor(i / 2 / a.columns);
      const c = Math.floor(i / 2) % a.columns;
      return (form === "upper" ? r <= c : r >= c) ? value : 0;
    }),
  );
  return form === "lower-adjoint" ? adjoint(triangle) : triangle;
}

const measured = {
  residual: [0, 1.91, 1.77, 1.27, 0.8, 0.43, 0.14, 0.07],
};

testRatios("solveTriangular", 30, measured, function* (n, real) {
  for (const form of forms) {
    for (const columns of [1, 2, 15]) {
      for (const exponent of [0, 300, -300, 1019, -1020]) {
        for (const seed of seedsFor(n).slice(0, 5)) {
          const full = timesPower(dominant(n, real, seed), exponent);
          const { matrix: t, exponent: e } = normalised(meant(full, form));
          const rhs = randomMatrix(n, columns, real, seed + 1);
          const x = solveTriangular(full, timesPower(rhs, exponent), { form });
          if (real) expect(isRealMatrix(x)).toBe(true);
          yield {
            name: `${form}, ${columns} columns, 2^${exponent}, seed ${seed}`,
            ratios: { residual: ratio(times(t, x), timesPower(rhs, exponent - e), 1, norm1(t) * norm1(x)) },
          };
        }
      }
    }
  }
});

describe("solveTriangular", () => {
  it("solves systems worked by hand", () => {
    // The lower triangle is [[2, 0], [j, 1 + j]], the upper one [[2, 3], [0, 1 + j]].
    const a = complexMatrix(2, 2, Float64Array.of(2, 0, 3, 0, 0, 1, 1, 1));
    const b = complexMatrix(2, 1, Float64Array.of(4, 0, 2, 4));
    expect(solveTriangular(a, b, { form: "lower" }).data).toEqual(Float64Array.of(2, 0, 2, 0));
    expect(solveTriangular(a, b, { form: "upper" }).data).toEqual(Float64Array.of(-2.5, -1.5, 3, 1));
    expect(solveTriangular(a, b, { form: "lower-adjoint" }).data).toEqual(Float64Array.of(0.5, -0.5, -1, 3));
  });

  it("solves real systems with complex right-hand sides, and the reverse", () => {
    for (const form of forms) {
      for (const [realA, realB] of [
        [true, false],
        [false, true],
      ] as const) {
        const a = dominant(40, realA, 1);
        const b = randomMatrix(40, 9, realB, 2);
        const x = solveTriangular(a, b, { form });
        expect(ratio(times(meant(a, form), x), b, 1, norm1(a) * norm1(x))).toBeLessThan(30);
      }
    }
  });

  it("leaves its inputs alone and takes sizes with a zero", () => {
    const a = dominant(4, false, 1);
    const b = randomMatrix(4, 2, false, 1);
    const before = [a.data.slice(), b.data.slice()];
    for (const form of forms) solveTriangular(a, b, { form });
    expect([a.data, b.data]).toEqual(before);
    expect(solveTriangular(complexMatrix(0, 0), complexMatrix(0, 3), { form: "upper" })).toEqual(
      complexMatrix(0, 3),
    );
    expect(solveTriangular(a, complexMatrix(4, 0), { form: "lower" })).toEqual(complexMatrix(4, 0));
  });

  it("explains what is wrong", () => {
    const rhs = complexMatrix(3, 1);
    const eye = identityMatrix(3);
    expectSquareErrors("solveTriangular", "matrix", (matrix) =>
      solveTriangular(matrix, rhs, { form: "lower" }),
    );
    const call = (b: ComplexMatrix, options: unknown) => () =>
      solveTriangular(eye, b, options as TriangularOptions);
    expectError(
      call(complexMatrix(4, 1), { form: "upper" }),
      "shape",
      /rhs has 4 rows; expected 3 \(matrix.rows\)/,
    );
    expectError(call(rhs, {}), "option", /option form is missing; expected "lower" or /);
    expectError(call(rhs, { form: "upper-adjoint" }), "option", /option form is "upper-adjoint"; expected /);
    const singular = identityMatrix(3);
    singular.data[2 * 8] = 0;
    const solve = () => solveTriangular(singular, rhs, { form: "upper" });
    expectError(solve, "range", /^solveTriangular: matrix is singular \(diagonal entry 2 is zero\); /);
  });
});

describe("solveLowerInPlace", () => {
  it("works on the leading part of larger arrays", () => {
    const l = split(dominant(20, false, 1).data);
    const b = split(randomMatrix(20, 5, false, 2).data);
    const large = planar(200, false);
    large.re.set(b.re);
    large.im!.set(b.im!);
    solveLowerInPlace(l, 20, b, 5);
    solveLowerInPlace(l, 20, large, 5);
    expect(join(large, 100)).toEqual(join(b));
    expect(large.re.subarray(100).every((value) => value === 0)).toBe(true);
  });
});
