/**
 * Hermitian matrices whose rows carry several indices, in real coordinates.
 *
 * For a column a of one factor, the Hermitian matrix a a^H has the coordinates Re(a_m conj(a_m')) for m ≤ m' and,
 * unless the factor is real, Im(a_m conj(a_m')) for m < m'. As (a ⊗ b)(a ⊗ b)^H = a a^H ⊗ b b^H, the products of
 * the coordinates of all factors determine the Hermitian matrix of a Kronecker product of columns, and so, by
 * linearity, every weighted sum of such matrices. Therefore A diag(γ) A^H is a real tensor, computed factor by
 * factor with the small matrices of {@link makePairs}, and written out as a matrix once, by {@link expandPairs};
 * diag(A^H P A) is the transposed computation, which begins with {@link foldPairs}. The results are exactly
 * Hermitian, since both entries of a pair come from the same numbers.
 */
import { type Planar, planar } from "../complex/planar.js";
import type { ColumnFactor } from "./product-columns.js";

/** The coordinates of the Hermitian matrices over one index of size M_n. */
interface PairMode {
  readonly size: number;
  /** M_n (M_n + 1)/2 for a real factor, M_n² for a complex one. */
  readonly count: number;
  /** Coordinate of the real part of entry (m, m'), at m · size + m'. */
  readonly realAt: Int32Array;
  /** Coordinate of the imaginary part, or −1 where it is zero. The entry (m, m') with m > m' has its negative. */
  readonly imaginaryAt: Int32Array;
}

/** The coordinates of all columns of all factors, with the working arrays for going from tensor to matrix and back. */
export interface Pairs {
  readonly modes: readonly PairMode[];
  /** For every factor the coordinates of a a^H of its columns a, [count × columns]. */
  readonly matrices: readonly Float64Array[];
  /** Coordinates of all modes after each mode: the product of their counts. */
  readonly strides: readonly number[];
  /** Coordinates of the whole: the product of all counts. */
  readonly count: number;
  /** One slice of the tensor for each mode but the first. */
  readonly slices: readonly Planar[];
  readonly bytes: number;
}

/**
 * Whether the coordinates of an operator [rows × columns] are worth their memory: they are if they take little
 * (16 MiB) or less than the dense matrix.
 */
export function pairsPay(factors: readonly ColumnFactor[], rows: number, columns: number): boolean {
  let bytes = 0;
  for (const factor of factors) bytes += 8 * factor.rows * factor.rows * factor.columns;
  return bytes <= Math.max(2 ** 24, 16 * rows * columns);
}

/** O(∑ M_n² N_n) time and memory. */
export function makePairs(factors: readonly ColumnFactor[]): Pairs {
  const modes = factors.map(({ rows, matrix }) => pairMode(rows, matrix.im === undefined));
  const matrices = factors.map(({ matrix, columns }, n) => pairMatrix(matrix, columns, modes[n]));
  const strides = modes.map((_, n) => modes.slice(n + 1).reduce((product, { count }) => product * count, 1));
  const real = factors.every(({ matrix }) => matrix.im === undefined);
  const slices = strides.slice(0, -1).map((stride) => planar(stride, real));
  let bytes = 0;
  for (const { size } of modes) bytes += 8 * size * size;
  for (const { byteLength } of matrices) bytes += byteLength;
  for (const { re } of slices) bytes += (real ? 1 : 2) * re.byteLength;
  return { modes, matrices, strides, count: strides[0] * modes[0].count, slices, bytes };
}

function pairMode(size: number, real: boolean): PairMode {
  const realAt = new Int32Array(size * size);
  const imaginaryAt = new Int32Array(size * size).fill(-1);
  let count = 0;
  for (let m = 0; m < size; m++) {
    for (let k = m; k < size; k++, count++) {
      realAt[m * size + k] = count;
      realAt[k * size + m] = count;
    }
  }
  for (let m = 0; m < size && !real; m++) {
    for (let k = m + 1; k < size; k++, count++) {
      imaginaryAt[m * size + k] = count;
      imaginaryAt[k * size + m] = count;
    }
  }
  return { size, count, realAt, imaginaryAt };
}

/** The coordinates of a a^H for every column a of a factor, [count × columns]. */
function pairMatrix({ re, im }: Planar, columns: number, { size, count }: PairMode): Float64Array {
  const out = new Float64Array(count * columns);
  let to = 0;
  for (let m = 0; m < size; m++) {
    for (let k = m; k < size; k++) {
      for (let j = 0, a = m * columns, b = k * columns; j < columns; j++, a++, b++, to++) {
        out[to] = re[a] * re[b] + (im === undefined ? 0 : im[a] * im[b]);
      }
    }
  }
  for (let m = 0; m < size && im !== undefined; m++) {
    for (let k = m + 1; k < size; k++) {
      for (let j = 0, a = m * columns, b = k * columns; j < columns; j++, a++, b++, to++) {
        out[to] = im[a] * re[b] - re[a] * im[b];
      }
    }
  }
  return out;
}

/** Writes the Hermitian matrix with the given coordinates, [M × M] interleaved. */
export function expandPairs(pairs: Pairs, tensor: Float64Array, rows: number, out: Float64Array): void {
  expandMode(pairs, 0, { re: tensor }, 0, 0, rows, out);
}

