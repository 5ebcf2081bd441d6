/** The fixed problems that solvers are timed on. */

import { parseIrsConfiguration } from "../simulations/irs/configuration.js";
import { drawIrs } from "../simulations/irs/draw.js";
import { estimatedChannels } from "../simulations/irs/estimate.js";
import type { KroneckerConfiguration } from "../simulations/kronecker/configuration.js";
import { drawKronecker } from "../simulations/kronecker/draw.js";
import { noiseVarianceAt, withNoise } from "../src/channels/index.js";
import { type ComplexMatrix, complexMatrix, complexVector } from "../src/complex/index.js";
import type { ParametricDictionary } from "../src/dictionaries/index.js";
import type { Grid } from "../src/grids/index.js";
import { nmse } from "../src/metrics/index.js";
import { denseOperator, kroneckerOperator, type LinearOperator } from "../src/operators/index.js";
import { type RandomStream, randomStream } from "../src/random/index.js";
import type { SparseResult } from "../src/solvers/index.js";
import { irsInstance, syntheticInstance } from "../test/support/golden.js";

export interface Problem {
  /** The dictionary is their Kronecker product. */
  readonly factors: readonly ComplexMatrix[];
  readonly operator: LinearOperator;
  /** [rows × snapshots]. */
  readonly measurement: ComplexMatrix;
  /** The coefficients, [atoms × snapshots]. */
  readonly truth: ComplexMatrix;
  readonly noiseVariance: number;
  /** Of a drawn Kronecker problem: the index sets, one for each factor, whose product the truth is not zero on. */
  readonly supports?: readonly Int32Array[];
  /** Where atoms are not tied to a grid: what makes the factors. */
  readonly dictionaries?: readonly ParametricDictionary[];
  /** Where coefficients cannot be compared with the truth, because it is off the grid: the error that counts. */
  readonly errorOf?: (answer: Answer) => number;
}

/** Of a solver; `grids` of one that moves atoms. */
type Answer = SparseResult & { readonly grids?: readonly Grid[] };

/** A random complex dictionary, one atom in 40 active, 20 dB. */
export function denseProblem(rows: number, columns: number, snapshots: number): Problem {
  const stream = randomStream("bench", "dense", rows, columns, snapshots);
  const dictionary = normals(rows, columns, stream.child("dictionary"));
  const operator = denseOperator(dictionary);
  const truth = complexMatrix(columns, snapshots);
  for (const atom of stream.child("support").sample(columns, Math.ceil(columns / 40))) {
    truth.data.set(stream.child("gains", atom).complexNormals(snapshots).data, 2 * atom * snapshots);
  }
  const clean = complexMatrix(rows, snapshots);
  for (let l = 0; l < snapshots; l++) setColumn(clean, l, operator.apply(columnOf(truth, l)).data);
  const noiseVariance = noiseVarianceAt(20, { length: rows * snapshots, data: clean.data });
  const noisy = withNoise(
    { length: rows * snapshots, data: clean.data },
    noiseVariance,
    stream.child("noise"),
    "complex",
  );
  const measurement = complexMatrix(rows, snapshots, noisy.data);
  return { factors: [dictionary], operator, measurement, truth, noiseVariance };
}

/** The error of the coefficients, or the one of the problem. */
export function errorOf({ truth, errorOf: ownError }: Problem, answer: Answer): number {
  return ownError === undefined ? nmse(answer.mean, truth) : ownError(answer);
}

/** The synthetic experiment of He and Joseph (2024) with `atoms` per mode: real, three active in each, 25 dB. */
export function kroneckerProblem(atoms: number): Problem {
  const [rows1, rows2, rows3] = [8, 12, 15].map((share) => Math.round((share * atoms) / 15));
  const configuration = { ...product, rows1, rows2, rows3, atoms, sparsity: 3, snrDb: 25 };
  return drawnProblem(configuration, randomStream("bench", "kronecker", atoms));
}

/** Ten active in each of three modes of `atoms`: real, 53 %, 80 % and 100 % as many rows as atoms, 20 dB. */
export function tenPerModeProblem(atoms: number): Problem {
  const rows = { rows1: null, rows2: null, rows3: null } as const;
  const configuration = { ...product, ...rows, atoms, sparsity: 10, snrDb: 20 };
  return drawnProblem(configuration, randomStream("bench", "ten-per-mode", atoms));
}

