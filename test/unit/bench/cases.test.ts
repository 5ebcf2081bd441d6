/** What the benchmark times is what it says. */
import { describe, expect, it } from "vitest";
import { growthBenchmarks, oracleError } from "../../../bench/growth.js";
import { growthCases } from "../../../bench/growth-cases.js";
import { kernelBenchmarks } from "../../../bench/kernel-rows.js";
import { prepareKernel } from "../../../bench/kernels.js";
import { measurePeak } from "../../../bench/peak.js";
import {
  denseProblem,
  errorOf,
  kroneckerProblem,
  offGridIrsProblem,
  publishedKroneckerProblem,
  tenPerModeProblem,
} from "../../../bench/problems.js";
import { peakResidentBytes } from "../../../bench/resident-memory.js";
import type { Row } from "../../../bench/row.js";
import { solverCases } from "../../../bench/solver-cases.js";
import { iterationBatch, sweepBenchmarks } from "../../../bench/sweeps.js";
import { planar } from "../../../src/complex/planar.js";
import * as solvers from "../../../src/solvers/index.js";
import {
  type BayesianResult,
  kroneckerOmp,
  kroneckerSbl,
  lmmse,
  offGridKroneckerSbl,
  type SolverStep,
  sbl,
} from "../../../src/solvers/index.js";
import { columnsOf, distance, kroneckerProduct, norm, rowsAt, sum } from "../../support/dense-complex.js";
import { productIndices } from "../../support/problem-families.js";
import { textbookAscent } from "../../support/textbook-kronecker-ascent.js";
import { textbookKroneckerPursuit } from "../../support/textbook-kronecker-pursuit.js";
import { denseLeastSquares } from "../../support/textbook-pursuit.js";
import { textbookPosterior, textbookSbl } from "../../support/textbook-sbl.js";

const session = {
  progress: () => {},
  peak: async () => 1e10,
  yardstick: async () => ({ prepare: async () => () => 1, close: () => {} }),
  close: () => {},
};

describe("kernels", () => {
  it("have the names that reports are read by", () => {
    expect(kernelBenchmarks.map(({ name }) => name)).toEqual([
      "gemm-adjoint",
      "weighted-rank-k",
      "cholesky",
      "hpd-inverse",
      "eigh",
      "svd",
      "gemv",
      "gemv-adjoint",
      "fft",
      "sbl-iteration",
    ]);
  });

  it.each(Object.entries(prepareKernel))("%s runs again and again on the data made for it", (_, prepare) => {
    const run = prepare({ n: 16, batch: 2, rows: 16, columns: 32 }, planar);
    for (let call = 0; call < 3; call++) expect(run).not.toThrow();
  });

  it("become rows with their speed, its share of the peak and the ratio to NumPy", async () => {
    const gemv = kernelBenchmarks.find(({ name }) => name === "gemv");
    const { value } = await gemv!.run(session)[Symbol.asyncIterator]().next();
    const { group, name, size, seconds, gflops, peakShare, ratioToNumpy } = value as Row;
    expect({ group, name, size }).toEqual({ group: "kernels", name: "gemv", size: { n: 32 } });
    expect(gflops! * seconds).toBeCloseTo((8 * 32 ** 2) / 1e9, 12);
    expect(peakShare).toBeCloseTo(gflops! / 10, 12);
    expect(ratioToNumpy! * seconds).toBeCloseTo(1, 12);
  });
});

describe("peak", () => {
  it("is that of a processor of this century", async () => {
    const peak = await measurePeak();
    expect(peak).toBeGreaterThan(1e8);
    expect(peak).toBeLessThan(1e12);
  });
});

