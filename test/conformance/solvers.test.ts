/** What every solver promises, checked in the same way for all of them on every family of problems. */
import { beforeAll, describe, expect, it } from "vitest";
import { type ComplexMatrix, complexMatrix } from "../../src/complex/types.js";
import { BaseOperator } from "../../src/operators/base-operator.js";
import { denseOperator } from "../../src/operators/dense.js";
import { kroneckerOperator } from "../../src/operators/kronecker.js";
import { randomStream } from "../../src/random/index.js";
import type { BayesianResult, SparseResult } from "../../src/solvers/contract.js";
import {
  adjointOf,
  distance,
  kroneckerProduct,
  norm,
  product,
  scaled,
  sum,
} from "../support/dense-complex.js";
import {
  expandedPriorVariance,
  expectEvidence,
  expectPosteriorIdentities,
} from "../support/dense-posterior.js";
import { problemFamilies } from "../support/problem-families.js";
import {
  conjugated,
  inUnits,
  reversed,
  rotated,
  turned,
  withTwin,
  withZeroAtom,
} from "../support/problem-transforms.js";
import {
  expectRecovered,
  expectSame,
  expectSameNumbers,
  isBayesian,
  reordered,
  rescaled,
  run,
} from "./solver-answers.js";
import { solvers } from "./solver-table.js";

const snrDb = 30;

