/** A dictionary of a quarter of a million atoms: as a matrix 90 GB, its posterior covariance 1.1 TB. */
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { complexVector } from "../../src/complex/index.js";
import { kernelInfo } from "../../src/kernels/index.js";
import { kroneckerOperator } from "../../src/operators/index.js";
import { randomStream } from "../../src/random/index.js";
import { kroneckerSbl } from "../../src/solvers/index.js";
import { collectGarbage } from "../support/garbage.js";
import { gaussianMatrix } from "../support/model-draws.js";
import { productIndices } from "../support/problem-families.js";

const atoms = 64;
const unknowns = atoms ** 3;

describe("kroneckerSbl at 64 atoms per mode", () => {
  const stream = randomStream(1, "size");
  const factors = [24, 28, 32].map((rows, n) => gaussianMatrix(rows, atoms, "complex", stream.child(n)));
  const support = productIndices(
    factors.map((_, n) => stream.child("support", n).sample(atoms, 4)),
    factors,
  );
  const coefficients = complexVector(unknowns);
  for (const atom of support) coefficients.data.set(stream.complexNormals(1).data, 2 * atom);
  const signal = kroneckerOperator(factors).apply(coefficients);
  const variance = (1e-2 * squaredNorm(signal.data)) / signal.length;
  const { data: noise } = stream.complexNormals(signal.length, variance);
  const measurement = complexVector(
    signal.length,
    signal.data.map((part, i) => part + noise[i]),
  );

  it.each(["mm", "svd", "am", "ksbl"] as const)(
    "%s: runs in the memory that its documentation states",
    async (method) => {
      // The first pass finds what the second one frees.
      for (let pass = 0; pass < 2; pass++) {
        collectGarbage();
        await setImmediate();
      }
      const before = process.memoryUsage().arrayBuffers;
      let most = 0;
      const result = kroneckerSbl(factors, measurement, {
        noise: { kind: "known", variance },
        method,
        maxIterations: 10,
        onIteration: () => {
          // All that was allocated since then and not collected, needed or not. The memory of WebAssembly is not in it.
          const { backend, memoryUsed } = kernelInfo();
          const elsewhere = backend === "webassembly" ? memoryUsed : 0;
          most = Math.max(most, process.memoryUsage().arrayBuffers - before + elsewhere);
          return "continue";
        },
      });
      if (method === "mm") {
        // Until the answer, only what is of the size of the measurement: six arrays of 16 bytes and one of 8.
        expect(most).toBeLessThan(160 * signal.length);
        expect(most).toBeGreaterThan(104 * signal.length);
      } else {
        // (80 + 64 · snapshots) bytes for every unknown; the mean alone has 16.
        expect(most).toBeLessThan(144 * unknowns);
        expect(most).toBeGreaterThan(16 * unknowns);
      }
      if (method === "svd" || method === "mm") expect(result.support).toEqual(support);
    },
  );
});

function squaredNorm(data: Float64Array): number {
  return data.reduce((sum, part) => sum + part * part, 0);
}
