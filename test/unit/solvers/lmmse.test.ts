import { describe, expect, it } from "vitest";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/types.js";
import { kroneckerOperator } from "../../../src/operators/kronecker.js";
import { randomStream } from "../../../src/random/index.js";
import { lmmse } from "../../../src/solvers/lmmse.js";
import {
  diagonalOf,
  distance,
  kroneckerProduct,
  matrixOf,
  norm,
  orthonormalised,
  product,
  scaled,
  sum,
} from "../../support/dense-complex.js";
import { densePosterior, expectPosteriorIdentities } from "../../support/dense-posterior.js";
import { errorOf } from "../../support/file-bytes.js";
import { kolmogorovSmirnov, kolmogorovSmirnovLimit } from "../../support/kolmogorov-smirnov.js";
import { type Field, problemFamilies } from "../../support/problem-families.js";
import { denseLeastSquares } from "../../support/textbook-pursuit.js";

const fields = ["real", "complex"] as const;
const known = (variance: number) => ({ kind: "known", variance }) as const;

/** Prior variances over six orders of magnitude, every fifth zero. */
const spread = (atoms: number) =>
  Float64Array.from({ length: atoms }, (_, n) => (n % 5 === 4 ? 0 : 10 ** (3 * Math.sin(n + 1))));

function random(rows: number, columns: number, field: Field, ...path: (string | number)[]): ComplexMatrix {
  const { data } = randomStream(3, ...path).complexNormals(rows * columns);
  return complexMatrix(
    rows,
    columns,
    data.map((value, i) => (field === "real" && i % 2 === 1 ? 0 : value)),
  );
}

