/** What Kronecker-structured sparse Bayesian learning keeps exactly, on small problems of any shape. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ComplexMatrix, complexMatrix } from "../../src/complex/types.js";
import { type RandomStream, randomStream } from "../../src/random/index.js";
import type { BayesianResult } from "../../src/solvers/contract.js";
import { type KroneckerSblOptions, kroneckerSbl, kroneckerSblSteps } from "../../src/solvers/index.js";
import {
  adjointOf,
  columnsOf,
  distance,
  kroneckerProduct,
  matrixOf,
  norm,
  product,
  scaled,
  solve,
  sum,
  weighted,
} from "../support/dense-complex.js";
import { expandedPriorVariance } from "../support/dense-posterior.js";
import { gaussianMatrix } from "../support/model-draws.js";
import type { Field } from "../support/problem-families.js";

interface Shape {
  readonly sizes: readonly { readonly rows: number; readonly atoms: number }[];
  readonly field: Field;
  readonly snapshots: number;
  readonly seed: number;
  /** Mean power of the signal over that of the noise, in decades. */
  readonly decades: number;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  sizes: fc.array(
    fc.record({ rows: fc.integer({ min: 1, max: 5 }), atoms: fc.integer({ min: 1, max: 6 }) }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ),
  field: fc.constantFrom<Field>("real", "complex"),
  snapshots: fc.integer({ min: 1, max: 2 }),
  seed: fc.nat(1e6),
  decades: fc.double({ min: -1, max: 4, noNaN: true }),
});

interface Problem {
  readonly factors: readonly ComplexMatrix[];
  readonly measurement: ComplexMatrix;
  readonly variance: number;
  readonly stream: RandomStream;
}

/** Two atoms of every mode, their products with independent coefficients, in noise. */
function draw({ sizes, field, snapshots, seed, decades }: Shape): Problem {
  const stream = randomStream(seed, "Kronecker property");
  const factors = sizes.map(({ rows, atoms }, n) => gaussianMatrix(rows, atoms, field, stream.child(n)));
  const active = sizes.map(({ atoms }, n) => stream.child("support", n).sample(atoms, Math.min(2, atoms)));
  const dictionary = kroneckerProduct(factors.map((factor, n) => columnsOf(factor, active[n])));
  const signal = product(dictionary, gaussianMatrix(dictionary.columns, snapshots, field, stream.child("x")));
  const variance = (10 ** -decades * norm(signal) ** 2) / (signal.rows * snapshots);
  const noise = gaussianMatrix(signal.rows, snapshots, field, stream.child("noise"));
  return { factors, measurement: sum(signal, noise, Math.sqrt(variance)), variance, stream };
}

const known = (variance: number) => ({ kind: "known", variance }) as const;
const learned = { kind: "learned" } as const;

/** Non-negative, some entries zero, no zero row. */
function drawCouplings({ factors, stream }: Problem): (number[][] | null)[] {
  return factors.map(({ columns }, n) => {
    const source = stream.child("coupling", n);
    if (source.uniform() < 0.3) return null;
    const latents = 1 + Math.floor(source.uniform() * columns);
    return Array.from({ length: columns }, (_, i) =>
      Array.from({ length: latents }, (_, k) =>
        k === i % latents ? 1 : Math.max(0, 1.5 * source.uniform() - 0.75),
      ),
    );
  });
}

const coupledIf = (problem: Problem, coupled: boolean) =>
  coupled ? { couplingMatrices: drawCouplings(problem) } : {};

const parameters = { seed: 20260301 } as const;

