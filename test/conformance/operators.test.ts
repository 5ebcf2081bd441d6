/** The laws that every operator passes, each against the explicit matrix. */
import { describe, expect, it } from "vitest";
import { type ComplexMatrix, complexMatrix, complexVector } from "../../src/complex/index.js";
import { checkOperator, type LinearOperator } from "../../src/operators/index.js";
import {
  adjointOf,
  columnsOf,
  distance,
  entry,
  matrixOf,
  norm,
  product,
  solve,
  weighted,
} from "../support/dense-complex.js";
import { randomMatrix } from "../support/linalg-families.js";
import { casesOf, type OperatorCase, otherCases, range } from "../support/operator-cases.js";
import { thrownBy } from "../support/thrown.js";

const families: readonly (readonly [string, readonly OperatorCase[]])[] = [
  ["real", casesOf(true)],
  ["complex", casesOf(false)],
  ["other", otherCases],
];

for (const [family, cases] of families) {
  for (const { name, matrix, make } of cases) {
    describe(`${name} (${family})`, () => {
      const { rows, columns } = matrix;
      // Rounding of sums of up to max(rows, columns) products, transforms included.
      const unit = 4 * Number.EPSILON * Math.max(rows, columns, 4);
      const size = norm(matrix);

      it("has the shape of its matrix and knows whether it is real", () => {
        const operator = make();
        expect([operator.rows, operator.columns]).toEqual([rows, columns]);
        expect(operator.real).toBe(matrix.data.every((value, i) => i % 2 === 0 || Math.abs(value) < 1e-15));
        expect(operator.kind).toMatch(/^[a-z-]+$/);
      });

      it("apply and adjoint are products with the matrix", () => {
        const operator = make();
        const x = randomMatrix(columns, 1, false, 21);
        const y = randomMatrix(rows, 1, false, 22);
        const image = operator.apply(complexVector(columns, x.data));
        const back = operator.adjoint(complexVector(rows, y.data));
        const near = (actual: Float64Array, expected: ComplexMatrix, scale: number) =>
          expect(distance(complexMatrix(expected.rows, 1, actual), expected)).toBeLessThanOrEqual(
            unit * scale,
          );
        near(image.data, product(matrix, x), size * norm(x));
        near(back.data, product(adjointOf(matrix), y), size * norm(y));
      });

      it("apply of a unit vector is that atom, for all of them", () => {
        const operator = make();
        const unitVector = complexVector(columns);
        const whole = operator.atoms(range(columns));
        expect(distance(whole, matrix)).toBeLessThanOrEqual(unit * size);
        for (let n = 0; n < columns; n++) {
          unitVector.data[2 * n] = 1;
          const image = complexMatrix(rows, 1, operator.apply(unitVector).data);
          expect(distance(image, columnsOf(whole, [n]))).toBeLessThanOrEqual(unit * size);
          unitVector.data[2 * n] = 0;
        }
        const chosen = [columns - 1, 0, columns - 1];
        expect(operator.atoms(chosen)).toEqual(columnsOf(whole, chosen));
        expect(operator.atoms([])).toEqual(complexMatrix(rows, 0));
      });

      it("gram is atoms^H atoms, exactly Hermitian", () => {
        const operator = make();
        const chosen = [...range(Math.min(columns, 12)), columns - 1, 0];
        const atoms = columnsOf(matrix, chosen);
        const gram = operator.gram(chosen);
        expect(distance(gram, product(adjointOf(atoms), atoms))).toBeLessThanOrEqual(unit * size * size);
        expectHermitian(gram);
        expect(operator.gram([])).toEqual(complexMatrix(0, 0));
      });

      it("covariance is Σ γ_n a_n a_n^H, exactly Hermitian, and zero for γ = 0", () => {
        const operator = make();
        const priorVariance = priorVarianceFor(columns);
        const covariance = operator.covariance(priorVariance);
        const expected = product(weighted(matrix, priorVariance), adjointOf(matrix));
        expect(distance(covariance, expected)).toBeLessThanOrEqual(unit * size * size);
        expectHermitian(covariance);
        const zero = operator.covariance(new Float64Array(columns));
        expect(zero.data.every((value) => value === 0)).toBe(true);
      });

      it("whitenedNorms is a^H (L L^H)^{-1} a for every atom", () => {
        const operator = make();
        for (const realFactor of [true, false]) {
          const factor = lowerTriangle(rows, realFactor);
          const { solution } = solve(product(factor, adjointOf(factor)), matrix);
          const expected = range(columns).map(
            (n) => product(adjointOf(columnsOf(matrix, [n])), columnsOf(solution, [n])).data[0],
          );
          // L L^H has a condition number of about 5.
          const tolerance = 10 * unit * size * size;
          const norms = operator.whitenedNorms(factor);
          expect(Math.max(...expected.map((value, n) => Math.abs(value - norms[n])))).toBeLessThanOrEqual(
            tolerance,
          );
        }
      });

      it("columnNorms is the diagonal of the whole gram", () => {
        const norms = make().columnNorms();
        expect(norms).toHaveLength(columns);
        for (let n = 0; n < columns; n++) {
          expect(Math.abs(norms[n] - norm(columnsOf(matrix, [n])) ** 2)).toBeLessThanOrEqual(
            unit * size * size,
          );
        }
      });

      it("fills and returns out, whatever it held, and leaves its inputs alone", () => {
        for (const call of callsOf(make())) {
          const before = call.input.slice();
          const out = new Float64Array(call.outLength).fill(Number.NaN);
          const result = call.run(out);
          expect(result).toBe(out);
          expect(result).toEqual(call.run(undefined));
          expect(call.input).toEqual(before);
        }
      });

      it("refuses an out that shares memory with the input", async () => {
        for (const call of callsOf(make())) {
          const memory = new Float64Array(call.input.length + call.outLength);
          const overlapping = memory.subarray(call.input.length - 1, call.input.length - 1 + call.outLength);
          const error = await thrownBy(() => call.run(overlapping, memory.subarray(0, call.input.length)));
          expect(error.code, call.name).toBe("shape");
          expect(error.message).toMatch(/out has memory shared with .*; expected memory of its own/);
          // Side by side in one buffer is allowed, whichever comes first.
          for (const [inputAt, outAt] of [
            [0, call.input.length],
            [call.outLength, 0],
          ]) {
            const input = memory.subarray(inputAt, inputAt + call.input.length);
            input.set(call.input);
            const result = call.run(memory.subarray(outAt, outAt + call.outLength), input);
            expect(result).toEqual(call.run(undefined));
          }
        }
      });

      it("gives the same bits twice, also after other calls", () => {
        const operator = make();
        const first = callsOf(operator).map((call) => call.run(undefined));
        operator.gram([0, 0]);
        operator.atoms([columns - 1]);
        expect(callsOf(operator).map((call) => call.run(undefined))).toEqual(first);
        expect(callsOf(make()).map((call) => call.run(undefined))).toEqual(first);
      });

      it("refuses wrong sizes and names both", async () => {
        const operator = make();
        const wrong = [
          () => operator.apply(complexVector(columns + 1)),
          () => operator.apply(complexVector(columns), complexVector(rows + 1)),
          () => operator.apply({ length: columns, data: new Float64Array(columns) }),
          () => operator.adjoint(complexVector(rows + 1)),
          () => operator.adjoint(complexVector(rows), complexVector(columns + 1)),
          () => operator.covariance(new Float64Array(columns + 1)),
          () => operator.covariance(new Float64Array(columns), complexMatrix(rows, rows + 1)),
          () => operator.whitenedNorms(complexMatrix(rows + 1, rows)),
          () => operator.whitenedNorms(lowerTriangle(rows, true), new Float64Array(columns + 1)),
        ];
        for (const call of wrong) {
          const error = await thrownBy(call);
          expect(error.code, String(call)).toBe("shape");
          expect(error.message.match(/\d+/g)?.length, error.message).toBeGreaterThanOrEqual(2);
        }
        for (const index of [-1, columns, 0.5, Number.NaN]) {
          expect((await thrownBy(() => operator.atoms([0, index]))).message).toContain("indices[1]");
          expect((await thrownBy(() => operator.gram([index]))).code).toBe("range");
        }
        const singular = lowerTriangle(rows, true);
        singular.data[2 * rows * rows - 2] = 0;
        expect((await thrownBy(() => operator.whitenedNorms(singular))).code).toBe("range");
      });

      it("counts its products", () => {
        const operator = make();
        operator.apply(complexVector(columns));
        operator.apply(complexVector(columns));
        const { flops } = operator.cost;
        operator.adjoint(complexVector(rows));
        expect(operator.cost).toMatchObject({ applies: 2, adjoints: 1 });
        expect(operator.cost.flops).toBeGreaterThanOrEqual(flops);
        expect(operator.memoryBytes).toBeGreaterThanOrEqual(0);
      });

      it("passes checkOperator", () => {
        const report = checkOperator(make());
        expect(report.ratios).toSatisfy(() => report.passed);
      });
    });
  }
}

