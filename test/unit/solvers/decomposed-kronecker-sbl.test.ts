import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/types.js";
import { svd } from "../../../src/linalg/svd.js";
import { kroneckerOperator } from "../../../src/operators/kronecker.js";
import { randomStream } from "../../../src/random/index.js";
import type { BayesianResult } from "../../../src/solvers/contract.js";
import {
  decomposedKroneckerSbl,
  decomposedKroneckerSblSteps,
} from "../../../src/solvers/sbl/decomposed-kronecker-sbl.js";
import { kroneckerSbl } from "../../../src/solvers/sbl/kronecker-sbl.js";
import { sbl } from "../../../src/solvers/sbl/sbl.js";
import {
  adjointOf,
  columnsOf,
  conjugateOf,
  diagonalOf,
  distance,
  entry,
  kroneckerProduct,
  matrixOf,
  norm,
  product,
  rowsAt,
  scaled,
  sum,
  times,
  weighted,
} from "../../support/dense-complex.js";
import { expandedPriorVariance, expectEvidence } from "../../support/dense-posterior.js";
import { errorOf } from "../../support/file-bytes.js";
import { type Field, productIndices } from "../../support/problem-families.js";

const fields = ["real", "complex"] as const;
const learned = { kind: "learned" } as const;

function random(rows: number, columns: number, field: Field, ...path: (string | number)[]): ComplexMatrix {
  const { data } = randomStream(3, ...path).complexNormals(rows * columns);
  return complexMatrix(
    rows,
    columns,
    data.map((value, i) => (field === "real" && i % 2 === 1 ? 0 : value)),
  );
}

interface RankOneProblem {
  readonly factors: readonly ComplexMatrix[];
  /** x_1, …, x_R. */
  readonly parts: readonly ComplexMatrix[];
  readonly coefficients: ComplexMatrix;
  readonly support: Int32Array;
  readonly measurement: ComplexMatrix;
  readonly noiseVariance: number;
}

const shapes = [
  [20, 30],
  [12, 16],
  [10, 12],
  [8, 6],
] as const;

/** Two atoms in every mode, of magnitude one. */
function rankOne(modes: number, field: Field, snrDb: number, ...path: (string | number)[]): RankOneProblem {
  const sizes = shapes.slice(0, modes);
  const factors = sizes.map(([rows, columns], n) => random(rows, columns, field, ...path, "factor", n));
  const supports = sizes.map(([, columns], n) => randomStream(3, ...path, "support", n).sample(columns, 2));
  const parts = sizes.map(([, columns], n) => {
    const values = random(2, 1, field, ...path, "values", n);
    return rowsAt(
      matrixOf(2, 1, (k) => {
        const magnitude = Math.hypot(values.data[2 * k], values.data[2 * k + 1]);
        return [values.data[2 * k] / magnitude, values.data[2 * k + 1] / magnitude];
      }),
      supports[n],
      columns,
    );
  });
  const coefficients = kroneckerProduct(parts);
  const clean = kroneckerProduct(factors.map((factor, n) => product(factor, parts[n])));
  const noiseVariance = (norm(clean) ** 2 / clean.rows) * 10 ** (-snrDb / 10);
  const noise = scaled(
    random(clean.rows, 1, field, ...path, "noise"),
    Math.sqrt(field === "real" ? 2 * noiseVariance : noiseVariance),
  );
  return {
    factors,
    parts,
    coefficients,
    support: productIndices(supports, factors),
    measurement: sum(clean, noise),
    noiseVariance,
  };
}

const nmse = (estimate: ComplexMatrix, truth: ComplexMatrix) =>
  (distance(estimate, truth) / norm(truth)) ** 2;