describe("exponent 0.5", () => {
  function expectNoFall(problem: Problem, options: Pick<KroneckerSblOptions, "noise" | "couplingMatrices">) {
    const steps = kroneckerSblSteps(problem.factors, problem.measurement, {
      ...options,
      exponent: 0.5,
      pruneRatio: 0,
      restarts: 0,
      tolerance: 0,
      maxIterations: 40,
    });
    const energy = norm(problem.measurement) ** 2;
    let last = Number.NEGATIVE_INFINITY;
    let rounding = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) {
      const { logEvidence, current } = step.value;
      expect(logEvidence!).toBeGreaterThanOrEqual(last - rounding);
      last = logEvidence!;
      // What is left of the data outside the range is a difference of energies, over the noise.
      rounding = 1e-13 * (1 + Math.abs(last) + energy / current().noiseVariance);
    }
    expect(step.value.logEvidence).toBeGreaterThanOrEqual(last - rounding);
  }

  it("never lowers the evidence, whether atoms are coupled or not", () => {
    fc.assert(
      fc.property(shape, fc.boolean(), (one, coupled) => {
        const problem = draw(one);
        expectNoFall(problem, { noise: known(problem.variance), ...coupledIf(problem, coupled) });
      }),
      { ...parameters, numRuns: 300 },
    );
  });

  it("nor does it when the noise is learned", () => {
    fc.assert(
      fc.property(shape, fc.boolean(), (one, coupled) => {
        const problem = draw(one);
        expectNoFall(problem, { noise: learned, ...coupledIf(problem, coupled) });
      }),
      { ...parameters, numRuns: 300 },
    );
  });
});

