/** Sizes of the uplink from a mobile station over an intelligent reflecting surface (IRS) to a base station. */
import { uniformLinearArray } from "../../arrays/geometry.js";
import { responseInto } from "../../arrays/steering.js";
import { type ComplexMatrix, complexMatrix } from "../../complex/types.js";
import { type Grid, gridOfAxes } from "../../grids/grid.js";
import { numberOption, readOptions } from "../../options.js";

/** All arrays are uniform linear arrays with half a wavelength between elements; there is no direct path. */
export interface IrsGeometry {
  /** T, antennas of the mobile station. */
  readonly msAntennas: number;
  /** R, antennas of the base station. */
  readonly bsAntennas: number;
  /** L, elements of the surface. */
  readonly irsElements: number;
  /** G, points of the grid of direction cosines, the same for every array. */
  readonly gridPoints: number;
}

/** Up to `max`, so that no matrix of a channel and no coefficient vector, G³, takes more than 2 GiB. */
const count = (max: number) => numberOption({ min: 1, max, integer: true });

/** The rules of the fields of {@link IrsGeometry}, to be spread into a table. */
export const geometryRules = {
  msAntennas: count(1024),
  bsAntennas: count(1024),
  irsElements: count(2 ** 16),
  gridPoints: count(512),
} as const;

/** @throws `option` if a size is not a positive integer, too large, or a field is unknown */
export function checkGeometry(who: string, geometry: IrsGeometry): void {
  readOptions(who, geometryRules, geometry);
}

/** The direction cosine of point k of `cosineGrid(G)`, 2k/G − 1, also between the points. */
export function gridCosine(k: number, gridPoints: number): number {
  return (2 * k) / gridPoints - 1;
}

/**
 * The grid of differences of direction cosines 2j/G, j = 0 … G − 1, that atom j of A1 stands for: departure minus
 * arrival at the surface, in grid points and modulo G. As all direction cosines at half a wavelength, they have period 2.
 */
export function differenceGrid(points: number): Grid {
  const values = Float64Array.from({ length: points }, (_, j) => (2 * j) / points);
  return gridOfAxes([Object.freeze({ name: "directionCosine", unit: "1", values, period: 2 })]);
}

/** Steering vectors of a half-wavelength array as columns, a(u)[n] = D^(−1/2) exp(iπnu), [D × cosines.length]. */
export function steeringMatrix(elements: number, cosines: ArrayLike<number>): ComplexMatrix {
  const array = uniformLinearArray({ elements });
  const matrix = complexMatrix(elements, cosines.length);
  for (let k = 0; k < cosines.length; k++) {
    responseInto(array, [0, cosines[k], 0], matrix.data, k, cosines.length);
  }
  return matrix;
}
