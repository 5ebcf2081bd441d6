import { type ArrayGeometry, checkArray } from "../arrays/geometry.js";
import { responseInto } from "../arrays/steering.js";
import { complexMatrix } from "../complex/types.js";
import { describe, rangeError } from "../errors.js";
import { checkGrid, type Grid } from "../grids/grid.js";
import { denseOperator } from "../operators/index.js";
import type { ParametricDictionary } from "./parametric-dictionary.js";

/** How grid coordinates become the direction u of a wave. */
interface Direction {
  readonly coordinates: readonly string[];
  /** u at the coordinates that start at `at`. */
  vector(points: Float64Array, at: number): readonly number[];
  /** ∂u/∂(coordinate) at the same place. */
  derivative(points: Float64Array, at: number, coordinate: number): readonly number[];
}

const directionCosine: Direction = {
  coordinates: ["directionCosine"],
  vector: (points, at) => [0, points[at], 0],
  derivative: () => [0, 1, 0],
};

const azimuth: Direction = {
  coordinates: ["azimuth"],
  vector: (points, at) => [Math.cos(points[at]), Math.sin(points[at]), 0],
  derivative: (points, at) => [-Math.sin(points[at]), Math.cos(points[at]), 0],
};

const azimuthElevation: Direction = {
  coordinates: ["azimuth", "elevation"],
  vector(points, at) {
    const level = Math.cos(points[at + 1]);
    return [level * Math.cos(points[at]), level * Math.sin(points[at]), Math.sin(points[at + 1])];
  },
  derivative(points, at, coordinate) {
    const [cosine, sine] = [Math.cos(points[at]), Math.sin(points[at])];
    const [level, height] = [Math.cos(points[at + 1]), Math.sin(points[at + 1])];
    return coordinate === 0 ? [-level * sine, level * cosine, 0] : [-height * cosine, -height * sine, level];
  },
};

const directions = [directionCosine, azimuth, azimuthElevation];

/**
 * The responses of an array to plane waves from the directions of a grid, as a dictionary of unit-norm atoms:
 * a_n = D^{−1/2} e^{j2π u·p_n}.
 *
 * The grid's axes say what its coordinates are:
 * - `directionCosine`: the cosine of the angle between direction and the y axis, for arrays whose elements all lie
 *   on that axis. On `cosineGrid(G)`, with elements half a wavelength apart from the origin, atom k is
 *   a[n] = D^{−1/2} e^{jπn(2k/G − 1)}.
 * - `azimuth` (rad), at elevation 0, for any array.
 * - `azimuth`, `elevation` (rad), in this order, for any array.
 *
 * Time and memory: 16 D G bytes for the atoms, and one sine and cosine for each of them.
 *
 * @throws `range` if the axes are none of these, or an array with elements off the y axis is to be seen through
 *   direction cosines; `shape` and `non-finite` for a malformed array or grid
 *
 * @example
 * const dictionary = angleDictionary(uniformLinearArray({ elements: 16 }), cosineGrid(64));
 * sbl(dictionary.operator, measurement, { noise });
 */
export function angleDictionary(array: ArrayGeometry, grid: Grid): ParametricDictionary {
  const who = "angleDictionary";
  checkArray(who, array);
  checkGrid(who, grid);
  const direction = directionOf(who, array, grid);
  const dimensions = grid.axes.length;
  const matrix = complexMatrix(array.elements, grid.size);
  for (let n = 0; n < grid.size; n++) {
    responseInto(array, direction.vector(grid.points, n * dimensions), matrix.data, n, grid.size);
  }
  const operator = denseOperator(matrix);
  return Object.freeze({
    operator,
    grid,
    derivatives(indices: ArrayLike<number>, coordinate = 0) {
      if (!Number.isInteger(coordinate) || coordinate < 0 || coordinate >= dimensions) {
        const expected = `a whole number from 0 to ${dimensions - 1}`;
        throw rangeError(`${who}.derivatives`, "coordinate", describe(coordinate), expected);
      }
      const derivatives = operator.atoms(indices);
      for (let k = 0; k < indices.length; k++) {
        const slope = direction.derivative(grid.points, indices[k] * dimensions, coordinate);
        differentiateColumn(derivatives.data, k, indices.length, array, slope);
      }
      return derivatives;
    },
    withGrid: (other: Grid) => angleDictionary(array, other),
  });
}

function directionOf(who: string, array: ArrayGeometry, grid: Grid): Direction {
  const names = grid.axes.map(({ name }) => name).join(", ");
  const direction = directions.find(({ coordinates }) => coordinates.join(", ") === names);
  if (direction === undefined) {
    const expected = directions.map(({ coordinates }) => coordinates.join(", ")).join("; or ");
    throw rangeError(who, "list of grid axes", names, expected);
  }
  const offAxis = array.positions.findIndex((value, i) => i % 3 !== 1 && value !== 0);
  if (direction === directionCosine && offAxis >= 0) {
    const received = `off the y axis at element ${Math.floor(offAxis / 3)}`;
    throw rangeError(who, "array", received, "a linear array along y for a grid of direction cosines");
  }
  return direction;
}

/** Column k of a ← j2π (p · ∂u) a. */
function differentiateColumn(
  data: Float64Array,
  k: number,
  columns: number,
  { elements, positions }: ArrayGeometry,
  slope: readonly number[],
): void {
  for (let m = 0; m < elements; m++) {
    const turns =
      positions[3 * m] * slope[0] + positions[3 * m + 1] * slope[1] + positions[3 * m + 2] * slope[2];
    const rate = 2 * Math.PI * turns;
    const at = 2 * (m * columns + k);
    const re = data[at];
    data[at] = -rate * data[at + 1];
    data[at + 1] = rate * re;
  }
}
