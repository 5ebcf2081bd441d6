import { shapeError } from "../errors.js";
import { choiceOption, type OptionRule, optional, readOptions, withDefault } from "../options.js";
import { BaseOperator } from "./base-operator.js";
import { checkIndices, checkSize } from "./checks.js";
import { type FourierTransform, fourierTransform } from "./fourier-transform.js";
import type { LinearOperator } from "./operator.js";
import { type Roots, rootsOfUnity } from "./roots-of-unity.js";

export interface FourierOptions {
  /** "unitary" (default): entries of magnitude 1/√n. "none": of magnitude 1. */
  readonly normalization?: "unitary" | "none";
  /** The rows to keep, in this order; all by default. */
  readonly rows?: ArrayLike<number>;
  /** The columns to keep, in this order; all by default. */
  readonly columns?: ArrayLike<number>;
}

const indexList: OptionRule<ArrayLike<number>> = {
  expected: "a list of indices",
  read: (value) => (Array.isArray(value) || ArrayBuffer.isView(value) ? (value as never) : undefined),
};

const table = {
  normalization: withDefault(choiceOption(["unitary", "none"]), "unitary"),
  rows: optional(indexList),
  columns: optional(indexList),
};

/**
 * The discrete Fourier transform of any length n, or chosen rows and columns of it:
 * A[i, j] = s e^{−j2π r_i c_j / n}, s = 1/√n or 1.
 *
 * Products with A and A^H are fast transforms, O(n log n). `covariance` is Toeplitz in the row indices, `gram` in
 * the column indices: one transform each, O(n log n + M²) and O(n log n + K²). `atoms` come from a table of roots.
 * Memory about 90 n bytes for a power of two, at most 400 n otherwise.
 *
 * @param length - n
 * @throws `shape` if the length is not a whole number of at least 1, or no row or column is kept; `range` if an
 *   index is outside 0 … n − 1; `option` for an unknown option
 */
export function fourierOperator(length: number, options?: FourierOptions): LinearOperator {
  const who = "fourierOperator";
  checkSize(who, "length", length);
  const { normalization, rows, columns } = readOptions(who, table, options);
  return new FourierOperator(
    length,
    keptIndices(who, "rows", rows, length),
    keptIndices(who, "columns", columns, length),
    normalization === "unitary" ? 1 / Math.sqrt(length) : 1,
  );
}

class FourierOperator extends BaseOperator {
  readonly #length: number;
  readonly #rowIndices: Int32Array;
  readonly #columnIndices: Int32Array;
  readonly #scale: number;
  readonly #transform: FourierTransform;
  readonly #roots: Roots;
  readonly #input: Float64Array;
  readonly #output: Float64Array;

  constructor(length: number, rowIndices: Int32Array, columnIndices: Int32Array, scale: number) {
    const transform = fourierTransform(length);
    super({
      kind: "fourier",
      rows: rowIndices.length,
      columns: columnIndices.length,
      real: length <= 2,
      ownBytes: transform.bytes + 48 * length + 4 * (rowIndices.length + columnIndices.length),
      flopsPerProduct: transform.flops + 2 * (rowIndices.length + columnIndices.length),
    });
    this.#length = length;
    this.#rowIndices = rowIndices;
    this.#columnIndices = columnIndices;
    this.#scale = scale;
    this.#transform = transform;
    this.#roots = rootsOfUnity(length);
    this.#input = new Float64Array(2 * length);
    this.#output = new Float64Array(2 * length);
  }

  override columnNorms(): Float64Array {
    return new Float64Array(this.columns).fill(this.#scale * this.#scale * this.rows);
  }

  protected applyInto(x: Float64Array, out: Float64Array): void {
    this.#transformInto(x, 1, this.#columnIndices, this.#rowIndices, out);
  }

  /** A^H y is the conjugate of the transform of conj(y), with rows and columns exchanged. */
  protected adjointInto(y: Float64Array, out: Float64Array): void {
    this.#transformInto(y, -1, this.#rowIndices, this.#columnIndices, out);
  }

  protected override atomsInto(indices: ArrayLike<number>, out: Float64Array): void {
    const { re, im } = this.#roots;
    for (let m = 0, to = 0; m < this.rows; m++) {
      for (let k = 0; k < indices.length; k++, to += 2) {
        const at = (this.#rowIndices[m] * this.#columnIndices[indices[k]]) % this.#length;
        out[to] = this.#scale * re[at];
        out[to + 1] = this.#scale * im[at];
      }
    }
  }

  /** G_ab = s² Σ_i e^{j2π r_i (c_a − c_b)/n}: conjugates of the transform of how often every row was chosen. */
  protected override gramInto(indices: ArrayLike<number>, out: Float64Array): void {
    const chosen = Int32Array.from({ length: indices.length }, (_, k) => this.#columnIndices[indices[k]]);
    this.#input.fill(0);
    for (const row of this.#rowIndices) this.#input[2 * row] += 1;
    this.#transform.transform({ re: this.#input }, { re: this.#output }, 1);
    this.#differencesInto(chosen, -1, out);
  }

  /** C_ab = s² Σ_j γ_j e^{−j2π (r_a − r_b) c_j/n}: the transform of γ at the difference of the rows. */
  protected override covarianceInto(priorVariance: Float64Array, out: Float64Array): void {
    this.#input.fill(0);
    for (let j = 0; j < this.columns; j++) this.#input[2 * this.#columnIndices[j]] += priorVariance[j];
    this.#transform.transform({ re: this.#input }, { re: this.#output }, 1);
    this.#differencesInto(this.#rowIndices, 1, out);
  }

  #transformInto(
    from: Float64Array,
    sign: 1 | -1,
    inputIndices: Int32Array,
    outputIndices: Int32Array,
    out: Float64Array,
  ): void {
    const input = this.#input;
    const output = this.#output;
    input.fill(0);
    for (let i = 0; i < inputIndices.length; i++) {
      input[2 * inputIndices[i]] += from[2 * i];
      input[2 * inputIndices[i] + 1] += sign * from[2 * i + 1];
    }
    this.#transform.transform({ re: input }, { re: output }, 1);
    for (let i = 0; i < outputIndices.length; i++) {
      out[2 * i] = this.#scale * output[2 * outputIndices[i]];
      out[2 * i + 1] = sign * this.#scale * output[2 * outputIndices[i] + 1];
    }
  }

  /** The Hermitian matrix with s² output[d] (conjugated if `sign` is −1) where indices a and b differ by d, a > b. */
  #differencesInto(indices: Int32Array, sign: 1 | -1, out: Float64Array): void {
    const size = indices.length;
    const power = this.#scale * this.#scale;
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++) {
        const difference = (indices[a] - indices[b] + this.#length) % this.#length;
        const re = power * this.#output[2 * difference];
        // A sum of real numbers where the indices agree; any imaginary part is rounding.
        const im = difference === 0 || this.real ? 0 : sign * power * this.#output[2 * difference + 1];
        out[2 * (a * size + b)] = re;
        out[2 * (a * size + b) + 1] = im;
        out[2 * (b * size + a)] = re;
        out[2 * (b * size + a) + 1] = im === 0 ? 0 : -im;
      }
    }
  }
}

function keptIndices(
  who: string,
  name: string,
  chosen: ArrayLike<number> | undefined,
  length: number,
): Int32Array {
  if (chosen === undefined) return Int32Array.from({ length }, (_, k) => k);
  if (chosen.length === 0) throw shapeError(who, name, "0 indices", "at least 1");
  checkIndices(who, chosen, length, name);
  return Int32Array.from(chosen);
}
