/** A check that cannot fail is worth nothing: every law, broken in one way. */
import { describe, expect, it } from "vitest";
import { complexMatrix } from "../../../src/complex/index.js";
import {
  checkOperator,
  denseOperator,
  type LinearOperator,
  type OperatorLaw,
} from "../../../src/operators/index.js";
import { randomMatrix } from "../../support/linalg-families.js";
import { thrownBy } from "../../support/thrown.js";

const matrix = randomMatrix(6, 9, false, 1);

/** A correct operator with one method replaced. */
function broken(replace: (good: LinearOperator) => Partial<LinearOperator>): LinearOperator {
  const good = denseOperator(matrix);
  const methods = [
    "apply",
    "adjoint",
    "atoms",
    "gram",
    "covariance",
    "whitenedNorms",
    "columnNorms",
  ] as const;
  const bound = Object.fromEntries(methods.map((name) => [name, (good[name] as () => unknown).bind(good)]));
  const { kind, rows, columns, real, memoryBytes, cost } = good;
  return { kind, rows, columns, real, memoryBytes, cost, ...bound, ...replace(good) } as LinearOperator;
}

const faults: readonly (readonly [string, OperatorLaw, (good: LinearOperator) => Partial<LinearOperator>])[] =
  [
    [
      "an adjoint without conjugation",
      "adjoint",
      () => ({
        adjoint: (y, out) =>
          denseOperator(
            complexMatrix(
              6,
              9,
              matrix.data.map((value, i) => (i % 2 ? -value : value)),
            ),
          ).adjoint(y, out),
      }),
    ],
    [
      "a product that conjugates its input",
      "linearity",
      (good) => ({
        apply: (x, out) =>
          good.apply({ length: x.length, data: x.data.map((value, i) => (i % 2 ? -value : value)) }, out),
      }),
    ],
    [
      "an output that is added to",
      "output",
      (good) => ({
        apply(x, out) {
          const result = good.apply(x);
          if (out === undefined) return result;
          out.data.forEach((value, i) => {
            out.data[i] = value + result.data[i];
          });
          return out;
        },
      }),
    ],
    ["an output that is not returned", "output", (good) => ({ adjoint: (y) => good.adjoint(y) })],
    [
      "an input that is written to",
      "output",
      (good) => ({
        apply(x, out) {
          const result = good.apply(x, out);
          x.data[0] += 1;
          return result;
        },
      }),
    ],
    [
      "a measurement that is written to",
      "output",
      (good) => ({
        adjoint(y, out) {
          const result = good.adjoint(y, out);
          y.data[1] = 0;
          return result;
        },
      }),
    ],
    ["a complex operator that says it is real", "real", () => ({ real: true })],
    [
      "atoms of the neighbours",
      "atoms",
      (good) => ({ atoms: (n) => good.atoms(Array.from(n, (k) => (k + 1) % 9)) }),
    ],
    [
      "a gram without conjugation",
      "gram",
      (good) => ({
        gram(indices) {
          const { rows, columns, data } = good.gram(indices);
          return { rows, columns, data: data.map((value, i) => (i % 2 ? -value : value)) };
        },
      }),
    ],
    [
      "a covariance that is Hermitian only up to rounding",
      "covariance",
      (good) => ({
        covariance(priorVariance, out) {
          const result = good.covariance(priorVariance, out);
          result.data[2] *= 1 + Number.EPSILON;
          return result;
        },
      }),
    ],
    [
      "a covariance with the square roots of the variances",
      "covariance",
      (good) => ({ covariance: (priorVariance, out) => good.covariance(priorVariance.map(Math.sqrt), out) }),
    ],
    [
      "a covariance that is not zero without prior variance",
      "covariance",
      (good) => ({
        covariance(priorVariance, out) {
          const result = good.covariance(priorVariance, out);
          result.data[0] += 2 ** -60;
          return result;
        },
      }),
    ],
    [
      "whitened norms without whitening",
      "whitenedNorms",
      (good) => ({ whitenedNorms: () => good.columnNorms() }),
    ],
    [
      "norms that are not squared",
      "columnNorms",
      (good) => ({ columnNorms: () => good.columnNorms().map(Math.sqrt) }),
    ],
    [
      "norms that are not numbers",
      "columnNorms",
      () => ({ columnNorms: () => new Float64Array(9).fill(Number.NaN) }),
    ],
  ];

describe("checkOperator", () => {
  it("passes what is correct, with ratios of order one or less", () => {
    const report = checkOperator(broken(() => ({})));
    expect(report.passed).toBe(true);
    expect(Math.max(...Object.values(report.ratios))).toBeLessThan(1);
    expect(Object.isFrozen(report)).toBe(true);
  });

  for (const [fault, law, replace] of faults) {
    it(`finds ${fault}`, () => {
      const report = checkOperator(broken(replace));
      expect(report.passed).toBe(false);
      expect(report.ratios[law]).toBeGreaterThan(report.tolerance);
    });
  }

  it("says the same every time", () => {
    expect(checkOperator(denseOperator(matrix))).toEqual(checkOperator(denseOperator(matrix)));
  });

  it("takes a tolerance", async () => {
    const good = denseOperator(matrix);
    expect(checkOperator(good, { tolerance: 1e-6 }).passed).toBe(false);
    expect(checkOperator(good, { tolerance: 5 }).tolerance).toBe(5);
    expect((await thrownBy(() => checkOperator(good, { tolerance: 0 }))).code).toBe("option");
    expect((await thrownBy(() => checkOperator(good, { stream: 1 } as never))).code).toBe("option");
  });
});
