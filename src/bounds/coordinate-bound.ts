import { complexMatrix } from "../complex/types.js";
import { hermitianEigen } from "../linalg/hermitian-eigen.js";

/** A square real matrix, row-major. */
export interface RealSquare {
  readonly size: number;
  readonly values: Float64Array;
}

export interface CoordinateBound {
  /** The diagonal of F⁻¹; infinite for what the measurement does not determine. */
  readonly variances: Float64Array;
  /** tr(W F⁻¹); infinite if W weighs something that the measurement does not determine. */
  readonly weightedTrace: number;
}

/** Eigenvalues of a Fisher matrix of unit diagonal below this times its size are rounding. */
const negligibleEigenvalue = 16 * Number.EPSILON;
/** So are the components of a vector without information, and its share of the trace of W, below this. */
const negligiblePart = 1e-10;

/**
 * The bound that a Fisher information F, real and positive semidefinite, sets to unbiased estimates. Directions without
 * information show in the eigenvalues of F, once its diagonal is scaled to one.
 *
 * @param weight - W, positive semidefinite
 */
export function coordinateBound(fisher: RealSquare, weight: RealSquare): CoordinateBound {
  const { size, values } = fisher;
  // A diagonal entry of zero stays zero, and so gives an eigenvalue of zero with a unit vector.
  const scales = Float64Array.from({ length: size }, (_, k) => values[k * size + k] ** -0.5);
  const scale = (k: number) => (Number.isFinite(scales[k]) ? scales[k] : 1);
  const scaled = complexMatrix(size, size);
  for (let k = 0; k < size; k++) {
    for (let l = 0; l < size; l++)
      scaled.data[2 * (k * size + l)] = scale(k) * values[k * size + l] * scale(l);
  }
  const { values: eigenvalues, vectors } = hermitianEigen(scaled);
  const weigh = (i: number) => {
    let sum = 0;
    for (let k = 0; k < size; k++) {
      for (let l = 0; l < size; l++) {
        const entry = scale(k) * weight.values[k * size + l] * scale(l);
        sum += vectors.data[2 * (k * size + i)] * entry * vectors.data[2 * (l * size + i)];
      }
    }
    return sum;
  };
  const weights = Float64Array.from(eigenvalues, (_, i) => weigh(i));
  const total = weights.reduce((sum, value) => sum + value, 0);
  const variances = new Float64Array(size);
  let weightedTrace = 0;
  eigenvalues.forEach((eigenvalue, i) => {
    const informative = eigenvalue > negligibleEigenvalue * size;
    if (informative) weightedTrace += weights[i] / eigenvalue;
    else if (weights[i] > negligiblePart * total) weightedTrace = Number.POSITIVE_INFINITY;
    for (let k = 0; k < size; k++) {
      const part = vectors.data[2 * (k * size + i)] ** 2;
      if (informative) variances[k] += (part * scale(k) ** 2) / eigenvalue;
      else if (part > negligiblePart) variances[k] = Number.POSITIVE_INFINITY;
    }
  });
  return { variances, weightedTrace };
}