describe("solver cases", () => {
  it("compare every majorise-minimise run on the published instances with the published methods", () => {
    const compared = solverCases.filter(({ name }) => name.startsWith("kronecker-sbl-mm"));
    const without = compared.filter(({ published }) => published === undefined);
    // Against a textbook, and off the grid.
    expect(without.map(({ name }) => name)).toEqual(["kronecker-sbl-mm", "kronecker-sbl-mm"]);
    expect(compared.length).toBeGreaterThan(10);
  });

  it("leave no solver out", () => {
    const functions = Object.keys(solvers).filter(
      (name) => !name.endsWith("Steps") && name !== "neighbourCoupling",
    );
    const timed = new Set(solverCases.map(({ name }) => name.replaceAll("-", "").toLowerCase()));
    const missing = functions.filter((name) => ![...timed].some((own) => own.startsWith(name.toLowerCase())));
    expect(missing).toEqual([]);
  });

  it.each(solverCases.map((solverCase, index) => ({ title: `${index} ${solverCase.name}`, ...solverCase })))(
    "$title solves the small problem of its kind",
    ({ smallProblem, solve }) => {
      const problem = smallProblem();
      const result = solve(problem);
      const { mean, reason } = result;
      if (problem.errorOf === undefined) expect(mean.rows).toBe(problem.truth.rows);
      expect(errorOf(problem, result)).toBeGreaterThan(0);
      expect(mean.columns).toBe(problem.truth.columns);
      expect(reason).not.toBe("zero-measurement");
    },
  );

  it("draw the problems that they describe", () => {
    const { operator, measurement, truth, noiseVariance } = denseProblem(30, 80, 3);
    expect([operator.rows, operator.columns, measurement.columns, truth.columns]).toEqual([30, 80, 3, 3]);
    const active = Array.from({ length: 80 }, (_, n) => truth.data[6 * n]).filter((value) => value !== 0);
    expect(active).toHaveLength(2);
    // 20 dB: noise of a hundredth of the power.
    const power = norm(measurement) ** 2 / (30 * 3);
    expect(noiseVariance / power).toBeCloseTo(0.01, 3);
    const kronecker = kroneckerProblem(5);
    expect(kronecker.factors.map(({ rows, columns }) => [rows, columns])).toEqual([
      [3, 5],
      [4, 5],
      [5, 5],
    ]);
    const { factors, truth: product, supports } = tenPerModeProblem(20);
    expect(factors.map(({ rows, columns }) => [rows, columns])).toEqual([
      [11, 20],
      [16, 20],
      [20, 20],
    ]);
    expect(product.data.filter((value) => value !== 0)).toHaveLength(1000);
    expect(supports!.map(({ length }) => length)).toEqual([10, 10, 10]);
  });

  it("judge an answer off the grid by the channel", () => {
    const problem = offGridIrsProblem(18);
    const { factors, measurement, noiseVariance, dictionaries } = problem;
    const noise = { kind: "known", variance: noiseVariance } as const;
    const moved = errorOf(problem, offGridKroneckerSbl(dictionaries!, measurement, { noise }));
    const onGrid = errorOf(problem, kroneckerSbl(factors, measurement, { noise }));
    expect(moved).toBeLessThan(0.05);
    expect(moved).toBeLessThan(onGrid);
  });

  it("know what least squares on the true support would reach", () => {
    const problem = kroneckerProblem(5);
    const { factors, measurement, truth, supports } = problem;
    const atoms = productIndices(
      supports!.map((set) => [...set]),
      factors,
    );
    const coefficients = denseLeastSquares(columnsOf(kroneckerProduct(factors), atoms), measurement);
    const error = norm(sum(rowsAt(coefficients, atoms, truth.rows), truth, -1)) ** 2 / norm(truth) ** 2;
    expect(Math.abs(oracleError(problem)! / error - 1)).toBeLessThan(1e-9);
    // Ten atoms in nine rows.
    expect(oracleError(tenPerModeProblem(16))).toBeUndefined();
    expect(oracleError(publishedKroneckerProblem())).toBeUndefined();
  });
});

describe("growth", () => {
  it.each(growthCases)("$name solves its smallest problem", ({ sizes, problem: draw, solve }) => {
    const problem = draw(sizes[0]);
    expect(solve(problem).mean.rows).toBe(problem.truth.rows);
  });

  it("has a benchmark for every case, in the order by which processes are asked", () => {
    expect(growthBenchmarks.map(({ name }) => name)).toEqual(growthCases.map(({ name }) => name));
  });
});

describe("memory", () => {
  it("that was touched is in the peak", () => {
    const before = peakResidentBytes();
    const size = 2 ** 28 + before;
    new Uint8Array(size).fill(1);
    expect(peakResidentBytes()).toBeGreaterThan(size);
  });
});

