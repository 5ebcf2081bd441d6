/** Calling a solver under test, and comparing its answers. */
import { expect } from "vitest";
import type { BayesianResult, SparseResult } from "../../src/solvers/contract.js";
import { distance, kroneckerProduct, matrixOf, norm, scaled } from "../support/dense-complex.js";
import { expandedPriorVariance } from "../support/dense-posterior.js";
import type { TestProblem } from "../support/problem-families.js";
import type { SolverUnderTest } from "./solver-table.js";

/** The dictionary in the form that the solver takes, matrices throughout. */
export function dictionaryOf(solver: SolverUnderTest, { factors }: TestProblem): unknown {
  return solver.kronecker ? factors : kroneckerProduct(factors);
}

/** The solver's answer to a problem, with its own options and `extra` ones. */
export function run(solver: SolverUnderTest, problem: TestProblem, extra: object = {}): SparseResult {
  const options = { ...solver.options(problem), ...extra };
  return solver.solve(dictionaryOf(solver, problem), problem.measurement, options);
}

export function isBayesian(result: SparseResult): result is BayesianResult {
  return "logEvidence" in result;
}

/** An answer in other units: the coefficients times `mean`, the measurement's times `residual`. */
export function rescaled(
  result: SparseResult,
  mean: number,
  residual: number,
  logEvidence = 0,
): SparseResult {
  const answer = {
    ...result,
    mean: scaled(result.mean, mean),
    residualNorm: result.residualNorm * residual,
  };
  if (!isBayesian(result)) return answer;
  const priorVariance = expandedPriorVariance(result.hyperparameters).map((gamma) => gamma * mean ** 2);
  const bayesian: BayesianResult = {
    ...answer,
    variance: result.variance.map((value) => value * mean ** 2),
    hyperparameters: { kind: "independent", priorVariance },
    noiseVariance: result.noiseVariance * residual ** 2,
    logEvidence,
  };
  return bayesian;
}

/** The answer with its atoms in another order: atom n of it is atom `origin[n]` of the one given. */
export function reordered(result: SparseResult, origin: Int32Array): SparseResult {
  const { rows, columns, data } = result.mean;
  const mean = matrixOf(rows, columns, (n, l) => {
    const at = 2 * (origin[n] * columns + l);
    return [data[at], data[at + 1]];
  });
  const support = Int32Array.from(result.support, (atom) => origin.indexOf(atom)).sort();
  if (!isBayesian(result)) return { ...result, mean, support };
  const gamma = expandedPriorVariance(result.hyperparameters);
  const bayesian: BayesianResult = {
    ...result,
    mean,
    support,
    variance: result.variance.map((_, n) => result.variance[origin[n]]),
    hyperparameters: { kind: "independent", priorVariance: gamma.map((_, n) => gamma[origin[n]]) },
  };
  return bayesian;
}

/** The same support, reason and number of iterations, and numbers within a relative tolerance. */
export function expectSame(actual: SparseResult, expected: SparseResult, tolerance: number): void {
  const { support, reason, iterations, converged } = expected;
  expect(actual).toMatchObject({ support, reason, iterations, converged });
  expect(distance(actual.mean, expected.mean)).toBeLessThanOrEqual(tolerance * norm(expected.mean));
  if (!isBayesian(actual) || !isBayesian(expected)) return;
  expectClose(actual.variance, expected.variance, tolerance);
  expectClose(
    expandedPriorVariance(actual.hyperparameters),
    expandedPriorVariance(expected.hyperparameters),
    tolerance,
  );
  const scale = Math.abs(expected.logEvidence) + expected.mean.rows;
  expect(Math.abs(actual.logEvidence - expected.logEvidence)).toBeLessThanOrEqual(tolerance * scale);
}

/** Relative to the largest. */
function expectClose(actual: Float64Array, expected: Float64Array, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const errors = actual.map((value, n) => Math.abs(value - expected[n]));
  expect(Math.max(...errors)).toBeLessThanOrEqual(tolerance * Math.max(...expected));
}

/** The support of the problem; a solver of blocks may take what lies between two of them as well. */
export function expectRecovered(solver: SolverUnderTest, support: Int32Array, problem: TestProblem): void {
  if (solver.ordered) expect([...support]).toEqual(expect.arrayContaining([...problem.support]));
  else expect(support).toEqual(problem.support);
}

/**
 * As {@link expectSame}, where a factor of one atom was added; both run with the options of `solver.besideOneAtom`. A
 * solver of rank one shrinks the coefficient of that factor too.
 */
export function expectSameBesideOneAtom(
  solver: SolverUnderTest,
  actual: SparseResult,
  expected: SparseResult,
): void {
  const { besideOneAtom } = solver;
  if (besideOneAtom !== undefined) {
    const { iterations, mean, support } = expected;
    const { tolerance } = besideOneAtom;
    if (solver.creeps) {
      expect(actual.support).toEqual(support);
      expect(distance(actual.mean, mean)).toBeLessThanOrEqual(tolerance * norm(mean));
    } else expectSame({ ...actual, iterations }, expected, tolerance);
    return;
  }
  if (!solver.rankOne) {
    expectSame(actual, expected, 1e-10);
    return;
  }
  expect(actual).toMatchObject({ support: expected.support, reason: expected.reason });
  // By the noise over the signal in all rows: 30 dB over at least 24 of them.
  expect(distance(actual.mean, expected.mean)).toBeLessThanOrEqual(4.2e-5 * norm(expected.mean));
}

/** Equal numbers; unlike toEqual, 0 and −0 are equal. */
export function expectSameNumbers(actual: Float64Array, expected: Float64Array): void {
  expect(actual.length).toBe(expected.length);
  expect(actual.findIndex((value, i) => value !== expected[i])).toBe(-1);
}
