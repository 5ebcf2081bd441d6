import { describe, expect, it } from "vitest";
import { arrayFromPositions, uniformLinearArray } from "../../../src/arrays/index.js";
import { type KroneckerCramerRaoOptions, kroneckerCramerRao } from "../../../src/bounds/index.js";
import { type ComplexMatrix, complexMatrix, complexVector } from "../../../src/complex/index.js";
import {
  angleDictionary,
  compressedDictionary,
  type ParametricDictionary,
} from "../../../src/dictionaries/index.js";
import { cosineGrid, productGrid, uniformGrid, withPoints } from "../../../src/grids/index.js";
import { kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import { diagonalOf, entry, kroneckerProduct, matrixOf, solve } from "../../support/dense-complex.js";
import { errorOf } from "../../support/file-bytes.js";
import { range } from "../../support/operator-cases.js";

const stream = randomStream(1, "kronecker-cramer-rao");
const line = (elements: number, ...cosines: number[]) =>
  angleDictionary(uniformLinearArray({ elements }), withPoints(cosineGrid(1), cosines));
const random = (rows: number, columns: number, name: string) =>
  complexMatrix(rows, columns, stream.child(name).complexNormals(rows * columns).data);
const irregular = arrayFromPositions([
  [0, 0, 0],
  [0.3, 0.4, -0.1],
  [-0.2, 1.1, 0.6],
  [0.5, -0.7, 0.2],
  [-0.9, 0.1, 0.8],
]);
const plane = productGrid(
  uniformGrid({ name: "azimuth", unit: "rad", start: 0, stop: 0, points: 1 }),
  uniformGrid({ name: "elevation", unit: "rad", start: 0, stop: 0, points: 1 }),
);

interface Case {
  readonly name: string;
  readonly dictionaries: readonly ParametricDictionary[];
  readonly image: readonly ParametricDictionary[];
}

const cases: readonly Case[] = [
  { name: "one mode", dictionaries: [line(6, -0.4, 0.1, 0.3)], image: [line(4, 0, 0, 0)] },
  {
    name: "three modes, one with a single atom",
    dictionaries: [
      compressedDictionary(random(5, 12, "first"), line(12, -0.6, 0.2, 0.35)),
      compressedDictionary(random(3, 4, "second"), line(4, 0.45)),
      line(6, -0.1, 0.5),
    ],
    image: [compressedDictionary(random(2, 12, "image"), line(12, 0)), line(4, 0), line(6, 0)],
  },
  {
    name: "two coordinates in one mode, which has fewer measurements than the others have coordinates",
    dictionaries: [angleDictionary(irregular, withPoints(plane, [0.4, 0.2, -0.7, -0.3])), line(3, 0.7, -0.2)],
    image: [angleDictionary(irregular, plane), line(5, 0)],
  },
];

const sizesOf = (dictionaries: readonly ParametricDictionary[]) =>
  dictionaries.map(({ operator }) => operator.columns);
const vectorOf = ({ rows, data }: ComplexMatrix) => complexVector(rows, data);
const coreFactors = ({ name, dictionaries }: Case) =>
  sizesOf(dictionaries).map((size, n) => random(size, 1, `${name} core ${n}`));
const freeCore = ({ name, dictionaries }: Case) =>
  random(
    sizesOf(dictionaries).reduce((a, b) => a * b),
    1,
    `${name} free`,
  );

/** The real parameters of a model and the signal they stand for. */
interface Model {
  readonly start: readonly number[];
  /** Of parameters that begin with all coordinates, mode by mode. */
  signal(parameters: readonly number[], dictionaries: readonly ParametricDictionary[]): Float64Array;
}

function modelOf(test: Case, core: KroneckerCramerRaoOptions["core"]): Model {
  const { dictionaries } = test;
  const points = dictionaries.map(({ grid }) => grid.points);
  const factors = coreFactors(test);
  const free = freeCore(test);
  const coordinates = points.flatMap((values) => [...values]);
  // Of every factor but the first, the first entry stays: what scales one factor could as well scale another.
  const numbers =
    core === "free" ? [...free.data] : factors.flatMap(({ data }, n) => [...data.subarray(n === 0 ? 0 : 2)]);
  return {
    start: [...coordinates, ...numbers],
    signal(parameters, seen) {
      let at = 0;
      const take = (count: number) => {
        at += count;
        return parameters.slice(at - count, at);
      };
      const atoms = seen.map((dictionary, n) => {
        const moved = dictionary.withGrid(withPoints(dictionary.grid, take(points[n].length)));
        return moved.operator.atoms(range(moved.operator.columns));
      });
      const c =
        core === "free"
          ? complexMatrix(free.rows, 1, Float64Array.from(take(2 * free.rows)))
          : kroneckerProduct(
              factors.map(({ rows, data }, n) =>
                complexMatrix(
                  rows,
                  1,
                  Float64Array.from(n === 0 ? take(2 * rows) : [data[0], data[1], ...take(2 * rows - 2)]),
                ),
              ),
            );
      return kroneckerOperator(atoms).apply(vectorOf(c)).data;
    },
  };
}

/**
 * −∂² E log p/∂θ² at the truth: E log p(y; θ) = −‖μ(θ) − μ‖²/σ² + constant. Good to (12πh)² = 2e-7, and to ε/h as the
 * differences of signals are squared after they are formed.
 */
function fisherInformation(
  model: Model,
  dictionaries: readonly ParametricDictionary[],
  noiseVariance: number,
): ComplexMatrix {
  const truth = model.signal(model.start, dictionaries);
  const h = 1e-5;
  const likelihood = (i: number, a: number, j: number, b: number) => {
    const parameters = [...model.start];
    parameters[i] += a;
    parameters[j] += b;
    const signal = model.signal(parameters, dictionaries);
    return -signal.reduce((sum, part, k) => sum + (part - truth[k]) ** 2, 0) / noiseVariance;
  };
  return matrixOf(model.start.length, model.start.length, (i, j) => {
    const mixed =
      likelihood(i, h, j, h) - likelihood(i, h, j, -h) - likelihood(i, -h, j, h) + likelihood(i, -h, j, -h);
    return [-mixed / (4 * h * h), 0];
  });
}

/** ∂μ/∂θ by central differences, real and imaginary parts as rows. */
function jacobian(model: Model, dictionaries: readonly ParametricDictionary[]): number[][] {
  const h = 1e-6;
  return model.start.map((_, i) => {
    const at = (by: number) =>
      model.signal(
        model.start.map((value, k) => (k === i ? value + by : value)),
        dictionaries,
      );
    const [above, below] = [at(h), at(-h)];
    return Array.from(above, (value, k) => (value - below[k]) / (2 * h));
  });
}

describe("kroneckerCramerRao", () => {
  const noiseVariance = 0.37;

  describe.each(cases)("$name", (test) => {
    const { dictionaries, image } = test;
    const coefficientsFor = (core: KroneckerCramerRaoOptions["core"]) =>
      vectorOf(core === "free" ? freeCore(test) : kroneckerProduct(coreFactors(test)));

    it.each(["free", "rank-one"] as const)(
      "%s: is the inverse of the Fisher information of the likelihood",
      (core) => {
        const model = modelOf(test, core);
        const size = model.start.length;
        const fisher = fisherInformation(model, dictionaries, noiseVariance);
        const { solution: covariance } = solve(fisher, diagonalOf(Array(size).fill(1)));
        const coefficients = coefficientsFor(core);
        const own = kroneckerCramerRao(dictionaries, coefficients, { noiseVariance, core });
        const seen = kroneckerCramerRao(dictionaries, coefficients, { noiseVariance, core, image });
        const variances = own.coordinateVariances.flatMap((values) => [...values]);
        variances.forEach((variance, i) => {
          expect(Math.abs(variance / entry(covariance, i, i)[0] - 1), `coordinate ${i}`).toBeLessThan(1e-5);
        });
        expect(seen.coordinateVariances).toEqual(own.coordinateVariances);
        for (const [bound, views] of [
          [own, dictionaries],
          [seen, image.map((dictionary, n) => dictionary.withGrid(dictionaries[n].grid))],
        ] as const) {
          const slopes = jacobian(model, views);
          let expected = 0;
          for (let i = 0; i < size; i++) {
            for (let j = 0; j < size; j++) {
              const product = slopes[i].reduce((sum, value, k) => sum + value * slopes[j][k], 0);
              expected += entry(covariance, i, j)[0] * product;
            }
          }
          expect(Math.abs(bound.squaredError / expected - 1)).toBeLessThan(1e-5);
          const energy = model.signal(model.start, views).reduce((sum, part) => sum + part * part, 0);
          expect(bound.nmse).toBeCloseTo(bound.squaredError / energy, 12);
        }
      },
    );

    it("without an image has the error that the parameters count up to", () => {
      const sizes = sizesOf(dictionaries);
      const coordinates = dictionaries.reduce((sum, { grid }) => sum + grid.points.length, 0);
      const counts = {
        free: sizes.reduce((a, b) => a * b),
        "rank-one": sizes.reduce((a, b) => a + b) - sizes.length + 1,
      };
      for (const core of ["free", "rank-one"] as const) {
        const { squaredError } = kroneckerCramerRao(dictionaries, coefficientsFor(core), {
          noiseVariance,
          core,
        });
        expect(squaredError).toBeCloseTo(noiseVariance * (counts[core] + coordinates / 2), 12);
      }
    });

    it("gives the same to coordinates whether rank one is known or not", () => {
      const coefficients = coefficientsFor("rank-one");
      const [free, rankOne] = (["free", "rank-one"] as const).map((core) =>
        kroneckerCramerRao(dictionaries, coefficients, { noiseVariance, core }),
      );
      expect(rankOne.coordinateVariances).toEqual(free.coordinateVariances);
    });

    it("follows noise and coefficients", () => {
      const coefficients = coefficientsFor("rank-one");
      const options = { noiseVariance, core: "rank-one", image } as const;
      const bound = kroneckerCramerRao(dictionaries, coefficients, options);
      const half = complexVector(
        coefficients.length,
        coefficients.data.map((part) => part / 2),
      );
      const other = kroneckerCramerRao(dictionaries, half, { ...options, noiseVariance: noiseVariance / 4 });
      expect(other.coordinateVariances).toEqual(bound.coordinateVariances);
      expect(other.squaredError).toBeCloseTo(bound.squaredError / 4, 12);
      expect(other.nmse).toBeCloseTo(bound.nmse, 12);
    });
  });

  it("of one atom on one line is 6 σ²/(π² |c|² (D² − 1)) in direction cosine", () => {
    // 1/(2 ‖a'‖² |c|²/σ²), where a' after projection has the variance of πn, π² (D² − 1)/12.
    const { coordinateVariances } = kroneckerCramerRao(
      [line(8, 0.3)],
      { re: [3], im: [4] },
      { noiseVariance: 0.5, core: "free" },
    );
    expect(coordinateVariances[0][0]).toBeCloseTo((6 * 0.5) / (Math.PI ** 2 * 25 * 63), 14);
  });

  describe("is infinite, never NaN,", () => {
    const options = { noiseVariance: 1, core: "free" } as const;

    it("for the coordinates of a mode with two atoms at the same place", () => {
      for (const core of ["free", "rank-one"] as const) {
        const bound = kroneckerCramerRao([line(6, 0.2, 0.2, -0.5), line(4, 0.1)], [1, 2, 3], {
          ...options,
          core,
          image: [line(3, 0), line(3, 0)],
        });
        expect([...bound.coordinateVariances[0]]).toEqual(Array(3).fill(Number.POSITIVE_INFINITY));
        expect(bound.coordinateVariances[1][0]).toBeGreaterThan(0);
        expect(bound.coordinateVariances[1][0]).toBeLessThan(1);
        expect([bound.squaredError, bound.nmse]).toEqual(Array(2).fill(Number.POSITIVE_INFINITY));
      }
    });

    it("and grows as the square of one over the distance before that", () => {
      const at = (distance: number) =>
        kroneckerCramerRao([line(6, 0.2, 0.2 + distance)], { re: [1, 0], im: [0, 1] }, options)
          .coordinateVariances[0][0];
      for (const distance of [1e-3, 1e-5, 1e-7]) {
        // What is left of a' after projection is πn(πn − …)/2 times the distance, up to a share of the distance.
        expect(at(distance) / at(10 * distance)).toBeGreaterThan(99);
        expect(at(distance) / at(10 * distance)).toBeLessThan(101);
      }
    });

    it("for an atom without coefficients, which does not count in the error", () => {
      const bound = kroneckerCramerRao([line(6, 0.2, 0.4)], [1, 0], options);
      expect(bound.coordinateVariances[0][0]).toBeLessThan(1);
      expect(bound.coordinateVariances[0][1]).toBe(Number.POSITIVE_INFINITY);
      expect(bound.squaredError).toBeCloseTo(2 + 1 / 2, 12);
    });

    it("where there are no more measurements than atoms", () => {
      const whole = [line(2, 0.2, 0.4), line(6, 0.1)];
      const own = kroneckerCramerRao(whole, [1, 1], options);
      expect([...own.coordinateVariances[0]]).toEqual(Array(2).fill(Number.POSITIVE_INFINITY));
      // The signal is determined nevertheless, but not what else the atoms look like.
      expect(own.squaredError).toBeCloseTo(2 + 1 / 2, 12);
      const image = kroneckerCramerRao(whole, [1, 1], { ...options, image: [line(3, 0), line(6, 0)] });
      expect(image.squaredError).toBe(Number.POSITIVE_INFINITY);
      const fewer = kroneckerCramerRao([line(2, 0.2, 0.4, 0.6)], [1, 1, 1], options);
      expect([...fewer.coordinateVariances[0]]).toEqual(Array(3).fill(Number.POSITIVE_INFINITY));
    });

    it("where the unknown numbers are too many for the measurements", () => {
      // Four coordinates, and two complex numbers free of the four coefficients: six real ones, in 5 measurements.
      const bound = kroneckerCramerRao([line(5, -0.6, -0.2, 0.2, 0.7)], [1, 2, 3, 4], options);
      expect([...bound.coordinateVariances[0]]).toEqual(Array(4).fill(Number.POSITIVE_INFINITY));
      expect(bound.squaredError).toBeCloseTo(5, 12);
    });
  });

  it("refuses what is no signal of the model", () => {
    const [first, second] = [line(4, 0.1, 0.3), line(5, 0.2, 0.6)];
    const options = { noiseVariance: 1, core: "rank-one" } as const;
    const wrong: [() => unknown, string, string][] = [
      [() => kroneckerCramerRao([], [1], options), "shape", "dictionaries"],
      [() => kroneckerCramerRao([first, second], [1, 2, 3], options), "shape", "coefficients"],
      [() => kroneckerCramerRao([first], [1, 2], { ...options, image: [first, second] }), "shape", "image"],
      [() => kroneckerCramerRao([first], [0, 0], options), "range", "coefficients"],
      [() => kroneckerCramerRao([first, second], [1, 1, 1, 2], options), "range", "coefficients"],
      [() => kroneckerCramerRao([first], [Number.NaN, 0], options), "non-finite", "coefficients"],
      [
        () => kroneckerCramerRao([first], [1, 0], { ...options, noiseVariance: 0 }),
        "option",
        "noiseVariance",
      ],
    ];
    for (const [call, code, parameter] of wrong) expect(errorOf(call)).toMatchObject({ code, parameter });
  });
});
