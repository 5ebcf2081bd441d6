/** Coefficients of rank one: that they are recognised, and what is gained by knowing. */
import { describe, expect, it } from "vitest";
import { irsScenario } from "../../simulations/irs/scenario.js";
import { kroneckerScenario } from "../../simulations/kronecker/scenario.js";
import type { ComplexMatrix } from "../../src/complex/index.js";
import { complexVector } from "../../src/complex/index.js";
import { nmse } from "../../src/metrics/index.js";
import { randomStream } from "../../src/random/index.js";
import { type KroneckerSblOptions, kroneckerSbl } from "../../src/solvers/index.js";
import { adjointOf, columnsOf, norm, product } from "../support/dense-complex.js";

type Options = Omit<KroneckerSblOptions, "noise">;

interface Observation {
  readonly factors: readonly ComplexMatrix[];
  readonly measurement: Parameters<typeof kroneckerSbl>[1];
  readonly noiseVariance: number;
}

function solve({ factors, measurement, noiseVariance }: Observation, options: Options) {
  return kroneckerSbl(factors, measurement, {
    ...options,
    noise: { kind: "known", variance: noiseVariance },
  });
}

describe("core auto", () => {
  const sizes = [8, 10, 14].flatMap((rows1) => [3, 4].map((sparsity) => ({ rows1, sparsity })));
  for (const snrDb of [15, 25]) {
    for (const core of ["free", "rank-one"] as const) {
      it.each(sizes)(`knows ${core} coefficients at ${snrDb} dB: $rows1 rows, sparsity $sparsity`, (size) => {
        for (let trial = 0; trial < 100; trial++) {
          const field = trial % 2 === 0 ? "real" : "complex";
          const configuration = kroneckerScenario.parse({ ...size, snrDb, core, field });
          const { observation } = kroneckerScenario.draw(configuration, randomStream(7, "core", trial));
          expect(solve(observation, { core: "auto" }).core, `trial ${trial}`).toBe(
            core === "free" ? "free" : 1,
          );
        }
      });
    }
  }

  it.each([12, 20])("knows that channels over a surface are of rank one: %d dB", (snrDb) => {
    for (let trial = 0; trial < 100; trial++) {
      const { observation } = irsScenario.draw(
        irsScenario.parse({ snrDb }),
        randomStream(7, "core", snrDb, trial),
      );
      expect(solve(observation, { core: "auto" }).core, `trial ${trial}`).toBe(1);
    }
  });
});

describe("coefficients of rank one", () => {
  const trials = 60;

  /** Errors and those of least squares on the true support. */
  function errorsOf(configuration: object, options: Options) {
    return Array.from({ length: trials }, (_, trial) => {
      const stream = randomStream(1).child("proto", trial);
      const { truth, observation } = kroneckerScenario.draw(kroneckerScenario.parse(configuration), stream);
      const oracle = kroneckerScenario.estimators.find(({ id }) => id === "oracle-ls")!;
      const { estimate } = oracle.estimate(observation, truth);
      const { mean } = solve(observation, options);
      return {
        error: nmse(complexVector(mean.rows, mean.data), truth.coefficients),
        oracle: nmse(estimate.coefficients, truth.coefficients),
      };
    });
  }

  it.each([
    { configuration: { rows1: 8, sparsity: 3 }, bound: 2.4e-5 },
    { configuration: { rows1: 14, sparsity: 3 }, bound: 1.2e-5 },
  ])("are estimated far better than by least squares on their support: %o", ({ configuration, bound }) => {
    for (const core of [1, "auto"] as const) {
      const errors = errorsOf(configuration, { core });
      expect(median(errors.map(({ error }) => error))).toBeLessThan(bound);
      expect(median(errors.map(({ error, oracle }) => error / oracle))).toBeLessThan(1 / 5);
      expect(errors.filter(({ error, oracle }) => error > 10 * oracle)).toHaveLength(0);
    }
  });

  it.each([
    { configuration: { rows1: 8, sparsity: 5 }, most: { 30: 2, 100: 0 } },
    { configuration: { rows1: 6, sparsity: 3, snrReferenceRows: 14 }, most: { 30: 0, 100: 0 } },
  ])("are found with few rows: %o", ({ configuration, most }) => {
    for (const restarts of [30, 100] as const) {
      const errors = errorsOf(configuration, { core: "auto", restarts });
      const failures = errors.filter(({ error, oracle }) => error > 10 * oracle);
      expect(failures.length, `${restarts} restarts`).toBeLessThanOrEqual(most[restarts]);
    }
  });
});

describe("irs-snr with core 1", () => {
  // What was aimed at, for the mean.
  const bounds = { 4: 0.06, 8: 0.031, 12: 0.008, 16: 0.0025, 20: 0.0008 } as const;

  it.each([4, 8, 12, 16, 20] as const)("%d dB", (snrDb) => {
    const metric = irsScenario.metrics.find(({ id }) => id === "nmse")!;
    const errors = [1, 2, 3].flatMap((seed) =>
      Array.from({ length: 50 }, (_, trial) => {
        const stream = randomStream(seed, "irs-snr", "snrDb", snrDb, trial);
        const { truth, observation } = irsScenario.draw(irsScenario.parse({ snrDb }), stream);
        const { mean } = solve(observation, { core: 1 });
        const error = metric.measure(truth, { coefficients: complexVector(mean.rows, mean.data) })!;
        const strengths = truth.channels.map(norm);
        const weakest = Math.min(...strengths) / Math.hypot(...strengths);
        const pilotColumn = Math.floor(truth.support![0] / 18) % 18;
        return { error, identifiable: weakest > 0.005 && !hasTwin(observation.factors[1], pilotColumn) };
      }),
    );
    const identifiable = errors.filter((trial) => trial.identifiable);
    // Three pilots may leave two directions alike, and a pattern next to no channel: four trials of all 750.
    expect(identifiable.length).toBeGreaterThan(140);
    expect(mean(identifiable.map(({ error }) => error))).toBeLessThan(bounds[snrDb]);
    expect(median(errors.map(({ error }) => error))).toBeLessThan(bounds[snrDb] / 2);
  });
});

/** Whether another column is a multiple of this one. */
function hasTwin(matrix: ComplexMatrix, column: number): boolean {
  const own = columnsOf(matrix, [column]);
  return Array.from({ length: matrix.columns }, (_, c) => c).some((c) => {
    if (c === column) return false;
    const other = columnsOf(matrix, [c]);
    return norm(product(adjointOf(own), other)) > (1 - 1e-9) * norm(own) * norm(other);
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
