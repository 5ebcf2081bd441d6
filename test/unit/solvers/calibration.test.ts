/** Whether errors are as large as the solvers say, and no smaller than theory allows. */
import { describe, expect, it } from "vitest";
import { oracleLeastSquares } from "../../../src/bounds/index.js";
import type { ComplexMatrix } from "../../../src/complex/types.js";
import { kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import {
  type BayesianResult,
  kroneckerOmp,
  kroneckerSbl,
  lmmse,
  omp,
  type SparseResult,
  sbl,
} from "../../../src/solvers/index.js";
import { distance } from "../../support/dense-complex.js";
import { expandedPriorVariance } from "../../support/dense-posterior.js";
import { kolmogorovSmirnov, kolmogorovSmirnovLimit } from "../../support/kolmogorov-smirnov.js";
import { drawFromModel, gaussianMatrix } from "../../support/model-draws.js";
import { productIndices } from "../../support/problem-families.js";

const fields = ["real", "complex"] as const;
const known = (variance: number) => ({ kind: "known", variance }) as const;

describe.each(fields)("errors over posterior variances, %s", (field) => {
  // |x − μ|²/Σ is exponential with mean 1 for complex x. For real x it is the square of a standard normal number,
  // and the mean of two independent ones is exponential again.
  const perScore = field === "complex" ? 1 : 2;
  const draws = 400 * perScore;

  function expectCalibrated(ratio: (draw: number) => number): void {
    const scores = new Float64Array(draws / perScore);
    for (let t = 0; t < draws; t++) scores[Math.floor(t / perScore)] += ratio(t) / perScore;
    const distance = kolmogorovSmirnov(scores, (score) => 1 - Math.exp(-score));
    expect(distance).toBeLessThan(kolmogorovSmirnovLimit(scores.length));
  }

  /** |x − μ|²/Σ of coefficient n in snapshot l. */
  function squaredError({ mean, variance }: BayesianResult, truth: ComplexMatrix, n: number, l = 0): number {
    const at = 2 * (n * truth.columns + l);
    return (
      ((truth.data[at] - mean.data[at]) ** 2 + (truth.data[at + 1] - mean.data[at + 1]) ** 2) / variance[n]
    );
  }

  it.each([
    ["fewer rows than atoms", [[4, 6]]],
    ["more rows than atoms", [[8, 6]]],
    [
      "a Kronecker dictionary",
      [
        [2, 2],
        [2, 3],
      ],
    ],
  ] as const)("are as lmmse says with %s", (_, shapes) => {
    const gamma = [2, 1, 0.5, 0.25, 3, 1];
    expectCalibrated((t) => {
      // One coefficient of each draw, so that the draws are independent.
      const stream = randomStream(5, "lmmse", field, t);
      const factors = shapes.map(([rows, columns], n) =>
        gaussianMatrix(rows, columns, field, stream.child("factor", n)),
      );
      const { coefficients, measurement } = drawFromModel(factors, gamma, 0.1, 1, field, stream);
      const dictionary = factors.length === 1 ? factors[0] : kroneckerOperator(factors);
      const result = lmmse(dictionary, measurement, { noise: known(0.1), priorVariance: gamma });
      return squaredError(result, coefficients, t % 6);
    });
  });

  // A solver that learns its prior is calibrated when it has learned it: here from many snapshots, which share one.
  describe("are as a solver says that has learned the prior", () => {
    const rowFactor = [0.5, 1, 2, 4];
    const columnFactor = [3, 1, 0.3];
    const gamma = rowFactor.flatMap((a) => columnFactor.map((b) => a * b));
    const stream = randomStream(5, "learned prior", field);
    const factors = [4, 3].map((size, n) => gaussianMatrix(size + 1, size, field, stream.child("factor", n)));
    const { coefficients, measurement } = drawFromModel(factors, gamma, 4, 2000, field, stream);
    const options = { noise: known(4), pruneRatio: 0, maxIterations: 300 };
    it.each([
      ["sbl", () => sbl(kroneckerOperator(factors), measurement, options)],
      ["kroneckerSbl, am", () => kroneckerSbl(factors, measurement, { ...options, method: "am" })],
      ["kroneckerSbl, svd", () => kroneckerSbl(factors, measurement, { ...options, method: "svd" })],
    ] as const)("%s", (_, solve) => {
      const result = solve();
      expectCalibrated((l) => squaredError(result, coefficients, l % gamma.length, l));
    });
  });
});

describe("errors beside those of the genie", () => {
  // A Gaussian x on a random support: lmmse that is told prior and support has the least mean squared error of all.
  const noiseVariance = 0.05;
  const noise = known(noiseVariance);
  const trials = 60;
  const sizes = [
    [5, 7],
    [6, 8],
  ] as const;
  const draws = Array.from({ length: trials }, (_, t) => {
    const stream = randomStream(6, "oracle floor", t);
    const factors = sizes.map(([rows, columns], n) =>
      gaussianMatrix(rows, columns, "complex", stream.child("factor", n)),
    );
    const supports = sizes.map(([, columns], n) => stream.child("support", n).sample(columns, 2));
    const priorVariance = new Float64Array(7 * 8);
    productIndices(supports, factors).forEach((atom, k) => {
      priorVariance[atom] = [2, 1, 0.5, 0.25][k];
    });
    const drawn = drawFromModel(factors, priorVariance, noiseVariance, 1, "complex", stream);
    const dictionary = kroneckerOperator(factors);
    const genie = lmmse(dictionary, drawn.measurement, { noise, priorVariance });
    return { ...drawn, factors, supports, dictionary, genie };
  });
  type Draw = (typeof draws)[number];
  const squaredError = ({ coefficients }: Draw, { mean }: SparseResult) => distance(mean, coefficients) ** 2;

  /** The mean over the draws, in its standard errors. */
  function standardised(value: (draw: Draw) => number): number {
    const values = draws.map(value);
    const mean = values.reduce((sum, one) => sum + one, 0) / trials;
    const square = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (trials - 1);
    return mean / Math.sqrt(square / trials);
  }

  it("lmmse has the error that it reports", () => {
    const z = standardised((draw) => {
      const { variance } = draw.genie;
      return squaredError(draw, draw.genie) - variance.reduce((sum, one) => sum + one, 0);
    });
    expect(Math.abs(z)).toBeLessThan(3);
  });

  const solvers: readonly (readonly [string, (draw: Draw) => SparseResult])[] = [
    ["sbl, em", (draw) => sbl(draw.dictionary, draw.measurement, { noise })],
    ["sbl, fixed-point", (draw) => sbl(draw.dictionary, draw.measurement, { noise, update: "fixed-point" })],
    ["kroneckerSbl, am", (draw) => kroneckerSbl(draw.factors, draw.measurement, { noise, method: "am" })],
    ["kroneckerSbl, svd", (draw) => kroneckerSbl(draw.factors, draw.measurement, { noise, method: "svd" })],
    ["omp", (draw) => omp(draw.dictionary, draw.measurement, { noiseVariance })],
    ["kroneckerOmp", (draw) => kroneckerOmp(draw.factors, draw.measurement, { noiseVariance })],
    ["oracleLeastSquares", (draw) => oracleLeastSquares(draw.dictionary, draw.measurement, draw.supports)],
  ];
  it.each(solvers)("those of %s are no smaller", (_, solve) => {
    const z = standardised((draw) => squaredError(draw, solve(draw)) - squaredError(draw, draw.genie));
    expect(z).toBeGreaterThan(-3);
  });
});

describe.each(fields)("kroneckerSbl where it has converged, %s", (field) => {
  const stream = randomStream(7, "fixed point", field);
  const factors = [4, 3, 2].map((size, n) => gaussianMatrix(size + 1, size, field, stream.child(n)));
  const gamma = Float64Array.from({ length: 24 }, (_, n) => 1 + (n % 5));
  const noise = known(4);
  const snapshots = 30;
  const { measurement } = drawFromModel(factors, gamma, 4, snapshots, field, stream);

  it("am: every slice of the posterior power over the prior variance has mean 1", () => {
    const result = kroneckerSbl(factors, measurement, {
      noise,
      method: "am",
      pruneRatio: 0,
      tolerance: 1e-12,
      innerTolerance: 0,
      maxIterations: 20_000,
    });
    expect(result.reason).toBe("tolerance");
    const { mean, variance, hyperparameters } = result;
    const prior = expandedPriorVariance(hyperparameters);
    const ratios = prior.map((one, n) => {
      const row = mean.data.subarray(2 * n * snapshots, 2 * (n + 1) * snapshots);
      return (row.reduce((sum, part) => sum + part * part, 0) / snapshots + variance[n]) / one;
    });
    for (const [stride, size] of [
      [6, 4],
      [2, 3],
      [1, 2],
    ]) {
      for (let j = 0; j < size; j++) {
        const slice = ratios.filter((_, n) => Math.floor(n / stride) % size === j);
        const mean = slice.reduce((sum, one) => sum + one, 0) / slice.length;
        // A step multiplies the slice's γ by this mean, and moved γ by less than 1e-12 of its norm, of which
        // every slice holds more than a third.
        expect(Math.abs(mean - 1)).toBeLessThan(3e-12);
      }
    }
  });

  it.each(["am", "svd"] as const)("%s: all reported factors but the last have unit norm", (method) => {
    const { hyperparameters } = kroneckerSbl(factors, measurement, { noise, method });
    if (hyperparameters.kind !== "kronecker") throw new Error("wrong kind");
    for (const factor of hyperparameters.factors.slice(0, -1)) {
      expect(Math.abs(Math.hypot(...factor) - 1)).toBeLessThan(4 * Number.EPSILON);
    }
  });
});