describe("majorise-minimise steps", () => {
  const scaling = fc.record({
    measurement: fc.integer({ min: -200, max: 200 }),
    factors: fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: -100, max: 100 }))),
  });

  it("give the same bits in units that differ by powers of two, factor by factor", () => {
    fc.assert(
      fc.property(shape, scaling, fc.boolean(), fc.boolean(), (one, exponents, coupled, isKnown) => {
        const problem = draw(one);
        const options = { restarts: 3, ...coupledIf(problem, coupled) };
        const noise = isKnown ? known(problem.variance) : learned;
        const answer = kroneckerSbl(problem.factors, problem.measurement, { noise, ...options });
        const unit = 2 ** exponents.measurement;
        const total = problem.factors.reduce((sum, _, n) => sum + exponents.factors[n], 0);
        const other = kroneckerSbl(
          problem.factors.map((factor, n) => scaled(factor, 2 ** exponents.factors[n])),
          scaled(problem.measurement, unit),
          { noise: isKnown ? known(problem.variance * unit ** 2) : learned, ...options },
        );
        const back = 2 ** (total - exponents.measurement);
        expect(other.mean.data.map((part) => part * back)).toEqual(answer.mean.data);
        expect(other.variance.map((value) => value * back ** 2)).toEqual(answer.variance);
        expect(other.noiseVariance / unit ** 2).toBe(answer.noiseVariance);
        expect(other).toMatchObject({ iterations: answer.iterations, reason: answer.reason });
        expect(other.support).toEqual(answer.support);
      }),
      { ...parameters, numRuns: 150 },
    );
  });

  /** Relative to the largest, the coefficients times `by`. */
  function expectSame(actual: BayesianResult, expected: BayesianResult, by: number): void {
    const { support, iterations, reason } = expected;
    expect(actual).toMatchObject({ support, iterations, reason });
    const scale = norm(expected.mean);
    expect(distance(scaled(actual.mean, by), expected.mean)).toBeLessThanOrEqual(1e-8 * scale);
    const largest = Math.max(...expected.variance);
    expected.variance.forEach((value, j) => {
      expect(Math.abs(actual.variance[j] * by ** 2 - value)).toBeLessThanOrEqual(1e-8 * largest);
    });
  }

  const factor = fc.double({ min: -3, max: 3, noNaN: true }).map((decades) => 10 ** decades);

  it("follow any scaling of measurement and factors", () => {
    fc.assert(
      fc.property(shape, factor, fc.tuple(factor, factor, factor), fc.boolean(), (one, c, by, isKnown) => {
        const problem = draw(one);
        const options = { restarts: 0, exponent: 0.5 } as const;
        const answer = kroneckerSbl(problem.factors, problem.measurement, {
          noise: isKnown ? known(problem.variance) : learned,
          ...options,
        });
        const other = kroneckerSbl(
          problem.factors.map((matrix, n) => scaled(matrix, by[n])),
          scaled(problem.measurement, c),
          { noise: isKnown ? known(problem.variance * c ** 2) : learned, ...options },
        );
        const total = problem.factors.reduce((all, _, n) => all * by[n], 1);
        expectSame(other, answer, total / c);
        expect(Math.abs(other.noiseVariance / c ** 2 / answer.noiseVariance - 1)).toBeLessThan(1e-8);
      }),
      { ...parameters, numRuns: 150 },
    );
  });

  it("do not see how factors share scale and phase", () => {
    fc.assert(
      fc.property(shape, factor, fc.double({ min: 0, max: 6, noNaN: true }), (one, size, phase) => {
        const { factors, measurement, variance } = draw(one);
        if (factors.length === 1) return;
        const options = { noise: known(variance), restarts: 0, exponent: 0.5 } as const;
        const angle = one.field === "complex" ? phase : 0;
        const [re, im] = [Math.cos(angle), Math.sin(angle)];
        const traded = [
          scaled(factors[0], [size * re, size * im]),
          ...factors.slice(1, -1),
          scaled(factors[factors.length - 1], [re / size, -im / size]),
        ];
        const answer = kroneckerSbl(factors, measurement, options);
        expectSame(kroneckerSbl(traded, measurement, options), answer, 1);
        if (answer.hyperparameters.kind !== "kronecker") throw new Error("wrong kind");
        if (answer.support.length === 0) return;
        for (const gamma of answer.hyperparameters.factors.slice(0, -1)) {
          expect(Math.abs(Math.hypot(...gamma) - 1)).toBeLessThan(8 * Number.EPSILON);
        }
      }),
      { ...parameters, numRuns: 150 },
    );
  });

  it("follow a permutation of the atoms of a mode", () => {
    fc.assert(
      fc.property(shape, fc.nat(2), fc.nat(1e6), (one, which, seed) => {
        const { factors, measurement, variance } = draw(one);
        const options = { noise: known(variance), restarts: 0, exponent: 0.5 } as const;
        const n = which % factors.length;
        const { columns } = factors[n];
        const order = randomStream(seed, "order").sample(columns, columns);
        const shuffled = factors.map((matrix, k) => (k === n ? columnsOf(matrix, order) : matrix));
        const answer = kroneckerSbl(factors, measurement, options);
        const other = kroneckerSbl(shuffled, measurement, options);
        const below = factors.slice(n + 1).reduce((all, matrix) => all * matrix.columns, 1);
        // Atom (…, k, …) of the shuffled problem is atom (…, order[k], …).
        const origin = (atom: number) => {
          const k = Math.floor(atom / below) % columns;
          return atom + (order[k] - k) * below;
        };
        const width = measurement.columns;
        const back: BayesianResult = {
          ...other,
          mean: complexMatrix(answer.mean.rows, width),
          variance: new Float64Array(answer.variance.length),
          support: Int32Array.from(other.support, origin).sort(),
        };
        other.variance.forEach((value, atom) => {
          back.variance[origin(atom)] = value;
          const row = other.mean.data.subarray(2 * atom * width, 2 * (atom + 1) * width);
          back.mean.data.set(row, 2 * origin(atom) * width);
        });
        expectSame(back, answer, 1);
      }),
      { ...parameters, numRuns: 150 },
    );
  });
});

