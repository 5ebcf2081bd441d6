import { describe, expect, it } from "vitest";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/types.js";
import { denseOperator, kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import type { BayesianResult } from "../../../src/solvers/index.js";
import {
  type PatternCoupledSblOptions,
  patternCoupledSbl,
  patternCoupledSblSteps,
  sbl,
} from "../../../src/solvers/index.js";
import { distance, kroneckerProduct, norm, product, scaled, sum } from "../../support/dense-complex.js";
import { expectPosteriorIdentities } from "../../support/dense-posterior.js";
import { errorOf } from "../../support/file-bytes.js";
import { randomMatrix } from "../../support/linalg-families.js";
import { type TextbookPosterior, textbookPosterior } from "../../support/textbook-sbl.js";

const known = (variance: number) => ({ kind: "known", variance }) as const;
const noise = known(1e-2);

interface Problem {
  readonly dictionary: ComplexMatrix;
  readonly measurement: ComplexMatrix;
  readonly coefficients: ComplexMatrix;
  readonly noiseVariance: number;
}

interface Draw {
  readonly rows: number;
  readonly real: boolean;
  /** Positions of the coefficients that are not zero. */
  readonly support: readonly number[];
  readonly snapshots?: number;
  readonly snrDb: number;
}

/** Gaussian coefficients on a support, seen through a Gaussian dictionary. */
function draw(seed: number, atoms: number, { rows, real, support, snapshots = 1, snrDb }: Draw): Problem {
  const dictionary = randomMatrix(rows, atoms, real, seed);
  const coefficients = complexMatrix(atoms, snapshots);
  const values = randomMatrix(support.length, snapshots, real, seed + 1000);
  support.forEach((atom, k) => {
    coefficients.data.set(
      values.data.subarray(2 * k * snapshots, 2 * (k + 1) * snapshots),
      2 * atom * snapshots,
    );
  });
  const clean = product(dictionary, coefficients);
  const noiseVariance = (norm(clean) ** 2 / (rows * snapshots)) * 10 ** (-snrDb / 10);
  const white = randomMatrix(rows, snapshots, real, seed + 2000);
  const level = Math.sqrt((noiseVariance * rows * snapshots) / norm(white) ** 2);
  return { dictionary, measurement: sum(clean, white, level), coefficients, noiseVariance };
}

function blocks(seed: number, atoms: number, lengths: readonly number[]): number[] {
  const stream = randomStream(seed, "blocks");
  return lengths.flatMap((length) => {
    const first = Math.floor(stream.uniform() * (atoms - length));
    return Array.from({ length }, (_, k) => first + k);
  });
}

const gammaOf = ({ hyperparameters }: BayesianResult): Float64Array => {
  if (hyperparameters.kind !== "independent") throw new Error("wrong kind");
  return hyperparameters.priorVariance;
};

const relativeError = (result: BayesianResult, { coefficients }: Problem) =>
  distance(result.mean, coefficients) / norm(coefficients);

/** Whether two entries of a tensor are one step apart, from their multi-indices. */
function adjacent(shape: readonly number[], one: number, other: number): boolean {
  let [left, right, steps] = [one, other, 0];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    steps += Math.abs((left % shape[axis]) - (right % shape[axis]));
    left = Math.floor(left / shape[axis]);
    right = Math.floor(right / shape[axis]);
  }
  return steps === 1;
}

interface TextbookOptions {
  readonly shape: readonly number[];
  readonly coupling: number;
  readonly a: number;
  /** Absolute. */
  readonly b: number;
  readonly level: number;
  readonly iterations: number;
  readonly learned?: boolean;
}

