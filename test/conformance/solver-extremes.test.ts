/** Input at the edges of what floating point and the models can hold. */
import { describe, expect, it } from "vitest";
import { oracleLeastSquares } from "../../src/bounds/index.js";
import { type ComplexMatrix, complexMatrix } from "../../src/complex/types.js";
import { denseOperator, kroneckerOperator } from "../../src/operators/index.js";
import type { BayesianResult, SparseResult } from "../../src/solvers/contract.js";
import { kroneckerOmp, kroneckerSbl, lmmse, omp, sbl, somp } from "../../src/solvers/index.js";
import { distance, kroneckerProduct, matrixOf, norm, scaled } from "../support/dense-complex.js";
import { expectPosteriorIdentities } from "../support/dense-posterior.js";
import { errorOf } from "../support/file-bytes.js";
import { problemFamilies, type TestProblem } from "../support/problem-families.js";
import { inUnits } from "../support/problem-transforms.js";
import {
  expectRecovered,
  expectSame,
  expectSameBesideOneAtom,
  expectSameNumbers,
  isBayesian,
  rescaled,
  run,
} from "./solver-answers.js";
import { type SolverUnderTest, solvers } from "./solver-table.js";

const family = (name: string) => problemFamilies.find((one) => one.name === name)!;
const known = (variance: number) => ({ kind: "known", variance }) as const;
const learned = { kind: "learned" } as const;

/** Takes the same input as the solvers, and has to hold it as well. */
const bound: SolverUnderTest = {
  name: "oracleLeastSquares",
  solve: (dictionary: never, measurement: never, options: { readonly support: Int32Array }) =>
    oracleLeastSquares(dictionary, measurement, options.support),
  kronecker: false,
  greedy: true,
  iterates: false,
  manySnapshots: true,
  options: ({ support }) => ({ support }),
  refused: [],
};

