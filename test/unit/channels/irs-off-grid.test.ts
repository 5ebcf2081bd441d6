/** What the IRS channel is made of between the points of a grid. */
import { describe, expect, it } from "vitest";
import {
  cascadedChannels,
  cascadeFactors,
  cascadeFactorsAt,
  directCascade,
  drawIrsChannel,
  drawIrsTraining,
  irsDictionary,
  irsMeasurement,
  irsParametricDictionaries,
  pathCoefficients,
} from "../../../src/channels/index.js";
import { type ComplexMatrix, complexMatrix, identityMatrix } from "../../../src/complex/index.js";
import { movePoints, withPoints } from "../../../src/grids/index.js";
import { kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import { distance, norm, scaled, sum } from "../../support/dense-complex.js";
import { errorOf } from "../../support/file-bytes.js";
import { range } from "../../support/operator-cases.js";

const geometry = { msAntennas: 6, bsAntennas: 16, irsElements: 256, gridPoints: 18 };
const paths = { pathsMsIrs: 3, pathsIrsBs: 2 };
const draw = (trial: number, offGrid: boolean) => {
  const stream = randomStream(1, "off-grid", trial);
  const channel = drawIrsChannel({ ...geometry, ...paths, offGrid }, stream);
  return { channel, training: drawIrsTraining(channel, { irsPatterns: 6, pilots: 3 }, stream) };
};
const { training } = draw(0, false);

// As in the tests of the dictionary: phases are off by up to 4e-14, sums add to that.
const tolerance = 1e-12;

function expectSame(actual: readonly ComplexMatrix[], expected: readonly ComplexMatrix[]): void {
  expect(actual.length).toBe(expected.length);
  const error = Math.hypot(...actual.map((matrix, i) => distance(matrix, expected[i])));
  expect(error).toBeLessThan(tolerance * Math.hypot(...expected.map(norm)));
}

describe("pathCoefficients", () => {
  it("give the cascaded channels and the measurement, on the grid and off it", () => {
    for (let trial = 0; trial < 20; trial++) {
      for (const offGrid of [false, true]) {
        const { channel, training } = draw(trial, offGrid);
        const { cosines, coefficients } = pathCoefficients(channel);
        expect(cosines.map(({ length }) => length)).toEqual([3, 1, 2]);
        for (const difference of cosines[0]) {
          expect(difference).toBeGreaterThanOrEqual(0);
          expect(difference).toBeLessThanOrEqual(2);
        }
        const direct = directCascade(channel, training.patterns);
        expectSame(
          cascadedChannels(cascadeFactorsAt(geometry, training.patterns, cosines), coefficients),
          direct,
        );

        const atoms = irsParametricDictionaries(geometry, training).map((dictionary, n) =>
          dictionary
            .withGrid(withPoints(dictionary.grid, cosines[n]))
            .operator.atoms(range(cosines[n].length)),
        );
        const signal = kroneckerOperator(atoms).apply(coefficients);
        const measured = irsMeasurement(direct, training.pilots);
        expectSame([complexMatrix(288, 1, signal.data)], [complexMatrix(288, 1, measured.data)]);
      }
    }
  });

  it("are the sparse coefficients on the grid, at the same places", () => {
    const { channel } = draw(3, false);
    const { cosines, coefficients } = pathCoefficients(channel);
    const [differences, departures, arrivals] = cosines.map((values, n) =>
      Array.from(values, (cosine) => Math.round((cosine + (n === 0 ? 0 : 1)) * 9) % 18),
    );
    differences.forEach((j1, p) => {
      arrivals.forEach((j3, q) => {
        const at = 2 * ((j1 * 18 + departures[0]) * 18 + j3);
        const sparse = channel.sparse!.coefficients.data.subarray(at, at + 2);
        expect(coefficients.data.slice(2 * (2 * p + q), 2 * (2 * p + q) + 2)).toEqual(sparse);
      });
    });
  });
});

describe("cascadeFactorsAt", () => {
  it("equals cascadeFactors at the points of the grid", () => {
    const differences = Float64Array.from({ length: 18 }, (_, j) => (2 * j) / 18);
    const cosines = differences.map((value) => value - 1);
    expectSame(
      cascadeFactorsAt(geometry, training.patterns, [differences, cosines, cosines]),
      cascadeFactors(geometry, training.patterns),
    );
  });

  it("refuses patterns that do not fit and cosines that are not finite", () => {
    const one = Float64Array.of(0);
    const { patterns } = training;
    expect(
      errorOf(() => cascadeFactorsAt({ ...geometry, irsElements: 255 }, patterns, [one, one, one])),
    ).toMatchObject({ code: "shape", parameter: "patterns" });
    expect(
      errorOf(() => cascadeFactorsAt(geometry, patterns, [one, Float64Array.of(0, Number.NaN), one])),
    ).toMatchObject({ code: "non-finite", parameter: "cosines[1]" });
  });
});

describe("irsParametricDictionaries", () => {
  it("has the factors of irsDictionary, on any grid", () => {
    for (const gridPoints of [1, 7, 18, 64]) {
      const expected = irsDictionary({ ...geometry, gridPoints }, training);
      const dictionaries = irsParametricDictionaries(geometry, training, gridPoints);
      expectSame(
        dictionaries.map(({ operator }) => operator.atoms(range(gridPoints))),
        expected,
      );
    }
    const [own, mixed] = [undefined, [9, 4, 18] as const].map((points) =>
      irsParametricDictionaries(geometry, training, points).map(({ operator }) => operator.columns),
    );
    expect(own).toEqual([18, 18, 18]);
    expect(mixed).toEqual([9, 4, 18]);
  });

  it("with pilots of one antenna at a time has the factors of the cascade", () => {
    const silent = { patterns: training.patterns, pilots: identityMatrix(6) };
    expectSame(
      irsParametricDictionaries(geometry, silent).map(({ operator }) => operator.atoms(range(18))),
      cascadeFactors(geometry, training.patterns),
    );
  });

  it.each([0, 1, 2] as const)("mode %i has derivatives, upward values and period 2", (n) => {
    const dictionary = irsParametricDictionaries(geometry, training)[n];
    const { grid } = dictionary;
    const [{ name, period, values }] = grid.axes;
    expect([name, period, values[0]]).toEqual(["directionCosine", 2, n === 0 ? 0 : -1]);
    expect(values.every((value, k) => k === 0 || value > values[k - 1])).toBe(true);
    const moved = (by: number) =>
      dictionary.withGrid(
        movePoints(
          grid,
          grid.points.map((value) => value + by),
        ),
      );
    const at = (by: number) => moved(by).operator.atoms(range(18));
    expect(distance(at(2), at(0))).toBeLessThan(tolerance * norm(at(0)));
    // Central differences err by (255πh)²/6 = 1e-7 for h = 1e-6, rounding by 4e-14/h.
    const h = 1e-6;
    const expected = scaled(sum(at(h), at(-h), -1), 1 / (2 * h));
    const actual = dictionary.derivatives(range(18));
    expect(distance(actual, expected)).toBeLessThan(1e-6 * norm(actual));
  });

  it("refuses a training and grids that do not fit", () => {
    const { patterns } = training;
    const wrong: [() => unknown, string, string][] = [
      [() => irsParametricDictionaries({ ...geometry, irsElements: 9 }, training), "shape", "patterns"],
      [() => irsParametricDictionaries(geometry, { patterns, pilots: identityMatrix(5) }), "shape", "pilots"],
      [() => irsParametricDictionaries(geometry, training, 513), "option", "gridPoints"],
      [() => irsParametricDictionaries(geometry, training, [1, 2.5, 3]), "option", "gridPoints"],
      [
        () => irsParametricDictionaries(geometry, training, [1, 2] as unknown as [number, number, number]),
        "shape",
        "gridPoints",
      ],
    ];
    for (const [call, code, parameter] of wrong) expect(errorOf(call)).toMatchObject({ code, parameter });
  });
});
