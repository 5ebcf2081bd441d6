import { describe, expect, it } from "vitest";
import { complexVector } from "../../../src/complex/index.js";
import { khatriRaoOperator } from "../../../src/operators/index.js";
import { adjointOf, distance, norm, product, weighted } from "../../support/dense-complex.js";
import { khatriRaoProduct, randomFactors, range } from "../../support/operator-cases.js";
import { thrownBy } from "../../support/thrown.js";

describe("khatriRaoOperator", () => {
  it("multiplies columns pairwise, last factor fastest, as worked out by hand", () => {
    const operator = khatriRaoOperator([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 10],
        [100, 1000],
      ],
    ]);
    const [first, second] = [operator.atoms([0]), operator.atoms([1])];
    expect([...first.data].filter((_, i) => i % 2 === 0)).toEqual([1, 100, 3, 300]);
    expect([...second.data].filter((_, i) => i % 2 === 0)).toEqual([20, 2000, 40, 4000]);
  });

  it("is not mistaken for a Kronecker product", () => {
    expect(khatriRaoOperator(randomFactors([[2, 3]], false)).factors).toBeUndefined();
  });

  it("tells the order of its factors", () => {
    const factors = randomFactors(
      [
        [2, 5],
        [3, 5],
      ],
      false,
    );
    const explicit = khatriRaoProduct(factors);
    const swapped = khatriRaoOperator([...factors].reverse());
    expect(distance(swapped.atoms(range(5)), explicit)).toBeGreaterThan(0.1 * norm(explicit));
  });

  it("keeps two groups of factors, not the matrix", () => {
    const operator = khatriRaoOperator(
      randomFactors(
        [
          [4, 50],
          [2, 50],
          [8, 50],
        ],
        false,
      ),
    );
    expect(operator.rows).toBe(64);
    expect(operator.memoryBytes).toBe(16 * 50 * (8 + 8));
    operator.apply(complexVector(50));
    expect(operator.cost.flops).toBe(8 * 50 * (8 + 64));
  });

  it("goes the plain way where the coordinates would take more memory than the dense matrix", () => {
    const factors = randomFactors([[100, 210]], false);
    const operator = khatriRaoOperator(factors);
    const priorVariance = new Float64Array(210).fill(0.5);
    const expected = product(weighted(factors[0], priorVariance), adjointOf(factors[0]));
    expect(distance(operator.covariance(priorVariance), expected)).toBeLessThanOrEqual(
      210 * Number.EPSILON * norm(expected),
    );
    expect(operator.memoryBytes).toBeLessThan(100 * 100 * 210);
  });

  it("refuses what it cannot use", async () => {
    const error = (factors: unknown) => thrownBy(() => khatriRaoOperator(factors as never));
    expect((await error([])).code).toBe("shape");
    expect((await error([[[1, 2]], [[1, 2, 3]]])).message).toBe(
      "khatriRaoOperator: factors[1] has 3 columns; expected 2 as in factors[0]",
    );
    expect((await error([[[1]], [[Number.NaN]]])).message).toContain("factors[1] is NaN");
  });
});
