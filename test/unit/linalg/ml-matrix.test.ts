/** Agreement with ml-matrix on real matrices: an outside witness for what the residuals cannot see. */
import {
  CholeskyDecomposition,
  determinant,
  EigenvalueDecomposition,
  inverse,
  Matrix,
  QrDecomposition,
  SingularValueDecomposition,
  solve,
} from "ml-matrix";
import { describe, expect, it } from "vitest";
import type { ComplexMatrix } from "../../../src/complex/types.js";
import {
  cholesky,
  choleskySolve,
  hermitianEigen,
  hermitianInverse,
  leastSquares,
  logDeterminant,
  qr,
  svd,
} from "../../../src/linalg/index.js";
import { unitRoundoff } from "../../support/dense-linalg.js";
import { conditioned, hermitianPart, randomMatrix, randomPositive } from "../../support/linalg-families.js";

function toMl({ rows, columns, data }: ComplexMatrix): Matrix {
  return Matrix.from1DArray(
    rows,
    columns,
    data.filter((_, i) => i % 2 === 0),
  );
}

/** All entries agree to `tolerance`, up to the sign if asked for (which a factorisation may leave open). */
function expectAgreement(
  actual: ComplexMatrix,
  expected: Matrix,
  tolerance: number,
  read: (value: number) => number = (value) => value,
): void {
  expect([actual.rows, actual.columns]).toEqual([expected.rows, expected.columns]);
  const ours = toMl(actual);
  for (let r = 0; r < ours.rows; r++) {
    for (let c = 0; c < ours.columns; c++) {
      expect(Math.abs(read(ours.get(r, c)) - read(expected.get(r, c)))).toBeLessThan(tolerance);
    }
  }
}

// Both sides have an error of a modest multiple of u times dimension, norm and, for solves, condition (below 100).
const size = 30;
const tolerance = 30 * size * unitRoundoff;
const general = conditioned(size, 20, true, 1, 10);
const positive = randomPositive(size, true, 2);
const positiveNorm = Math.sqrt(positive.data.reduce((sum, value) => sum + value * value, 0));
const rhs = randomMatrix(size, 3, true, 3);

describe("agreement with ml-matrix", () => {
  it("singular values and the rank-one parts they belong to", () => {
    const { s, u, v } = svd(general);
    const other = new SingularValueDecomposition(toMl(general), { autoTranspose: true });
    s.forEach((value, i) => {
      expect(Math.abs(value - other.diagonal[i])).toBeLessThan(tolerance);
    });
    // A gap of 1/10 between neighbours amplifies the error of the vectors by about ten.
    const [ourU, ourV] = [toMl(u), toMl(v)];
    for (const i of [0, 7, 19]) {
      const ours = ourU.getColumnVector(i).mmul(ourV.getColumnVector(i).transpose());
      const theirs = other.leftSingularVectors
        .getColumnVector(i)
        .mmul(other.rightSingularVectors.getColumnVector(i).transpose());
      expect(Matrix.sub(ours, theirs).norm("frobenius")).toBeLessThan(20 * tolerance);
    }
  });

  it("eigenvalues of an indefinite matrix", () => {
    const a = hermitianPart(randomMatrix(size, size, true, 4));
    const other = new EigenvalueDecomposition(toMl(a), { assumeSymmetric: true }).realEigenvalues.sort(
      (x, y) => x - y,
    );
    hermitianEigen(a).values.forEach((value, i) => {
      expect(Math.abs(value - other[i])).toBeLessThan(10 * tolerance);
    });
  });

  it("the Cholesky factor, its solution, inverse and determinant", () => {
    const ml = toMl(positive);
    const factor = cholesky(positive);
    const other = new CholeskyDecomposition(ml);
    expectAgreement(factor, other.lowerTriangularMatrix, tolerance * positiveNorm);
    expectAgreement(choleskySolve(factor, rhs), other.solve(toMl(rhs)), tolerance * positiveNorm);
    expectAgreement(hermitianInverse(positive), inverse(ml), tolerance * positiveNorm);
    expect(Math.abs(logDeterminant(factor) / Math.log(determinant(ml)) - 1)).toBeLessThan(
      tolerance * positiveNorm,
    );
  });

  it("Q and R up to signs, and least squares", () => {
    const other = new QrDecomposition(toMl(general));
    const { q, r } = qr(general);
    expectAgreement(q, other.orthogonalMatrix, 20 * tolerance, Math.abs);
    expectAgreement(r, other.upperTriangularMatrix, 20 * tolerance, Math.abs);
    expectAgreement(leastSquares(general, rhs), solve(toMl(general), toMl(rhs)), 1000 * tolerance);
  });
});