for (const solver of solvers) {
  for (const family of problemFamilies) {
    // Where atoms tie, rounding decides which one a greedy solver takes.
    const tied = solver.greedy && family.tied;
    // Where supports cannot be told apart, the first one of a search that explains the data stays.
    const drawn = solver.searches && !family.recoverable;
    for (const field of family.fields) {
      // Solvers that take several snapshots get three of the real problems and one of the complex ones.
      const snapshots = field === "real" && solver.manySnapshots ? 3 : 1;
      describe(`${solver.name}: ${family.name}, ${field}, ${snapshots} snapshots`, () => {
        const problem = family.draw(field, snapshots, snrDb);
        const { factors, measurement } = problem;
        const dictionary = kroneckerProduct(factors);
        let answer: SparseResult;
        beforeAll(() => {
          answer = run(solver, problem);
        });

        const { recoveryError } = solver;
        if (recoveryError !== undefined && family.recoverable) {
          it("recovers the support without noise", () => {
            const clean = family.draw(field, snapshots);
            const { support, mean } = run(solver, clean);
            expectRecovered(solver, support, clean);
            const error = distance(mean, clean.coefficients) / norm(clean.coefficients);
            expect(error).toBeLessThan(recoveryError);
          });
        }

        it("reports the residual of its mean, and converges only to a finite answer", () => {
          const residual = norm(sum(measurement, product(dictionary, answer.mean), -1));
          expect(Math.abs(answer.residualNorm - residual)).toBeLessThan(1e-12 * norm(measurement));
          expect(answer.mean.data.every(Number.isFinite)).toBe(true);
          const unfinished = ["max-iterations", "breakdown", "stopped"].includes(answer.reason);
          expect(answer.converged).toBe(!unfinished);
          const outside = answer.mean.data.findIndex(
            (part, i) => part !== 0 && !answer.support.includes(Math.floor(i / 2 / snapshots)),
          );
          expect(outside).toBe(-1);
          expect([...answer.support]).toEqual([...answer.support].sort((a, b) => a - b));
        });

        if (!solver.greedy) {
          it("satisfies the posterior identities at its hyperparameters", () => {
            // Mean and variance of a product over the factors are checked in its own tests.
            const check = solver.rankOne && factors.length > 1 ? expectEvidence : expectPosteriorIdentities;
            check(answer as BayesianResult, dictionary, measurement);
          });
        }

        it("answers a zero measurement with zero", () => {
          const zero = { ...problem, measurement: complexMatrix(measurement.rows, snapshots) };
          const result = run(solver, zero);
          expect(result).toMatchObject({
            reason: "zero-measurement",
            converged: true,
            iterations: 0,
            residualNorm: 0,
          });
          expect(result.support).toHaveLength(0);
          expect(result.mean).toEqual(complexMatrix(dictionary.columns, snapshots));
        });

        it("gives the same bits in units that differ by powers of two", () => {
          for (const [a, b] of [
            [3, -7],
            // 1e±150 and beyond: squares of these are out of range.
            [498, 498],
            [0, 498],
            [0, -498],
            [498, 0],
            [-498, 0],
          ]) {
            const result = run(solver, inUnits(problem, 2 ** a, 2 ** b));
            expect(rescaled(result, 2 ** (a - b), 2 ** -b)).toEqual(rescaled(answer, 1, 1));
            if (!isBayesian(result) || !isBayesian(answer)) continue;
            const dimensions = measurement.rows * snapshots * (field === "real" ? 1 : 2);
            const expected = answer.logEvidence - dimensions * b * Math.LN2;
            expect(Math.abs(result.logEvidence - expected)).toBeLessThan(1e-12 * Math.abs(expected) + 1e-9);
          }
        });

        it("follows complex conjugation exactly", () => {
          const result = run(solver, conjugated(problem));
          const conjugate = result.mean.data.map((part, i) => (i % 2 === 1 ? -part : part));
          expectSameNumbers(conjugate, answer.mean.data);
          expect({ ...result, mean: 0 }).toEqual({ ...answer, mean: 0 });
        });

        if (!tied) {
          it("gives the same answer in any other units", () => {
            const result = run(solver, inUnits(problem, 1e-3, 7e5));
            expectSame(rescaled(result, 1e-3 / 7e5, 1 / 7e5), rescaled(answer, 1, 1), 1e-10);
          });

          if (!drawn) {
            it("follows a reversal of the atoms", () => {
              const { problem: backwards, origin } = reversed(problem);
              expectSame(run(solver, backwards), reordered(answer, origin), 1e-10);
            });
          }

          it("follows a common phase", () => {
            const phase = field === "real" ? Math.PI : 0.7;
            const result = run(solver, rotated(problem, phase));
            const back = phase === Math.PI ? -1 : ([Math.cos(phase), -Math.sin(phase)] as const);
            expectSame({ ...result, mean: scaled(result.mean, back) }, answer, 1e-10);
          });

          it("does not see a unitary change of the measurement's coordinates", () => {
            const stream = randomStream(4, family.name, field, "turn");
            expectSame(run(solver, turned(problem, field, stream)), answer, 1e-9);
          });

          // What an atom must gain to stay, the two models weigh differently.
          if (field === "real" && !solver.searches) {
            it("treats real data like complex data on a line", () => {
              const result = run(solver, rotated(problem, 0.7));
              const mean = scaled(result.mean, [Math.cos(0.7), -Math.sin(0.7)]);
              if (!isBayesian(result)) {
                expectSame({ ...result, mean }, answer, 1e-10);
                return;
              }
              // ln p of the real model is half of that of the complex one, with ln 2π for ln π.
              const dimensions = measurement.rows * snapshots;
              const logEvidence = (result.logEvidence - dimensions * Math.LN2) / 2;
              expectSame({ ...result, mean, logEvidence } as BayesianResult, answer, 1e-10);
            });
          }
        }

        it("treats equal atoms as documented", () => {
          const { problem: doubled, added, twins } = withTwin(problem);
          const result = run(solver, doubled);
          expect(result.mean.data.every(Number.isFinite)).toBe(true);
          if (solver.greedy) {
            // The first of two equal atoms is taken, and the other one never.
            expect([...result.support].filter((atom) => added.includes(atom))).toEqual([]);
            expectSameNumbers(result.mean.data.subarray(0, answer.mean.data.length), answer.mean.data);
            return;
          }
          // At another place, an equal atom has other neighbours; and a search keeps one of the two.
          if (solver.ordered || solver.searches) return;
          const { priorVariance, variance, mean } = expandedAnswer(result as BayesianResult);
          const largest = Math.max(...priorVariance);
          for (let k = 0; k < added.length; k++) {
            const [one, other] = [twins[k], added[k]];
            expect(Math.abs(priorVariance[one] - priorVariance[other])).toBeLessThanOrEqual(1e-9 * largest);
            expect(Math.abs(variance[one] - variance[other])).toBeLessThanOrEqual(1e-9 * largest);
            expect(distance(mean(one), mean(other))).toBeLessThanOrEqual(1e-9 * norm(result.mean));
          }
        });

        it("leaves a zero atom out", () => {
          const { problem: wider, added } = withZeroAtom(problem);
          const result = run(solver, wider);
          expect([...result.support].filter((atom) => added.includes(atom))).toEqual([]);
          if (!isBayesian(result)) return;
          for (const atom of added) {
            const expected = solver.zeroAtomVariance === "prior" ? problem.coefficientVariance : 0;
            expect(result.variance[atom]).toBe(expected);
          }
        });

        it("gives the same bits twice, whatever came between", () => {
          const other = problemFamilies.find(({ name }) => name !== family.name)!;
          run(solver, other.draw(field, 1, snrDb));
          expect(run(solver, problem)).toEqual(answer);
        });

        if (solver.iterates) {
          it("stops at the first iteration that satisfies its test", () => {
            const { history, ...result } = run(solver, problem, { history: true });
            expect(result).toEqual(answer);
            const { iterations } = answer;
            expect(history!.map(({ iteration }) => iteration)).toEqual(
              Array.from({ length: iterations }, (_, i) => i + 1),
            );
            if (iterations === 1 || solver.searches) return;
            expect(run(solver, problem, { maxIterations: iterations - 1 })).toMatchObject({
              reason: "max-iterations",
              converged: false,
              iterations: iterations - 1,
            });
          });
        }

        it("takes operators as well as matrices", () => {
          const operators = solver.kronecker
            ? [kroneckerOperator(factors)]
            : [denseOperator(dictionary), kroneckerOperator(factors), new PlainOperator(dictionary)];
          for (const operator of operators) {
            const result = solver.solve(operator, measurement, solver.options(problem));
            if (tied) expect(result.residualNorm).toBeCloseTo(answer.residualNorm, 12);
            else expectSame(result, answer, 1e-10);
          }
        });
      });
    }
  }
}

function expandedAnswer({ hyperparameters, variance, mean }: BayesianResult) {
  const width = 2 * mean.columns;
  const row = (n: number) => complexMatrix(1, mean.columns, mean.data.slice(n * width, (n + 1) * width));
  return { priorVariance: expandedPriorVariance(hyperparameters), variance, mean: row };
}

/** Knows nothing but its two products. */
class PlainOperator extends BaseOperator {
  readonly #matrix: ComplexMatrix;

  constructor(matrix: ComplexMatrix) {
    const { rows, columns, data } = matrix;
    const real = data.every((part, i) => i % 2 === 0 || part === 0);
    super({ kind: "plain", rows, columns, real, ownBytes: 0, flopsPerProduct: 8 * rows * columns });
    this.#matrix = matrix;
  }

  protected applyInto(x: Float64Array, out: Float64Array): void {
    out.set(product(this.#matrix, complexMatrix(this.columns, 1, x)).data);
  }

  protected adjointInto(y: Float64Array, out: Float64Array): void {
    out.set(product(adjointOf(this.#matrix), complexMatrix(this.rows, 1, y)).data);
  }
}
