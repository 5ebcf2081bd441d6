/**
 * Orthogonal matching pursuit as a textbook states it: everything dense, least squares from scratch at every
 * step.
 */
import { type ComplexMatrix, complexMatrix } from "../../src/complex/types.js";
import { adjointOf, columnsOf, norm, product, rowsAt, solve, sum } from "./dense-complex.js";

export interface TextbookPursuit {
  /** In the order of selection. */
  readonly atoms: readonly number[];
  /** [atoms × snapshots]. */
  readonly mean: ComplexMatrix;
  readonly residual: ComplexMatrix;
}

/** `sparsity` steps of (simultaneous) orthogonal matching pursuit. */
export function textbookPursuit(
  dictionary: ComplexMatrix,
  measurement: ComplexMatrix,
  sparsity: number,
): TextbookPursuit {
  const atoms: number[] = [];
  let residual = measurement;
  let coefficients = complexMatrix(0, measurement.columns);
  while (atoms.length < sparsity) {
    const scores = Array.from({ length: dictionary.columns }, (_, n) => {
      const atom = columnsOf(dictionary, [n]);
      return norm(product(adjointOf(atom), residual)) / norm(atom);
    });
    atoms.push(scores.indexOf(Math.max(...scores)));
    const chosen = columnsOf(dictionary, atoms);
    coefficients = denseLeastSquares(chosen, measurement);
    residual = sum(measurement, product(chosen, coefficients), -1);
  }
  return { atoms, mean: rowsAt(coefficients, atoms, dictionary.columns), residual };
}

/** By the normal equations; only for well-conditioned matrices. */
export function denseLeastSquares(matrix: ComplexMatrix, rhs: ComplexMatrix): ComplexMatrix {
  const adjoint = adjointOf(matrix);
  return solve(product(adjoint, matrix), product(adjoint, rhs)).solution;
}

/**
 * Tropp's exact recovery coefficient max_{n ∉ S} ‖A_S⁺ aₙ‖₁ for atoms of unit norm: below 1, orthogonal
 * matching pursuit finds every combination of the atoms in S exactly, in |S| steps.
 *
 * Source: J. A. Tropp, "Greed is good", IEEE Trans. Inf. Theory 50 (2004), theorem 3.1.
 */
export function exactRecoveryCoefficient(dictionary: ComplexMatrix, support: ArrayLike<number>): number {
  const unit = columnsOf(
    dictionary,
    Array.from({ length: dictionary.columns }, (_, n) => n),
  );
  for (let n = 0; n < unit.columns; n++) {
    const size = norm(columnsOf(dictionary, [n]));
    for (let r = 0; r < unit.rows; r++) {
      unit.data[2 * (r * unit.columns + n)] /= size;
      unit.data[2 * (r * unit.columns + n) + 1] /= size;
    }
  }
  const inside = new Set(Array.from(support));
  const outside = Array.from({ length: unit.columns }, (_, n) => n).filter((n) => !inside.has(n));
  if (outside.length === 0) return 0;
  const { rows, columns, data } = denseLeastSquares(columnsOf(unit, support), columnsOf(unit, outside));
  const sums = Array.from({ length: columns }, (_, c) => {
    let total = 0;
    for (let r = 0; r < rows; r++) {
      const at = 2 * (r * columns + c);
      total += Math.hypot(data[at], data[at + 1]);
    }
    return total;
  });
  return Math.max(...sums);
}