/** Values of very different size, and zeros. */
function priorVarianceFor(columns: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, n) => (n % 3 === 2 ? 0 : 1 / (1 + n)));
}

/** Diagonal entries between 1 and 2, and entries below them that together are about as large as one of those. */
function lowerTriangle(size: number, real: boolean): ComplexMatrix {
  const random = randomMatrix(size, size, real, 31);
  return matrixOf(size, size, (r, c) => {
    const [re, im] = entry(random, r, c);
    if (r === c) return [1.5 + re / 2, 0];
    return r > c ? [re / size, im / size] : [0, 0];
  });
}

interface Call {
  readonly name: string;
  readonly input: Float64Array;
  readonly outLength: number;
  run(out: Float64Array | undefined, input?: Float64Array): Float64Array;
}

/** The methods that take an `out`, as functions of arrays. */
function callsOf(operator: LinearOperator): Call[] {
  const { rows, columns } = operator;
  const x = randomMatrix(columns, 1, false, 41).data;
  const y = randomMatrix(rows, 1, false, 42).data;
  const priorVariance = priorVarianceFor(columns);
  const factor = lowerTriangle(rows, operator.real).data;
  return [
    {
      name: "apply",
      input: x,
      outLength: 2 * rows,
      run: (out, input = x) =>
        operator.apply(complexVector(columns, input), out && complexVector(rows, out)).data,
    },
    {
      name: "adjoint",
      input: y,
      outLength: 2 * columns,
      run: (out, input = y) =>
        operator.adjoint(complexVector(rows, input), out && complexVector(columns, out)).data,
    },
    {
      name: "covariance",
      input: priorVariance,
      outLength: 2 * rows * rows,
      run: (out, input = priorVariance) =>
        operator.covariance(input, out && complexMatrix(rows, rows, out)).data,
    },
    {
      name: "whitenedNorms",
      input: factor,
      outLength: columns,
      run: (out, input = factor) => operator.whitenedNorms(complexMatrix(rows, rows, input), out),
    },
  ];
}

function expectHermitian(matrix: ComplexMatrix): void {
  expect(distance(matrix, adjointOf(matrix))).toBe(0);
}
