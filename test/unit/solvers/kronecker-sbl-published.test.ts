/** The published method, retraced: same answer and same number of iterations on the reference instances. */
import { describe, expect, it } from "vitest";
import { modeProductsInto } from "../../../src/complex/mode-products.js";
import { planar, split } from "../../../src/complex/planar.js";
import type { ComplexMatrix } from "../../../src/complex/types.js";
import { kroneckerSbl, neighbourCoupling } from "../../../src/solvers/index.js";
import { irsInstance, syntheticInstance } from "../../support/golden.js";

const published = { initial: "ones", tolerance: 1e-4, maxIterations: 150 } as const;

describe("kroneckerSbl on the published synthetic experiment", () => {
  const constants = {
    svd: { method: "svd", pruneRatio: 1e-3 },
    am: { method: "am", pruneRatio: 1e-2, innerTolerance: 1e-5 },
  } as const;
  for (const name of ["synthetic-25db", "synthetic-5db"] as const) {
    for (const method of ["svd", "am"] as const) {
      it(`retraces ${method} at ${name}`, () => {
        const { factors, measurement, coefficients, noiseVariance, reference } = syntheticInstance(name);
        const noise = { kind: "known", variance: noiseVariance } as const;
        const { mean, iterations } = kroneckerSbl(factors, measurement, {
          noise,
          ...published,
          ...constants[method],
        });
        const expected = reference[`${method}-kronecker-sbl`];
        // Two implementations of one iteration: rounding, grown over up to 150 steps.
        expect(Math.abs(errorOf(mean, coefficients) / expected.nmse - 1)).toBeLessThan(1e-9);
        expect(iterations).toBe(expected.iterations);
      });
    }
  }

  // By an independent prototype, to the digits given.
  const prototype = { "synthetic-25db": 4.3e-5, "synthetic-5db": 7.88e-3 } as const;
  for (const name of ["synthetic-25db", "synthetic-5db"] as const) {
    it(`finds one maximum by majorise-minimise steps of both exponents at ${name}`, () => {
      const { factors, measurement, coefficients, noiseVariance } = syntheticInstance(name);
      const [long, short] = ([1, 0.5] as const).map((exponent) =>
        kroneckerSbl(factors, measurement, {
          noise: { kind: "known", variance: noiseVariance },
          exponent,
          restarts: 0,
          tolerance: 1e-8,
          maxIterations: 1000,
        }),
      );
      expect(long.reason).toBe("tolerance");
      expect(short.reason).toBe("tolerance");
      expect(long.iterations).toBeLessThan(0.6 * short.iterations);
      expect(long.support).toEqual(short.support);
      expect(Math.abs(long.logEvidence - short.logEvidence)).toBeLessThan(1e-6);
      expect(Math.abs(errorOf(long.mean, coefficients) / prototype[name] - 1)).toBeLessThan(2e-3);
    });
  }

  /** ‖x̂ − x‖²/‖x‖². */
  function errorOf({ data }: ComplexMatrix, coefficients: Float64Array): number {
    let error = 0;
    let energy = 0;
    coefficients.forEach((x, j) => {
      error += (data[2 * j] - x) ** 2 + data[2 * j + 1] ** 2;
      energy += x * x;
    });
    return error / energy;
  }
});

describe("kroneckerSbl on the published IRS experiment", () => {
  const instance = irsInstance();
  const constants = {
    svd: { method: "svd", pruneRatio: 0 },
    am: { method: "am", pruneRatio: [1e-2, 1e-1, 1e-3] },
  } as const;

  it("has the dictionary of the instance", () => {
    const [a1, a2] = instance.factors as [ComplexMatrix, ComplexMatrix];
    for (const [name, factor] of [
      ["H1_row0_first3", a1],
      ["H2_row0_first3", a2],
    ] as const) {
      for (let k = 0; k < 3; k++) {
        expect(factor.data[2 * k]).toBeCloseTo(instance.check[name].re[k], 14);
        expect(factor.data[2 * k + 1]).toBeCloseTo(instance.check[name].im[k], 14);
      }
    }
  });

  for (const method of ["svd", "am"] as const) {
    it(`retraces ${method}`, () => {
      const { factors, measurement, noiseVariance, reference } = instance;
      const noise = { kind: "known", variance: noiseVariance } as const;
      const options = { noise, ...published, pruneAbsolute: 1e-4, ...constants[method] };
      const { mean, iterations } = kroneckerSbl(factors, measurement, options);
      const expected = reference[`${method}-kronecker-sbl`];
      expect(Math.abs(channelError(mean) / expected.nmse - 1)).toBeLessThan(1e-9);
      expect(iterations).toBe(expected.iterations);
    });
  }

  for (const beta of [0.8, 0.5]) {
    it(`retraces the pattern-coupled method with β = ${beta}`, () => {
      const { factors, measurement, noiseVariance, reference } = instance;
      const { mean, iterations } = kroneckerSbl(factors, measurement, {
        noise: { kind: "known", variance: noiseVariance },
        ...published,
        coupling: "nnls",
        couplingMatrices: [neighbourCoupling(18, beta), null, neighbourCoupling(18, beta)],
        pruneRatio: [1e-2, 1e-1, 1e-2],
        pruneAbsolute: 1e-4,
      });
      const expected = reference[`pc-kronecker-sbl-${beta}`];
      expect(Math.abs(channelError(mean) / expected.nmse - 1)).toBeLessThan(1e-9);
      expect(iterations).toBe(expected.iterations);
    });
  }

  it("comes to the error of an independent prototype by majorise-minimise steps", () => {
    const { factors, measurement, noiseVariance } = instance;
    const noise = { kind: "known", variance: noiseVariance } as const;
    const { mean } = kroneckerSbl(factors, measurement, { noise, restarts: 0 });
    expect(Math.abs(channelError(mean) / 5.89e-4 - 1)).toBeLessThan(2e-3);
  });

  /** Mean over the training patterns of ‖Ĥ_i − H_i‖²/‖H_i‖². */
  function channelError(mean: ComplexMatrix): number {
    const truth = channels(instance.coefficients);
    const estimate = channels(mean);
    const patterns = instance.factors[0].rows;
    const size = truth.re.length / patterns;
    let total = 0;
    for (let i = 0; i < patterns; i++) {
      let error = 0;
      let energy = 0;
      for (let j = i * size; j < (i + 1) * size; j++) {
        error += (truth.re[j] - estimate.re[j]) ** 2 + (truth.im![j] - estimate.im![j]) ** 2;
        energy += truth.re[j] ** 2 + truth.im![j] ** 2;
      }
      total += error / energy;
    }
    return total / patterns;
  }

  function channels(coefficients: ComplexMatrix) {
    const matrices = [instance.factors[0], instance.arrayResponse, instance.factors[2]];
    const out = planar(6 * 6 * 16, false);
    const scratch = [planar(18 ** 3, false), planar(18 ** 3, false)] as const;
    const factors = matrices.map(({ rows, columns, data }) => {
      return { matrix: split(data), form: "plain", rows, size: columns } as const;
    });
    modeProductsInto(out, split(coefficients.data, false), factors, 1, scratch);
    return out;
  }
});