/** The iteration as published, on full matrices: C is I + η × the adjacency of the tensor. */
function textbook({ dictionary, measurement, noiseVariance }: Problem, options: TextbookOptions) {
  const { shape, coupling, a, b, iterations } = options;
  const atoms = dictionary.columns;
  const snapshots = measurement.columns;
  const real = [dictionary, measurement].every(({ data }) =>
    data.every((part, i) => i % 2 === 0 || part === 0),
  );
  const coupled = (values: Float64Array) =>
    values.map((own, n) =>
      values.reduce((total, value, i) => total + (adjacent(shape, n, i) ? coupling * value : 0), own),
    );
  let gamma = new Float64Array(atoms).fill(options.level);
  let sigma = noiseVariance;
  let posterior: TextbookPosterior;
  for (let k = 0; k < iterations; k++) {
    posterior = textbookPosterior(dictionary, measurement, gamma, sigma);
    const { mean, variance } = posterior;
    const moments = variance.map((value, n) => {
      const row = mean.data.subarray(2 * n * snapshots, 2 * (n + 1) * snapshots);
      return value + row.reduce((total, part) => total + part * part, 0) / snapshots;
    });
    // Real: (a + L/2)/(b + L E/2); complex: (a + L)/(b + L E).
    const dimensions = (real ? 0.5 : 1) * snapshots;
    const alpha = coupled(moments).map((energy) => (a + dimensions) / (b + dimensions * energy));
    if (options.learned) {
      const residual = norm(sum(measurement, product(dictionary, mean), -1)) ** 2 / snapshots;
      const used = variance.reduce((total, value, n) => total + 1 - value / gamma[n], 0);
      sigma = (residual + sigma * used) / dictionary.rows;
    }
    gamma = coupled(alpha).map((precision) => 1 / precision);
  }
  return { gamma, sigma, ...textbookPosterior(dictionary, measurement, gamma, sigma) };
}

describe("patternCoupledSbl against a dense evaluation of the published iteration", () => {
  const shapes = [[24], [4, 6], [2, 3, 4], [4, 1, 6], [1, 24, 1]] as const;
  const cases = shapes.flatMap((shape) =>
    [true, false].flatMap((real) =>
      [1, 3].flatMap((snapshots) => [12, 30].map((rows) => ({ shape, real, snapshots, rows }))),
    ),
  );

  it.each(cases)(
    "$shape, real $real, $snapshots snapshots, $rows rows",
    ({ shape, real, snapshots, rows }) => {
      const problem = draw(1, 24, { rows, real, support: [3, 4, 5, 14, 15], snapshots, snrDb: 20 });
      const { dictionary, measurement, noiseVariance } = problem;
      const level = norm(measurement) ** 2 / snapshots / norm(dictionary) ** 2;
      for (const [learned, coupling, a, b] of [
        [false, 0.9, 0.5, 1e-4],
        [false, 0.9, 0, 0],
        [false, 0, 0.5, 0.3],
        [true, 1, 0.2, 0.05],
      ] as const) {
        const expected = textbook(problem, {
          shape,
          coupling,
          a,
          b: b * level,
          level,
          iterations: 4,
          learned,
        });
        const result = patternCoupledSbl(dictionary, measurement, {
          noise: learned ? { kind: "learned", initial: noiseVariance } : known(noiseVariance),
          ...(shape.length === 1 ? {} : { shape }),
          coupling,
          a,
          b,
          pruneRatio: 0,
          tolerance: 0,
          maxIterations: 4,
        });
        const gamma = gammaOf(result);
        const largest = Math.max(...expected.gamma);
        expected.gamma.forEach((value, n) => {
          expect(Math.abs(gamma[n] - value)).toBeLessThan(1e-10 * largest);
          expect(Math.abs(result.variance[n] - expected.variance[n])).toBeLessThan(1e-10 * largest);
        });
        expect(distance(result.mean, expected.mean)).toBeLessThan(1e-10 * norm(expected.mean));
        expect(Math.abs(result.noiseVariance / expected.sigma - 1)).toBeLessThan(1e-10);
        expectPosteriorIdentities(result, dictionary, measurement);
      }
    },
  );

  it("has the constants of the publications by default, absolute from a start at ones", () => {
    const problem = draw(2, 24, { rows: 12, real: true, support: [3, 4, 5], snrDb: 20 });
    const { dictionary, measurement, noiseVariance } = problem;
    const options = { shape: [24], coupling: 0.9, a: 0, b: 1e-4, level: 1, iterations: 6 };
    const { gamma } = textbook(problem, options);
    const result = patternCoupledSbl(dictionary, measurement, {
      noise: known(noiseVariance),
      initial: "ones",
      pruneRatio: 0,
      tolerance: 0,
      maxIterations: 6,
    });
    gammaOf(result).forEach((value, n) => {
      expect(Math.abs(value / gamma[n] - 1)).toBeLessThan(1e-10);
    });
  });
});

