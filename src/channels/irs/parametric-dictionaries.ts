import { uniformLinearArray } from "../../arrays/geometry.js";
import { transposed } from "../../complex/rearrange.js";
import { type ComplexMatrix, complexMatrix } from "../../complex/types.js";
import {
  angleDictionary,
  compressedDictionary,
  conjugateDictionary,
  type ParametricDictionary,
} from "../../dictionaries/index.js";
import { optionError, shapeError } from "../../errors.js";
import { cosineGrid } from "../../grids/index.js";
import { checkPatterns, checkPilots } from "./dictionary.js";
import { checkGeometry, differenceGrid, geometryRules, type IrsGeometry } from "./geometry.js";
import type { IrsTraining } from "./training.js";

/** A1, A2, A3 as functions of the direction cosines of their atoms. */
export type ThreeDictionaries = readonly [ParametricDictionary, ParametricDictionary, ParametricDictionary];

/**
 * The factors of `irsDictionary` with atoms that can move: y = (A1(d − a) ⊗ A2(m) ⊗ A3(b)) x + w.
 *
 *   A1, atoms Φ^T conj(a_L(d − a))/√L   over departure minus arrival at the surface, grid 2j/G
 *   A2, atoms X^T conj(a_T(m))          over the departure at the mobile station, grid 2k/G − 1
 *   A3, atoms a_R(b)                    over the arrival at the base station, grid 2k/G − 1
 *
 * All coordinates are direction cosines, with period 2. On the same grid the atoms are those of `irsDictionary` up to
 * rounding.
 *
 * @param gridPoints - G, or one for each of A1, A2, A3, at most 512; `geometry.gridPoints` by default
 * @throws `option` if a size is out of range; `shape` if patterns or pilots do not fit the geometry
 *
 * @remarks Time O(G (patterns L + pilots T + R)), memory 16 G (L + T + R) bytes for the atoms before they are seen
 * through the training.
 *
 * @example
 * const factors = irsParametricDictionaries(geometry, training, 72);
 * kroneckerSbl(factors.map(({ operator }) => operator.atoms(all)), measurement, { noise });
 */
export function irsParametricDictionaries(
  geometry: IrsGeometry,
  training: IrsTraining,
  gridPoints: number | readonly [number, number, number] = geometry.gridPoints,
): ThreeDictionaries {
  const who = "irsParametricDictionaries";
  checkGeometry(who, geometry);
  const { patterns, pilots } = training;
  checkPatterns(who, geometry, patterns);
  checkPilots(who, geometry, pilots);
  const [surfacePoints, msPoints, bsPoints] = perMode(who, gridPoints);
  const { msAntennas, bsAntennas, irsElements } = geometry;
  const arrayOver = (elements: number, grid: ReturnType<typeof cosineGrid>) =>
    angleDictionary(uniformLinearArray({ elements }), grid);
  return [
    compressedDictionary(
      scaled(patterns, 1 / Math.sqrt(irsElements)),
      conjugateDictionary(arrayOver(irsElements, differenceGrid(surfacePoints))),
    ),
    compressedDictionary(
      transposed(pilots),
      conjugateDictionary(arrayOver(msAntennas, cosineGrid(msPoints))),
    ),
    arrayOver(bsAntennas, cosineGrid(bsPoints)),
  ];
}

function perMode(
  who: string,
  gridPoints: number | readonly [number, number, number],
): readonly [number, number, number] {
  const rule = geometryRules.gridPoints;
  const points =
    typeof gridPoints === "number" ? ([gridPoints, gridPoints, gridPoints] as const) : gridPoints;
  if (points.length !== 3) throw shapeError(who, "gridPoints", `${points.length} numbers`, "1 or 3");
  for (const value of points) {
    if (rule.read(value) === undefined) throw optionError(who, "gridPoints", String(value), rule.expected);
  }
  return points;
}

function scaled({ rows, columns, data }: ComplexMatrix, factor: number): ComplexMatrix {
  return complexMatrix(
    rows,
    columns,
    data.map((part) => factor * part),
  );
}