describe("every method, on problems at the edge", () => {
  /** What a factor's columns become. */
  const change = fc.constantFrom("scaled", "duplicated", "zero", "nothing");
  /** What the measurement is. */
  const placement = fc.constantFrom("noisy", "in the range", "outside the range", "one row");

  function disturbed(problem: Problem, changes: readonly string[]): ComplexMatrix[] {
    return problem.factors.map((matrix, n) => {
      const source = problem.stream.child("change", n);
      const { columns } = matrix;
      const some = Math.floor(source.uniform() * columns);
      if (changes[n] === "duplicated") return columnsOf(matrix, [...Array(columns).keys(), some]);
      const spread = Array.from({ length: columns }, () => 10 ** (12 * source.uniform() - 6));
      if (changes[n] === "scaled") return weighted(matrix, spread);
      if (changes[n] === "zero")
        return weighted(
          matrix,
          spread.map((_, j) => Number(j !== some)),
        );
      return matrix;
    });
  }

  function placed(problem: Problem, factors: readonly ComplexMatrix[], where: string): ComplexMatrix {
    const { measurement, stream } = problem;
    const dictionary = kroneckerProduct(factors);
    if (where === "in the range") {
      const x = gaussianMatrix(dictionary.columns, measurement.columns, "real", stream.child("range"));
      return product(dictionary, x);
    }
    if (where === "one row") {
      return matrixOf(measurement.rows, measurement.columns, (r) => [Number(r === 0), 0]);
    }
    if (where === "outside the range" && dictionary.columns < measurement.rows) {
      const gram = product(adjointOf(dictionary), dictionary);
      const fit = solve(gram, product(adjointOf(dictionary), measurement)).solution;
      const rest = sum(measurement, product(dictionary, fit), -1);
      return rest.data.every(Number.isFinite) ? rest : measurement;
    }
    return measurement;
  }

  const neighbours = (factors: readonly ComplexMatrix[]) =>
    factors.map(({ columns }) =>
      Array.from({ length: columns }, (_, i) =>
        Array.from({ length: columns }, (_, j) => [1, 0.5, 0][Math.min(2, Math.abs(i - j))]),
      ),
    );

  const variants: readonly (readonly [
    string,
    (factors: readonly ComplexMatrix[]) => Partial<KroneckerSblOptions>,
  ])[] = [
    ["mm", () => ({})],
    ["mm, exponent 0.5", () => ({ exponent: 0.5, restarts: 0 })],
    ["mm, coupled", (factors) => ({ couplingMatrices: neighbours(factors) })],
    ["svd", () => ({ method: "svd" })],
    ["am", () => ({ method: "am" })],
    ["ksbl", () => ({ method: "ksbl" })],
    ["nnls", (factors) => ({ coupling: "nnls", couplingMatrices: neighbours(factors) })],
  ];

  it.each(variants)("%s: no negative variance, nothing that is not finite", (_, own) => {
    fc.assert(
      fc.property(
        shape,
        fc.tuple(change, change, change),
        placement,
        fc.constantFrom(0, undefined),
        fc.boolean(),
        (one, changes, where, pruneRatio, isKnown) => {
          const problem = draw(one);
          const factors = disturbed(problem, changes);
          const measurement = placed(problem, factors, where);
          const power = norm(measurement) ** 2 / (measurement.data.length / 2);
          const noise = isKnown && power > 0 ? known(1e-12 * power) : learned;
          const result = kroneckerSbl(factors, measurement, {
            noise,
            maxIterations: 30,
            ...(pruneRatio === undefined ? {} : { pruneRatio }),
            ...own(factors),
          });
          expect(result.mean.data.every(Number.isFinite)).toBe(true);
          // y = 0 has an infinite density where the noise may vanish.
          if (power === 0) expect(result.logEvidence).toBe(Number.POSITIVE_INFINITY);
          else expect(Number.isFinite(result.logEvidence)).toBe(true);
          expect(result.noiseVariance).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(result.residualNorm)).toBe(true);
          const gamma = expandedPriorVariance(result.hyperparameters);
          result.variance.forEach((value, j) => {
            expect(Number.isFinite(gamma[j])).toBe(true);
            expect(value).toBeGreaterThanOrEqual(0);
            expect(value).toBeLessThanOrEqual(gamma[j] * (1 + 1e-15));
          });
          expect(result.reason).not.toBe("breakdown");
        },
      ),
      { ...parameters, numRuns: 150 },
    );
  });
});
