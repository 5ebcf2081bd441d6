/** How often majorise-minimise steps with a search end in a wrong maximum, and how well they learn the noise. */
import { describe, expect, it } from "vitest";
import { parseKroneckerConfiguration } from "../../simulations/kronecker/configuration.js";
import { drawKronecker } from "../../simulations/kronecker/draw.js";
import { oracleLeastSquares } from "../../src/bounds/index.js";
import { nmse } from "../../src/metrics/index.js";
import { kroneckerOperator } from "../../src/operators/index.js";
import { randomStream } from "../../src/random/index.js";
import { type BayesianResult, kroneckerSbl } from "../../src/solvers/index.js";

const trials = 60;

/** Trials of scenario `kronecker`: 15 atoms per mode, 12 and 15 rows in the last two, 25 dB. */
function draws(configuration: object) {
  const parsed = parseKroneckerConfiguration(configuration);
  return Array.from({ length: trials }, (_, t) =>
    drawKronecker(parsed, randomStream(1, "kronecker search", t)),
  );
}

describe("trials that end more than ten times above the error of the oracle, of sixty", () => {
  // Over 300 trials, 7 %, 1 % and less than 1 % of them do with 100 restarts, and a third to a half of the first two
  // kinds without any; here 2, 2, 0 and 27, 20, 0. The limits are two standard deviations above the rates, or 12 %, 6 %
  // and none if that is less.
  it.each([
    { configuration: { rows1: 8, sparsity: 5 }, most: 7, without: 20 },
    { configuration: { rows1: 6, sparsity: 3, snrReferenceRows: 14 }, most: 3, without: 12 },
    { configuration: { rows1: 8, sparsity: 3 }, most: 0, without: 0 },
  ])("$configuration: at most $most", { timeout: 300_000 }, ({ configuration, most, without }) => {
    const problems = draws(configuration);
    const failures = (restarts: number) =>
      problems.filter(({ truth, observation }) => {
        const { factors, measurement, noiseVariance } = observation;
        const noise = { kind: "known", variance: noiseVariance } as const;
        const { mean } = kroneckerSbl(factors, measurement, { noise, restarts });
        const oracle = oracleLeastSquares(kroneckerOperator(factors), measurement, truth.supports);
        return nmse(mean, truth.coefficients) > 10 * nmse(oracle.mean, truth.coefficients);
      }).length;
    expect(failures(100)).toBeLessThanOrEqual(most);
    // Or these problems would not be hard.
    expect(failures(0)).toBeGreaterThanOrEqual(without);
  });

  it("restarts never lose what they look for: evidence less the price of the atoms", {
    timeout: 300_000,
  }, () => {
    const losses = draws({ rows1: 8, sparsity: 5 }).map(({ observation }) => {
      const { factors, measurement, noiseVariance } = observation;
      const noise = { kind: "known", variance: noiseVariance } as const;
      const [alone, searched] = [0, 30].map((restarts) =>
        penalisedEvidence(kroneckerSbl(factors, measurement, { noise, restarts })),
      );
      return alone - searched;
    });
    expect(Math.max(...losses)).toBeLessThan(1e-3);
  });
});

/** ln p(y) − Σ_n |S_n| ln N_n. */
function penalisedEvidence({ logEvidence, hyperparameters }: BayesianResult): number {
  if (hyperparameters.kind !== "kronecker") throw new Error("wrong kind");
  return hyperparameters.factors.reduce(
    (sum, gamma) => sum - gamma.filter((value) => value > 0).length * Math.log(gamma.length),
    logEvidence,
  );
}

describe("the learned noise variance", () => {
  it.each([6, 10, 14])("has a median at the truth with %i rows in the first mode", (rows1) => {
    const ratios = draws({ rows1, snrReferenceRows: 14 })
      .map(({ observation: { factors, measurement, noiseVariance } }) => {
        const result = kroneckerSbl(factors, measurement, { noise: { kind: "learned" } });
        return result.noiseVariance / noiseVariance;
      })
      .sort((a, b) => a - b);
    const median = (ratios[trials / 2 - 1] + ratios[trials / 2]) / 2;
    // A noise power of M real samples has a relative standard deviation of √(2/M), its median over the trials 1.25/√60
    // of that. Four of them: 2.8 % with 6 rows, 1.8 % with 14.
    const deviation = (1.25 * Math.sqrt(2 / (rows1 * 12 * 15))) / Math.sqrt(trials);
    expect(Math.abs(median - 1)).toBeLessThan(4 * deviation);
  });
});
