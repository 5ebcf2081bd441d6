/**
 * An operator as a solver uses it inside a run: planar, with everything that is needed again and again in working
 * memory, so that no step of the run allocates or copies the dictionary.
 */
import type { Planar } from "../complex/planar.js";
import { multiplyInto } from "../complex/products.js";
import { webAssembly } from "../kernels/backend.js";
import { whitenedNorms } from "../kernels/factorisation.js";
import { clear } from "../kernels/products.js";
import type { Room } from "../kernels/room.js";
import { solveLowerInPlace } from "../linalg/triangular-kernel.js";
import { DenseOperator } from "./dense.js";
import { addWeightedSquare } from "./hermitian.js";
import { KroneckerOperator } from "./kronecker.js";
import type { LinearOperator, OperatorCost } from "./operator.js";
import { Scratch } from "./scratch.js";
import { WorkingAdapter } from "./working-adapter.js";
import { WorkingKronecker } from "./working-kronecker.js";

export interface WorkingOperator {
  readonly rows: number;
  /** Those in use; fewer after {@link keep}. */
  readonly columns: number;
  readonly real: boolean;
  /** lower ← A diag(γ) A^H on and below the diagonal, [M × M]. */
  covarianceInto(priorVariance: Planar, lower: Planar): void;
  /** out ← ‖L⁻¹ aₙ‖² for every column. */
  whitenedNormsInto(factor: Planar, out: Planar): void;
  /** out ← A^H Y; Y is [M × snapshots], out is [N × snapshots], complex if A or Y is. */
  adjointInto(y: Planar, snapshots: number, out: Planar): void;
  /** out ← the chosen columns, [M × count]. */
  atomsInto(columns: Int32Array, count: number, out: Planar): void;
  /** out ← A_S^H A_S of the chosen columns on and below the diagonal, [count × count]. */
  gramInto(columns: Int32Array, count: number, out: Planar): void;
  /** Drops all columns but these, ascending. False if the operator cannot: then it is as it was. */
  keep(columns: Int32Array, count: number): boolean;
}

/** The operator for the duration of a run. */
export function workingOperator(operator: LinearOperator, room: Room): WorkingOperator {
  if (operator instanceof KroneckerOperator) return new WorkingKronecker(operator, room);
  if (!(operator instanceof DenseOperator)) return new WorkingAdapter(operator);
  const { rows, columns, real, cost } = operator;
  const matrix = room.planar(rows * columns, real);
  copyParts(operator.matrix, matrix);
  return new WorkingMatrix(matrix, rows, columns, cost);
}

/** Some columns of an operator, as a matrix, for the duration of a run. */
export function workingColumns(
  operator: WorkingOperator,
  columns: Int32Array,
  count: number,
  cost: OperatorCost,
  room: Room,
): WorkingOperator {
  const matrix = room.planar(operator.rows * count, operator.real);
  operator.atomsInto(columns, count, matrix);
  return new WorkingMatrix(matrix, operator.rows, count, cost);
}

class WorkingMatrix implements WorkingOperator {
  readonly rows: number;
  readonly real: boolean;
  columns: number;
  readonly #matrix: Planar;
  readonly #cost: OperatorCost;
  readonly #scratch = new Scratch();

  constructor(matrix: Planar, rows: number, columns: number, cost: OperatorCost) {
    this.#matrix = matrix;
    this.rows = rows;
    this.columns = columns;
    this.real = matrix.im === undefined;
    this.#cost = cost;
  }

  covarianceInto(priorVariance: Planar, lower: Planar): void {
    const { rows, columns } = this;
    clear(lower, 0, rows * rows);
    addWeightedSquare(lower, this.#matrix, rows, columns, priorVariance, 0, this.#scratch);
  }

  whitenedNormsInto(factor: Planar, out: Planar): void {
    const { rows, columns } = this;
    const arena = webAssembly();
    if (arena !== null) {
      whitenedNorms(arena, factor, rows, this.#matrix, columns, out);
      return;
    }
    const size = rows * columns;
    const solved = this.#scratch.planar("solved", size, this.real && factor.im === undefined);
    copyParts(this.#matrix, solved, size);
    solveLowerInPlace(factor, rows, solved, columns);
    columnSquares(solved, rows, columns, out.re);
  }

  adjointInto(y: Planar, snapshots: number, out: Planar): void {
    const { rows, columns } = this;
    multiplyInto(out, "adjoint", this.#matrix, "plain", y, columns, snapshots, rows);
    this.#cost.adjoints += snapshots;
    this.#cost.flops += (this.real ? 4 : 8) * rows * columns * snapshots;
  }

  atomsInto(columns: Int32Array, count: number, out: Planar): void {
    gatherColumns(this.#matrix.re, this.rows, this.columns, columns, count, out.re);
    const { im } = this.#matrix;
    if (im !== undefined && out.im !== undefined) {
      gatherColumns(im, this.rows, this.columns, columns, count, out.im);
    }
  }

  gramInto(columns: Int32Array, count: number, out: Planar): void {
    const atoms = this.#scratch.planar("atoms", this.rows * count, this.real);
    this.atomsInto(columns, count, atoms);
    multiplyInto(out, "adjoint", atoms, "plain", atoms, count, count, this.rows);
  }

  keep(columns: Int32Array, count: number): boolean {
    // In place: no number is overwritten before it has been read.
    this.atomsInto(columns, count, this.#matrix);
    this.columns = count;
    return true;
  }
}

/** Copies the first `size` numbers; the imaginary parts become zero if there were none. */
function copyParts(from: Planar, to: Planar, size: number = from.re.length): void {
  to.re.set(from.re.length === size ? from.re : from.re.subarray(0, size));
  if (to.im === undefined) return;
  if (from.im === undefined) to.im.fill(0, 0, size);
  else to.im.set(from.im.length === size ? from.im : from.im.subarray(0, size));
}

function gatherColumns(
  a: Float64Array,
  rows: number,
  columns: number,
  chosen: Int32Array,
  count: number,
  out: Float64Array,
): void {
  for (let m = 0, to = 0; m < rows; m++) {
    const row = m * columns;
    for (let k = 0; k < count; k++, to++) out[to] = a[row + chosen[k]];
  }
}

function columnSquares({ re, im }: Planar, rows: number, columns: number, out: Float64Array): void {
  out.fill(0, 0, columns);
  for (let m = 0, at = 0; m < rows; m++) {
    for (let k = 0; k < columns; k++, at++) {
      out[k] += re[at] * re[at] + (im === undefined ? 0 : im[at] * im[at]);
    }
  }
}