describe("patternCoupledSbl", () => {
  const problem = draw(3, 60, { rows: 30, real: false, support: [10, 11, 12, 40, 41], snrDb: 25 });
  const { dictionary, measurement, noiseVariance } = problem;

  it("takes the steps of sbl when nothing is coupled and the hyperprior is flat", () => {
    for (const learned of [false, true]) {
      const options = {
        noise: learned ? ({ kind: "learned" } as const) : known(noiseVariance),
        maxIterations: 40,
        tolerance: 0,
      };
      const expected = sbl(dictionary, measurement, options);
      const result = patternCoupledSbl(dictionary, measurement, { ...options, coupling: 0, a: 0, b: 0 });
      expect(result.support).toEqual(expected.support);
      expect(distance(result.mean, expected.mean)).toBeLessThan(1e-10 * norm(expected.mean));
      expect(Math.abs(result.noiseVariance / expected.noiseVariance - 1)).toBeLessThan(1e-10);
      expect(result.logEvidence).toBeCloseTo(expected.logEvidence, 8);
    }
  });

  it("has a closed form for one orthonormal atom without coupling: γ solves γ = (h (|μ|² + Σ) + b γ₀)/(a + h)", () => {
    // |aᴴ y|² = 25, σ² = 1: Σ = γ/(1 + γ), |μ|² = 25 γ²/(1 + γ)².
    for (const [real, h] of [
      [true, 0.5],
      [false, 1],
    ] as const) {
      const y = complexMatrix(2, 1, real ? Float64Array.of(5, 0, 0.5, 0) : Float64Array.of(3, 4, 0.5, 0));
      const [a, b] = [0.5, 0.01];
      const options = { noise: known(1), tolerance: 1e-15, maxIterations: 5000, pruneRatio: 0, a, b };
      const [gamma] = gammaOf(patternCoupledSbl([[1], [0]], y, { ...options, coupling: 0 }));
      const level = norm(y) ** 2;
      const moment = gamma / (1 + gamma) + (25 * gamma ** 2) / (1 + gamma) ** 2;
      expect(gamma / ((h * moment + b * level) / (a + h))).toBeCloseTo(1, 12);
      expect(gamma).toBeGreaterThan(5);
    }
  });

  it("couples along the axes of the shape: on a Kronecker dictionary, each mode has its neighbours", () => {
    const factors = [randomMatrix(4, 6, false, 4), randomMatrix(5, 7, false, 5)];
    const y = randomMatrix(20, 2, false, 6);
    const options = { noise, maxIterations: 20, shape: [6, 7], tolerance: 0, pruneRatio: 1e-2 } as const;
    const structured = patternCoupledSbl(kroneckerOperator(factors), y, options);
    const dense = patternCoupledSbl(kroneckerProduct(factors), y, options);
    expect(structured.support).toEqual(dense.support);
    expect(distance(structured.mean, dense.mean)).toBeLessThan(1e-9 * norm(dense.mean));
    // The same with the modes exchanged.
    const [first, second] = factors;
    const exchanged = (matrix: ComplexMatrix, rows: number, columns: number) =>
      complexMatrix(
        matrix.rows,
        matrix.columns,
        matrix.data.map((_, i, data) => {
          const width = 2 * matrix.columns;
          const r = Math.floor(i / width);
          return data[((r % rows) * columns + Math.floor(r / rows)) * width + (i % width)];
        }),
      );
    const swapped = patternCoupledSbl(kroneckerProduct([second, first]), exchanged(y, 4, 5), {
      ...options,
      shape: [7, 6],
    });
    const back = exchanged(swapped.mean, 7, 6);
    expect(distance(back, dense.mean)).toBeLessThan(1e-9 * norm(dense.mean));
    const line = patternCoupledSbl(kroneckerProduct(factors), y, { ...options, shape: [42] });
    expect(distance(line.mean, dense.mean)).toBeGreaterThan(1e-3 * norm(dense.mean));
  });

  it("gives the same bits in units that differ by powers of two", () => {
    for (const learned of [false, true]) {
      for (const [d, m] of [
        [2 ** 30, 2 ** -11],
        [2 ** -300, 2 ** 150],
      ]) {
        const solve = (dictionaryUnit: number, measurementUnit: number) =>
          patternCoupledSbl(scaled(dictionary, dictionaryUnit), scaled(measurement, measurementUnit), {
            noise: learned ? { kind: "learned" } : known(noiseVariance * measurementUnit ** 2),
          });
        const expected = solve(1, 1);
        const result = solve(d, m);
        expect(result.mean.data).toEqual(expected.mean.data.map((part) => (part * m) / d));
        expect(result.iterations).toBe(expected.iterations);
        expect(result.noiseVariance).toBe(expected.noiseVariance * m ** 2);
      }
    }
  });

  it("finds blocks and their edges", () => {
    const result = patternCoupledSbl(dictionary, measurement, { noise: known(noiseVariance) });
    expect(result.reason).toBe("tolerance");
    const strong = [...result.support].filter(
      (atom) => Math.hypot(...result.mean.data.subarray(2 * atom, 2 * atom + 2)) > 0.1,
    );
    expect(strong).toEqual([10, 11, 12, 40, 41]);
    expect(relativeError(result, problem)).toBeLessThan(0.1);
  });

  it("keeps what is left when atoms are removed: the answer is the posterior at its own γ", () => {
    for (const options of [{}, { noise: { kind: "learned" } as const, a: 0 }, { shape: [6, 10] }]) {
      const result = patternCoupledSbl(dictionary, measurement, { noise: known(noiseVariance), ...options });
      expect(result.support.length).toBeLessThan(30);
      expectPosteriorIdentities(result, dictionary, measurement);
    }
  });

  it("removes an atom of zeros, and leaves its neighbours to the data", () => {
    const data = dictionary.data.slice();
    for (let r = 0; r < 30; r++) data.fill(0, 2 * (60 * r + 11), 2 * (60 * r + 12));
    const holed = complexMatrix(30, 60, data);
    const result = patternCoupledSbl(holed, measurement, { noise: known(noiseVariance) });
    expect([...result.support]).not.toContain(11);
    expect(result.variance[11]).toBe(0);
    expectPosteriorIdentities(result, holed, measurement);
  });

  it("stops where the change says so, and hands out its state on the way", () => {
    const options = { noise: known(noiseVariance) };
    const steps = patternCoupledSblSteps(dictionary, measurement, options);
    const first = steps.next();
    if (first.done) throw new Error("no step");
    expect(first.value.current().mean).toEqual(
      patternCoupledSbl(dictionary, measurement, { ...options, maxIterations: 1 }).mean,
    );
    const { history, ...result } = patternCoupledSbl(dictionary, measurement, { ...options, history: true });
    expect(result).toMatchObject({ solver: "pattern-coupled-sbl", reason: "tolerance", converged: true });
    expect(history!.findIndex(({ change }) => change <= 1e-4)).toBe(result.iterations - 1);
    const stopped = patternCoupledSbl(dictionary, measurement, { ...options, onIteration: () => "stop" });
    expect(stopped).toMatchObject({ reason: "stopped", converged: false, iterations: 1 });
  });

  it("reports a breakdown, with a finite answer, when the noise is too small for floating point", () => {
    const repeated = kroneckerProduct([complexMatrix(2, 1, Float64Array.of(1, 0, 1, 0)), dictionary]);
    const y = randomMatrix(60, 1, false, 7);
    const result = patternCoupledSbl(repeated, y, { noise: known(1e-200) });
    expect(result).toMatchObject({ reason: "breakdown", converged: false });
    expect(result.mean.data.every(Number.isFinite)).toBe(true);
  });

  it("refuses what it cannot use, by name", () => {
    const refused = (options: object) =>
      errorOf(() => patternCoupledSbl(dictionary, measurement, { noise, ...options } as never));
    for (const [name, value] of [
      ["shape", 60],
      ["shape", []],
      ["shape", [60, 0]],
      ["shape", [-6, -10]],
      ["shape", [7.5, 8]],
      // biome-ignore lint/suspicious/noSparseArray: a hole is what must be refused.
      ["shape", [, 60]],
      ["coupling", -0.1],
      ["coupling", 1.5],
      ["a", -1],
      ["b", "1e-4"],
      ["initial", "zeros"],
    ] as const) {
      expect(refused({ [name]: value })).toMatchObject({ code: "option", parameter: name });
    }
    const error = refused({ shape: [6, 11] });
    expect(error).toMatchObject({ code: "shape", parameter: "shape" });
    expect(error.message).toBe(
      "patternCoupledSbl: shape has a product of 66; expected 60 (atoms of the dictionary)",
    );
    expect(() => patternCoupledSblSteps(dictionary, measurement, { noise, shape: [6] })).toThrow(
      "product of 6",
    );
    const options: PatternCoupledSblOptions = { noise, shape: [6, 10], maxIterations: 1 };
    expect(patternCoupledSbl(denseOperator(dictionary), measurement, options).iterations).toBe(1);
  });
});