/** Modes before `depth` are fixed at `row` and `column`; `slice` has the coordinates of the others. */
function expandMode(
  pairs: Pairs,
  depth: number,
  slice: Planar,
  row: number,
  column: number,
  rows: number,
  out: Float64Array,
): void {
  const mode = pairs.modes[depth];
  if (depth === pairs.modes.length - 1) {
    writeBlock(mode, slice, row * mode.size, column * mode.size, rows, out);
    return;
  }
  const { size, realAt, imaginaryAt } = mode;
  const stride = pairs.strides[depth];
  const next = pairs.slices[depth];
  for (let m = 0, pair = 0; m < size; m++) {
    for (let k = 0; k < size; k++, pair++) {
      takeSlice(next, slice, stride, realAt[pair], imaginaryAt[pair], m < k ? 1 : -1);
      expandMode(pairs, depth + 1, next, row * size + m, column * size + k, rows, out);
    }
  }
}

/** next ← slice[u] + i · sign · slice[v], where v may be −1 for none. */
function takeSlice(
  next: Planar,
  { re, im }: Planar,
  stride: number,
  u: number,
  v: number,
  sign: number,
): void {
  const from = u * stride;
  const imaginary = v * stride;
  for (let i = 0; i < stride; i++) next.re[i] = re[from + i];
  if (next.im === undefined) return;
  for (let i = 0; i < stride; i++) next.im[i] = im === undefined ? 0 : im[from + i];
  if (v < 0) return;
  for (let i = 0; i < stride; i++) next.im[i] += sign * re[imaginary + i];
  if (im !== undefined) for (let i = 0; i < stride; i++) next.re[i] -= sign * im[imaginary + i];
}

function writeBlock(
  { size, realAt, imaginaryAt }: PairMode,
  { re, im }: Planar,
  row: number,
  column: number,
  rows: number,
  out: Float64Array,
): void {
  for (let m = 0, pair = 0; m < size; m++) {
    let to = 2 * ((row + m) * rows + column);
    for (let k = 0; k < size; k++, pair++, to += 2) {
      const u = realAt[pair];
      const v = imaginaryAt[pair];
      const sign = m < k ? 1 : -1;
      out[to] = v < 0 || im === undefined ? re[u] : re[u] - sign * im[v];
      out[to + 1] = (im === undefined ? 0 : im[u]) + (v < 0 ? 0 : sign * re[v]);
    }
  }
}

/**
 * The transpose of {@link expandPairs}: the tensor whose inner product with the coordinates of any Hermitian C is
 * Σ conj(C_ij) P_ij.
 *
 * @param p - a Hermitian matrix, [M × M]
 */
export function foldPairs(pairs: Pairs, p: Planar, rows: number, tensor: Float64Array): void {
  foldMode(pairs, 0, { re: tensor }, 0, 0, rows, p);
}

function foldMode(
  pairs: Pairs,
  depth: number,
  slice: Planar,
  row: number,
  column: number,
  rows: number,
  p: Planar,
): void {
  const { size, count, realAt, imaginaryAt } = pairs.modes[depth];
  const stride = pairs.strides[depth];
  slice.re.fill(0, 0, count * stride);
  slice.im?.fill(0, 0, count * stride);
  const last = depth === pairs.modes.length - 1;
  const next = pairs.slices[depth];
  for (let m = 0, pair = 0; m < size; m++) {
    for (let k = 0; k < size; k++, pair++) {
      // P is Hermitian: blocks (m, k) and (k, m) of the outermost index contribute the same.
      if (depth === 0 && m > k) continue;
      const weight = depth === 0 && m < k ? 2 : 1;
      const sign = m < k ? weight : -weight;
      const u = realAt[pair];
      const v = imaginaryAt[pair];
      if (last) readEntry(slice, p, (row * size + m) * rows + column * size + k, u, v, weight, sign);
      else {
        foldMode(pairs, depth + 1, next, row * size + m, column * size + k, rows, p);
        addSlice(slice, next, stride, u, v, weight, sign);
      }
    }
  }
}

/** slice[u] += weight · z and slice[v] += conj(i) · sign · z for one entry z of P. */
function readEntry(
  { re, im }: Planar,
  p: Planar,
  at: number,
  u: number,
  v: number,
  weight: number,
  sign: number,
): void {
  const zRe = p.re[at];
  re[u] += weight * zRe;
  const zIm = p.im === undefined ? 0 : p.im[at];
  if (im !== undefined) im[u] += weight * zIm;
  if (v < 0) return;
  re[v] += sign * zIm;
  if (im !== undefined) im[v] -= sign * zRe;
}

/** The same for a slice of numbers z. */
function addSlice(
  { re, im }: Planar,
  z: Planar,
  stride: number,
  u: number,
  v: number,
  weight: number,
  sign: number,
): void {
  const to = u * stride;
  const imaginary = v * stride;
  for (let i = 0; i < stride; i++) re[to + i] += weight * z.re[i];
  if (z.im === undefined) return;
  if (im !== undefined) for (let i = 0; i < stride; i++) im[to + i] += weight * z.im[i];
  if (v < 0) return;
  for (let i = 0; i < stride; i++) re[imaginary + i] += sign * z.im[i];
  if (im !== undefined) for (let i = 0; i < stride; i++) im[imaginary + i] -= sign * z.re[i];
}
