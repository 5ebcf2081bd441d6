import { describe, expect, it } from "vitest";
import { complexMatrix, complexVector } from "../../../src/complex/index.js";
import { checkOperator, denseOperator, kroneckerOperator } from "../../../src/operators/index.js";
import {
  adjointOf,
  distance,
  kroneckerProduct,
  norm,
  product,
  scaled,
  sum,
  weighted,
} from "../../support/dense-complex.js";
import { randomMatrix } from "../../support/linalg-families.js";
import { randomFactors, range, type Shape } from "../../support/operator-cases.js";
import { thrownBy } from "../../support/thrown.js";

const shapeLists: readonly (readonly Shape[])[] = [
  [
    [2, 3],
    [4, 3],
  ],
  [
    [3, 2],
    [2, 5],
    [4, 3],
  ],
  [
    [2, 3],
    [3, 2],
    [1, 2],
    [2, 4],
  ],
];

describe("kroneckerOperator", () => {
  for (const shapes of shapeLists) {
    it(`is the explicit product of ${shapes.length} factors, in their order`, () => {
      const factors = randomFactors(shapes, false);
      const whole = kroneckerOperator(factors).atoms(
        range(shapes.reduce((columns, shape) => columns * shape[1], 1)),
      );
      const explicit = kroneckerProduct(factors);
      expect(distance(whole, explicit)).toBeLessThanOrEqual(4 * Number.EPSILON * norm(explicit));
    });

    it(`with ${shapes.length} factors in reverse satisfies every law but not the comparison`, () => {
      const factors = randomFactors(shapes, false);
      const reversed = kroneckerOperator([...factors].reverse());
      const explicit = kroneckerProduct(factors);
      expect(checkOperator(reversed).passed).toBe(true);
      const difference = distance(reversed.atoms(range(reversed.columns)), explicit);
      expect(difference).toBeGreaterThan(0.1 * norm(explicit));
    });
  }

  it("obeys (A ⊗ B)(C ⊗ D) = AC ⊗ BD", () => {
    const [a, b, c, d] = randomFactors(
      [
        [3, 4],
        [2, 5],
        [4, 2],
        [5, 3],
      ],
      false,
    );
    const left = kroneckerOperator([a, b]);
    const right = kroneckerOperator([c, d]);
    const both = kroneckerOperator([product(a, c), product(b, d)]);
    const x = complexVector(both.columns, randomMatrix(both.columns, 1, false, 9).data);
    const expected = complexMatrix(both.rows, 1, both.apply(x).data);
    const actual = complexMatrix(both.rows, 1, left.apply(right.apply(x)).data);
    expect(distance(actual, expected)).toBeLessThanOrEqual(16 * 20 * Number.EPSILON * norm(expected));
  });

  it("of one factor is that matrix", () => {
    const [matrix] = randomFactors([[5, 8]], false);
    const one = kroneckerOperator([matrix]);
    const dense = denseOperator(matrix);
    const priorVariance = Float64Array.from({ length: 8 }, (_, n) => 1 / (n + 1));
    const [actual, expected] = [one.covariance(priorVariance), dense.covariance(priorVariance)];
    expect(distance(actual, expected)).toBeLessThanOrEqual(8 * Number.EPSILON * norm(expected));
    expect(one.gram([1, 2])).toEqual(dense.gram([1, 2]));
  });

  it("exposes copies of its factors", () => {
    const [a, b] = randomFactors(
      [
        [2, 3],
        [3, 2],
      ],
      false,
    );
    const operator = kroneckerOperator([a, b]);
    const before = operator.atoms([3]);
    expect(operator.factors).toEqual([a, b]);
    expect(Object.isFrozen(operator.factors)).toBe(true);
    a.data.fill(0);
    operator.factors?.[1].data.fill(0);
    expect(operator.atoms([3])).toEqual(before);
  });

  it("derives whether it is real from its factors", () => {
    const [real] = randomFactors([[2, 3]], true);
    const [complex] = randomFactors([[2, 3]], false);
    expect(kroneckerOperator([real, real]).real).toBe(true);
    expect(kroneckerOperator([real, complex]).real).toBe(false);
    expect(kroneckerOperator([complex, real]).real).toBe(false);
  });

  it("accepts real matrices as rows of numbers", () => {
    const operator = kroneckerOperator([
      [[1, 2]],
      [
        [1, 0],
        [0, 3],
      ],
    ]);
    const image = operator.apply(complexVector(4, Float64Array.of(1, 0, 10, 0, 100, 0, 1000, 0)));
    expect([...image.data]).toEqual([201, 0, 6030, 0]);
  });

  it("counts the flops of its mode products, whichever mode comes first", () => {
    const cost = (shapes: readonly Shape[], real: boolean) => {
      const operator = kroneckerOperator(randomFactors(shapes, real));
      operator.apply(complexVector(operator.columns));
      const { flops } = operator.cost;
      operator.adjoint(complexVector(operator.rows));
      expect(operator.cost.flops).toBe(2 * flops);
      return flops;
    };
    // The factor that shrinks most is applied first: 3·5 coefficients to 2·5, then to 2·4.
    const first: Shape[] = [
      [2, 3],
      [4, 5],
    ];
    expect(cost(first, false)).toBe(8 * (15 * 2 + 10 * 4));
    expect(cost([...first].reverse(), false)).toBe(8 * (15 * 2 + 10 * 4));
    expect(cost(first, true)).toBe(4 * (15 * 2 + 10 * 4));
  });

  it("agrees with the dense operator on a problem of some size", () => {
    for (const real of [true, false]) {
      const factors = randomFactors(
        [
          [3, 6],
          [5, 7],
          [4, 5],
        ],
        real,
      );
      const [structured, dense] = [kroneckerOperator(factors), denseOperator(kroneckerProduct(factors))];
      const { rows, columns } = dense;
      const priorVariance = Float64Array.from({ length: columns }, (_, n) => 2 ** -(n % 30));
      const [actual, expected] = [structured.covariance(priorVariance), dense.covariance(priorVariance)];
      expect(distance(actual, expected)).toBeLessThanOrEqual(columns * Number.EPSILON * norm(expected));
      const factor = complexMatrix(rows, rows);
      for (let r = 0; r < rows; r++) {
        factor.data[2 * (r * rows + r)] = 1 + r / rows;
        if (r > 0) factor.data[2 * (r * rows + r - 1)] = 0.3;
        if (r > 0 && !real) factor.data[2 * (r * rows + r - 1) + 1] = -0.2;
      }
      const [norms, reference] = [structured.whitenedNorms(factor), dense.whitenedNorms(factor)];
      for (let n = 0; n < columns; n++) {
        // The inverse is formed: its condition number is below 20.
        expect(Math.abs(norms[n] - reference[n])).toBeLessThanOrEqual(
          20 * rows * Number.EPSILON * reference[n],
        );
      }
    }
  });

  it("takes a complex whitening factor although all its own factors are real", () => {
    const factors = randomFactors(
      [
        [2, 4],
        [3, 4],
      ],
      true,
    );
    const [structured, dense] = [kroneckerOperator(factors), denseOperator(kroneckerProduct(factors))];
    const factor = complexMatrix(6, 6);
    for (let r = 0; r < 6; r++)
      factor.data.set(r > 0 ? [0.1, 0.5, 1, 0] : [1, 0], 2 * (r * 6 + Math.max(0, r - 1)));
    const [norms, reference] = [structured.whitenedNorms(factor), dense.whitenedNorms(factor)];
    for (let n = 0; n < 16; n++) expect(norms[n]).toBeCloseTo(reference[n], 12);
  });

  it("goes the plain way where the coordinates would take more memory than the dense matrix", () => {
    const factors = randomFactors(
      [
        [100, 210],
        [1, 1],
      ],
      false,
    );
    const operator = kroneckerOperator(factors);
    const priorVariance = new Float64Array(210).fill(1);
    const expected = product(
      weighted(kroneckerProduct(factors), priorVariance),
      adjointOf(kroneckerProduct(factors)),
    );
    const covariance = operator.covariance(priorVariance);
    expect(distance(covariance, expected)).toBeLessThanOrEqual(210 * Number.EPSILON * norm(expected));
    // The coordinates alone would be 100² · 210 numbers.
    expect(operator.memoryBytes).toBeLessThan(100 * 100 * 210);
  });

  it("counts what it keeps", () => {
    const operator = kroneckerOperator(
      randomFactors(
        [
          [3, 4],
          [2, 5],
        ],
        false,
      ),
    );
    const factorBytes = 32 * (12 + 10);
    expect(operator.memoryBytes).toBe(factorBytes);
    operator.covariance(new Float64Array(20));
    // Coordinates of the factors; two real tensors of M² = 36; indices; one slice of the second factor's coordinates.
    const pairBytes = 8 * (9 * 4 + 4 * 5) + 16 * 36 + 8 * (9 + 4) + 16 * 4;
    expect(operator.memoryBytes).toBe(factorBytes + pairBytes);
    operator.covariance(new Float64Array(20));
    expect(operator.memoryBytes).toBe(factorBytes + pairBytes);
  });

  it("refuses what it cannot use", async () => {
    const error = (factors: unknown) => thrownBy(() => kroneckerOperator(factors as never));
    expect((await error([])).message).toBe("kroneckerOperator: factors has no matrices; expected at least 1");
    expect((await error(undefined)).code).toBe("shape");
    expect((await error([[[1, 2]], [[1, Number.NaN]]])).message).toContain("factors[1] is NaN at index 1");
    expect((await error([[[1, 2], [3]]])).code).toBe("shape");
    // 2048 columns three times over are more than can be numbered.
    const wide = complexMatrix(1, 2048, new Float64Array(4096).fill(1));
    expect((await error([wide, wide, wide])).code).toBe("limit");
    const tall = kroneckerOperator([complexMatrix(256, 1), complexMatrix(256, 1)]);
    expect((await thrownBy(() => tall.covariance(new Float64Array(1)))).code).toBe("limit");
  });

  it("is linear in each factor", () => {
    const [a, b, c] = randomFactors(
      [
        [2, 3],
        [3, 2],
        [3, 2],
      ],
      false,
    );
    const all = range(6);
    const combined = kroneckerOperator([a, sum(b, c, -2)]).atoms(all);
    const apart = sum(
      kroneckerOperator([a, b]).atoms(all),
      kroneckerOperator([a, scaled(c, 2)]).atoms(all),
      -1,
    );
    expect(distance(combined, apart)).toBeLessThanOrEqual(8 * Number.EPSILON * norm(combined));
  });
});