describe("lmmse", () => {
  describe.each(fields)("posterior, %s", (field) => {
    it.each(problemFamilies)(
      "$name: mean, variance and evidence are those of the dense formulas",
      ({ draw }) => {
        for (const snapshots of [1, 3]) {
          const { factors, measurement } = draw(field, snapshots, 20);
          const dictionary = kroneckerProduct(factors);
          // From a signal far below the noise to one far above it.
          for (const variance of [1e4, 1, 1e-4, 1e-9]) {
            for (const priorVariance of [1, spread(dictionary.columns)]) {
              const options = { noise: known(variance), priorVariance };
              const result = lmmse(dictionary, measurement, options);
              expect(result).toMatchObject({
                reason: "closed-form",
                converged: true,
                noiseVariance: variance,
              });
              expectPosteriorIdentities(result, dictionary, measurement);
              if (factors.length > 1) {
                expectPosteriorIdentities(
                  lmmse(kroneckerOperator(factors), measurement, options),
                  dictionary,
                  measurement,
                );
              }
            }
          }
        }
      },
    );
  });

  it("scores a real model by the real Gaussian and a complex one by the complex Gaussian", () => {
    // One atom, one row, γ = 3, σ² = 1: Σ_y = 4 · 3 + 1 = 13.
    const options = { noise: known(1), priorVariance: [3] };
    expect(lmmse([[2]], [1], options).logEvidence).toBeCloseTo(
      -0.5 * (Math.log(2 * Math.PI) + Math.log(13) + 1 / 13),
      14,
    );
    const imaginary = lmmse([[2]], { re: [0], im: [1] }, options);
    expect(imaginary.logEvidence).toBeCloseTo(-(Math.log(Math.PI) + Math.log(13) + 1 / 13), 14);
    // μ = 3 · 2 · j/13, Σ = 3 − 9 · 4/13.
    expect(imaginary.mean.data[0]).toBeCloseTo(0, 15);
    expect(imaginary.mean.data[1]).toBeCloseTo(6 / 13, 15);
    expect(imaginary.variance[0]).toBeCloseTo(3 - 36 / 13, 15);
    expect(imaginary.residualNorm).toBeCloseTo(1 / 13, 15);
  });

  it.each(fields)("is ridge regression when all prior variances are equal, %s", (field) => {
    const dictionary = random(9, 6, field, "ridge");
    const measurement = random(9, 2, field, "ridge y");
    const { mean } = lmmse(dictionary, measurement, { noise: known(0.3), priorVariance: 0.7 });
    // min ‖Y − A X‖² + (σ²/γ) ‖X‖² is least squares with √(σ²/γ) I below A.
    const augmented = stacked(
      dictionary,
      scaled(diagonalOf(new Float64Array(6).fill(1)), Math.sqrt(0.3 / 0.7)),
    );
    const expected = denseLeastSquares(augmented, stacked(measurement, complexMatrix(6, 2)));
    expect(distance(mean, expected)).toBeLessThan(1e-14 * 30 * norm(expected));
  });

  it("shrinks every coefficient by its own signal-to-noise ratio when the atoms are orthonormal", () => {
    const dictionary = orthonormalised(random(8, 8, "complex", "basis"));
    const coefficients = random(8, 1, "complex", "values");
    const gamma = spread(8);
    const { mean, variance } = lmmse(dictionary, product(dictionary, coefficients), {
      noise: known(0.5),
      priorVariance: gamma,
    });
    for (let n = 0; n < 8; n++) {
      const gain = gamma[n] / (gamma[n] + 0.5);
      expect(mean.data[2 * n]).toBeCloseTo(gain * coefficients.data[2 * n], 13);
      expect(mean.data[2 * n + 1]).toBeCloseTo(gain * coefficients.data[2 * n + 1], 13);
      // γ/(γ + σ²) times σ²; its error is relative to γ, up to 1e3.
      expect(variance[n]).toBeCloseTo(0.5 * gain, 12);
    }
  });

  it.each(fields)("reports variances that match its errors, %s", (field) => {
    // |x − μ|²/Σ is exponential for complex x; for real x, (x − μ)/√Σ is normal. One coefficient of each
    // draw, so that the draws are independent.
    const gamma = Float64Array.of(2, 1, 0.5, 0.25, 3, 1);
    const draws = 400;
    const scores = Float64Array.from({ length: draws }, (_, t) => {
      const dictionary = random(4, 6, field, "calibration", t, "dictionary");
      const unit = random(6, 1, field, "calibration", t, "x");
      // The real part of a complex normal draw has half its variance.
      const power = field === "real" ? 2 : 1;
      const x = matrixOf(6, 1, (n) => {
        const size = Math.sqrt(power * gamma[n]);
        return [size * unit.data[2 * n], size * unit.data[2 * n + 1]];
      });
      const noise = scaled(random(4, 1, field, "calibration", t, "noise"), Math.sqrt(power * 0.1));
      const y = sum(product(dictionary, x), noise);
      const { mean, variance } = lmmse(dictionary, y, { noise: known(0.1), priorVariance: gamma });
      const n = t % 6;
      const error = Math.hypot(x.data[2 * n] - mean.data[2 * n], x.data[2 * n + 1] - mean.data[2 * n + 1]);
      return error ** 2 / variance[n];
    });
    // Real: the square of a standard normal; P(z² ≤ s) = erf(√(s/2)).
    const distribution = (s: number) =>
      field === "complex" ? 1 - Math.exp(-s) : errorFunction(Math.sqrt(s / 2));
    expect(kolmogorovSmirnov(scores, distribution)).toBeLessThan(kolmogorovSmirnovLimit(draws));
  });

  it("leaves out coefficients of zero prior variance", () => {
    const dictionary = random(5, 7, "complex", "left out");
    const measurement = random(5, 1, "complex", "left out y");
    const priorVariance = [0, 1, 0, 2, 0, 0, 1];
    const { mean, variance, support } = lmmse(dictionary, measurement, { noise: known(0.1), priorVariance });
    expect([...support]).toEqual([1, 3, 6]);
    for (const n of [0, 2, 4, 5]) {
      expect([mean.data[2 * n], mean.data[2 * n + 1], variance[n]]).toEqual([0, 0, 0]);
    }
  });

  it("knows nothing but the noise when every prior variance is zero", () => {
    const dictionary = random(3, 4, "complex", "nothing");
    const measurement = random(3, 2, "complex", "nothing y");
    const result = lmmse(dictionary, measurement, { noise: known(0.1), priorVariance: 0 });
    expect(result.support).toHaveLength(0);
    expect(result.residualNorm).toBeCloseTo(norm(measurement), 14);
    expectPosteriorIdentities(result, dictionary, measurement);
  });

  it("gives the prior back when there is nothing to see", () => {
    const gamma = [1, 4, 9];
    const result = lmmse([[0, 0, 1]], [0], { noise: known(2), priorVariance: gamma });
    expect(result).toMatchObject({ reason: "zero-measurement", converged: true, residualNorm: 0 });
    expect(result.support).toHaveLength(0);
    expect([...result.variance.subarray(0, 2)]).toEqual([1, 4]);
    expect(result.variance[2]).toBeCloseTo(9 - 81 / 11, 14);
    expect(result.logEvidence).toBe(
      densePosterior(
        matrixOf(1, 3, (_, c) => [c === 2 ? 1 : 0, 0]),
        complexMatrix(1, 1),
        gamma,
        2,
      ).logEvidence,
    );
  });

  it("returns the prior variance it was given, as a copy", () => {
    const priorVariance = Float64Array.of(1, 2);
    const { hyperparameters } = lmmse([[1, 1]], [1], { noise: known(1), priorVariance });
    expect(hyperparameters).toEqual({ kind: "independent", priorVariance });
    expect("priorVariance" in hyperparameters && hyperparameters.priorVariance).not.toBe(priorVariance);
  });

  describe("refuses", () => {
    const run = (options: object) => errorOf(() => lmmse([[1, 2]], [1], options as never));
    const noise = known(1);

    it.each([
      ["a missing noise", { priorVariance: 1 }, "option", "noise"],
      ["a noise to be learned", { noise: { kind: "learned" }, priorVariance: 1 }, "option", "noise"],
      ["a missing prior", { noise }, "option", "priorVariance"],
      ["a negative prior", { noise, priorVariance: -1 }, "option", "priorVariance"],
      ["a prior that is a word", { noise, priorVariance: "flat" }, "option", "priorVariance"],
      ["a prior of the wrong length", { noise, priorVariance: [1] }, "shape", "priorVariance"],
      ["a negative entry of the prior", { noise, priorVariance: [1, -1] }, "range", "priorVariance[1]"],
      [
        "a prior that is not finite",
        { noise, priorVariance: [1, Number.NaN] },
        "non-finite",
        "priorVariance",
      ],
      ["an iteration limit", { noise, priorVariance: 1, maxIterations: 3 }, "option", "maxIterations"],
    ])("%s", (_, options, code, parameter) => {
      expect(run(options)).toMatchObject({ code, parameter });
    });

    it("a noise too small for the covariance to be factored", () => {
      const ones = Array.from({ length: 4 }, () => [1, 1, 1, 1]);
      const error = errorOf(() => lmmse(ones, [1, 2, 3, 4], { noise: known(1e-40), priorVariance: 1 }));
      expect(error).toMatchObject({ code: "range", parameter: "noise.variance", received: "1e-40" });
    });

    it("a noise too far below the measurement for double precision", () => {
      const error = errorOf(() => lmmse([[1]], [2 ** 600], { noise: known(1), priorVariance: 1 }));
      expect(error).toMatchObject({ code: "range", parameter: "noise.variance" });
    });
  });
});

function stacked(a: ComplexMatrix, b: ComplexMatrix): ComplexMatrix {
  return complexMatrix(a.rows + b.rows, a.columns, Float64Array.of(...a.data, ...b.data));
}

/** By its Maclaurin series, which converges everywhere; 100 terms are enough below 5. */
function errorFunction(x: number): number {
  let term = x;
  let total = x;
  for (let k = 1; k < 100; k++) {
    term *= (-x * x) / k;
    total += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}