describe("decomposedKroneckerSbl", () => {
  describe.each([1, 2, 3, 4])("%s modes", (modes) => {
    it.each(fields)("recovers coefficients of rank one, %s", (field) => {
      const { factors, measurement, coefficients, support, noiseVariance } = rankOne(modes, field, 40, modes);
      for (const noise of [learned, { kind: "known", variance: noiseVariance } as const]) {
        const result = decomposedKroneckerSbl(factors, measurement, { noise });
        expect(result.reason).toBe("tolerance");
        expect(result.support).toEqual(support);
        // At 40 dB, with at most 20 numbers for 2.
        expect(nmse(result.mean, coefficients)).toBeLessThan(1e-4);
      }
    });

    it.each(fields)("is exact without noise, %s", (field) => {
      const { factors, measurement, coefficients, support } = rankOne(modes, field, 500, modes);
      const result = decomposedKroneckerSbl(factors, measurement, {
        noise: learned,
        tolerance: 1e-14,
        maxIterations: 1000,
      });
      expect(result.support).toEqual(support);
      // The prior's pull is the noise over the signal, 1e-14 at its floor; the atoms are well conditioned.
      expect(distance(result.mean, coefficients)).toBeLessThan(1e-12 * norm(coefficients));
      expect(result.residualNorm).toBeLessThan(1e-12 * norm(measurement));
    });
  });

  it.each(fields)("of one mode is sbl with atoms of unit norm, %s", (field) => {
    const { factors, measurement, noiseVariance } = rankOne(1, field, 15, "one");
    const norms = columnNormsOf(factors[0]);
    const unit = weighted(
      factors[0],
      norms.map((value) => 1 / value),
    );
    for (const noise of [learned, { kind: "known", variance: noiseVariance } as const]) {
      const result = decomposedKroneckerSbl(factors, measurement, { noise });
      const expected = sbl(unit, measurement, { noise });
      expect(result).toMatchObject({
        support: expected.support,
        iterations: expected.iterations,
        reason: expected.reason,
      });
      const back = product(diagonalOf(norms), result.mean);
      expect(distance(back, expected.mean)).toBeLessThan(1e-13 * norm(expected.mean));
      const variance = result.variance.map((value, c) => value * norms[c] ** 2);
      expectClose(variance, expected.variance, 1e-13);
      expect(result.noiseVariance / expected.noiseVariance - 1).toBeCloseTo(0, 12);
      expect(result.logEvidence / expected.logEvidence - 1).toBeCloseTo(0, 11);
      expect(result.residualNorm / expected.residualNorm - 1).toBeCloseTo(0, 12);
    }
  });

  it("does not see units, nor the scale and phase of columns", () => {
    const { factors, measurement } = rankOne(3, "complex", 15, "units");
    const expected = decomposedKroneckerSbl(factors, measurement, { noise: learned });
    const stream = randomStream(3, "columns");
    const gains = factors.map(({ columns }) =>
      matrixOf(columns, 1, () => {
        const [magnitude, phase] = [10 ** (6 * stream.uniform() - 3), 2 * Math.PI * stream.uniform()];
        return [magnitude * Math.cos(phase), magnitude * Math.sin(phase)];
      }),
    );
    const scaledFactors = factors.map((factor, n) =>
      matrixOf(factor.rows, factor.columns, (r, c) => times(entry(factor, r, c), entry(gains[n], c, 0))),
    );
    const result = decomposedKroneckerSbl(scaledFactors, scaled(measurement, 1e6), { noise: learned });
    expect(result).toMatchObject({ support: expected.support, iterations: expected.iterations });
    const all = kroneckerProduct(gains);
    const back = matrixOf(all.rows, 1, (j) => times(entry(result.mean, j, 0), entry(all, j, 0)));
    expect(distance(back, scaled(expected.mean, 1e6))).toBeLessThan(1e-10 * 1e6 * norm(expected.mean));
    const square = (j: number) => (all.data[2 * j] ** 2 + all.data[2 * j + 1] ** 2) * 1e-12;
    const variance = result.variance.map((value, j) => value * square(j));
    expectClose(variance, expected.variance, 1e-10);
    const gamma = expandedPriorVariance(result.hyperparameters).map((value, j) => value * square(j));
    expectClose(gamma, expandedPriorVariance(expected.hyperparameters), 1e-10);
  });

  it.each(fields)("has the variance of a product of independent factors, %s", (field) => {
    const { factors, measurement, noiseVariance } = rankOne(3, field, 5, "variance");
    const options = { noise: { kind: "known", variance: noiseVariance } } as const;
    const result = decomposedKroneckerSbl(factors, measurement, options);
    const modes = modePosteriors(factors, measurement, noiseVariance);
    // By the difference: at 5 dB little of it cancels.
    const first = modes.map(({ mean }) => squares(mean)).reduce(outer);
    const second = modes
      .map(({ mean, variance }) => squares(mean).map((s, j) => s + variance[j]))
      .reduce(outer);
    const expected = Float64Array.from(second, (value, j) => value - first[j]);
    expectClose(result.variance, expected, 1e-10);
    const mean = kroneckerProduct(modes.map((mode) => mode.mean));
    expect(distance(result.mean, mean)).toBeLessThan(1e-10 * norm(mean));
    expect(result.variance.filter((value) => value > 0)).toHaveLength(result.support.length);
  });

  it("has variances without cancellation where the noise is small", () => {
    const { factors, measurement, noiseVariance } = rankOne(2, "complex", 240, "small");
    const options = { noise: { kind: "known", variance: noiseVariance } } as const;
    const { variance, mean, support } = decomposedKroneckerSbl(factors, measurement, options);
    for (const j of support) {
      const power = mean.data[2 * j] ** 2 + mean.data[2 * j + 1] ** 2;
      // 24 orders of magnitude below the power, which a difference of doubles cannot resolve.
      expect(variance[j]).toBeGreaterThan(0);
      expect(variance[j]).toBeLessThan(1e-21 * power);
    }
  });

  it("reports hyperparameters of unit norm, and the evidence that goes with them", () => {
    for (const field of fields) {
      const { factors, measurement } = rankOne(2, field, 10, "evidence");
      const result = decomposedKroneckerSbl(factors, measurement, { noise: learned });
      expectEvidence(result, kroneckerProduct(factors), measurement);
      const { hyperparameters } = result;
      if (hyperparameters.kind !== "kronecker") throw new Error(hyperparameters.kind);
      expect(Math.hypot(...hyperparameters.factors[0])).toBeCloseTo(1, 14);
    }
  });

  it.each(fields)("learns the noise from the misfit of rank one: without bias, %s", (field) => {
    const trials = 200;
    const ratios = Array.from({ length: trials }, (_, t) => {
      const { factors, measurement, noiseVariance } = rankOne(2, field, 15, "noise", t);
      const { noiseVariance: found } = decomposedKroneckerSbl(factors, measurement, {
        noise: learned,
        maxIterations: 1,
      });
      return found / noiseVariance;
    });
    const mean = ratios.reduce((total, ratio) => total + ratio, 0) / trials;
    // χ² of 209 degrees of freedom (real) for each trial: a standard deviation of √(2/209/200) = 0.7 %, five of them.
    expect(Math.abs(mean - 1)).toBeLessThan(field === "real" ? 0.035 : 0.025);
  });

  it("fails where the coefficients are free, and its noise variance shows it", () => {
    const field = "real";
    const factors = [
      random(14, 15, field, "f", 1),
      random(12, 15, field, "f", 2),
      random(15, 15, field, "f", 3),
    ];
    const support = productIndices(
      [
        [1, 5, 8, 13],
        [0, 4, 9, 11],
        [2, 3, 7, 14],
      ],
      factors,
    );
    const coefficients = rowsAt(random(64, 1, field, "free"), support, 15 ** 3);
    const clean = product(kroneckerProduct(factors), coefficients);
    const noiseVariance = (norm(clean) ** 2 / clean.rows) * 1e-3;
    const measurement = sum(clean, scaled(random(clean.rows, 1, field, "w"), Math.sqrt(2 * noiseVariance)));
    const decomposed = decomposedKroneckerSbl(factors, measurement, { noise: learned });
    expect(nmse(decomposed.mean, coefficients)).toBeGreaterThan(0.5);
    expect(decomposed.noiseVariance).toBeGreaterThan(100 * noiseVariance);
    const structured = kroneckerSbl(factors, measurement, { noise: learned });
    expect(nmse(structured.mean, coefficients)).toBeLessThan(1e-2);
    expect(structured.logEvidence).toBeGreaterThan(decomposed.logEvidence + 1000);
  });

  it("learns the noise in the mode that has rows, if the others have one", () => {
    const { factors, measurement } = rankOne(1, "complex", 20, "rows");
    const row = random(1, 3, "complex", "row");
    const alone = decomposedKroneckerSbl(factors, measurement, { noise: learned });
    for (const beside of [
      [row, factors[0]],
      [factors[0], row],
    ]) {
      const result = decomposedKroneckerSbl(beside, measurement, { noise: learned });
      expect(result.noiseVariance / alone.noiseVariance).toBeCloseTo(1, 9);
      const image = product(kroneckerProduct(beside), result.mean);
      const expected = product(factors[0], alone.mean);
      expect(distance(image, expected)).toBeLessThan(1e-9 * norm(expected));
    }
  });

  it("takes an operator with factors, and gives the same bits", () => {
    const { factors, measurement } = rankOne(2, "complex", 20, "operator");
    const options = { noise: learned };
    expect(decomposedKroneckerSbl(kroneckerOperator(factors), measurement, options)).toEqual(
      decomposedKroneckerSbl(factors, measurement, options),
    );
  });

  it("steps until the slowest mode is done", () => {
    const { factors, measurement } = rankOne(3, "complex", 10, "steps");
    const steps = decomposedKroneckerSblSteps(factors, measurement, { noise: learned });
    const states: { iteration: number; change: number; middle: BayesianResult }[] = [];
    for (;;) {
      const { done, value } = steps.next();
      if (done) {
        expect(states.map(({ iteration }) => iteration)).toEqual(states.map((_, k) => k + 1));
        expect(value.iterations).toBe(states.length);
        expect(states.at(-1)!.change).toBeLessThanOrEqual(1e-4);
        expect(states.at(-2)!.change).toBeGreaterThan(1e-4);
        break;
      }
      states.push({ iteration: value.iteration, change: value.change, middle: value.current() });
    }
    const cut = decomposedKroneckerSbl(factors, measurement, { noise: learned, maxIterations: 3 });
    expect(cut).toMatchObject({ reason: "max-iterations", converged: false, iterations: 3 });
    expect(distance(states[2].middle.mean, cut.mean)).toBeLessThan(1e-12 * norm(cut.mean));
  });

  it("finds nothing if a factor is zero", () => {
    const result = decomposedKroneckerSbl(
      [random(4, 5, "real", "z"), complexMatrix(3, 2)],
      random(12, 1, "real", "y"),
      {
        noise: learned,
      },
    );
    expect(result).toMatchObject({ reason: "empty-support", iterations: 0, converged: true });
    expect(result.mean).toEqual(complexMatrix(10, 1));
    expect(result.support).toHaveLength(0);
  });

  it("never has a negative variance or an infinite number, and reports the residual of its mean", () => {
    const shape = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(
        shape,
        fc.integer({ min: 0, max: 1000 }),
        fc.constantFrom(...fields),
        (sizes, seed, field) => {
          const factors = sizes.map(([rows, columns], n) => random(rows, columns, field, "p", seed, n));
          const rows = sizes.reduce((total, [size]) => total * size, 1);
          const measurement = random(rows, 1, field, "p", seed, "y");
          const result = decomposedKroneckerSbl(factors, measurement, { noise: learned });
          const residual = norm(sum(measurement, product(kroneckerProduct(factors), result.mean), -1));
          expect(Math.abs(result.residualNorm - residual)).toBeLessThan(1e-12 * norm(measurement));
          expect(result.variance.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
          expect(Number.isFinite(result.logEvidence)).toBe(true);
          expect(result.noiseVariance).toBeGreaterThan(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("names what is wrong", () => {
    const { factors, measurement } = rankOne(2, "real", 20, "errors");
    const noise = learned;
    const wrong = (call: () => unknown) => {
      const { message, code } = errorOf(call);
      expect(message).toMatch(/^decomposedKroneckerSbl: /);
      return code;
    };
    const solve = decomposedKroneckerSbl as (...input: unknown[]) => unknown;
    expect(wrong(() => solve(factors, random(240, 2, "real", "y"), { noise }))).toBe("shape");
    expect(wrong(() => solve(factors, random(239, 1, "real", "y"), { noise }))).toBe("shape");
    expect(wrong(() => solve([], measurement, { noise }))).toBe("shape");
    expect(wrong(() => solve(factors, measurement, {}))).toBe("option");
    expect(wrong(() => solve(factors, measurement, { noise, update: "em" }))).toBe("option");
    expect(wrong(() => solve(factors, measurement, { noise, pruneRatio: 2 }))).toBe("option");
    expect(wrong(() => solve(factors, measurement, { noise: { kind: "known", variance: 0 } }))).toBe("range");
    expect(wrong(() => solve([[[1]], [[2 ** -600]]], [2 ** 600], { noise }))).toBe("range");
    const bad = [[[1, Number.NaN]], [[1]]];
    expect(wrong(() => solve(bad, [1], { noise }))).toBe("non-finite");
  });
});

/** λ u_n by singular value decompositions of the unfoldings, one after the other, and one power sweep, from sums. */
function textbookRankOne(
  y: ComplexMatrix,
  sizes: readonly number[],
): { vectors: ComplexMatrix[]; norm: number } {
  const vectors: ComplexMatrix[] = [];
  let rest = y.data;
  for (const size of sizes) {
    const unfolding = complexMatrix(size, rest.length / 2 / size, rest);
    const u = columnsOf(svd(unfolding).u, [0]);
    vectors.push(u);
    rest = product(adjointOf(u), unfolding).data;
  }
  const strides = sizes.map((_, n) => sizes.slice(n + 1).reduce((total, size) => total * size, 1));
  let length = 0;
  for (let n = 0; n < sizes.length; n++) {
    const contracted = complexMatrix(sizes[n], 1);
    for (let i = 0; i < y.rows; i++) {
      let value = entry(y, i, 0);
      const index = sizes.map((size, m) => Math.floor(i / strides[m]) % size);
      for (let m = 0; m < sizes.length; m++) {
        if (m !== n) value = times(value, entry(conjugateOf(vectors[m]), index[m], 0));
      }
      contracted.data[2 * index[n]] += value[0];
      contracted.data[2 * index[n] + 1] += value[1];
    }
    length = norm(contracted);
    vectors[n] = scaled(contracted, 1 / length);
  }
  return { vectors: vectors.map((vector) => scaled(vector, length)), norm: length };
}

/** The posteriors of x_1, …, x_R, all but the last over λ, by {@link sbl}. */
function modePosteriors(factors: readonly ComplexMatrix[], y: ComplexMatrix, variance: number) {
  const { vectors, norm: length } = textbookRankOne(
    y,
    factors.map(({ rows }) => rows),
  );
  return factors.map((factor, n) => {
    const norms = columnNormsOf(factor);
    const noise = { kind: "known", variance } as const;
    const result = sbl(
      weighted(
        factor,
        norms.map((value) => 1 / value),
      ),
      vectors[n],
      { noise },
    );
    const by = norms.map((value) => 1 / (value * (n === factors.length - 1 ? 1 : length)));
    return {
      mean: product(diagonalOf(by), result.mean),
      variance: result.variance.map((value, j) => value * by[j] ** 2),
    };
  });
}

function columnNormsOf(matrix: ComplexMatrix): number[] {
  return Array.from({ length: matrix.columns }, (_, c) => norm(columnsOf(matrix, [c])));
}

function squares({ rows, data }: ComplexMatrix): number[] {
  return Array.from({ length: rows }, (_, j) => data[2 * j] ** 2 + data[2 * j + 1] ** 2);
}

function outer(left: readonly number[], right: readonly number[]): number[] {
  return left.flatMap((a) => right.map((b) => a * b));
}

function expectClose(actual: Float64Array, expected: Float64Array, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const errors = actual.map((value, n) => Math.abs(value - expected[n]));
  expect(Math.max(...errors)).toBeLessThanOrEqual(tolerance * Math.max(...expected));
}
