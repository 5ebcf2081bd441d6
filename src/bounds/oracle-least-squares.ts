import { transposed } from "../complex/rearrange.js";
import { type ComplexMatrix, complexMatrix, complexVector } from "../complex/types.js";
import { describe, rangeError, SparseError, shapeError } from "../errors.js";
import { leastSquares } from "../linalg/least-squares.js";
import type { LinearOperator } from "../operators/operator.js";
import type { SparseResult } from "../solvers/contract.js";
import {
  type DictionaryInput,
  type MeasurementInput,
  readProblem,
  restoreMean,
  restoreResidualNorm,
} from "../solvers/problem.js";

const who = "oracleLeastSquares";

/**
 * Least squares on a support that an oracle has given away: what a recovery method could reach at best if it
 * did not use that coefficients are small or structured.
 *
 * With S the support, x_S = A_S⁺ Y and zero elsewhere. On a Kronecker dictionary and a product of supports,
 * X = Y ×₁ A₁[:, S₁]⁺ … ×_R A_R[:, S_R]⁺, mode by mode.
 *
 * @param dictionary - A, [rows × atoms], a matrix or an operator
 * @param measurement - y, [rows], or Y, [rows × snapshots]
 * @param support - S, the indices of the atoms; or one set of indices for each factor of a Kronecker operator
 * @returns mean [atoms × snapshots], support, ascending; reason `closed-form`
 *
 * @throws `shape` if sizes disagree or the support has more atoms than there are rows; `range` if an index is
 *   not an atom or comes twice, or if the chosen atoms are dependent; `non-finite` with the first index;
 *   `unsupported` if there is one support per mode but the dictionary has no factors
 *
 * @remarks
 * Known are the support and nothing else: neither the prior nor the noise. Time 2 · rows · support²
 * multiply–adds and one product with A for the residual; mode by mode, the sum over the modes of 2 · rows_n ·
 * support_n² and the mode products.
 *
 * @example
 * const floor = oracleLeastSquares(kroneckerOperator([A1, A2]), y, [support1, support2]);
 */
export function oracleLeastSquares(
  dictionary: DictionaryInput,
  measurement: MeasurementInput,
  support: ArrayLike<number> | readonly ArrayLike<number>[],
): SparseResult {
  const { operator, measurement: y, snapshots, units } = readProblem(who, dictionary, measurement);
  const { atoms, coefficients } = isProduct(support)
    ? solveByMode(operator, y, support)
    : solveAtOnce(operator, y, support);
  const mean = complexMatrix(operator.columns, snapshots);
  atoms.forEach((atom, k) => {
    const row = coefficients.data.subarray(2 * k * snapshots, 2 * (k + 1) * snapshots);
    mean.data.set(row, 2 * atom * snapshots);
  });
  return Object.freeze<SparseResult>({
    solver: "oracle-least-squares",
    mean: restoreMean(who, mean, units),
    support: Int32Array.from(atoms).sort(),
    residualNorm: restoreResidualNorm(who, residualNorm(operator, y, mean), units),
    iterations: 0,
    converged: true,
    reason: "closed-form",
  });
}

/** Coefficients, [atoms × snapshots], and the atoms they belong to. */
interface Solution {
  readonly atoms: readonly number[];
  readonly coefficients: ComplexMatrix;
}

function isProduct(
  support: ArrayLike<number> | readonly ArrayLike<number>[],
): support is readonly ArrayLike<number>[] {
  return support.length > 0 && typeof support[0] !== "number";
}

function solveAtOnce(operator: LinearOperator, y: ComplexMatrix, support: ArrayLike<number>): Solution {
  const atoms = checkedSupport("support", support, operator.columns, operator.rows);
  return { atoms, coefficients: leastSquares(operator.atoms(atoms), y) };
}

/**
 * Solves along the first axis of the tensor and moves that axis to the end, once for every mode, so that the
 * axes come back in order, behind the snapshots.
 */
function solveByMode(
  operator: LinearOperator,
  y: ComplexMatrix,
  supports: readonly ArrayLike<number>[],
): Solution {
  const { factors } = operator;
  if (factors === undefined) {
    const received = `a ${operator.kind} operator without factors`;
    const expected = "a Kronecker operator";
    throw new SparseError("unsupported", `${who}: dictionary is ${received}; expected ${expected}`, {
      parameter: "dictionary",
      expected,
      received,
    });
  }
  if (supports.length !== factors.length) {
    throw shapeError(
      who,
      "support",
      `${supports.length} index sets`,
      `${factors.length} (dictionary.factors)`,
    );
  }
  let atoms = [0];
  let tensor = y.data;
  factors.forEach((factor, n) => {
    const chosen = checkedSupport(`support[${n}]`, supports[n], factor.columns, factor.rows);
    atoms = atoms.flatMap((index) => chosen.map((c) => index * factor.columns + c));
    const unfolded = complexMatrix(factor.rows, tensor.length / (2 * factor.rows), tensor);
    tensor = transposed(leastSquares(columnsOf(factor, chosen), unfolded)).data;
  });
  return { atoms, coefficients: transposed(complexMatrix(y.columns, atoms.length, tensor)) };
}

/**
 * @throws `range` with the first index that is no atom or comes again; `shape` if there are more than `rows`
 */
function checkedSupport(name: string, support: ArrayLike<number>, columns: number, rows: number): number[] {
  if (support.length > rows)
    throw shapeError(who, name, `${support.length} atoms`, `at most ${rows}, one for each row`);
  const seen = new Set<number>();
  return Array.from(support, (index, k) => {
    if (!Number.isInteger(index) || index < 0 || index >= columns) {
      throw rangeError(who, `${name}[${k}]`, describe(index), `a whole number from 0 to ${columns - 1}`);
    }
    if (seen.has(index)) throw rangeError(who, `${name}[${k}]`, `${index} again`, "every atom once");
    seen.add(index);
    return index;
  });
}

function columnsOf({ rows, columns, data }: ComplexMatrix, chosen: readonly number[]): ComplexMatrix {
  const out = complexMatrix(rows, chosen.length);
  for (let r = 0, to = 0; r < rows; r++) {
    for (const c of chosen) {
      const from = 2 * (r * columns + c);
      out.data[to++] = data[from];
      out.data[to++] = data[from + 1];
    }
  }
  return out;
}

/** ‖Y − A X‖. */
function residualNorm(operator: LinearOperator, y: ComplexMatrix, mean: ComplexMatrix): number {
  const x = complexVector(operator.columns);
  const fitted = complexVector(operator.rows);
  const snapshots = y.columns;
  let square = 0;
  for (let l = 0; l < snapshots; l++) {
    for (let n = 0; n < mean.rows; n++) {
      x.data[2 * n] = mean.data[2 * (n * snapshots + l)];
      x.data[2 * n + 1] = mean.data[2 * (n * snapshots + l) + 1];
    }
    operator.apply(x, fitted);
    for (let r = 0; r < y.rows; r++) {
      const at = 2 * (r * snapshots + l);
      const re = y.data[at] - fitted.data[2 * r];
      const im = y.data[at + 1] - fitted.data[2 * r + 1];
      square += re * re + im * im;
    }
  }
  return Math.sqrt(square);
}
