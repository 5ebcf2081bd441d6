import { checkFinite } from "../../complex/convert.js";
import { product } from "../../complex/matrix-product.js";
import { conjugated, transposed } from "../../complex/rearrange.js";
import { type ComplexMatrix, type ComplexVector, complexMatrix } from "../../complex/types.js";
import { shapeError } from "../../errors.js";
import { cosineGrid } from "../../grids/index.js";
import { kroneckerOperator } from "../../operators/index.js";
import { checkGeometry, differenceGrid, type IrsGeometry, steeringMatrix } from "./geometry.js";
import type { IrsTraining } from "./training.js";

/** The factors A1, A2, A3 of a Kronecker dictionary A1 ⊗ A2 ⊗ A3. */
export type ThreeFactors = readonly [ComplexMatrix, ComplexMatrix, ComplexMatrix];

/**
 * Direction cosines of the atoms of A1, A2, A3, each with period 2: departure minus arrival at the surface, d − a;
 * departure at the mobile station; arrival at the base station.
 */
export type ThreeCosines = readonly [Float64Array, Float64Array, Float64Array];

/**
 * The factors that take coefficients x, [G · G · G], to the cascaded channels:
 * H_i^T = fold((A1[i, :] ⊗ conj(A_T) ⊗ A_R) x).
 *
 *   A1 = Φ^T V   [patterns × G], V[:, j] = a_L(0) ∘ conj(a_L(j)), entries (1/L) exp(−2πi n j/G)
 *   conj(A_T)    [msAntennas × G]
 *   A_R          [bsAntennas × G]
 *
 * where A_D holds the steering vectors a_D(k) of the grid. G columns of V are enough: a_L(k) ∘ conj(a_L(j)) depends
 * on the difference of k and j modulo G only.
 *
 * @param patterns - φ_i^T as rows, [patterns × irsElements]
 * @throws `option` if a size of the geometry is out of range; `shape` if the patterns are not as long as the surface
 */
export function cascadeFactors(geometry: IrsGeometry, patterns: ComplexMatrix): ThreeFactors {
  const who = "cascadeFactors";
  checkGeometry(who, geometry);
  checkPatterns(who, geometry, patterns);
  const { gridPoints } = geometry;
  const cosines = cosineGrid(gridPoints).points;
  return factorsAt(geometry, patterns, [differenceGrid(gridPoints).points, cosines, cosines]);
}

/**
 * The factors of {@link cascadeFactors} for atoms anywhere: those that take coefficients, [K1 · K2 · K3], of the atoms
 * at K1, K2 and K3 direction cosines to the cascaded channels.
 *
 * @param patterns - φ_i^T as rows, [patterns × irsElements]
 * @param cosines - where the atoms of each mode are
 * @throws `option` if a size of the geometry is out of range; `shape` if the patterns are not as long as the surface;
 *   `non-finite` with the first cosine
 */
export function cascadeFactorsAt(
  geometry: IrsGeometry,
  patterns: ComplexMatrix,
  cosines: ThreeCosines,
): ThreeFactors {
  const who = "cascadeFactorsAt";
  checkGeometry(who, geometry);
  checkPatterns(who, geometry, patterns);
  cosines.forEach((values, n) => {
    checkFinite(who, `cosines[${n}]`, values, 1);
  });
  return factorsAt(geometry, patterns, cosines);
}

function factorsAt(
  { msAntennas, bsAntennas, irsElements }: IrsGeometry,
  patterns: ComplexMatrix,
  [differences, departures, arrivals]: ThreeCosines,
): ThreeFactors {
  return [
    product("plain", patterns, "plain", differenceSteering(irsElements, differences)),
    conjugated(steeringMatrix(msAntennas, departures)),
    steeringMatrix(bsAntennas, arrivals),
  ];
}

/**
 * The factors of the dictionary in which the training of an IRS-assisted uplink is sparse, y = (A1 ⊗ A2 ⊗ A3) x + w:
 * A1 = Φ^T V and A3 = A_R as in {@link cascadeFactors}, A2 = X^T conj(A_T), [pilots × G]. To be passed to
 * `kroneckerSbl` or `kroneckerOperator`.
 *
 * @throws as {@link cascadeFactors}; `shape` if the pilots are not as long as the mobile station has antennas
 *
 * @remarks Time O((patterns + 1) L G), memory 16 G (patterns + pilots + R) bytes.
 *
 * Source: as {@link drawIrsChannel}, section on the application.
 */
export function irsDictionary(geometry: IrsGeometry, training: IrsTraining): ThreeFactors {
  const { patterns, pilots } = training;
  const [surface, ms, bs] = cascadeFactors(geometry, patterns);
  checkPilots("irsDictionary", geometry, pilots);
  return [surface, product("transpose", pilots, "plain", ms), bs];
}

/**
 * The cascaded channels that coefficients stand for, one per pattern, by mode products.
 *
 * @param factors - from {@link cascadeFactors} or {@link cascadeFactorsAt}
 * @param coefficients - x, [G · G · G], or [K1 · K2 · K3] for the atoms of `cascadeFactorsAt`
 * @returns Ĥ_i, [bsAntennas × msAntennas] each
 * @throws `shape` if there is not one coefficient for every product of atoms; `non-finite` with the first index
 *
 * @remarks Time O(G³ min(patterns, T, R)) for the largest of the three mode products.
 */
export function cascadedChannels(factors: ThreeFactors, coefficients: ComplexVector): ComplexMatrix[] {
  const [surface, ms, bs] = factors;
  const stacked = kroneckerOperator(factors).apply(coefficients).data;
  const size = 2 * ms.rows * bs.rows;
  return Array.from({ length: surface.rows }, (_, i) =>
    transposed(complexMatrix(ms.rows, bs.rows, stacked.subarray(i * size, (i + 1) * size))),
  );
}

/**
 * V: steering vectors of departure and arrival at the surface meet as conj(a_L(d)) ∘ a_L(a), the steering vector of
 * direction cosine a − d over √L.
 */
function differenceSteering(elements: number, differences: Float64Array): ComplexMatrix {
  const matrix = steeringMatrix(
    elements,
    differences.map((difference) => -difference),
  );
  return complexMatrix(
    elements,
    differences.length,
    matrix.data.map((part) => part / Math.sqrt(elements)),
  );
}

/** @throws `shape` if the patterns are not as long as the surface */
export function checkPatterns(who: string, { irsElements }: IrsGeometry, { columns }: ComplexMatrix): void {
  if (columns !== irsElements) {
    throw shapeError(who, "patterns", `${columns} columns`, `${irsElements} (irsElements)`);
  }
}

/** @throws `shape` if the pilots are not as long as the mobile station has antennas */
export function checkPilots(who: string, { msAntennas }: IrsGeometry, { rows }: ComplexMatrix): void {
  if (rows !== msAntennas) throw shapeError(who, "pilots", `${rows} rows`, `${msAntennas} (msAntennas)`);
}
