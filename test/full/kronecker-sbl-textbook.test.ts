/** Full runs of Kronecker-structured sparse Bayesian learning beside an implementation that is all dense matrices. */
import { Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import type { ComplexMatrix } from "../../src/complex/index.js";
import { randomStream } from "../../src/random/index.js";
import { kroneckerSbl } from "../../src/solvers/index.js";
import { drawFromModel, gaussianMatrix } from "../support/model-draws.js";
import { productIndices } from "../support/problem-families.js";
import { textbookKroneckerSbl } from "../support/textbook-kronecker-sbl.js";

const atoms = 8;
const noiseVariance = 0.05;
const innerTolerance = 1e-5;
const stopping = { tolerance: 1e-4, maxIterations: 150 } as const;
const constants = {
  svd: { pruneRatio: 1e-3 },
  am: { pruneRatio: 1e-2, innerTolerance },
  ksbl: { pruneRatio: 1e-2 },
} as const;

describe.each(["svd", "am", "ksbl"] as const)(
  "kroneckerSbl, %s, beside the textbook at 8 atoms per mode",
  (method) => {
    // The textbook takes its time; "ksbl" differs from "am" in one number.
    it.each(method === "ksbl" ? [1] : [1, 2, 3, 4])(
      "takes the same steps to the same answer, seed %i",
      { timeout: 300_000 },
      (seed) => {
        const stream = randomStream(seed, "textbook");
        const factors = [4, 5, 6].map((rows, n) =>
          gaussianMatrix(rows, atoms, "real", stream.child("factor", n)),
        );
        const supports = factors.map((_, n) => stream.child("support", n).sample(atoms, 2));
        const powers = new Float64Array(atoms ** 3);
        for (const atom of productIndices(supports, factors)) powers[atom] = 1;
        const { measurement } = drawFromModel(factors, powers, noiseVariance, 1, "real", stream);
        const options = { method, ...constants[method], ...stopping } as const;
        const expected = textbookKroneckerSbl(factors.map(realMatrix), realParts(measurement), {
          ...options,
          innerTolerance,
          noiseVariance,
        });
        const { mean, variance, iterations } = kroneckerSbl(factors, measurement, {
          ...options,
          noise: { kind: "known", variance: noiseVariance },
          initial: "ones",
        });
        expect(iterations).toBe(expected.iterations);
        // Rounding, grown over up to 150 steps; 1e-13 of the largest mean and 6e-13 of the largest variance when this
        // was written.
        expectClose(realParts(mean), expected.mean, 1e-11);
        expectClose([...variance], expected.variance, 1e-11);
      },
    );
  },
);

/** Relative to the largest. */
function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const errors = expected.map((value, j) => Math.abs(actual[j] - value));
  expect(Math.max(...errors)).toBeLessThan(tolerance * Math.max(...expected.map(Math.abs)));
}

function realParts({ data }: ComplexMatrix): number[] {
  return [...data].filter((_, i) => i % 2 === 0);
}

function realMatrix(matrix: ComplexMatrix): Matrix {
  return Matrix.from1DArray(matrix.rows, matrix.columns, realParts(matrix));
}
