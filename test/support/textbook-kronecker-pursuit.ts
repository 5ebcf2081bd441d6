/**
 * Kronecker-OMP as a textbook states it: a search over the multiplied-out dictionary, least squares from scratch at
 * every step.
 */
import { type ComplexMatrix, complexMatrix } from "../../src/complex/types.js";
import { adjointOf, columnsOf, kroneckerProduct, norm, product, rowsAt, sum } from "./dense-complex.js";
import { productIndices } from "./problem-families.js";
import { denseLeastSquares } from "./textbook-pursuit.js";

export interface TextbookKroneckerPursuit {
  readonly support: Int32Array;
  readonly mean: ComplexMatrix;
  readonly residual: ComplexMatrix;
}

/** @param limit - atoms that a factor may have */
export function textbookKroneckerPursuit(
  factors: readonly ComplexMatrix[],
  measurement: ComplexMatrix,
  steps: number,
  limit: number,
): TextbookKroneckerPursuit {
  const dictionary = kroneckerProduct(factors);
  const sets: number[][] = factors.map(() => []);
  let residual = measurement;
  let mean = complexMatrix(dictionary.columns, 1);
  for (let step = 0; step < steps; step++) {
    const scores = Array.from({ length: dictionary.columns }, (_, n) => {
      const atom = columnsOf(dictionary, [n]);
      return norm(product(adjointOf(atom), residual)) / norm(atom);
    });
    let rest = scores.indexOf(Math.max(...scores));
    for (let n = factors.length - 1; n >= 0; n--) {
      const index = rest % factors[n].columns;
      rest = (rest - index) / factors[n].columns;
      if (sets[n].length < limit && !sets[n].includes(index)) sets[n].push(index);
    }
    const support = productIndices(sets, factors);
    const chosen = columnsOf(dictionary, support);
    const coefficients = denseLeastSquares(chosen, measurement);
    mean = rowsAt(coefficients, support, dictionary.columns);
    residual = sum(measurement, product(chosen, coefficients), -1);
  }
  return { support: productIndices(sets, factors), mean, residual };
}
