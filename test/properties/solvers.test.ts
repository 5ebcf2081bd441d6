/** Exact invariances of the solvers, on small problems with hard entries. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complexMatrix } from "../../src/complex/types.js";
import { expectSameNumbers, rescaled, run } from "../conformance/solver-answers.js";
import { solvers } from "../conformance/solver-table.js";
import { norm } from "../support/dense-complex.js";
import type { Field, TestProblem } from "../support/problem-families.js";
import { conjugated, inUnits } from "../support/problem-transforms.js";

describe("small problems with hard entries", () => {
  // Integers, exact zeros, equal columns, and powers of two between 2⁻⁴⁰ and 2⁴⁰.
  const number = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.double({ min: -1, max: 1, noNaN: true }).map((value) => Math.fround(value)),
    fc.tuple(fc.integer({ min: -40, max: 40 }), fc.constantFrom(-1, 1)).map(([e, sign]) => sign * 2 ** e),
  );
  const smallProblem = fc
    .record({
      rows: fc.integer({ min: 1, max: 8 }),
      columns: fc.integer({ min: 1, max: 8 }),
      twin: fc.boolean(),
      field: fc.constantFrom<Field>("real", "complex"),
    })
    .chain(({ rows, columns, twin, field }) => {
      const parts = (size: number) =>
        fc
          .array(number, { minLength: 2 * size, maxLength: 2 * size })
          .map((values) =>
            Float64Array.from(values, (value, i) => (field === "real" && i % 2 === 1 ? 0 : value)),
          );
      return fc.record({ a: parts(rows * columns), y: parts(rows) }).map(({ a, y }): TestProblem => {
        const factor = complexMatrix(rows, columns, a);
        if (twin) {
          for (let r = 0; r < rows; r++)
            a.copyWithin(2 * (r * columns + columns - 1), 2 * r * columns, 2 * r * columns + 2);
        }
        const support = Int32Array.of(0);
        const signal = norm(complexMatrix(rows, 1, y)) ** 2 || 1;
        return {
          factors: [factor],
          supports: [support],
          support,
          coefficients: complexMatrix(columns, 1),
          measurement: complexMatrix(rows, 1, y),
          noiseVariance: 2 ** -10 * signal,
          coefficientVariance: signal / (norm(factor) ** 2 || 1),
        };
      });
    });

  it.each(solvers)("$name: same bits in other units and under conjugation, finite throughout", (solver) => {
    fc.assert(
      fc.property(
        smallProblem,
        fc.integer({ min: -40, max: 40 }),
        fc.integer({ min: -40, max: 40 }),
        (problem, a, b) => {
          const answer = run(solver, problem);
          expect(answer.mean.data.every(Number.isFinite)).toBe(true);
          const other = run(solver, inUnits(problem, 2 ** a, 2 ** b));
          expect(rescaled(other, 2 ** (a - b), 2 ** -b)).toEqual(rescaled(answer, 1, 1));
          const conjugate = run(solver, conjugated(problem)).mean.data;
          expectSameNumbers(
            conjugate.map((part, i) => (i % 2 === 1 ? -part : part)),
            answer.mean.data,
          );
        },
      ),
      { seed: 20240731, numRuns: 60 },
    );
  });
});
