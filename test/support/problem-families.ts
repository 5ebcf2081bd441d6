/**
 * Sparse recovery problems of every shape that a solver must handle, drawn from fixed seeds, with what can be
 * expected of an answer.
 */
import { type ComplexMatrix, complexMatrix } from "../../src/complex/types.js";
import { randomStream } from "../../src/random/index.js";
import type { RandomStream } from "../../src/random/stream.js";
import { kroneckerProduct, matrixOf, norm, product, sum } from "./dense-complex.js";

export type Field = "real" | "complex";

export interface TestProblem {
  /** The dictionary is their Kronecker product; most families have one. */
  readonly factors: readonly ComplexMatrix[];
  /** The indices of the support in every factor; the support is their product. */
  readonly supports: readonly Int32Array[];
  readonly support: Int32Array;
  /** [atoms × snapshots]. */
  readonly coefficients: ComplexMatrix;
  /** [rows × snapshots]. */
  readonly measurement: ComplexMatrix;
  /** Of the noise in the measurement, or 60 dB below the signal where there is none. */
  readonly noiseVariance: number;
  /** The scale of |x|² on the support, about 1 as drawn. */
  readonly coefficientVariance: number;
}

export interface ProblemFamily {
  readonly name: string;
  readonly fields: readonly Field[];
  /**
   * The support is identifiable without noise, by greedy methods too: the atoms are incoherent enough.
   * (Checked for OMP by Tropp's exact recovery condition in the tests of `omp`.)
   */
  readonly recoverable: boolean;
  /** All atoms are parallel: which one a greedy method takes is decided by rounding. */
  readonly tied: boolean;
  /** @param snrDb - noiseless if absent */
  draw(field: Field, snapshots: number, snrDb?: number): TestProblem;
}

interface Shape {
  readonly name: string;
  readonly factors: (field: Field, stream: RandomStream) => readonly ComplexMatrix[];
  /** Atoms in the support of each factor. */
  readonly sparsity: readonly number[];
  readonly recoverable?: boolean;
  readonly tied?: boolean;
}

export const problemFamilies: readonly ProblemFamily[] = [
  { name: "tall", factors: gaussian([20, 8]), sparsity: [2] },
  { name: "wide", factors: gaussian([24, 36]), sparsity: [2] },
  { name: "square", factors: gaussian([18, 18]), sparsity: [2] },
  { name: "coherent steering vectors", factors: steering(12, 40), sparsity: [3], recoverable: false },
  { name: "Kronecker", factors: gaussian([10, 12], [6, 4]), sparsity: [2, 1] },
  { name: "single atom", factors: gaussian([7, 1]), sparsity: [1] },
  { name: "single row", factors: gaussian([1, 5]), sparsity: [1], recoverable: false, tied: true },
].map(family);

function family({ name, factors, sparsity, recoverable = true, tied = false }: Shape): ProblemFamily {
  return {
    name,
    fields: ["real", "complex"],
    recoverable,
    tied,
    draw(field, snapshots, snrDb) {
      const stream = randomStream(1, "problem family", name, field);
      const dictionaries = factors(field, stream.child("dictionary"));
      const supports = dictionaries.map(({ columns }, n) =>
        stream.child("support", n).sample(columns, sparsity[n]),
      );
      return assemble(dictionaries, supports, field, snapshots, snrDb, stream);
    },
  };
}

function assemble(
  factors: readonly ComplexMatrix[],
  supports: readonly Int32Array[],
  field: Field,
  snapshots: number,
  snrDb: number | undefined,
  stream: RandomStream,
): TestProblem {
  const dictionary = kroneckerProduct(factors);
  const support = productIndices(supports, factors);
  const values = gains(support.length, snapshots, field, stream.child("gains"));
  const coefficients = complexMatrix(dictionary.columns, snapshots);
  support.forEach((atom, k) => {
    const row = values.data.subarray(2 * k * snapshots, 2 * (k + 1) * snapshots);
    coefficients.data.set(row, 2 * atom * snapshots);
  });
  const clean = product(dictionary, coefficients);
  const power = norm(clean) ** 2 / (clean.rows * snapshots);
  const noiseVariance = power * 10 ** (-(snrDb ?? 60) / 10);
  const noise = normals(clean.rows, snapshots, field, stream.child("noise"), noiseVariance);
  const measurement = snrDb === undefined ? clean : sum(clean, noise);
  return { factors, supports, support, coefficients, measurement, noiseVariance, coefficientVariance: 1 };
}

/** Positions of a product of index sets in the Kronecker order, ascending. */
export function productIndices(
  supports: readonly ArrayLike<number>[],
  factors: readonly ComplexMatrix[],
): Int32Array {
  const flat = supports.reduce<number[]>(
    (indices, set, n) => indices.flatMap((index) => Array.from(set, (c) => index * factors[n].columns + c)),
    [0],
  );
  return Int32Array.from(flat).sort();
}

/** Independent standard normal matrices. */
function gaussian(...sizes: readonly (readonly [number, number])[]): Shape["factors"] {
  return (field, stream) =>
    sizes.map(([rows, columns], n) => normals(rows, columns, field, stream.child(n), 1));
}

/**
 * Responses e^{jmθ} of a uniform linear array, on a grid of θ much finer than its resolution; real: cos(mθ).
 */
function steering(antennas: number, points: number): Shape["factors"] {
  return (field) => [
    matrixOf(antennas, points, (m, k) => {
      const phase = (Math.PI * m * (2 * k + 1)) / (2 * points);
      return field === "real" ? [Math.cos(phase), 0] : [Math.cos(2 * phase), Math.sin(2 * phase)];
    }),
  ];
}

/** Magnitudes between 1 and 2, so that no coefficient is lost in noise or pruned. */
function gains(rows: number, columns: number, field: Field, stream: RandomStream): ComplexMatrix {
  return matrixOf(rows, columns, () => {
    const magnitude = 1 + stream.uniform();
    if (field === "real") return [magnitude * stream.sign(), 0];
    const phase = 2 * Math.PI * stream.uniform();
    return [magnitude * Math.cos(phase), magnitude * Math.sin(phase)];
  });
}

function normals(
  rows: number,
  columns: number,
  field: Field,
  stream: RandomStream,
  variance: number,
): ComplexMatrix {
  if (field === "complex")
    return complexMatrix(rows, columns, stream.complexNormals(rows * columns, variance).data);
  const values = stream.normals(rows * columns, variance);
  return matrixOf(rows, columns, (r, c) => [values[r * columns + c], 0]);
}
