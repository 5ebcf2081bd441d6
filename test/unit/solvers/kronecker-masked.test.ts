/** kroneckerSbl of masked measurements. */
import { describe, expect, it } from "vitest";
import { oracleLeastSquares } from "../../../src/bounds/index.js";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/types.js";
import { isSparseError } from "../../../src/errors.js";
import { kernelInfo } from "../../../src/kernels/index.js";
import { kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import {
  type KroneckerSblOptions,
  kroneckerSbl,
  kroneckerSblSteps,
  neighbourCoupling,
} from "../../../src/solvers/index.js";
import {
  adjointOf,
  columnsOf,
  distance,
  kroneckerProduct,
  norm,
  product,
  rowsAt,
  scaled,
  sum,
} from "../../support/dense-complex.js";
import {
  densePosterior,
  expandedPriorVariance,
  expectPosteriorIdentities,
} from "../../support/dense-posterior.js";
import { withMemoryLimit } from "../../support/kernels.js";
import { gaussianMatrix } from "../../support/model-draws.js";
import type { Field } from "../../support/problem-families.js";
import { thrownAtOnce } from "../../support/thrown.js";

const rowsOf = (matrix: ComplexMatrix, rows: ArrayLike<number>) =>
  adjointOf(columnsOf(adjointOf(matrix), rows));

/** Relative to the largest. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  const scale = Math.max(...Array.from(expected, Math.abs));
  for (let j = 0; j < expected.length; j++) {
    expect(Math.abs(actual[j] - expected[j])).toBeLessThan(1e-10 * scale);
  }
}

interface Draw {
  readonly rows: readonly number[];
  readonly atoms: readonly number[];
  /** How many atoms of each mode are in the support. */
  readonly sparsity: readonly number[];
  readonly missing: number;
  readonly field: Field;
  readonly snapshots: number;
  /** σ². */
  readonly noise: number;
}

/** Factors, the observed rows of the dictionary, and Y = P A X + W for X on a product of supports. */
function draw({ rows, atoms, sparsity, missing, field, snapshots, noise }: Draw, seed: number) {
  const stream = randomStream(seed, "masked");
  const factors = rows.map((count, n) => gaussianMatrix(count, atoms[n], field, stream.child(n)));
  const total = rows.reduce((all, count) => all * count, 1);
  const supports = sparsity.map((count, n) => stream.child("support", n).sample(atoms[n], count));
  const support = supports.reduce<number[]>(
    (all, set, n) => all.flatMap((a) => Array.from(set, (b) => a * atoms[n] + b)),
    [0],
  );
  const observed = stream.child("mask").sample(total, total - missing);
  const dictionary = rowsOf(kroneckerProduct(factors), observed);
  const coefficients = gaussianMatrix(support.length, snapshots, field, stream.child("x"));
  const clean = product(columnsOf(dictionary, support), coefficients);
  const w = gaussianMatrix(observed.length, snapshots, field, stream.child("noise"));
  const x = rowsAt(coefficients, support, dictionary.columns);
  return { factors, dictionary, observed, support, x, measurement: sum(clean, w, Math.sqrt(noise)) };
}

const small: Draw = {
  rows: [4, 5, 4],
  atoms: [6, 4, 5],
  sparsity: [2, 1, 2],
  missing: 20,
  field: "complex",
  snapshots: 1,
  noise: 1e-2,
};
const known = (variance: number) => ({ kind: "known", variance }) as const;
const learned = { kind: "learned" } as const;

