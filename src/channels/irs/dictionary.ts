import { type ComplexMatrix, type ComplexVector, complexMatrix } from "../../complex/types.js";
import { shapeError } from "../../errors.js";
import { cosineGrid } from "../../grids/index.js";
import { kroneckerOperator } from "../../operators/index.js";
import { checkGeometry, type IrsGeometry, steeringMatrix } from "./geometry.js";
import { product } from "./product.js";
import type { IrsTraining } from "./training.js";

/** The factors A1, A2, A3 of a Kronecker dictionary A1 ⊗ A2 ⊗ A3. */
export type ThreeFactors = readonly [ComplexMatrix, ComplexMatrix, ComplexMatrix];

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
  checkGeometry("cascadeFactors", geometry);
  const { msAntennas, bsAntennas, irsElements, gridPoints } = geometry;
  if (patterns.columns !== irsElements) {
    throw shapeError(
      "cascadeFactors",
      "patterns",
      `${patterns.columns} columns`,
      `${irsElements} (irsElements)`,
    );
  }
  const cosines = cosineGrid(gridPoints).points;
  const surface = differenceSteering(irsElements, gridPoints);
  return [
    product("plain", patterns, "plain", surface),
    conjugate(steeringMatrix(msAntennas, cosines)),
    steeringMatrix(bsAntennas, cosines),
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
  if (pilots.rows !== ms.rows) {
    throw shapeError("irsDictionary", "pilots", `${pilots.rows} rows`, `${ms.rows} (msAntennas)`);
  }
  return [surface, product("transpose", pilots, "plain", ms), bs];
}

/**
 * The cascaded channels that coefficients stand for, one per pattern, by mode products.
 *
 * @param factors - from {@link cascadeFactors}
 * @param coefficients - x, [G · G · G]
 * @returns Ĥ_i, [bsAntennas × msAntennas] each
 * @throws `shape` if the coefficients are not G³; `non-finite` with the first index
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

/** V: a_L(0) ∘ conj(a_L(j)) is the steering vector of direction cosine −2j/G over √L. */
function differenceSteering(elements: number, gridPoints: number): ComplexMatrix {
  const cosines = Float64Array.from({ length: gridPoints }, (_, j) => (-2 * j) / gridPoints);
  const matrix = steeringMatrix(elements, cosines);
  return complexMatrix(
    elements,
    gridPoints,
    matrix.data.map((part) => part / Math.sqrt(elements)),
  );
}

function conjugate({ rows, columns, data }: ComplexMatrix): ComplexMatrix {
  return complexMatrix(
    rows,
    columns,
    data.map((part, i) => (i % 2 === 0 ? part : -part)),
  );
}

function transposed({ rows, columns, data }: ComplexMatrix): ComplexMatrix {
  const out = complexMatrix(columns, rows);
  for (let r = 0, from = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, from += 2) {
      const to = 2 * (c * rows + r);
      out.data[to] = data[from];
      out.data[to + 1] = data[from + 1];
    }
  }
  return out;
}
