/** The matrices that the linear algebra is tested on: sizes, shapes and families, real and complex. */
import { type ComplexMatrix, complexMatrix } from "../../src/complex/types.js";
import { adjoint, scaledColumns, times, timesPower } from "./dense-linalg.js";

export const sizes = [0, 1, 2, 3, 5, 10, 50, 120];

/** Uniform on [−1, 1), from a seed: a Weyl sequence through a 32-bit hash. */
export function uniformSource(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let hash = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
    return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 31 - 1;
  };
}

export function randomMatrix(rows: number, columns: number, real: boolean, seed: number): ComplexMatrix {
  const uniform = uniformSource(seed);
  return complexMatrix(
    rows,
    columns,
    new Float64Array(2 * rows * columns).map((_, i) => (real && i % 2 === 1 ? 0 : uniform())),
  );
}

function filled(
  rows: number,
  columns: number,
  entry: (r: number, c: number) => readonly [number, number],
): ComplexMatrix {
  const matrix = complexMatrix(rows, columns);
  for (let i = 0; i < rows * columns; i++) {
    matrix.data.set(entry(Math.floor(i / columns), i % columns), 2 * i);
  }
  return matrix;
}

/** `columns` orthonormal vectors of length `rows`, by Gram–Schmidt done twice on random ones. */
export function orthonormalMatrix(rows: number, columns: number, real: boolean, seed: number): ComplexMatrix {
  const vectors = adjoint(randomMatrix(rows, columns, real, seed));
  const { data } = vectors;
  for (let i = 0; i < columns; i++) {
    const v = data.subarray(2 * rows * i, 2 * rows * (i + 1));
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < i; k++) {
        const q = data.subarray(2 * rows * k, 2 * rows * (k + 1));
        let re = 0;
        let im = 0;
        for (let j = 0; j < 2 * rows; j += 2) {
          re += q[j] * v[j] + q[j + 1] * v[j + 1];
          im += q[j] * v[j + 1] - q[j + 1] * v[j];
        }
        for (let j = 0; j < 2 * rows; j += 2) {
          v[j] -= re * q[j] - im * q[j + 1];
          v[j + 1] -= re * q[j + 1] + im * q[j];
        }
      }
      const length = Math.sqrt(v.reduce((total, value) => total + value * value, 0));
      v.forEach((value, j) => {
        v[j] = value / length;
      });
    }
  }
  return adjoint(vectors);
}

/** U diag(σ) V^H with singular values falling geometrically from one to 1/condition. */
export function conditioned(
  rows: number,
  columns: number,
  real: boolean,
  seed: number,
  condition: number,
): ComplexMatrix {
  const r = Math.min(rows, columns);
  const values = geometric(r, condition);
  const u = orthonormalMatrix(rows, r, real, seed);
  const v = orthonormalMatrix(columns, r, real, seed + 1000);
  return times(scaledColumns(u, values), adjoint(v));
}

function geometric(count: number, condition: number): number[] {
  return Array.from({ length: count }, (_, i) => condition ** (count === 1 ? 0 : -i / (count - 1)));
}

/** Responses of a half-wavelength line array to neighbouring angles: nearly dependent columns. Cosines if real. */
export function vandermonde(rows: number, columns: number, real: boolean): ComplexMatrix {
  return filled(rows, columns, (r, c) => {
    const phase = Math.PI * r * Math.sin(0.3 + 0.02 * c);
    return [Math.cos(phase), real ? 0 : Math.sin(phase)];
  });
}

/** Products of small integers, so that the rank is exact. */
export function rankDeficient(rows: number, columns: number, real: boolean, seed: number): ComplexMatrix {
  const uniform = uniformSource(seed);
  const rank = Math.floor(Math.min(rows, columns) / 2);
  const integer = (): number => Math.round(3 * uniform());
  const part = (r: number, c: number): ComplexMatrix => filled(r, c, () => [integer(), real ? 0 : integer()]);
  return times(part(rows, rank), part(rank, columns));
}

/** Ways to bring a matrix far from one, up to a factor of four from the ends of the range of normal numbers. */
const scalings = [
  { name: "scaled by 2^300", scale: (a: ComplexMatrix) => timesPower(a, 300) },
  { name: "scaled by 2^-300", scale: (a: ComplexMatrix) => timesPower(a, -300) },
  // Frobenius norm between 2^1021 and 2^1022: no singular value overflows.
  { name: "near overflow", scale: (a: ComplexMatrix) => timesPower(a, 1021 - magnitude(frobenius(a))) },
  // Largest entry between 2^-1022, the smallest normal number, and four times that.
  { name: "near underflow", scale: (a: ComplexMatrix) => timesPower(a, -1021 - magnitude(largest(a))) },
];

function frobenius({ data }: ComplexMatrix): number {
  return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));
}

function largest({ data }: ComplexMatrix): number {
  return data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** A and the exponent e of its largest entry, with A 2^-e. */
export function normalised(a: ComplexMatrix): { readonly matrix: ComplexMatrix; readonly exponent: number } {
  const exponent = magnitude(largest(a));
  return { matrix: timesPower(a, -exponent), exponent };
}

/** The integer e with 2^e ≤ value < 2^(e+1); 0 for zero. */
function magnitude(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log2(value));
}

export interface MatrixFamily {
  readonly name: string;
  make(rows: number, columns: number, real: boolean, seed: number): ComplexMatrix;
}