describe("patternCoupledSbl on blocks", () => {
  const trials = Array.from({ length: 20 }, (_, seed) => seed);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

  it.each([
    { real: true, snrDb: 25, snapshots: 1, rows: 45 },
    { real: false, snrDb: 10, snapshots: 1, rows: 45 },
    { real: false, snrDb: 25, snapshots: 1, rows: 40 },
    { real: false, snrDb: 10, snapshots: 3, rows: 30 },
  ])("has less error than sbl: real $real, $snrDb dB, $snapshots snapshots", ({ rows, ...setting }) => {
    const errors = trials.map((seed) => {
      const problem = draw(seed, 100, { rows, support: blocks(seed, 100, [8, 8, 8]), ...setting });
      const options = { noise: known(problem.noiseVariance) };
      return [patternCoupledSbl, sbl].map(
        (solve) => relativeError(solve(problem.dictionary, problem.measurement, options), problem) ** 2,
      );
    });
    const [coupled, independent] = [0, 1].map((k) => mean(errors.map((pair) => pair[k])));
    expect(coupled).toBeLessThan(0.75 * independent);
  });

  it("learns the noise with them", () => {
    const ratios = trials.map((seed) => {
      const support = blocks(seed, 100, [6, 6]);
      const problem = draw(seed, 100, { rows: 60, support, real: false, snrDb: 20 });
      const { dictionary, measurement, noiseVariance } = problem;
      const result = patternCoupledSbl(dictionary, measurement, { noise: { kind: "learned" }, a: 0 });
      expect(relativeError(result, problem)).toBeLessThan(0.2);
      return result.noiseVariance / noiseVariance;
    });
    expect(mean(ratios)).toBeGreaterThan(0.8);
    expect(mean(ratios)).toBeLessThan(1.2);
  });

  it("uses a plane: less error than along a line for coefficients in columns", () => {
    const errors = trials.map((seed) => {
      const support = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((row) => [10 * row + 4, 10 * row + 5]);
      const problem = draw(seed, 100, { rows: 30, support, real: false, snrDb: 20 });
      const { dictionary, measurement, noiseVariance } = problem;
      return [[10, 10], [100]].map((shape) => {
        const options = { noise: known(noiseVariance), shape };
        return relativeError(patternCoupledSbl(dictionary, measurement, options), problem) ** 2;
      });
    });
    const [plane, line] = [0, 1].map((k) => mean(errors.map((pair) => pair[k])));
    expect(plane).toBeLessThan(0.75 * line);
  });
});