describe("kroneckerSbl of a masked measurement", () => {
  const runs: readonly (readonly [string, Partial<Draw>, KroneckerSblOptions])[] = [
    ["few missing", { missing: 9 }, { noise: known(0.1), maxIterations: 3 }],
    ["few observed", { missing: 60 }, { noise: known(0.1), maxIterations: 3 }],
    ["fewer atoms than rows", { atoms: [3, 4, 2], missing: 9 }, { noise: known(0.1), maxIterations: 3 }],
    ["a small basis", { atoms: [2, 4, 2], missing: 35 }, { noise: known(0.1), maxIterations: 3 }],
    ["atoms removed", {}, { noise: known(0.1), pruneRatio: 0.05, maxIterations: 12 }],
    ["learned noise", {}, { noise: learned, maxIterations: 12 }],
    ["a mode of size 1", { rows: [5, 1, 6], atoms: [4, 1, 8] }, { noise: known(0.1), maxIterations: 12 }],
    ["restarts", {}, { noise: known(0.1), restarts: 4, maxIterations: 12 }],
  ];
  const all = runs.flatMap(([name, changes, options]) =>
    (["real", "complex"] as const).flatMap((field) =>
      [1, 3].map((snapshots) => ({
        name: `${name}, ${field}, ${snapshots} snapshots`,
        one: { ...small, ...changes, field, snapshots },
        options: { restarts: 0, pruneRatio: 0, tolerance: 0, ...options },
      })),
    ),
  );

  it.each(all)("has the posterior of the dense one: $name", ({ one, options }) => {
    const { factors, dictionary, observed, measurement } = draw(one, 1);
    const result = kroneckerSbl(factors, measurement, { ...options, observed });
    expect(result.reason).toBe("max-iterations");
    expectPosteriorIdentities(result, dictionary, measurement);
  });

  it.each([4, 30, 60])("has it in every step, which does not disturb the run: %d missing", (missing) => {
    const { factors, dictionary, observed, measurement } = draw({ ...small, missing }, 2);
    const options = { noise: learned, observed, maxIterations: 9, restarts: 2 };
    const undisturbed = kroneckerSbl(factors, measurement, options);
    const steps = kroneckerSblSteps(factors, measurement, options);
    for (;;) {
      const { done, value } = steps.next();
      if (done) {
        expect(value).toEqual({ ...undisturbed });
        break;
      }
      const { mean, variance, hyperparameters, noiseVariance } = value.current();
      const gamma = expandedPriorVariance(hyperparameters);
      const reference = densePosterior(dictionary, measurement, gamma, noiseVariance);
      expectClose(mean.data, reference.mean.data);
      expectClose(variance, reference.variance);
    }
    expect(kernelInfo().memoryUsed).toBe(0);
  });

  it("is the run on some rows of the factors if the elements are all their combinations", () => {
    const { factors, measurement } = draw({ ...small, missing: 0, snapshots: 2 }, 3);
    const kept = [
      [0, 2, 3],
      [0, 1, 2, 3, 4],
      [1, 2],
    ];
    const observed = kept[0].flatMap((a) => kept[1].flatMap((b) => kept[2].map((c) => (a * 5 + b) * 4 + c)));
    const y = rowsOf(measurement, observed);
    const options = { noise: learned, restarts: 1 };
    expect(kroneckerSbl(factors, y, { ...options, observed })).toEqual(
      kroneckerSbl(
        factors.map((factor, n) => rowsOf(factor, kept[n])),
        y,
        options,
      ),
    );
    const every = Float64Array.from({ length: 80 }, (_, i) => i);
    expect(kroneckerSbl(kroneckerOperator(factors), measurement, { ...options, observed: every })).toEqual(
      kroneckerSbl(factors, measurement, options),
    );
  });

  it("does not see rows of which nothing was observed", () => {
    const { factors, dictionary, observed, measurement } = draw(small, 4);
    const padded = [
      factors[0],
      sum(rowsAt(factors[1], [0, 2, 3, 5, 6], 7), rowsAt(rowsOf(factors[1], [0, 1]), [1, 4], 7)),
      factors[2],
    ];
    const places = [0, 2, 3, 5, 6];
    const moved = observed.map(
      (at) => (Math.floor(at / 20) * 7 + places[Math.floor(at / 4) % 5]) * 4 + (at % 4),
    );
    const options = { noise: known(1e-2), restarts: 0 };
    const result = kroneckerSbl(padded, measurement, { ...options, observed: moved });
    expect(result).toEqual(kroneckerSbl(factors, measurement, { ...options, observed }));
    expectPosteriorIdentities(result, dictionary, measurement);
  });

  it("never raises the cost with exponent 0.5 and known noise", () => {
    for (const missing of [3, 20, 36, 44, 64]) {
      for (const atoms of [small.atoms, [3, 4, 2]]) {
        const { factors, observed, measurement } = draw(
          { ...small, atoms, missing, sparsity: [2, 1, 1] },
          missing,
        );
        const options = {
          noise: known(1e-2),
          exponent: 0.5,
          pruneRatio: 0,
          maxIterations: 60,
          restarts: 0,
        } as const;
        let last = Number.NEGATIVE_INFINITY;
        for (const { logEvidence } of kroneckerSblSteps(factors, measurement, { ...options, observed })) {
          expect(logEvidence!).toBeGreaterThanOrEqual(last - 1e-11 * Math.abs(last));
          last = logEvidence!;
        }
        expect(last).toBeGreaterThan(Number.NEGATIVE_INFINITY);
      }
    }
  });

  it("never raises the cost with exponent 0.5 and learned noise or coupling", () => {
    const couplingMatrices = [neighbourCoupling(6, 0.5), null, neighbourCoupling(5, 0.8)];
    for (const missing of [3, 20, 60]) {
      for (const extra of [{ noise: learned }, { noise: known(1e-2), couplingMatrices }]) {
        const { factors, observed, measurement } = draw({ ...small, missing }, missing);
        const options = { exponent: 0.5, pruneRatio: 0, maxIterations: 40, restarts: 0, ...extra } as const;
        let last = Number.NEGATIVE_INFINITY;
        for (const { logEvidence } of kroneckerSblSteps(factors, measurement, { ...options, observed })) {
          expect(logEvidence!).toBeGreaterThanOrEqual(last - 1e-11 * Math.abs(last));
          last = logEvidence!;
        }
      }
    }
  });

  const large: Draw = {
    rows: [8, 10, 6],
    atoms: [12, 12, 10],
    sparsity: [2, 3, 2],
    missing: 144,
    field: "complex",
    snapshots: 1,
    noise: 0.04,
  };

  it.each([
    { title: "30 % missing, known noise", missing: 144, field: "complex", noise: known(0.04) },
    { title: "30 % missing, learned noise", missing: 144, field: "complex", noise: learned },
    { title: "30 % missing, real", missing: 144, field: "real", noise: learned },
    { title: "70 % missing, known noise", missing: 336, field: "complex", noise: known(0.04) },
  ] as const)(
    "recovers as well as least squares that know the support: $title",
    ({ missing, field, noise }) => {
      const ratios: number[] = [];
      for (let seed = 1; seed <= 3; seed++) {
        const one = draw({ ...large, field, missing }, seed);
        const { factors, dictionary, observed, support, measurement, x } = one;
        const result = kroneckerSbl(factors, measurement, { noise, observed, pruneRatio: 1e-3 });
        const oracle = oracleLeastSquares(dictionary, measurement, support);
        expect([...result.support]).toEqual(expect.arrayContaining(support));
        ratios.push(distance(result.mean, x) / distance(oracle.mean, x));
        // The mean of as many powers of noise, each with a deviation of its mean, or of √2 times that if real.
        const deviation = Math.sqrt((field === "real" ? 2 : 1) / (480 - missing));
        if (noise === learned) expect(Math.abs(result.noiseVariance / 0.04 - 1)).toBeLessThan(4 * deviation);
      }
      for (const ratio of ratios) expect(ratio).toBeLessThan(1.04);
    },
  );

  it("does not depend on units, to the bit", () => {
    const { factors, observed, measurement } = draw(small, 6);
    const options = { observed, restarts: 2 };
    const reference = kroneckerSbl(factors, measurement, { ...options, noise: known(2 ** -6) });
    const result = kroneckerSbl(
      [scaled(factors[0], 2 ** 40), factors[1], factors[2]],
      scaled(measurement, 2 ** -30),
      {
        ...options,
        noise: known(2 ** -66),
      },
    );
    expect(result.mean.data.map((value) => value * 2 ** 70)).toEqual(reference.mean.data);
    expect(result.iterations).toBe(reference.iterations);
  });

  it("stays sound as the noise vanishes", () => {
    for (const missing of [6, 30, 60]) {
      for (const variance of [1e-4, 1e-10, 1e-20, 1e-100]) {
        const { factors, observed, measurement } = draw({ ...small, missing, noise: 0 }, 7);
        const result = kroneckerSbl(factors, measurement, {
          noise: known(variance),
          observed,
          pruneRatio: 0,
        });
        for (const value of result.mean.data) expect(Number.isFinite(value)).toBe(true);
        for (const value of result.variance) expect(value).toBeGreaterThanOrEqual(0);
      }
      const { factors, observed, measurement, x } = draw({ ...small, missing, noise: 0 }, 7);
      const result = kroneckerSbl(factors, measurement, { noise: learned, observed });
      // The noise ends at its floor, 1e-14 of the power.
      expect(distance(result.mean, x)).toBeLessThan(1e-7 * norm(x));
    }
  });

  it("has the answer of a zero measurement", () => {
    const { factors, observed, measurement } = draw(small, 8);
    const zero = complexMatrix(measurement.rows, 1);
    const result = kroneckerSbl(factors, zero, { noise: known(0.5), observed });
    expect(result.reason).toBe("zero-measurement");
    expect(norm(result.mean)).toBe(0);
    // 60 complex elements of noise.
    expect(result.logEvidence).toBeCloseTo(-60 * Math.log(Math.PI * 0.5), 9);
  });

  it("says what is wrong with the mask", () => {
    const { factors, observed, measurement } = draw(small, 9);
    const attempt = (options: object) => () =>
      kroneckerSbl(factors, measurement, { noise: known(1), ...options });
    const at = (k: number, value: number) => observed.map((index, i) => (i === k ? value : index));
    expect(attempt({ observed: at(59, 80) })).toThrow(
      /option observed is 80 at index 59; expected integers from 0 to 79 \(dictionary.rows − 1\)/,
    );
    expect(attempt({ observed: [-1, ...observed] })).toThrow(
      /option observed is -1 at index 0; expected integers/,
    );
    expect(attempt({ observed: [0.5, ...observed] })).toThrow(/option observed is 0.5 at index 0/);
    expect(attempt({ observed: at(5, observed[4]) })).toThrow(
      new RegExp(`option observed is ${observed[4]} after ${observed[4]} at index 5; expected ascending`),
    );
    expect(attempt({ observed: [] })).toThrow(
      /option observed is an array of 0; expected an array of at least one/,
    );
    expect(attempt({ observed: 5 })).toThrow(/option observed is 5; expected an array/);
    expect(attempt({ observed: [1, 2] })).toThrow(/measurement has 60 rows; expected 2 \(observed.length\)/);
    expect(attempt({ observed, method: "am" })).toThrow(
      /option observed is given with method "am"; expected method "mm"/,
    );
    expect(attempt({ observed, core: 1 })).toThrow(
      /option core is 1 with this mask; expected "free", or observed/,
    );
    for (const options of [{ observed: at(59, 80) }, { observed: [] }, { observed, core: "auto" }]) {
      expect(isSparseError(thrownAtOnce(attempt(options)), "option")).toBe(true);
    }
  });

  it("says what to do where the mask takes too much memory, and takes nothing", () => {
    const { factors, observed, measurement } = draw(small, 10);
    const options = { noise: known(1), observed };
    const error = withMemoryLimit(2 ** 14, () =>
      thrownAtOnce(() => kroneckerSblSteps(factors, measurement, options)),
    );
    expect(isSparseError(error, "limit")).toBe(true);
    expect(error.message).toMatch(
      /^kroneckerSbl: working memory would be [\d.]+ MiB for this mask; expected at most/,
    );
    expect(error.message).toMatch(/allow more with useKernels, or observe all combinations of some rows/);
    expect(kernelInfo().memoryUsed).toBe(0);
  });
});
