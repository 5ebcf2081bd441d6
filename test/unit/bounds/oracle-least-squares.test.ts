import { describe, expect, it } from "vitest";
import { oracleLeastSquares } from "../../../src/bounds/index.js";
import { denseOperator } from "../../../src/operators/dense.js";
import { kroneckerOperator } from "../../../src/operators/kronecker.js";
import {
  adjointOf,
  columnsOf,
  diagonalOf,
  distance,
  kroneckerProduct,
  norm,
  product,
  rowsAt,
  scaled,
  solve,
  sum,
  trace,
} from "../../support/dense-complex.js";
import { errorOf } from "../../support/file-bytes.js";
import { syntheticInstance } from "../../support/golden.js";
import { problemFamilies } from "../../support/problem-families.js";
import { denseLeastSquares } from "../../support/textbook-pursuit.js";

const fields = ["real", "complex"] as const;

describe("oracleLeastSquares", () => {
  describe.each(fields)("%s", (field) => {
    it.each(problemFamilies)("$name: is dense least squares on the support", ({ draw }) => {
      for (const snapshots of [1, 3]) {
        const { factors, support, supports, measurement } = draw(field, snapshots, 10);
        const dictionary = kroneckerProduct(factors);
        const atoms = columnsOf(dictionary, support);
        const fit = denseLeastSquares(atoms, measurement);
        const expected = rowsAt(fit, support, dictionary.columns);
        const residual = sum(measurement, product(atoms, fit), -1);
        for (const result of [
          oracleLeastSquares(dictionary, measurement, support),
          oracleLeastSquares(denseOperator(dictionary), measurement, [...support].reverse()),
          oracleLeastSquares(kroneckerOperator(factors), measurement, supports),
        ]) {
          // The normal equations of the reference lose the square of the condition of at most 3 atoms, below
          // 1e2.
          expect(distance(result.mean, expected)).toBeLessThan(1e-11 * norm(expected));
          expect(result.support).toEqual(support);
          expect(result.residualNorm).toBeCloseTo(norm(residual), 12);
          expect(result).toMatchObject({ reason: "closed-form", converged: true, iterations: 0 });
          expect(Object.isFrozen(result)).toBe(true);
          expect(structuredClone(result)).toEqual(result);
        }
      }
    });

    it.each(problemFamilies)("$name: returns the truth without noise", ({ draw }) => {
      const { factors, supports, measurement, coefficients } = draw(field, 2);
      const { mean, residualNorm } = oracleLeastSquares(kroneckerOperator(factors), measurement, supports);
      // Three neighbouring steering vectors have a condition below 1e3.
      expect(distance(mean, coefficients)).toBeLessThan(1e-12 * norm(coefficients));
      expect(residualNorm).toBeLessThan(1e-13 * norm(measurement));
    });
  });

  it("agrees with the published implementation on the reference instances", () => {
    for (const name of ["synthetic-25db", "synthetic-5db"] as const) {
      const { factors, measurement, coefficients, reference } = syntheticInstance(name);
      const support = Array.from(coefficients, (_, n) => n).filter((n) => coefficients[n] !== 0);
      const sizes = factors.map(([row]) => row!.length);
      const index = (n: number, mode: number) =>
        Math.floor(n / sizes.slice(mode + 1).reduce((left, right) => left * right, 1)) % sizes[mode];
      const supports = sizes.map((_, mode) => [...new Set(support.map((n) => index(n, mode)))]);
      const operator = kroneckerOperator(factors);
      for (const known of [support, supports]) {
        const { mean } = oracleLeastSquares(operator, measurement, known);
        let error = 0;
        let energy = 0;
        for (let n = 0; n < coefficients.length; n++) {
          error += (mean.data[2 * n] - coefficients[n]) ** 2 + mean.data[2 * n + 1] ** 2;
          energy += coefficients[n] ** 2;
        }
        expect(Math.abs(error / energy / reference["oracle-ls"].nmse - 1)).toBeLessThan(1e-12);
      }
    }
  });

  it("has the error that theory gives: σ² tr((A_Sᴴ A_S)⁻¹)", () => {
    // The mean over 400 draws of a sum of three squared complex normals has a relative deviation below
    // 1/√400; the tolerance is four of those.
    const { draw } = problemFamilies.find(({ name }) => name === "coherent steering vectors")!;
    const { factors, support, measurement, coefficients, noiseVariance } = draw("complex", 400, 10);
    const { mean } = oracleLeastSquares(factors[0], measurement, support);
    const atoms = columnsOf(factors[0], support);
    const gram = product(adjointOf(atoms), atoms);
    const expected = noiseVariance * trace(solve(gram, diagonalOf([1, 1, 1])).solution);
    expect(Math.abs(distance(mean, coefficients) ** 2 / 400 / expected - 1)).toBeLessThan(0.2);
  });

  it("works in any units", () => {
    const { factors, support, supports, measurement } = problemFamilies
      .find(({ name }) => name === "Kronecker")!
      .draw("complex", 1, 10);
    const plain = oracleLeastSquares(kroneckerOperator(factors), measurement, supports);
    const tiny = [scaled(factors[0], 2 ** -400), scaled(factors[1], 2 ** -98)];
    const large = scaled(measurement, 2 ** 498);
    for (const known of [support, supports]) {
      const result = oracleLeastSquares(kroneckerOperator(tiny), large, known);
      const back = scaled(scaled(result.mean, 2 ** -498), 2 ** -498);
      expect(distance(back, plain.mean)).toBeLessThan(1e-13 * norm(plain.mean));
      expect(result.residualNorm * 2 ** -498).toBeCloseTo(plain.residualNorm, 13);
    }
  });

  it("is zero on an empty support and for a zero measurement", () => {
    const empty = oracleLeastSquares([[1, 2]], [3], []);
    expect(empty.residualNorm).toBe(3);
    expect([...empty.mean.data]).toEqual([0, 0, 0, 0]);
    expect(empty.support).toHaveLength(0);
    expect(oracleLeastSquares([[1, 2]], [0], [1]).residualNorm).toBe(0);
  });

  describe("refuses", () => {
    const dictionary = [
      [1, 0, 1],
      [0, 1, 0],
    ];
    const kronecker = kroneckerOperator([dictionary, dictionary]);

    it.each([
      ["an index that is no atom", dictionary, [1, 2], [3], "range", "support[0]"],
      ["an index that is no number", dictionary, [1, 2], [0, Number.NaN], "range", "support[1]"],
      ["an atom named twice", dictionary, [1, 2], [1, 1], "range", "support[1]"],
      ["more atoms than rows", dictionary, [1, 2], [0, 1, 2], "shape", "support"],
      ["dependent atoms", dictionary, [1, 2], [0, 2], "range", "numerical rank of matrix"],
      ["one support per mode without factors", dictionary, [1, 2], [[0], [1]], "unsupported", "dictionary"],
      ["another number of supports than of modes", kronecker, [1, 2, 3, 4], [[0]], "shape", "support"],
      ["a wrong index in one mode", kronecker, [1, 2, 3, 4], [[0], [5]], "range", "support[1][0]"],
      ["a measurement of the wrong length", dictionary, [1], [0], "shape", "measurement"],
      ["a measurement that is not finite", dictionary, [1, Number.NaN], [0], "non-finite", "measurement"],
    ])("%s", (_, a, y, support, code, parameter) => {
      expect(errorOf(() => oracleLeastSquares(a, y, support))).toMatchObject({ code, parameter });
    });
  });
});