describe("sweep", () => {
  it("becomes rows with ratios to both methods", async () => {
    const [sweep] = sweepBenchmarks;
    const { value } = await sweep.run(session)[Symbol.asyncIterator]().next();
    const { size, seconds, ratioToSvd, ratioToAm } = value as Row;
    expect(size).toEqual({ rows: 1440, columns: 3375 });
    for (const number of [seconds, ratioToSvd, ratioToAm]) expect(number).toBeGreaterThan(0);
  });

  it("times later iterations only, of runs begun anew", async () => {
    let runs = 0;
    let iterations = 0;
    function* steps(): Generator<SolverStep<BayesianResult>, BayesianResult, undefined> {
      runs++;
      for (let iteration = 1; ; iteration++) {
        const end = performance.now() + (iteration === 1 ? 5 : 0.2);
        while (performance.now() < end);
        iterations++;
        yield { iteration } as SolverStep<BayesianResult>;
      }
    }
    const seconds = await iterationBatch(steps)();
    expect(seconds).toBeGreaterThanOrEqual(2e-4);
    expect(runs).toBeGreaterThanOrEqual(1);
    expect(iterations).toBe(5 * runs);
    expect(seconds * 4 * runs).toBeGreaterThanOrEqual(2e-3);
  });

  it("does not go on with a run that ends early", () => {
    function* steps(): Generator<SolverStep<BayesianResult>, BayesianResult, undefined> {
      yield { iteration: 1 } as SolverStep<BayesianResult>;
      return {} as BayesianResult;
    }
    expect(iterationBatch(steps)).toThrow("before iteration 5");
  });
});

describe("textbooks compute what the solvers compute", () => {
  const problem = denseProblem(12, 20, 2);
  const { factors, measurement, noiseVariance, operator } = problem;
  const noise = { kind: "known", variance: noiseVariance } as const;

  it("sbl", () => {
    const options = { pruneRatio: 1e-3, tolerance: 1e-4, maxIterations: 500 };
    const level = (norm(measurement) / norm(factors[0])) ** 2 / 2;
    const expected = textbookSbl(factors[0], measurement, { noiseVariance, level, ...options });
    const { mean, iterations } = sbl(operator, measurement, { noise, ...options });
    expect(iterations).toBe(expected.iterations);
    expect(distance(mean, expected.mean)).toBeLessThan(1e-9 * norm(mean));
  });

  it("lmmse", () => {
    const gamma = new Float64Array(20).fill(0.3);
    const expected = textbookPosterior(factors[0], measurement, gamma, noiseVariance);
    const { mean, variance } = lmmse(operator, measurement, { noise, priorVariance: 0.3 });
    expect(distance(mean, expected.mean)).toBeLessThan(1e-12 * norm(mean));
    variance.forEach((value, n) => {
      expect(value).toBeCloseTo(expected.variance[n], 12);
    });
  });

  it("kronecker-omp", () => {
    const { factors, measurement } = kroneckerProblem(5);
    const result = kroneckerOmp(factors, measurement, { maxAtomsPerMode: 3 });
    const expected = textbookKroneckerPursuit(factors, measurement, result.iterations, 3);
    expect(result.support).toEqual(expected.support);
    expect(distance(result.mean, expected.mean)).toBeLessThan(1e-9 * norm(result.mean));
  });

  it("kronecker-sbl-mm", () => {
    const { factors, measurement, noiseVariance } = kroneckerProblem(4);
    const { hyperparameters } = kroneckerSbl(factors, measurement, {
      noise: { kind: "known", variance: noiseVariance },
      ...{ method: "mm", restarts: 0, tolerance: 0, maxIterations: 3 },
    });
    const { priorVariance } = textbookAscent(factors, measurement, {
      ...{ exponent: 1, noiseVariance, pruneRatio: [0, 0, 0], sweeps: 3 },
    });
    if (hyperparameters.kind !== "kronecker") throw new Error("not a product");
    const gamma = hyperparameters.factors.reduce<number[]>(
      (all, factor) => all.flatMap((a) => [...factor].map((b) => a * b)),
      [1],
    );
    const largest = Math.max(...priorVariance);
    for (const [n, value] of priorVariance.entries())
      expect(Math.abs(gamma[n] - value)).toBeLessThan(1e-9 * largest);
  });
});
