/** Any operator inside a run. */
import { join, type Planar } from "../complex/planar.js";
import { type ComplexMatrix, type ComplexVector, complexMatrix, complexVector } from "../complex/types.js";
import { splitLower } from "./hermitian.js";
import type { LinearOperator } from "./operator.js";
import type { WorkingOperator } from "./working.js";

/**
 * Any operator, through its public methods on arrays of their own that are kept between calls: views of working memory
 * must not be handed to a method that may make that memory grow.
 */
export class WorkingAdapter implements WorkingOperator {
  readonly rows: number;
  readonly columns: number;
  readonly real: boolean;
  readonly #operator: LinearOperator;
  // Made when first needed: most runs use few of them, and the first is large.
  #square: ComplexMatrix | undefined;
  #measurement: ComplexVector | undefined;
  #coefficients: ComplexVector | undefined;
  #atom: ComplexMatrix | undefined;
  /** One real number for each column. */
  #numbers: Float64Array | undefined;

  constructor(operator: LinearOperator) {
    this.rows = operator.rows;
    this.columns = operator.columns;
    this.real = operator.real;
    this.#operator = operator;
  }

  covarianceInto(priorVariance: Planar, lower: Planar): void {
    this.#numbers ??= new Float64Array(this.columns);
    this.#square ??= complexMatrix(this.rows, this.rows);
    const numbers = this.#numbers;
    const { re } = priorVariance;
    for (let n = 0; n < numbers.length; n++) numbers[n] = re[n];
    this.#operator.covariance(numbers, this.#square);
    splitLower(this.#square.data, this.rows, lower);
  }

  whitenedNormsInto(factor: Planar, out: Planar): void {
    this.#numbers ??= new Float64Array(this.columns);
    this.#square ??= complexMatrix(this.rows, this.rows);
    join(factor, this.rows * this.rows, 1, this.#square.data);
    this.#operator.whitenedNorms(this.#square, this.#numbers);
    out.re.set(this.#numbers);
  }

  adjointInto(y: Planar, snapshots: number, out: Planar): void {
    this.#measurement ??= complexVector(this.rows);
    this.#coefficients ??= complexVector(this.columns);
    const column = this.#measurement.data;
    const { data } = this.#coefficients;
    for (let l = 0; l < snapshots; l++) {
      const { re, im } = y;
      for (let i = 0, from = l; i < this.rows; i++, from += snapshots) {
        column[2 * i] = re[from];
        column[2 * i + 1] = im === undefined ? 0 : im[from];
      }
      this.#operator.adjoint(this.#measurement, this.#coefficients);
      const to = out;
      for (let j = 0, at = l; j < this.columns; j++, at += snapshots) {
        to.re[at] = data[2 * j];
        if (to.im !== undefined) to.im[at] = data[2 * j + 1];
      }
    }
  }

  atomsInto(columns: Int32Array, count: number, out: Planar): void {
    const chosen = count === columns.length ? columns : columns.subarray(0, count);
    if (count === 1) this.#atom ??= complexMatrix(this.rows, 1);
    const { data } = this.#operator.atoms(chosen, count === 1 ? this.#atom : undefined);
    const { re, im } = out;
    for (let i = 0; i < this.rows * count; i++) re[i] = data[2 * i];
    if (im !== undefined) for (let i = 0; i < this.rows * count; i++) im[i] = data[2 * i + 1];
  }

  gramInto(columns: Int32Array, count: number, out: Planar): void {
    splitLower(this.#operator.gram(columns.subarray(0, count)).data, count, out);
  }

  keep(): boolean {
    return false;
  }
}