for (const solver of [...solvers, bound]) {
  describe(solver.name, () => {
    it.each([
      [1e150, 1e150],
      [1e-150, 1e-150],
      [1e150, 1],
      [1e-150, 1],
      [1, 1e150],
      [1, 1e-150],
    ])("takes dictionaries times %s and measurements times %s, as matrices and as operators", (a, b) => {
      const problem = family("Kronecker").draw("complex", 1, 30);
      const answer = rescaled(run(solver, problem), 1, 1);
      const extreme = inUnits(problem, a, b);
      const matrix = kroneckerProduct(extreme.factors);
      const structured = kroneckerOperator(extreme.factors);
      const dictionaries = solver.kronecker
        ? [extreme.factors, structured]
        : [matrix, denseOperator(matrix), structured];
      for (const dictionary of dictionaries) {
        const result = solver.solve(dictionary, extreme.measurement, solver.options(extreme));
        expectSame(rescaled(result, a / b, 1 / b), answer, 1e-10);
      }
    });

    it("takes −0 for 0", () => {
      const problem = family("wide").draw("real", 1, 30);
      const sparse = mapped(problem, (value, i) => (i % 10 === 4 ? 0 : value));
      const negative = mapped(sparse, (value) => (value === 0 ? -0 : value));
      const expected = run(solver, sparse);
      const result = run(solver, negative);
      expectSame(result, expected, 0);
      expectSameNumbers(result.mean.data, expected.mean.data);
    });

    it("does not see subnormal parts beside ordinary ones", () => {
      const problem = family("wide").draw("complex", 1, 30);
      const holes = mapped(problem, (value, i) => (i % 10 === 4 ? 0 : value));
      const filled = mapped(holes, (value, i) => (i % 10 === 4 ? 2 ** -1074 : value));
      expectSame(run(solver, filled), run(solver, holes), 0);
    });

    it("finds nothing in a dictionary of zeros", () => {
      const problem = family("wide").draw("complex", 1, 30);
      const zeros = { ...problem, factors: [complexMatrix(24, 36)] };
      if (solver === bound) {
        expect(errorOf(() => run(solver, zeros)).code).toBe("range");
        return;
      }
      const result = run(solver, zeros);
      expect(result.support).toHaveLength(0);
      expect(result.mean).toEqual(complexMatrix(36, 1));
      expect(Math.abs(result.residualNorm / norm(problem.measurement) - 1)).toBeLessThan(1e-14);
      expect(result.reason).toBe(
        solver.greedy ? "breakdown" : solver.iterates ? "empty-support" : "closed-form",
      );
      if (isBayesian(result)) expectPosteriorIdentities(result, zeros.factors[0], problem.measurement);
    });

    if (solver.kronecker) {
      it("does not mind factors of one column", () => {
        const problem = family("wide").draw("complex", 1, 30);
        const column = matrixOf(3, 1, (r) => [r - 2, r + 1]);
        const length = norm(column);
        // (a ⊗ A) x = a ⊗ z is ‖a‖ A x = ‖a‖ z in the direction of a, and 0 in the others.
        const { noiseVariance } = problem;
        const extra = solver.besideOneAtom?.options;
        const answer = run(solver, { ...inUnits(problem, length, length), noiseVariance }, extra);
        for (const position of [0, 1]) {
          const among = <T>(one: T, other: T) => (position === 0 ? [one, other] : [other, one]);
          const wider = {
            ...problem,
            factors: among(column, problem.factors[0]),
            supports: among(Int32Array.of(0), problem.supports[0]),
            measurement: kroneckerProduct(among(column, problem.measurement)),
          };
          const result = run(solver, wider, extra);
          if (!isBayesian(result)) {
            expectSame(result, answer, 1e-10);
            continue;
          }
          // Two of three directions meet noise alone.
          const alone = 2 * problem.measurement.rows * Math.log(Math.PI * noiseVariance);
          const logEvidence = result.logEvidence + alone;
          expectSameBesideOneAtom(solver, { ...result, logEvidence } as BayesianResult, answer);
        }
      });

      it("does not see how complex factors share scale and phase", () => {
        const problem = family("Kronecker").draw("complex", 1, 30);
        const [first, second] = problem.factors;
        const by = [3e40 * Math.cos(0.4), 3e40 * Math.sin(0.4)] as const;
        const back = [Math.cos(0.4) / 3e40, -Math.sin(0.4) / 3e40] as const;
        const traded = { ...problem, factors: [scaled(first, by), scaled(second, back)] };
        expectSame(run(solver, traded), run(solver, problem), 1e-10);
      });
    }

    if (!solver.greedy && solver.iterates) {
      it("learns no noise where there is none, and ends", () => {
        for (const { name, fields, recoverable, draw } of problemFamilies) {
          for (const field of fields) {
            for (const snapshots of solver.manySnapshots ? [1, 3] : [1]) {
              const problem = draw(field, snapshots);
              const { measurement, coefficients } = problem;
              const options = { noise: learned, tolerance: 1e-14, maxIterations: 1000 };
              const result = run(solver, problem, options) as BayesianResult;
              if (!solver.creeps) expect([name, result.reason]).toEqual([name, "tolerance"]);
              // The documented floor; both sides are sums of as many squares as there are numbers.
              const floor = (1e-14 * norm(measurement) ** 2) / (measurement.data.length / 2);
              expect(result.noiseVariance / floor).toBeGreaterThan(1 - 1e-14);
              if (!recoverable) continue;
              expect(result.noiseVariance / floor).toBeLessThan(solver.creeps ? 100 : 10);
              expectRecovered(solver, result.support, problem);
              // The prior's pull is the noise over the signal, 1e-13; the atoms are well conditioned.
              expect(distance(result.mean, coefficients)).toBeLessThan(1e-12 * norm(coefficients));
            }
          }
        }
      });

      it("treats a subnormal measurement like any other", () => {
        // Its power is out of range, so its noise can only be learned, and is reported as 0.
        const problem = family("wide").draw("complex", 1, 30);
        const data = problem.measurement.data.map((part) => Math.round(8 * part));
        const normal = { ...problem, measurement: complexMatrix(24, 1, data) };
        const subnormal = inUnits(normal, 2 ** -700, 2 ** -1074);
        const expected = run(solver, normal, { noise: learned }) as BayesianResult;
        const result = run(solver, subnormal, { noise: learned }) as BayesianResult;
        expect(result.mean.data.map((part) => part * 2 ** 374)).toEqual(expected.mean.data);
        expect(result.variance.map((value) => value * 2 ** 748)).toEqual(expected.variance);
        expect(result).toMatchObject({ support: expected.support, iterations: expected.iterations });
        expect(result.noiseVariance).toBe(0);
      });
    }
  });
}

