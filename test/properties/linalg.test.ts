/** Laws of the linear algebra on small matrices with awkward entries: zeros, equal columns, powers of two. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ComplexMatrix, complexMatrix, identityMatrix } from "../../src/complex/types.js";
import {
  cholesky,
  choleskySolve,
  hermitianEigen,
  hermitianInverse,
  leastSquares,
  logDeterminant,
  qr,
  solveTriangular,
  svd,
} from "../../src/linalg/index.js";
import {
  adjoint,
  minus,
  norm1,
  orthogonalityRatio,
  ratio,
  scaledColumns,
  times,
  timesPower,
  unitRoundoff,
} from "../support/dense-linalg.js";

const runs = { seed: 20240611, numRuns: 150 };
const passMark = 50;

/** Mostly tame numbers with exact zeros, small integers and powers of two from 2⁻⁴⁰ to 2⁴⁰ among them. */
const entry = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => value / 1_000_000) },
  { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: -40, max: 40 }).map((value) => 2 ** value) },
  { weight: 1, arbitrary: fc.constant(0) },
);

/** Any shape up to 8 × 8, real or complex, sometimes with one column copied over another. */
const matrices = fc
  .record({
    rows: fc.integer({ min: 1, max: 8 }),
    columns: fc.integer({ min: 1, max: 8 }),
    real: fc.boolean(),
    copy: fc.option(fc.tuple(fc.nat(7), fc.nat(7)), { freq: 3 }),
  })
  .chain(({ rows, columns, real, copy }) =>
    fc.array(entry, { minLength: 2 * rows * columns, maxLength: 2 * rows * columns }).map((numbers) => {
      const data = Float64Array.from(numbers, (value, i) => (real && i % 2 === 1 ? 0 : value));
      const matrix = complexMatrix(rows, columns, data);
      if (copy !== null) {
        const [from, to] = copy.map((column) => column % columns) as [number, number];
        for (let r = 0; r < rows; r++)
          data.copyWithin(2 * (r * columns + to), 2 * (r * columns + from), 2 * (r * columns + from) + 2);
      }
      return matrix;
    }),
  );

function check(law: (matrix: ComplexMatrix) => void): void {
  fc.assert(fc.property(matrices, law), runs);
}

/** A A^H + ‖A‖² I: Hermitian positive definite with a condition number of at most about nine. */
function positive(a: ComplexMatrix): ComplexMatrix {
  const square = times(a, adjoint(a));
  const shift = norm1(square) || 1;
  for (let i = 0; i < a.rows; i++) {
    square.data[2 * (i * a.rows + i)] += shift;
    square.data[2 * (i * a.rows + i) + 1] = 0;
  }
  return square;
}

describe("singular values", () => {
  it("and vectors reproduce the matrix", () => {
    check((a) => {
      const { u, s, v } = svd(a);
      const size = Math.max(a.rows, a.columns);
      expect(ratio(times(scaledColumns(u, s), adjoint(v)), a, size, norm1(a))).toBeLessThan(passMark);
      expect(orthogonalityRatio(u)).toBeLessThan(passMark);
      expect(orthogonalityRatio(v)).toBeLessThan(passMark);
      expect(s.every((value, i) => value >= 0 && !(value > s[i - 1]))).toBe(true);
    });
  });

  it("are those of the adjoint, and squared the eigenvalues of A A^H", () => {
    check((a) => {
      const { s } = svd(a);
      const others = svd(adjoint(a)).s;
      const scale = passMark * Math.max(a.rows, a.columns) * unitRoundoff * norm1(a);
      const square = times(a, adjoint(a));
      const eigenvalues = hermitianEigen(square).values.reverse();
      s.forEach((value, i) => {
        expect(Math.abs(value - others[i])).toBeLessThanOrEqual(scale);
        expect(Math.abs(value ** 2 - eigenvalues[i])).toBeLessThanOrEqual(
          passMark * a.rows * unitRoundoff * norm1(a) * norm1(adjoint(a)),
        );
      });
    });
  });

  it("have the same bits in other units", () => {
    check((a) => {
      const plain = svd(a);
      for (const exponent of [-700, 37, 700]) {
        const { u, s, v } = svd(timesPower(a, exponent));
        expect(u).toEqual(plain.u);
        expect(v).toEqual(plain.v);
        expect(s).toEqual(plain.s.map((value) => value * 2 ** exponent));
      }
    });
  });

  it("do not depend on the order of rows and columns", () => {
    check((a) => {
      const reversed = complexMatrix(a.rows, a.columns);
      for (let i = 0; i < a.rows * a.columns; i++) {
        reversed.data.set(a.data.subarray(2 * i, 2 * i + 2), a.data.length - 2 * i - 2);
      }
      const [first, second] = [svd(a).s, svd(reversed).s];
      first.forEach((value, i) => {
        expect(Math.abs(value - second[i])).toBeLessThanOrEqual(passMark * 8 * unitRoundoff * norm1(a));
      });
    });
  });
});

