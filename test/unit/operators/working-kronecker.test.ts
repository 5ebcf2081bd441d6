import { describe, expect, it } from "vitest";
import { joinMatrix, planar, split } from "../../../src/complex/planar.js";
import type { ComplexMatrix } from "../../../src/complex/types.js";
import { withRoom } from "../../../src/kernels/room.js";
import { kroneckerOperator } from "../../../src/operators/kronecker.js";
import { workingOperator } from "../../../src/operators/working.js";
import { omp } from "../../../src/solvers/greedy/omp.js";
import {
  adjointOf,
  columnsOf,
  distance,
  kroneckerProduct,
  matrixOf,
  norm,
  product,
  rowsAt,
  sum,
} from "../../support/dense-complex.js";
import { randomMatrix } from "../../support/linalg-families.js";

const sizes = [
  [5, 7],
  [4, 3],
  [6, 8],
] as const;
const factorsOf = (reals: readonly boolean[]) =>
  reals.map((real, n) => randomMatrix(sizes[n][0], sizes[n][1], real, n));

/** Factors real or not, and the same of what they are multiplied with. */
const cases: readonly (readonly [name: string, reals: readonly boolean[], real: boolean])[] = [
  ["real", [true, true, true], true],
  ["complex", [false, false, false], false],
  ["mixed", [true, false, true], false],
  ["real factors of complex data", [true, true, true], false],
  ["complex factors of real data", [false, true], true],
  ["one factor", [false], false],
];

describe.each(cases)("a Kronecker operator inside a run, %s", (_, reals, real) => {
  const factors = factorsOf(reals);
  const dense = kroneckerProduct(factors);
  const isReal = reals.every((one) => one);

  it("has the adjoint of the product, for any number of snapshots, and counts it", () => {
    const operator = kroneckerOperator(factors);
    withRoom("test", (room) => {
      const working = workingOperator(operator, room);
      const complexOut = !(isReal && real);
      for (const [call, snapshots] of [1, 3, 1].entries()) {
        const y = randomMatrix(dense.rows, snapshots, real, 50 + call);
        const out = planar(dense.columns * snapshots, !complexOut);
        working.adjointInto(split(y.data, real), snapshots, out);
        const expected = product(adjointOf(dense), y);
        const actual = joinMatrix(out, dense.columns, snapshots);
        expect(distance(actual, expected)).toBeLessThan(1e-13 * norm(expected));
      }
    });
    expect(operator.cost.adjoints).toBe(5);
    const once = kroneckerOperator(factors);
    once.adjoint({ length: dense.rows, data: randomMatrix(dense.rows, 1, real, 1).data });
    expect(operator.cost.flops).toBe(5 * once.cost.flops);
  });

  it("has the atoms of the product, few or many, and fills imaginary parts that there is room for", () => {
    withRoom("test", (room) => {
      const working = workingOperator(kroneckerOperator(factors), room);
      for (const chosen of [[3], [0, dense.columns - 1, 3, 3], [1, 2]]) {
        for (const realOut of isReal ? [true, false] : [false]) {
          const out = planar(dense.rows * chosen.length, realOut);
          out.im?.fill(7);
          working.atomsInto(Int32Array.from(chosen), chosen.length, out);
          const expected = columnsOf(dense, chosen);
          const actual = joinMatrix(out, dense.rows, chosen.length);
          expect(distance(actual, expected)).toBeLessThan(1e-14 * norm(expected));
        }
      }
    });
  });

  it("gives omp the answer of the product multiplied out", () => {
    const support = [1, Math.floor(dense.columns / 2), dense.columns - 2];
    const coefficients = rowsAt(
      matrixOf(3, 1, (k) => [k + 1, real ? 0 : 1 - k]),
      support,
      dense.columns,
    );
    const noise: ComplexMatrix = randomMatrix(dense.rows, 1, real, 60);
    const measurement = sum(product(dense, coefficients), noise, 0.3);
    for (const sparsity of [1, 3, Math.min(12, dense.rows)]) {
      const structured = omp(kroneckerOperator(factors), measurement, { sparsity });
      const expected = omp(dense, measurement, { sparsity });
      expect(structured.support).toEqual(expected.support);
      expect(distance(structured.mean, expected.mean)).toBeLessThan(1e-10 * norm(expected.mean));
      expect(structured.residualNorm / expected.residualNorm - 1).toBeCloseTo(0, 9);
    }
  });
});

it("asks for no square matrix unless a run needs one", () => {
  // 40 000 × 40 000 numbers would be 25 GB.
  const [first, second] = [randomMatrix(200, 3, true, 1), randomMatrix(200, 3, true, 2)];
  const measurement = kroneckerProduct([columnsOf(first, [1]), columnsOf(second, [2])]);
  const { support } = omp(kroneckerOperator([first, second]), measurement, { sparsity: 1 });
  expect(support).toEqual(Int32Array.of(5));
});
