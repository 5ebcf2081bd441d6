/** One trial of scenario `kronecker`. */
import { noiseVarianceAt, withNoise } from "../../src/channels/index.js";
import {
  type ComplexMatrix,
  type ComplexVector,
  complexMatrix,
  complexVector,
} from "../../src/complex/index.js";
import { kroneckerOperator } from "../../src/operators/index.js";
import type { RandomStream } from "../../src/random/index.js";
import { drawnRows, type KroneckerConfiguration, observedRows } from "./configuration.js";
import type { KroneckerObservation } from "./recovery.js";

export interface KroneckerCoefficients {
  /** x, [N · N · N]. */
  readonly coefficients: ComplexVector;
  /** Where x is not zero, ascending. */
  readonly support: Int32Array;
  /** The index sets S1, S2, S3 whose product the support is. */
  readonly supports: readonly Int32Array[];
}

export interface KroneckerTruth extends KroneckerCoefficients {
  /** σ² = E|w|² of an element. */
  readonly noiseVariance: number;
}

const modes = [0, 1, 2] as const;
/**
 * Up to so many coefficients the signal is a product with all of them. Beyond, it is one with those that are not zero,
 * without further arrays of that length; both are the same to rounding.
 */
const mostDense = 2 ** 20;

/**
 * Draws dictionary, coefficients and noise. Streams: "factor" n, "support" n, "values" (n), "noise".
 *
 * A1 is drawn with as many rows as the signal-to-noise ratio refers to, and the observed ones are its first. So on
 * one stream measurements with fewer rows are parts of those with more, in the same noise.
 */
export function drawKronecker(
  configuration: KroneckerConfiguration,
  stream: RandomStream,
): { truth: KroneckerTruth; observation: KroneckerObservation } {
  const { atoms, snrDb, snrReferenceRows, field } = configuration;
  const [rows1, rows2, rows3] = observedRows(configuration);
  const drawn = drawnRows(configuration).map((rows, n) =>
    complexMatrix(rows, atoms, normals(rows * atoms, field, stream.child("factor", n))),
  );
  const coefficients = drawCoefficients(configuration, stream);
  const signal = noiseFree(drawn, coefficients);
  const referenceRows = snrReferenceRows ?? rows1;
  const noiseVariance = noiseVarianceAt(snrDb, head(signal, referenceRows * rows2 * rows3));
  const observed = head(signal, rows1 * rows2 * rows3);
  return {
    truth: { ...coefficients, noiseVariance },
    observation: {
      measurement: withNoise(observed, noiseVariance, stream.child("noise"), field),
      factors: [firstRows(drawn[0], rows1), drawn[1], drawn[2]],
      noiseVariance,
    },
  };
}

function drawCoefficients(
  { atoms, sparsity, core, field }: KroneckerConfiguration,
  stream: RandomStream,
): KroneckerCoefficients {
  const supports = modes.map((n) => firstOfPermutation(atoms, sparsity, stream.child("support", n)));
  const values =
    core === "free"
      ? normals(sparsity ** 3, field, stream.child("values"))
      : rankOne(modes.map((n) => normals(sparsity, field, stream.child("values", n))));
  const coefficients = complexVector(atoms ** 3);
  const support = new Int32Array(sparsity ** 3);
  let at = 0;
  for (const i of supports[0]) {
    for (const j of supports[1]) {
      for (const k of supports[2]) {
        const index = (i * atoms + j) * atoms + k;
        coefficients.data[2 * index] = values[2 * at];
        coefficients.data[2 * index + 1] = values[2 * at + 1];
        support[at++] = index;
      }
    }
  }
  return { coefficients, support: support.sort(), supports };
}

/** (A1 ⊗ A2 ⊗ A3) x. */
function noiseFree(factors: readonly ComplexMatrix[], truth: KroneckerCoefficients): ComplexVector {
  const { coefficients, support, supports } = truth;
  if (coefficients.length <= mostDense) return kroneckerOperator(factors).apply(coefficients);
  const values = complexVector(support.length);
  support.forEach((index, at) => {
    values.data[2 * at] = coefficients.data[2 * index];
    values.data[2 * at + 1] = coefficients.data[2 * index + 1];
  });
  // Ascending as the support is.
  const used = factors.map((factor, n) => chosenColumns(factor, supports[n].slice().sort()));
  return kroneckerOperator(used).apply(values);
}

/** Interleaved standard normal numbers. */
function normals(length: number, field: "real" | "complex", stream: RandomStream): Float64Array {
  if (field === "complex") return stream.complexNormals(length).data;
  const data = new Float64Array(2 * length);
  stream.normals(length).forEach((value, i) => {
    data[2 * i] = value;
  });
  return data;
}

/** x1 ⊗ x2 ⊗ x3 of interleaved vectors. */
function rankOne(vectors: readonly Float64Array[]): Float64Array {
  const columns = vectors.map((data) => complexMatrix(data.length / 2, 1, data));
  return kroneckerOperator(columns).apply(complexVector(1, Float64Array.of(1, 0))).data;
}

/** The first `count` entries of a random permutation of 0 … bound − 1; more of them begin with the same. */
function firstOfPermutation(bound: number, count: number, stream: RandomStream): Int32Array {
  const order = Int32Array.from({ length: bound }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + stream.integer(bound - i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order.subarray(0, count);
}

function head(vector: ComplexVector, length: number): ComplexVector {
  return complexVector(length, vector.data.subarray(0, 2 * length));
}

function firstRows({ columns, data }: ComplexMatrix, rows: number): ComplexMatrix {
  return complexMatrix(rows, columns, data.slice(0, 2 * rows * columns));
}

function chosenColumns({ rows, columns, data }: ComplexMatrix, chosen: Int32Array): ComplexMatrix {
  const result = complexMatrix(rows, chosen.length);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < chosen.length; k++) {
      result.data[2 * (i * chosen.length + k)] = data[2 * (i * columns + chosen[k])];
      result.data[2 * (i * chosen.length + k) + 1] = data[2 * (i * columns + chosen[k]) + 1];
    }
  }
  return result;
}
