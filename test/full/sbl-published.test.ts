/** Unstructured sparse Bayesian learning on the published instances, as the baseline of the published figures. */
import { describe, expect, it } from "vitest";
import { cascadedChannels } from "../../src/channels/index.js";
import { type ComplexMatrix, complexVector } from "../../src/complex/index.js";
import { nmse } from "../../src/metrics/index.js";
import { kroneckerOperator } from "../../src/operators/index.js";
import { sbl } from "../../src/solvers/index.js";
import { irsInstance, syntheticInstance } from "../support/golden.js";

const published = { initial: "ones", tolerance: 1e-4, maxIterations: 150 } as const;

describe("sbl on the published experiments", () => {
  it("retraces the synthetic one", () => {
    const { factors, measurement, coefficients, noiseVariance, reference } =
      syntheticInstance("synthetic-25db");
    const { mean, iterations } = sbl(kroneckerOperator(factors), measurement, {
      noise: { kind: "known", variance: noiseVariance },
      ...published,
      pruneRatio: 1e-3,
    });
    const expected = reference["classic-sbl"];
    const truth = complexVector(
      coefficients.length,
      Float64Array.from({ length: 2 * coefficients.length }, (_, i) =>
        i % 2 === 0 ? coefficients[i / 2] : 0,
      ),
    );
    // The reference inverts by a pseudo-inverse, whose cutoff costs it the sixth digit.
    expect(Math.abs(nmse(vectorOf(mean), truth) / expected.nmse - 1)).toBeLessThan(1e-5);
    expect(iterations).toBe(expected.iterations);
  });

  it("retraces the one on an intelligent reflecting surface", () => {
    const { factors, arrayResponse, measurement, coefficients, noiseVariance, reference } = irsInstance();
    const { mean, iterations, reason } = sbl(kroneckerOperator(factors), measurement, {
      noise: { kind: "known", variance: noiseVariance },
      ...published,
      pruneRatio: 1e-4,
    });
    const cascade = [factors[0], arrayResponse, factors[2]] as const;
    const channels = cascadedChannels(cascade, vectorOf(coefficients));
    const errors = cascadedChannels(cascade, vectorOf(mean)).map((channel, i) => nmse(channel, channels[i]));
    const error = errors.reduce((sum, one) => sum + one, 0) / errors.length;
    const expected = reference["classic-sbl"];
    // Two implementations of one iteration: rounding, grown over 150 steps.
    expect(Math.abs(error / expected.nmse - 1)).toBeLessThan(1e-9);
    expect([iterations, reason]).toEqual([expected.iterations, "max-iterations"]);
  });
});

function vectorOf({ rows, data }: ComplexMatrix) {
  return complexVector(rows, data);
}