/** Rectangular matrices of every kind and rank. */
export const generalFamilies: readonly MatrixFamily[] = [
  { name: "zero", make: (m, n) => complexMatrix(m, n) },
  { name: "identity", make: (m, n) => filled(m, n, (r, c) => [r === c ? 1 : 0, 0]) },
  {
    name: "diagonal",
    make: (m, n, real) =>
      filled(m, n, (r, c) => (r === c ? [(-1) ** r / (1 + r), real ? 0 : 1 - r] : [0, 0])),
  },
  { name: "random", make: randomMatrix },
  { name: "steering vectors", make: vandermonde },
  { name: "condition 1e4", make: (m, n, real, seed) => conditioned(m, n, real, seed, 1e4) },
  { name: "condition 1e8", make: (m, n, real, seed) => conditioned(m, n, real, seed, 1e8) },
  { name: "condition 1e12", make: (m, n, real, seed) => conditioned(m, n, real, seed, 1e12) },
  { name: "rank-deficient", make: rankDeficient },
  {
    name: "a zero column",
    make: (m, n, real, seed) => withColumn(randomMatrix(m, n, real, seed), Math.floor(n / 2), () => [0, 0]),
  },
  {
    name: "equal columns",
    make: (m, n, real, seed) => {
      const matrix = randomMatrix(m, n, real, seed);
      return withColumn(matrix, n - 1, (r) => [matrix.data[2 * r * n], matrix.data[2 * r * n + 1]]);
    },
  },
  ...scalings.map(({ name, scale }) => ({
    name,
    make: (m: number, n: number, real: boolean, seed: number) => scale(randomMatrix(m, n, real, seed)),
  })),
];

function withColumn(
  matrix: ComplexMatrix,
  column: number,
  entry: (r: number) => readonly [number, number],
): ComplexMatrix {
  return filled(matrix.rows, matrix.columns, (r, c) => {
    const at = 2 * (r * matrix.columns + c);
    return c === column ? entry(r) : [matrix.data[at], matrix.data[at + 1]];
  });
}

export interface HermitianFamily {
  readonly name: string;
  make(n: number, real: boolean, seed: number): ComplexMatrix;
}

/** Q diag(values) Q^H, exactly Hermitian. */
export function withEigenvalues(values: readonly number[], real: boolean, seed: number): ComplexMatrix {
  const q = orthonormalMatrix(values.length, values.length, real, seed);
  return hermitianPart(times(scaledColumns(q, values), adjoint(q)));
}

export function hermitianPart(a: ComplexMatrix): ComplexMatrix {
  const b = adjoint(a);
  return complexMatrix(
    a.rows,
    a.columns,
    a.data.map((value, i) => (value + b.data[i]) / 2),
  );
}

/** B B^H + I for a random B. */
export function randomPositive(n: number, real: boolean, seed: number): ComplexMatrix {
  const b = randomMatrix(n, n, real, seed);
  const square = hermitianPart(times(b, adjoint(b)));
  for (let i = 0; i < n; i++) square.data[2 * (i * n + i)] += 1;
  return square;
}

/** Hermitian positive definite matrices. */
export const positiveFamilies: readonly HermitianFamily[] = [
  { name: "identity", make: (n) => filled(n, n, (r, c) => [r === c ? 1 : 0, 0]) },
  { name: "diagonal", make: (n) => filled(n, n, (r, c) => [r === c ? 10 ** -(r % 12) : 0, 0]) },
  { name: "random", make: randomPositive },
  {
    name: "steering vectors in noise",
    make: (n, real) => {
      const a = vandermonde(n, n, real);
      const square = hermitianPart(times(a, adjoint(a)));
      for (let i = 0; i < n; i++) square.data[2 * (i * n + i)] += 1e-6;
      return square;
    },
  },
  { name: "condition 1e4", make: (n, real, seed) => withEigenvalues(geometric(n, 1e4), real, seed) },
  { name: "condition 1e8", make: (n, real, seed) => withEigenvalues(geometric(n, 1e8), real, seed) },
  { name: "condition 1e12", make: (n, real, seed) => withEigenvalues(geometric(n, 1e12), real, seed) },
  ...scalings.map(({ name, scale }) => ({
    name,
    make: (n: number, real: boolean, seed: number) => scale(randomPositive(n, real, seed)),
  })),
];

/** Hermitian matrices of either sign and any rank. */
export const hermitianFamilies: readonly HermitianFamily[] = [
  { name: "zero", make: (n) => complexMatrix(n, n) },
  ...positiveFamilies,
  { name: "indefinite", make: (n, real, seed) => hermitianPart(randomMatrix(n, n, real, seed)) },
  {
    name: "clustered",
    make: (n, real, seed) =>
      withEigenvalues(
        Array.from({ length: n }, (_, i) => 1 + (i % 3) + 1e-14 * i),
        real,
        seed,
      ),
  },
  {
    name: "rank-deficient",
    make: (n, real, seed) => {
      const a = rankDeficient(n, n, real, seed);
      return times(a, adjoint(a));
    },
  },
  {
    name: "a zero row and column",
    make: (n, real, seed) => {
      const { data } = hermitianPart(randomMatrix(n, n, real, seed));
      const zero = Math.floor(n / 2);
      return filled(n, n, (r, c) => {
        const at = 2 * (r * n + c);
        return r === zero || c === zero ? [0, 0] : [data[at], data[at + 1]];
      });
    },
  },
];

export const fields = [
  { field: "real", real: true },
  { field: "complex", real: false },
] as const;