const product = { snrReferenceRows: null, core: "rank-one", field: "real" } as const;

function drawnProblem(configuration: KroneckerConfiguration, stream: RandomStream): Problem {
  const { truth, observation } = drawKronecker(configuration, stream);
  const { factors, measurement, noiseVariance } = observation;
  return {
    factors,
    operator: kroneckerOperator(factors),
    measurement: complexMatrix(measurement.length, 1, measurement.data),
    truth: complexMatrix(truth.coefficients.length, 1, truth.coefficients.data),
    noiseVariance,
    supports: truth.supports,
  };
}

/** The reference instance of that experiment: 15 atoms per mode. */
export function publishedKroneckerProblem(): Problem {
  const { factors, measurement, coefficients, noiseVariance } = syntheticInstance("synthetic-25db");
  const matrices = factors.map((rows) => realMatrix(rows.length, rows[0].length, rows.flat()));
  return {
    factors: matrices,
    operator: kroneckerOperator(matrices),
    measurement: realMatrix(measurement.length, 1, measurement),
    truth: realMatrix(coefficients.length, 1, coefficients),
    noiseVariance,
  };
}

/** The reference instance of the channel with an intelligent surface: complex, 18 atoms per mode. */
export function publishedIrsProblem(): Problem {
  const { factors, measurement, coefficients, noiseVariance } = irsInstance();
  const y = complexMatrix(measurement.re.length, 1);
  measurement.re.forEach((re, i) => {
    y.data.set([re, measurement.im[i]], 2 * i);
  });
  return {
    factors,
    operator: kroneckerOperator(factors),
    measurement: y,
    truth: coefficients,
    noiseVariance,
  };
}

/** A channel with an intelligent surface, directions off the grid: complex, `points` atoms per mode, 20 dB. */
export function offGridIrsProblem(points: number): Problem {
  const configuration = { offGrid: true, dictionaryPoints: points, pilots: 4, irsPatterns: 10 };
  const stream = randomStream("bench", "irs-off-grid");
  const { truth, observation } = drawIrs(parseIrsConfiguration(configuration), stream);
  const { factors, measurement, noiseVariance, dictionaries } = observation;
  return {
    factors,
    operator: kroneckerOperator(factors),
    measurement: complexMatrix(measurement.length, 1, measurement.data),
    truth: complexMatrix(truth.paths.coefficients.length, 1, truth.paths.coefficients.data),
    noiseVariance,
    dictionaries,
    errorOf: ({ mean, grids }) => {
      const coefficients = complexVector(mean.rows, mean.data);
      const [surface, mobile, station] = (grids ?? []).map((grid) => grid.points);
      const places = grids === undefined ? {} : { cosines: [surface, mobile, station] as const };
      const channels = estimatedChannels(truth, { coefficients, ...places });
      const errors = channels.map((channel, i) => nmse(channel, truth.channels[i]));
      return errors.reduce((sum, error) => sum + error, 0) / errors.length;
    },
  };
}

function normals(rows: number, columns: number, stream: RandomStream): ComplexMatrix {
  return complexMatrix(rows, columns, stream.complexNormals(rows * columns).data);
}

function realMatrix(rows: number, columns: number, values: ArrayLike<number>): ComplexMatrix {
  const matrix = complexMatrix(rows, columns);
  for (let i = 0; i < values.length; i++) matrix.data[2 * i] = values[i];
  return matrix;
}

function columnOf({ rows, columns, data }: ComplexMatrix, column: number) {
  const values = new Float64Array(2 * rows);
  for (let r = 0; r < rows; r++) {
    const at = 2 * (r * columns + column);
    values.set(data.subarray(at, at + 2), 2 * r);
  }
  return { length: rows, data: values };
}

function setColumn({ rows, columns, data }: ComplexMatrix, column: number, values: Float64Array): void {
  for (let r = 0; r < rows; r++) data.set(values.subarray(2 * r, 2 * r + 2), 2 * (r * columns + column));
}
