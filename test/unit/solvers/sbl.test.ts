import { describe, expect, it } from "vitest";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/types.js";
import { denseOperator, kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import { lmmse, type SblOptions, sbl, sblSteps } from "../../../src/solvers/index.js";
import { expectPosteriorIdentities } from "../../support/dense-posterior.js";

interface Case {
  readonly name: string;
  readonly rows: number;
  readonly atoms: number;
  readonly sparsity: number;
  readonly real: boolean;
  readonly snapshots: number;
}

const shapes = [
  { rows: 16, atoms: 40, sparsity: 3 },
  { rows: 30, atoms: 12, sparsity: 2 },
  { rows: 20, atoms: 20, sparsity: 3 },
  { rows: 1, atoms: 4, sparsity: 1 },
  { rows: 5, atoms: 1, sparsity: 1 },
] as const;
const cases: readonly Case[] = shapes.flatMap((shape) =>
  [true, false].flatMap((real) =>
    [1, 4].map((snapshots) => {
      const name = `${shape.rows} × ${shape.atoms}, ${real ? "real" : "complex"}, ${snapshots} snapshots`;
      return { ...shape, real, snapshots, name };
    }),
  ),
);

function gaussian(label: string, rows: number, columns: number, real: boolean, variance = 1): ComplexMatrix {
  const stream = randomStream(11, label);
  if (!real) return complexMatrix(rows, columns, stream.complexNormals(rows * columns, variance).data);
  const matrix = complexMatrix(rows, columns);
  stream.normals(rows * columns, variance).forEach((value, i) => {
    matrix.data[2 * i] = value;
  });
  return matrix;
}

/** y = A x + w with `sparsity` active atoms of unit power. */
function draw({ name, rows, atoms, sparsity, real, snapshots }: Case, noiseVariance = 1e-2) {
  const dictionary = gaussian(`${name} dictionary`, rows, atoms, real);
  const support = randomStream(11, name).sample(atoms, sparsity);
  const values = gaussian(`${name} values`, sparsity, snapshots, real);
  const measurement = gaussian(`${name} noise`, rows, snapshots, real, noiseVariance);
  const operator = denseOperator(dictionary);
  const x = { length: atoms, data: new Float64Array(2 * atoms) };
  for (let l = 0; l < snapshots; l++) {
    support.forEach((atom, k) => {
      x.data.set(values.data.subarray(2 * (k * snapshots + l), 2 * (k * snapshots + l) + 2), 2 * atom);
    });
    operator.apply(x).data.forEach((value, i) => {
      measurement.data[2 * ((i >> 1) * snapshots + l) + (i & 1)] += value;
    });
  }
  return { dictionary, measurement, support };
}

const noise = { kind: "known", variance: 1e-2 } as const;

describe("sbl against a dense evaluation", () => {
  const variants: readonly (Omit<SblOptions, "noise"> & { readonly label: string })[] = [
    { label: "through the measurement covariance", pruneRatio: 0, maxIterations: 3 },
    { label: "through the coefficient precision", pruneRatio: 0.05, maxIterations: 100 },
    { label: "by fixed-point updates", update: "fixed-point", maxIterations: 20 },
  ];
  for (const one of cases) {
    for (const { label, ...options } of variants) {
      it(`${label}: ${one.name}`, () => {
        const { dictionary, measurement } = draw(one);
        expectPosteriorIdentities(
          sbl(dictionary, measurement, { noise, ...options }),
          dictionary,
          measurement,
        );
      });
    }
  }

  it("learned noise", () => {
    for (const one of cases.filter(({ rows }) => rows > 1)) {
      const { dictionary, measurement } = draw(one);
      const result = sbl(dictionary, measurement, { noise: { kind: "learned" }, maxIterations: 30 });
      expectPosteriorIdentities(result, dictionary, measurement);
    }
  });
});

describe("sbl", () => {
  const complex = cases.find(({ rows, real, snapshots }) => rows === 16 && !real && snapshots === 4)!;

  it("never lowers the evidence by expectation-maximisation with known noise", () => {
    for (const one of cases) {
      const { dictionary, measurement } = draw(one);
      let last = Number.NEGATIVE_INFINITY;
      for (const { logEvidence } of sblSteps(dictionary, measurement, {
        noise,
        pruneRatio: 0,
        maxIterations: 60,
      })) {
        // 30 u times the sum of the magnitudes that the evidence is made of, which the ratio of powers bounds.
        expect(logEvidence!).toBeGreaterThanOrEqual(last - 1e-11 * (1 + Math.abs(last)));
        last = logEvidence!;
      }
      expect(Number.isFinite(last)).toBe(true);
    }
  });

  it("ends at least as high by fixed-point updates, in fewer iterations", () => {
    const { dictionary, measurement } = draw(complex);
    const options = { noise, maxIterations: 5000, tolerance: 1e-6 } as const;
    const em = sbl(dictionary, measurement, options);
    const fixedPoint = sbl(dictionary, measurement, { ...options, update: "fixed-point" });
    expect(fixedPoint.reason).toBe("tolerance");
    expect(fixedPoint.iterations).toBeLessThan(em.iterations / 2);
    expect(fixedPoint.logEvidence).toBeGreaterThan(em.logEvidence - 1e-3 * Math.abs(em.logEvidence));
  });

  it("is stationary where it converges: another update moves nothing, and the gradient vanishes", () => {
    const { dictionary, measurement } = draw(complex);
    const options = {
      noise,
      tolerance: 1e-12,
      maxIterations: 20_000,
      update: "fixed-point",
      pruneRatio: 1e-9,
    } as const;
    const { hyperparameters, mean, variance, reason } = sbl(dictionary, measurement, options);
    expect(reason).toBe("tolerance");
    if (hyperparameters.kind !== "independent") throw new Error("wrong kind");
    const largest = Math.max(...hyperparameters.priorVariance);
    hyperparameters.priorVariance.forEach((gamma, n) => {
      if (gamma < 1e-6 * largest) return;
      let power = 0;
      for (let i = 2 * n * 4; i < 2 * (n + 1) * 4; i++) power += mean.data[i] ** 2 / 4;
      // γ = |μ|² + Σ, the condition for a stationary point of the evidence.
      expect(Math.abs((power + variance[n]) / gamma - 1)).toBeLessThan(1e-9);
    });
  });

  it("has a closed form for one orthonormal atom: γ = max(0, |aᴴy|² − σ²)", () => {
    for (const [y, expected] of [
      [[3, 4], 25 - 1],
      [[0.3, 0.4], 0],
    ] as const) {
      const measurement = complexMatrix(2, 1, Float64Array.of(y[0], y[1], 0.5, 0));
      const options = {
        noise: { kind: "known", variance: 1 },
        update: "fixed-point",
        tolerance: 1e-14,
        maxIterations: 10_000,
        pruneRatio: 0,
      } as const;
      const { hyperparameters } = sbl([[1], [0]], measurement, options);
      if (hyperparameters.kind !== "independent") throw new Error("wrong kind");
      expect(hyperparameters.priorVariance[0]).toBeCloseTo(expected, 8);
    }
  });

  it("returns the linear minimum mean square error estimate at its own hyperparameters", () => {
    for (const one of cases) {
      const { dictionary, measurement } = draw(one);
      const { mean, variance, hyperparameters } = sbl(dictionary, measurement, { noise, maxIterations: 10 });
      if (hyperparameters.kind !== "independent") throw new Error("wrong kind");
      const same = lmmse(dictionary, measurement, { noise, priorVariance: hyperparameters.priorVariance });
      const scale = Math.max(...mean.data.map(Math.abs));
      mean.data.forEach((value, i) => {
        expect(Math.abs(value - same.mean.data[i])).toBeLessThan(1e-10 * scale);
      });
      variance.forEach((value, n) => {
        expect(Math.abs(value - same.variance[n])).toBeLessThan(
          1e-10 * Math.max(...hyperparameters.priorVariance),
        );
      });
    }
  });

  it("uses Kronecker structure and gives what the multiplied-out dictionary gives", () => {
    const factors = [gaussian("a", 3, 4, false), gaussian("b", 4, 5, false)];
    const operator = kroneckerOperator(factors);
    const dense = operator.atoms(Array.from({ length: 20 }, (_, n) => n));
    const measurement = gaussian("y", 12, 2, false);
    const structured = sbl(operator, measurement, { noise, maxIterations: 25 });
    const plain = sbl(dense, measurement, { noise, maxIterations: 25 });
    expect(structured.support).toEqual(plain.support);
    plain.mean.data.forEach((value, i) => {
      expect(Math.abs(structured.mean.data[i] - value)).toBeLessThan(1e-9);
    });
  });

  it("reports a breakdown, with a finite answer, when the noise is too small for floating point", () => {
    const { dictionary, measurement } = draw(complex);
    const result = sbl(dictionary, measurement, { noise: { kind: "known", variance: 1e-200 } });
    for (const value of [...result.mean.data, ...result.variance]) expect(Number.isFinite(value)).toBe(true);
    expect(result.reason === "breakdown" ? result.converged : false).toBe(false);
  });

  it("stops where it started if told so, and hands out its state on the way", () => {
    const { dictionary, measurement } = draw(complex);
    const steps = sblSteps(dictionary, measurement, { noise });
    const first = steps.next();
    if (first.done) throw new Error("no step");
    const early = first.value.current();
    const same = sbl(dictionary, measurement, { noise, maxIterations: 1 });
    expect(early.mean).toEqual(same.mean);
    expect(same.reason).toBe("max-iterations");
    const stopped = sbl(dictionary, measurement, { noise, onIteration: () => "stop" });
    expect(stopped).toMatchObject({ reason: "stopped", converged: false, iterations: 1 });
    expect(stopped.mean).toEqual(same.mean);
  });
});
