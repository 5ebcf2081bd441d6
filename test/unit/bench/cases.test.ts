/** What the benchmark times is what it says. */
import { describe, expect, it } from "vitest";
import { kernelBenchmarks } from "../../../bench/kernel-rows.js";
import { prepareKernel } from "../../../bench/kernels.js";
import { measurePeak } from "../../../bench/peak.js";
import { denseProblem, kroneckerProblem } from "../../../bench/problems.js";
import type { Row } from "../../../bench/row.js";
import { solverCases } from "../../../bench/solver-cases.js";
import { planar } from "../../../src/complex/planar.js";
import * as solvers from "../../../src/solvers/index.js";
import { kroneckerOmp, lmmse, sbl } from "../../../src/solvers/index.js";
import { distance, norm } from "../../support/dense-complex.js";
import { textbookKroneckerPursuit } from "../../support/textbook-kronecker-pursuit.js";
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
  it("leave no solver out", () => {
    const functions = Object.keys(solvers).filter((name) => !name.endsWith("Steps"));
    const timed = new Set(solverCases.map(({ name }) => name.replaceAll("-", "").toLowerCase()));
    const missing = functions.filter((name) => ![...timed].some((own) => own.startsWith(name.toLowerCase())));
    expect(missing).toEqual([]);
  });

  it.each(solverCases.map((solverCase, index) => ({ title: `${index} ${solverCase.name}`, ...solverCase })))(
    "$title solves the small problem of its kind",
    ({ smallProblem, solve }) => {
      const problem = smallProblem();
      const { mean, reason } = solve(problem);
      expect(mean.rows).toBe(problem.truth.rows);
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
});
