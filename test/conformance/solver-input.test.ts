/** What every solver does with its input, good and bad. */
import { describe, expect, it } from "vitest";
import { type ComplexMatrix, complexMatrix } from "../../src/complex/types.js";
import { matrixOf, product, scaled } from "../support/dense-complex.js";
import { errorOf } from "../support/file-bytes.js";
import { problemFamilies, type TestProblem } from "../support/problem-families.js";
import { inUnits, rotated } from "../support/problem-transforms.js";
import { dictionaryOf, expectSame, expectSameBesideOneAtom, run } from "./solver-answers.js";
import { solvers } from "./solver-table.js";

const snrDb = 30;
const wide = problemFamilies.find(({ name }) => name === "wide")!;

for (const solver of solvers) {
  describe(solver.name, () => {
    const problem = wide.draw("complex", 1, snrDb);
    const dictionary = dictionaryOf(solver, problem);
    const solve = (extra: object = {}) => run(solver, problem, extra);

    it("does not write to its input, which may be frozen or shared", () => {
      const answer = solve();
      const frozen = (matrix: ComplexMatrix, offset: number) =>
        Object.freeze(
          Array.from({ length: matrix.rows }, (_, r) =>
            Object.freeze(
              Array.from(
                { length: matrix.columns },
                (_, c) => matrix.data[2 * (r * matrix.columns + c) + offset],
              ),
            ),
          ),
        );
      const plain = (matrix: ComplexMatrix) =>
        Object.freeze({ re: frozen(matrix, 0), im: frozen(matrix, 1) });
      const shared = ({ rows, columns, data }: ComplexMatrix) => {
        const copy = new Float64Array(new SharedArrayBuffer(data.byteLength));
        copy.set(data);
        return { rows, columns, data: copy };
      };
      for (const form of [plain, shared]) {
        const matrix = form(problem.factors[0]);
        const measurement = form(problem.measurement);
        const before = structuredClone([matrix, measurement]);
        const given = solver.kronecker ? Object.freeze([matrix]) : matrix;
        const options = deeplyFrozen(solver.options(problem));
        expect(solver.solve(given, measurement, options)).toEqual(answer);
        expect([matrix, measurement]).toEqual(before);
      }
    });

    it("returns a frozen object that survives structuredClone", () => {
      const answer = solve(solver.iterates ? { history: true } : {});
      expect(Object.isFrozen(answer)).toBe(true);
      expect(structuredClone(answer)).toEqual(answer);
      expect(answer.solver).toMatch(/^[a-z-]+$/);
    });

    it("refuses bad options by name", () => {
      for (const [name, value] of solver.refused) {
        const error = errorOf(() => solve({ [name]: value }));
        expect([name, value, error.code, error.message.includes(name)]).toEqual([
          name,
          value,
          "option",
          true,
        ]);
      }
      expect(errorOf(() => solve({ colour: 1 }))).toMatchObject({ code: "option", parameter: "colour" });
      for (const options of [[], 3, "noise", null]) {
        expect(errorOf(() => solver.solve(dictionary, problem.measurement, options)).code).toBe("option");
      }
    });

    it("ignores options inherited from a polluted prototype", () => {
      const answer = solve();
      Object.defineProperty(Object.prototype, "maxIterations", { value: 1, configurable: true });
      Object.defineProperty(Object.prototype, "history", { value: true, configurable: true });
      try {
        expect(solve()).toEqual(answer);
      } finally {
        delete (Object.prototype as { maxIterations?: unknown }).maxIterations;
        delete (Object.prototype as { history?: unknown }).history;
      }
    });

    it("names both sizes when they disagree", () => {
      const { rows } = problem.measurement;
      const longer = complexMatrix(rows + 1, 1);
      const error = errorOf(() => solver.solve(dictionary, longer, solver.options(problem)));
      expect(error).toMatchObject({ code: "shape", parameter: "measurement" });
      expect(error.message).toContain(String(rows));
      expect(error.message).toContain(String(rows + 1));
    });

    it.each([
      ["no rows", [], [1]],
      ["no atoms", [[]], [1]],
      ["rows of different lengths", [[1, 2], [3]], [1, 2]],
      ["an empty measurement", [[1, 2]], []],
      ["no snapshots", [[1, 2]], complexMatrix(1, 0)],
      ["a measurement that is none", [[1, 2]], null],
    ])("refuses %s", (_, matrix, measurement) => {
      const given = solver.kronecker ? [matrix] : matrix;
      expect(errorOf(() => solver.solve(given, measurement, solver.options(problem))).code).toBe("shape");
    });

    it("names the first entry that is not finite", () => {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const spoiled = ({ rows, columns, data }: ComplexMatrix, at: number) => {
          const copy = data.slice();
          copy[2 * at + 1] = bad;
          copy[copy.length - 1] = bad;
          return complexMatrix(rows, columns, copy);
        };
        const [factor] = problem.factors;
        const given = spoiled(factor, 5);
        const options = solver.options(problem);
        const byDictionary = errorOf(() =>
          solver.solve(solver.kronecker ? [given] : given, problem.measurement, options),
        );
        expect(byDictionary.code).toBe("non-finite");
        expect(byDictionary.message).toContain(`dictionary`);
        expect(byDictionary.message).toContain(`${bad} at index 5`);
        const byMeasurement = errorOf(() =>
          solver.solve(dictionary, spoiled(problem.measurement, 3), options),
        );
        expect(byMeasurement).toMatchObject({ code: "non-finite", parameter: "measurement" });
        expect(byMeasurement.message).toContain(`${bad} at index 3`);
      }
    });

    if (!solver.greedy) {
      it("refuses a noise variance that is not a positive number", () => {
        for (const [variance, code] of [
          [Number.NaN, "non-finite"],
          [Number.POSITIVE_INFINITY, "non-finite"],
          [0, "range"],
          [-1, "range"],
        ] as const) {
          const error = errorOf(() => solve({ noise: { kind: "known", variance } }));
          expect([variance, error.code, error.parameter]).toEqual([variance, code, "noise.variance"]);
        }
      });
    }

    it("solves the smallest problem, one atom and one row", () => {
      const smallest: TestProblem = {
        ...problem,
        factors: [complexMatrix(1, 1, Float64Array.of(0, 2))],
        supports: [Int32Array.of(0)],
        support: Int32Array.of(0),
        measurement: complexMatrix(1, 1, Float64Array.of(4, 0)),
        noiseVariance: 1e-12,
      };
      const { mean, support } = run(solver, smallest);
      expect([...support]).toEqual([0]);
      // 4/(2j) = −2j; the prior's pull is 1e-12/|4|².
      expect(mean.data[0]).toBeCloseTo(0, 12);
      expect(mean.data[1]).toBeCloseTo(-2, 11);
    });

    it("treats a real measurement of a complex dictionary like any other", () => {
      const { data } = problem.measurement;
      const measurement = matrixOf(data.length / 2, 1, (r) => [data[2 * r], 0]);
      const real = { ...problem, measurement };
      const { mean, ...answer } = run(solver, rotated(real, 0.7));
      const back = { ...answer, mean: scaled(mean, [Math.cos(0.7), -Math.sin(0.7)]) };
      expectSame(back, run(solver, real), 1e-10);
    });

    it("is finite and deterministic on a rank-deficient dictionary", () => {
      const low = product(
        matrixOf(8, 3, (r, c) => [Math.cos(r * (c + 1)), Math.sin(r + c)]),
        matrixOf(3, 12, (r, c) => [Math.sin(r + c * c), Math.cos(2 * r - c)]),
      );
      const deficient: TestProblem = {
        ...problem,
        factors: [low],
        measurement: matrixOf(8, 1, (r) => [Math.sin(3 * r), Math.cos(r * r)]),
        support: Int32Array.from({ length: 6 }, (_, n) => n),
        supports: [Int32Array.from({ length: 6 }, (_, n) => n)],
        noiseVariance: 1e-3,
      };
      const result = run(solver, deficient);
      expect(result.mean.data.every(Number.isFinite)).toBe(true);
      expect(run(solver, deficient)).toEqual(result);
      if (solver.greedy) {
        // Three atoms span what there is; a fourth is refused.
        expect(result.support).toHaveLength(3);
        expect(result).toMatchObject({ reason: "breakdown", converged: false });
      }
    });

    if (solver.greedy) {
      it("treats a subnormal measurement like any other", () => {
        const integers = complexMatrix(
          24,
          1,
          problem.measurement.data.map((part) => Math.round(8 * part)),
        );
        const normal = { ...problem, measurement: integers };
        const subnormal = inUnits(normal, 2 ** -200, 2 ** -1074);
        const back = scaled(scaled(run(solver, subnormal).mean, 2 ** 437), 2 ** 437);
        expect(back).toEqual(run(solver, normal).mean);
      });
    }

    if (solver.manySnapshots) {
      it("takes more snapshots than there are rows", () => {
        const many = problemFamilies.find(({ name }) => name === "Kronecker")!.draw("complex", 70, snrDb);
        expect(run(solver, many).mean.columns).toBe(70);
      });
    }

    if (solver.kronecker) {
      it("does not mind factors of one entry, nor how factors share their scale", () => {
        const kronecker = problemFamilies.find(({ name }) => name === "Kronecker")!.draw("complex", 1, snrDb);
        const [first, second] = kronecker.factors;
        const one = complexMatrix(1, 1, Float64Array.of(1, 0));
        const extra = solver.besideOneAtom?.options;
        const answer = run(solver, kronecker, extra);
        const supports = [kronecker.supports[0], Int32Array.of(0), kronecker.supports[1]];
        const wider = run(solver, { ...kronecker, factors: [first, one, second], supports }, extra);
        expectSameBesideOneAtom(solver, wider, answer);
        const traded = { ...kronecker, factors: [scaled(first, 2 ** 60), scaled(second, 2 ** -60)] };
        expect(run(solver, traded, extra)).toEqual(answer);
      });
    }
  });
}

function deeplyFrozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(deeplyFrozen);
  return Object.freeze(value);
}