describe("everything removed", () => {
  const { factors, measurement } = family("Kronecker").draw("complex", 2, 30);

  it.each(["am", "svd"] as const)("kroneckerSbl, %s: the threshold may leave nothing", (method) => {
    for (const pruneAbsolute of [1e9, [0, 1e9]]) {
      for (const noise of [known(0.1), learned]) {
        const result = kroneckerSbl(factors, measurement, { noise, method, pruneAbsolute });
        expect(result).toMatchObject({ reason: "empty-support", converged: true, iterations: 0 });
        expect(result.support).toHaveLength(0);
        expectPosteriorIdentities(result, kroneckerProduct(factors), measurement);
      }
    }
  });

  it("no ratio can ask for it: at the limit, the largest stay", () => {
    const options = { noise: known(1), pruneRatio: 1 };
    expect(sbl([[1, 3]], [1], options).support).toHaveLength(1);
    expect(kroneckerSbl([[[1, 3]]], [1], options).support).toHaveLength(1);
    const beyond = { ...options, pruneRatio: 1.01 };
    for (const solve of [() => sbl([[1]], [1], beyond), () => kroneckerSbl([[[1]]], [1], beyond)]) {
      expect(errorOf(solve)).toMatchObject({ code: "option", parameter: "pruneRatio" });
    }
  });

  it("sbl: the fixed-point update removes what the measurement does not see", () => {
    const result = sbl([[1], [0]], [0, 1], { noise: known(1), update: "fixed-point" });
    expect(result).toMatchObject({ reason: "empty-support", converged: true, residualNorm: 1 });
    expectPosteriorIdentities(
      result,
      matrixOf(2, 1, (r) => [1 - r, 0]),
      matrixOf(2, 1, (r) => [r, 0]),
    );
  });
});

describe("an answer beyond the range of numbers", () => {
  const [tiny, huge] = [2 ** -600, 2 ** 600];
  const noise = known(1e300);
  it.each<[string, () => SparseResult]>([
    ["omp", () => omp([[tiny]], [huge], { sparsity: 1 })],
    ["somp", () => somp([[tiny]], [[huge, 0]], { sparsity: 1 })],
    ["kroneckerOmp", () => kroneckerOmp([[[1]], [[tiny]]], [huge], { maxAtomsPerMode: 1 })],
    ["sbl", () => sbl([[tiny]], [huge], { noise })],
    ["sbl, variance alone", () => sbl([[2 ** -300]], [2 ** 300], { noise })],
    ["kroneckerSbl", () => kroneckerSbl([[[1]], [[tiny]]], [huge], { noise })],
    [
      "kroneckerSbl, variance alone",
      () => kroneckerSbl([[[1]], [[2 ** -300]]], [2 ** 300], { noise, method: "svd" }),
    ],
    ["oracleLeastSquares", () => oracleLeastSquares([[tiny]], [huge], [0])],
  ])("is a range error of %s", (_, call) => {
    const error = errorOf(call);
    expect(error.code).toBe("range");
    expect(error.message).toContain("overflow in the units of the input");
  });

  it("is out of reach for lmmse, whose prior bounds it", () => {
    const { mean, variance } = lmmse([[2 ** -500]], [2 ** 500], { noise, priorVariance: 2 ** 1023 });
    expect(mean.data.every(Number.isFinite)).toBe(true);
    expect(variance[0]).toBeLessThanOrEqual(2 ** 1023);
  });
});

/** Every part of factors and measurement changed; `i` counts the parts of each. */
function mapped(problem: TestProblem, change: (value: number, i: number) => number): TestProblem {
  const changed = ({ rows, columns, data }: ComplexMatrix) => complexMatrix(rows, columns, data.map(change));
  return { ...problem, factors: problem.factors.map(changed), measurement: changed(problem.measurement) };
}
