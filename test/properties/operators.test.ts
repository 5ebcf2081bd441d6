/** Laws of operators on small whole numbers, where every sum is exact and every comparison is for equality. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ComplexMatrix, complexMatrix, complexVector } from "../../src/complex/index.js";
import {
  composeOperators,
  denseOperator,
  khatriRaoOperator,
  kroneckerOperator,
  type LinearOperator,
  restrictionOperator,
  stackOperators,
} from "../../src/operators/index.js";
import {
  adjointOf,
  columnsOf,
  entry,
  kroneckerProduct,
  matrixOf,
  product,
  weighted,
} from "../support/dense-complex.js";
import { khatriRaoProduct, range, stacked } from "../support/operator-cases.js";

const settings = { seed: 20240501, numRuns: 200 };
const small = fc.integer({ min: 1, max: 4 });

function matrices(rows: number, columns: number, real: boolean): fc.Arbitrary<ComplexMatrix> {
  const count = 2 * rows * columns;
  return fc.array(fc.integer({ min: -3, max: 3 }), { minLength: count, maxLength: count }).map((values) =>
    complexMatrix(
      rows,
      columns,
      Float64Array.from(values, (value, i) => (real && i % 2 ? 0 : value)),
    ),
  );
}

const anyMatrix = fc
  .record({ rows: small, columns: small, real: fc.boolean() })
  .chain(({ rows, columns, real }) => matrices(rows, columns, real));

const factorLists = fc.array(anyMatrix, { minLength: 1, maxLength: 3 });

const columnFactorLists = fc
  .record({ columns: fc.integer({ min: 1, max: 6 }), count: fc.integer({ min: 1, max: 3 }) })
  .chain(({ columns, count }) =>
    fc.array(
      fc.record({ rows: small, real: fc.boolean() }).chain(({ rows, real }) => matrices(rows, columns, real)),
      { minLength: count, maxLength: count },
    ),
  );

/** Zeros of either sign are the same number. */
function plain({ rows, columns, data }: ComplexMatrix): unknown {
  return { rows, columns, data: Array.from(data, (value) => value + 0) };
}

function column(length: number, data: Float64Array): ComplexMatrix {
  return complexMatrix(length, 1, data);
}

/** Deterministic whole numbers, different for every index. */
function wholeNumbers(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => ((7 * i) % 11) - 5);
}

function expectEqualToMatrix(operator: LinearOperator, matrix: ComplexMatrix): void {
  const { rows, columns } = matrix;
  const all = range(columns);
  const x = complexVector(columns, wholeNumbers(2 * columns));
  const y = complexVector(rows, wholeNumbers(2 * rows));
  const priorVariance = wholeNumbers(columns).map((value) => Math.max(0, value));
  const gram = product(adjointOf(matrix), matrix);
  expect(plain(operator.atoms(all))).toEqual(plain(matrix));
  expect(plain(column(rows, operator.apply(x).data))).toEqual(
    plain(product(matrix, column(columns, x.data))),
  );
  expect(plain(column(columns, operator.adjoint(y).data))).toEqual(
    plain(product(adjointOf(matrix), column(rows, y.data))),
  );
  expect(plain(operator.gram(all))).toEqual(plain(gram));
  expect(plain(operator.covariance(priorVariance))).toEqual(
    plain(product(weighted(matrix, priorVariance), adjointOf(matrix))),
  );
  expect([...operator.columnNorms()]).toEqual(all.map((n) => entry(gram, n, n)[0]));
}

describe("operators on whole numbers", () => {
  it("dense equals its matrix", () => {
    fc.assert(
      fc.property(anyMatrix, (matrix) => expectEqualToMatrix(denseOperator(matrix), matrix)),
      settings,
    );
  });

  it("kronecker equals the explicit product", () => {
    fc.assert(
      fc.property(factorLists, (factors) =>
        expectEqualToMatrix(kroneckerOperator(factors), kroneckerProduct(factors)),
      ),
      settings,
    );
  });

  it("khatri-rao equals the explicit product", () => {
    fc.assert(
      fc.property(columnFactorLists, (factors) =>
        expectEqualToMatrix(khatriRaoOperator(factors), khatriRaoProduct(factors)),
      ),
      settings,
    );
  });

  it("(A ⊗ B)(C ⊗ D) = AC ⊗ BD", () => {
    const pair = fc
      .tuple(small, small, small)
      .chain(([rows, inner, columns]) =>
        fc.tuple(matrices(rows, inner, false), matrices(inner, columns, false)),
      );
    fc.assert(
      fc.property(pair, pair, ([a, c], [b, d]) => {
        const composed = composeOperators(kroneckerOperator([a, b]), kroneckerOperator([c, d]));
        expectEqualToMatrix(composed, kroneckerProduct([product(a, c), product(b, d)]));
      }),
      settings,
    );
  });

  it("Kronecker products are associative", () => {
    fc.assert(
      fc.property(anyMatrix, anyMatrix, anyMatrix, (a, b, c) => {
        const whole = kroneckerOperator([a, b, c]);
        const grouped = kroneckerOperator([kroneckerProduct([a, b]), c]);
        const all = range(whole.columns);
        expect(plain(whole.atoms(all))).toEqual(plain(grouped.atoms(all)));
        const priorVariance = wholeNumbers(whole.columns);
        expect(plain(whole.covariance(priorVariance))).toEqual(plain(grouped.covariance(priorVariance)));
      }),
      settings,
    );
  });

  it("a restriction of a stack takes its rows from the right parts", () => {
    const inputs = fc
      .record({ columns: small, top: small, bottom: small })
      .chain(({ columns, top, bottom }) =>
        fc.tuple(
          matrices(top, columns, false),
          matrices(bottom, columns, true),
          fc.array(fc.nat(top + bottom - 1), { minLength: 1, maxLength: 6 }),
        ),
      );
    fc.assert(
      fc.property(inputs, ([top, bottom, chosen]) => {
        const stack = stackOperators(denseOperator(top), denseOperator(bottom));
        const explicit = stacked([top, bottom]);
        const restricted = composeOperators(restrictionOperator(explicit.rows, chosen), stack);
        expectEqualToMatrix(stack, explicit);
        expectEqualToMatrix(
          restricted,
          matrixOf(chosen.length, explicit.columns, (r, c) => entry(explicit, chosen[r], c)),
        );
      }),
      settings,
    );
  });

  it("atoms and gram take any indices, in any order", () => {
    const inputs = anyMatrix.chain((matrix) =>
      fc.tuple(fc.constant(matrix), fc.array(fc.nat(matrix.columns - 1), { maxLength: 6 })),
    );
    fc.assert(
      fc.property(inputs, ([matrix, indices]) => {
        const atoms = columnsOf(matrix, indices);
        for (const operator of [
          denseOperator(matrix),
          kroneckerOperator([matrix]),
          khatriRaoOperator([matrix]),
        ]) {
          expect(plain(operator.atoms(indices))).toEqual(plain(atoms));
          expect(plain(operator.gram(indices))).toEqual(plain(product(adjointOf(atoms), atoms)));
        }
      }),
      settings,
    );
  });
});
