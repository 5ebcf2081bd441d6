import { describe, expect, it } from "vitest";
import {
  type ArrayGeometry,
  arrayFromPositions,
  directionVector,
  steeringVector,
  uniformLinearArray,
  uniformPlanarArray,
} from "../../../src/arrays/index.js";
import { complexMatrix, identityMatrix } from "../../../src/complex/index.js";
import { angleDictionary } from "../../../src/dictionaries/index.js";
import { cosineGrid, type Grid, movePoints, productGrid, uniformGrid } from "../../../src/grids/index.js";
import { checkOperator } from "../../../src/operators/index.js";
import { distance, matrixOf, norm, scaled, sum } from "../../support/dense-complex.js";
import { range } from "../../support/operator-cases.js";
import { thrownBy } from "../../support/thrown.js";

const azimuths = uniformGrid({ name: "azimuth", unit: "rad", start: -1.2, stop: 1.3, points: 9 });
const elevations = uniformGrid({ name: "elevation", unit: "rad", start: -0.5, stop: 0.4, points: 4 });
const irregular = arrayFromPositions([
  [0, 0, 0],
  [0.3, 0.4, -0.1],
  [-0.2, 1.1, 0.6],
  [0.5, -0.7, 0.2],
]);

const cases: readonly (readonly [string, ArrayGeometry, Grid])[] = [
  ["a line on direction cosines", uniformLinearArray({ elements: 8 }), cosineGrid(12)],
  ["a line over azimuth", uniformLinearArray({ elements: 8, reference: "center" }), azimuths],
  ["any array over azimuth", irregular, azimuths],
  ["any array over azimuth and elevation", irregular, productGrid(azimuths, elevations)],
  [
    "a plane over azimuth and elevation",
    uniformPlanarArray({ horizontalElements: 3, verticalElements: 2 }),
    productGrid(azimuths, elevations),
  ],
];

describe("angleDictionary", () => {
  it("on the cosine grid has atoms D^{−1/2} e^{jπn(2k/G − 1)}", () => {
    const [antennas, points] = [6, 18];
    const { operator } = angleDictionary(uniformLinearArray({ elements: antennas }), cosineGrid(points));
    const expected = matrixOf(antennas, points, (n, k) => {
      const phase = Math.PI * n * ((2 * k) / points - 1);
      return [Math.cos(phase) / Math.sqrt(antennas), Math.sin(phase) / Math.sqrt(antennas)];
    });
    expect(distance(operator.atoms(range(points)), expected)).toBeLessThanOrEqual(
      points * antennas * Number.EPSILON,
    );
  });

  it("with as many cosines as elements has orthonormal atoms", () => {
    const { operator } = angleDictionary(uniformLinearArray({ elements: 16 }), cosineGrid(16));
    expect(distance(operator.gram(range(16)), identityMatrix(16))).toBeLessThanOrEqual(256 * Number.EPSILON);
  });

  it("is the same on azimuth and on its direction cosine", () => {
    const array = uniformLinearArray({ elements: 7 });
    const cosines = movePoints(cosineGrid(9), azimuths.points.map(Math.sin));
    const [byAngle, byCosine] = [angleDictionary(array, azimuths), angleDictionary(array, cosines)];
    const [a, b] = [byAngle, byCosine].map(({ operator }) => operator.atoms(range(9)));
    expect(distance(a, b)).toBeLessThanOrEqual(64 * Number.EPSILON);
  });

  it("has the array's steering vectors as atoms", () => {
    const grid = productGrid(azimuths, elevations);
    const { operator } = angleDictionary(irregular, grid);
    for (const n of [0, 5, 35]) {
      const direction = directionVector(grid.points[2 * n], grid.points[2 * n + 1]);
      const expected = complexMatrix(4, 1, steeringVector(irregular, direction).data);
      expect(distance(operator.atoms([n]), expected)).toBeLessThanOrEqual(32 * Number.EPSILON);
    }
  });

  for (const [name, array, grid] of cases) {
    it(`${name}: unit norms, sound operator`, () => {
      const { operator } = angleDictionary(array, grid);
      for (const value of operator.columnNorms()) {
        expect(Math.abs(value - 1)).toBeLessThanOrEqual(2 * array.elements * Number.EPSILON);
      }
      expect(checkOperator(operator).passed).toBe(true);
    });

    it(`${name}: derivatives agree with finite differences`, () => {
      const dictionary = angleDictionary(array, grid);
      const dimensions = grid.axes.length;
      const all = range(grid.size);
      // Central differences err by h² |a'''| / 6 < h² (2π 4)³ / 6 and by ε / h: below 1e-7 together for h = 1e-5.
      const step = 1e-5;
      for (let coordinate = 0; coordinate < dimensions; coordinate++) {
        const shifted = (by: number) => {
          const points = grid.points.map((value, i) => (i % dimensions === coordinate ? value + by : value));
          return dictionary.withGrid(movePoints(grid, points)).operator.atoms(all);
        };
        const expected = scaled(sum(shifted(step), shifted(-step), -1), 1 / (2 * step));
        const actual = dictionary.derivatives(all, coordinate);
        expect(distance(actual, expected)).toBeLessThanOrEqual(1e-7 * Math.sqrt(grid.size));
        expect(norm(actual)).toBeGreaterThan(1);
      }
    });
  }

  it("gives derivatives for chosen atoms, the first coordinate by default", () => {
    const dictionary = angleDictionary(irregular, productGrid(azimuths, elevations));
    const whole = dictionary.derivatives(range(36), 0);
    const chosen = dictionary.derivatives([7, 7, 0]);
    expect(chosen).toEqual(
      matrixOf(4, 3, (r, c) => {
        const at = 2 * (r * 36 + [7, 7, 0][c]);
        return [whole.data[at], whole.data[at + 1]];
      }),
    );
  });

  it("is not changed by making another with another grid", () => {
    const dictionary = angleDictionary(uniformLinearArray({ elements: 4 }), cosineGrid(8));
    const before = dictionary.operator.atoms(range(8));
    const other = dictionary.withGrid(cosineGrid(4));
    expect(other.operator.columns).toBe(4);
    expect(other.grid).toEqual(cosineGrid(4));
    expect(dictionary.operator.atoms(range(8))).toEqual(before);
    expect(Object.isFrozen(dictionary)).toBe(true);
  });

  it("refuses what it cannot use", async () => {
    const line = uniformLinearArray({ elements: 4 });
    const error = (array: ArrayGeometry, grid: Grid) => thrownBy(() => angleDictionary(array, grid));
    expect((await error(irregular, cosineGrid(4))).message).toBe(
      "angleDictionary: array is off the y axis at element 1; " +
        "expected a linear array along y for a grid of direction cosines",
    );
    expect((await error(line, elevations)).code).toBe("range");
    expect((await error(line, productGrid(elevations, azimuths))).code).toBe("range");
    expect((await error({ elements: 2, positions: new Float64Array(3) }, azimuths)).code).toBe("shape");
    const broken = { ...azimuths, points: azimuths.points.map((value, n) => (n === 3 ? Number.NaN : value)) };
    expect((await error(line, broken)).message).toContain("grid.points is NaN at index 3");
    expect((await error(line, { ...azimuths, size: 8 })).code).toBe("shape");
    const dictionary = angleDictionary(line, azimuths);
    expect((await thrownBy(() => dictionary.derivatives([0], 1))).parameter).toBe("coordinate");
    expect((await thrownBy(() => dictionary.derivatives([9]))).code).toBe("range");
  });
});
