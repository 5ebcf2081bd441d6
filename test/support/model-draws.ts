/** Problems drawn from the model that Bayesian solvers assume, so that their own uncertainties can be checked. */
import { type ComplexMatrix, complexMatrix } from "../../src/complex/types.js";
import type { RandomStream } from "../../src/random/index.js";
import { kroneckerProduct, matrixOf, product, sum } from "./dense-complex.js";
import type { Field } from "./problem-families.js";

export interface ModelDraw {
  /** X, [atoms × snapshots]. */
  readonly coefficients: ComplexMatrix;
  /** Y = A X + W, [rows × snapshots]. */
  readonly measurement: ComplexMatrix;
}

/** X with prior variances γ and Y = (A_1 ⊗ … ⊗ A_R) X + W with noise of variance σ². Streams: "x", "noise". */
export function drawFromModel(
  factors: readonly ComplexMatrix[],
  priorVariance: ArrayLike<number>,
  noiseVariance: number,
  snapshots: number,
  field: Field,
  stream: RandomStream,
): ModelDraw {
  const dictionary = kroneckerProduct(factors);
  const unit = gaussianMatrix(dictionary.columns, snapshots, field, stream.child("x"));
  const coefficients = matrixOf(dictionary.columns, snapshots, (n, l) => {
    const size = Math.sqrt(priorVariance[n]);
    const at = 2 * (n * snapshots + l);
    return [size * unit.data[at], size * unit.data[at + 1]];
  });
  const noise = gaussianMatrix(dictionary.rows, snapshots, field, stream.child("noise"));
  const measurement = sum(product(dictionary, coefficients), noise, Math.sqrt(noiseVariance));
  return { coefficients, measurement };
}

/** Independent entries with E|a|² = 1. */
export function gaussianMatrix(
  rows: number,
  columns: number,
  field: Field,
  stream: RandomStream,
): ComplexMatrix {
  if (field === "complex") return complexMatrix(rows, columns, stream.complexNormals(rows * columns).data);
  const values = stream.normals(rows * columns);
  return matrixOf(rows, columns, (r, c) => [values[r * columns + c], 0]);
}