describe("QR", () => {
  it("reproduces the matrix, with the singular values in R", () => {
    check((a) => {
      const { q, r } = qr(a);
      expect(ratio(times(q, r), a, a.rows, norm1(a))).toBeLessThan(passMark);
      expect(orthogonalityRatio(q)).toBeLessThan(passMark);
      const [first, second] = [svd(a).s, svd(r).s];
      first.forEach((value, i) => {
        expect(Math.abs(value - second[i])).toBeLessThanOrEqual(passMark * 8 * unitRoundoff * norm1(a));
      });
    });
  });
});

describe("Hermitian positive definite matrices", () => {
  it("equal the product of their factors, and their inverse times them is the identity", () => {
    check((matrix) => {
      const a = positive(matrix);
      const n = a.rows;
      const factor = cholesky(a);
      expect(ratio(times(factor, adjoint(factor)), a, n, norm1(a))).toBeLessThan(passMark);
      const inverse = hermitianInverse(a);
      const size = norm1(a) * norm1(inverse);
      expect(ratio(times(a, inverse), identityMatrix(n), n, size)).toBeLessThan(passMark);
      expect(ratio(choleskySolve(factor, identityMatrix(n)), inverse, n, size * norm1(inverse))).toBeLessThan(
        passMark,
      );
    });
  });

  it("have a determinant that is the product of the eigenvalues", () => {
    check((matrix) => {
      const a = positive(matrix);
      const sum = hermitianEigen(a).values.reduce((total, value) => total + Math.log(value), 0);
      const logDet = logDeterminant(cholesky(a));
      // Eigenvalues have a relative error of the condition number, at most nine, times a multiple of n u.
      const tolerance = passMark * 9 * a.rows ** 2 * unitRoundoff * (1 + Math.abs(logDet));
      expect(Math.abs(sum - logDet)).toBeLessThan(tolerance);
    });
  });

  it("are solved in two triangular steps", () => {
    check((matrix) => {
      const factor = cholesky(positive(matrix));
      const whole = choleskySolve(factor, matrix);
      const half = solveTriangular(factor, matrix, { form: "lower" });
      const steps = solveTriangular(factor, half, { form: "lower-adjoint" });
      expect(ratio(steps, whole, 1, norm1(whole))).toBeLessThan(1);
    });
  });
});

describe("least squares", () => {
  it("leave a residual that no column explains", () => {
    check((matrix) => {
      // The identity below the matrix makes the rank full.
      const { rows, columns } = matrix;
      const a = complexMatrix(rows + columns, columns);
      a.data.set(matrix.data);
      for (let i = 0; i < columns; i++) a.data[2 * ((rows + i) * columns + i)] = 1;
      const b = complexMatrix(rows + columns, 1);
      b.data.forEach((_, i) => {
        b.data[i] = Math.cos(i);
      });
      const x = leastSquares(a, b);
      const gradient = times(adjoint(a), minus(b, times(a, x)));
      const size = norm1(a) * (norm1(b) + norm1(a) * norm1(x));
      expect(ratio(gradient, complexMatrix(columns, 1), rows + columns, size)).toBeLessThan(passMark);
    });
  });
});
