import { describe, expect, it } from "vitest";
import { arrayFromPositions, uniformLinearArray } from "../../../src/arrays/index.js";
import { complexMatrix } from "../../../src/complex/index.js";
import {
  angleDictionary,
  compressedDictionary,
  conjugateDictionary,
  type ParametricDictionary,
} from "../../../src/dictionaries/index.js";
import { cosineGrid, movePoints, productGrid, uniformGrid, withPoints } from "../../../src/grids/index.js";
import { checkOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import { conjugateOf, distance, norm, product, scaled, sum } from "../../support/dense-complex.js";
import { range } from "../../support/operator-cases.js";
import { thrownBy } from "../../support/thrown.js";

const line = angleDictionary(uniformLinearArray({ elements: 7 }), cosineGrid(10));
const irregular = arrayFromPositions([
  [0, 0, 0],
  [0.3, 0.4, -0.1],
  [-0.2, 1.1, 0.6],
]);
const plane = angleDictionary(
  irregular,
  productGrid(
    uniformGrid({ name: "azimuth", unit: "rad", start: -1.2, stop: 1.3, points: 5 }),
    uniformGrid({ name: "elevation", unit: "rad", start: -0.5, stop: 0.4, points: 3 }),
  ),
);
const map = (columns: number) =>
  complexMatrix(4, columns, randomStream(1, "map").complexNormals(4 * columns).data);
const atomsOf = ({ operator }: ParametricDictionary) => operator.atoms(range(operator.columns));

const cases: readonly (readonly [string, ParametricDictionary])[] = [
  ["compressed, over a direction cosine", compressedDictionary(map(7), line)],
  ["compressed, over azimuth and elevation", compressedDictionary(map(3), plane)],
  ["conjugated, over a direction cosine", conjugateDictionary(line)],
  ["conjugated, over azimuth and elevation", conjugateDictionary(plane)],
  ["compressed and conjugated", compressedDictionary(map(7), conjugateDictionary(line))],
];

describe.each(cases)("%s", (_, dictionary) => {
  const { grid } = dictionary;
  const all = range(grid.size);

  it("is a sound operator over the same grid", () => {
    expect(checkOperator(dictionary.operator).passed).toBe(true);
    expect(dictionary.operator.columns).toBe(grid.size);
    expect(Object.isFrozen(dictionary)).toBe(true);
  });

  it("has derivatives that agree with finite differences", () => {
    // As for the dictionary inside: below 1e-7 for h = 1e-5, times the norm of the map.
    const step = 1e-5;
    const dimensions = grid.axes.length;
    for (let coordinate = 0; coordinate < dimensions; coordinate++) {
      const shifted = (by: number) => {
        const points = grid.points.map((value, i) => (i % dimensions === coordinate ? value + by : value));
        return atomsOf(dictionary.withGrid(movePoints(grid, points)));
      };
      const expected = scaled(sum(shifted(step), shifted(-step), -1), 1 / (2 * step));
      const actual = dictionary.derivatives(all, coordinate);
      expect(distance(actual, expected)).toBeLessThanOrEqual(1e-7 * 6 * Math.sqrt(grid.size));
      expect(norm(actual)).toBeGreaterThan(1);
      if (coordinate === 0) expect(dictionary.derivatives(all)).toEqual(actual);
    }
  });

  it("moves to other points, as many as there are", () => {
    const points = grid.points.slice(0, 2 * grid.axes.length).map((value) => value + 0.01);
    const moved = dictionary.withGrid(withPoints(grid, points));
    expect([moved.operator.rows, moved.operator.columns]).toEqual([dictionary.operator.rows, 2]);
    expect(moved.grid.points).toEqual(points);
    expect(atomsOf(moved.withGrid(grid))).toEqual(atomsOf(dictionary));
  });
});

describe("compressedDictionary", () => {
  it("has atoms B a(u)", () => {
    expect(
      distance(atomsOf(compressedDictionary(map(7), line)), product(map(7), atomsOf(line))),
    ).toBeLessThan(1e-14);
  });

  it("keeps its own copy of the matrix", () => {
    const matrix = map(7);
    const dictionary = compressedDictionary(matrix, line);
    const before = atomsOf(dictionary);
    matrix.data.fill(0);
    expect(atomsOf(dictionary.withGrid(line.grid))).toEqual(before);
  });

  it("refuses a matrix that does not fit", async () => {
    expect((await thrownBy(() => compressedDictionary(map(6), line))).message).toBe(
      "compressedDictionary: matrix has 6 columns; expected 7 (dictionary.operator.rows)",
    );
    expect((await thrownBy(() => compressedDictionary([[1, 2, Number.NaN]], plane))).code).toBe("non-finite");
    expect((await thrownBy(() => compressedDictionary(map(7), line).derivatives([10]))).code).toBe("range");
  });
});

it("conjugateDictionary conjugates atoms, and twice gives them back", () => {
  expect(atomsOf(conjugateDictionary(plane))).toEqual(conjugateOf(atomsOf(plane)));
  expect(atomsOf(conjugateDictionary(conjugateDictionary(plane)))).toEqual(atomsOf(plane));
});
