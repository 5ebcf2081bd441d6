/** What the two ways of computing an unstructured posterior share. */
import { isReal, type Planar, splitInto } from "../../complex/planar.js";
import type { Room } from "../../kernels/room.js";
import type { WorkingOperator } from "../../operators/working.js";
import type { Problem } from "../problem.js";

/** The model as it stands: the active atoms of an operator and their prior variances. */
export interface ActiveModel {
  /** [M × C]; its columns include all active atoms. */
  readonly operator: WorkingOperator;
  /** K, the number of active atoms. */
  readonly count: number;
  /** Columns of the operator that are active, ascending: the first K entries. */
  readonly columns: Int32Array;
  /** γ of the active atoms: the first K entries. */
  readonly priorVariance: Float64Array;
  readonly noiseVariance: number;
}

/** The data, which do not change, and room for the posterior of up to `capacity` coefficients. */
export interface Data {
  readonly room: Room;
  /** Y, [M × snapshots]. */
  readonly measurement: Planar;
  readonly rows: number;
  readonly snapshots: number;
  readonly real: boolean;
  readonly capacity: number;
  /** μ, [K × snapshots]. */
  readonly mean: Planar;
  /** diag Σ, [K]. */
  readonly variance: Float64Array;
  /** 1 − Σ_jj/γ_j, [K]: 0 where the data say nothing about a coefficient, 1 where they settle it. */
  readonly determined: Float64Array;
}

/** The sums that come with the posterior of the K active coefficients, which is in {@link Data}. */
export interface PosteriorSums {
  readonly effectiveParameters: number;
  readonly residualEnergy: number;
  readonly logEvidence: number;
}

export function createData(
  { measurement, snapshots, real }: Omit<Problem, "operator">,
  capacity: number,
  room: Room,
): Data {
  const { rows, data } = measurement;
  const y = room.planar(rows * snapshots, isReal(data));
  splitInto(data, y);
  return {
    room,
    measurement: y,
    rows,
    snapshots,
    real,
    capacity,
    mean: room.planar(capacity * snapshots, real),
    variance: new Float64Array(capacity),
    determined: new Float64Array(capacity),
  };
}

/** ln p(Y) of a Gaussian: −L (M ln π + ln det Σ_y) − tr(Y^H Σ_y⁻¹ Y), halved and with 2π for real data. */
export function gaussianLogDensity(
  { rows, snapshots, real }: Pick<Data, "rows" | "snapshots" | "real">,
  logDeterminant: number,
  quadratic: number,
): number {
  const constant = rows * Math.log(real ? 2 * Math.PI : Math.PI);
  return -(real ? 0.5 : 1) * (snapshots * (constant + logDeterminant) + quadratic);
}

/** The posterior when no atom is active: all of the measurement is noise. */
export function emptyPosterior(data: Data, noiseVariance: number): PosteriorSums {
  const { measurement, rows, snapshots } = data;
  const residualEnergy = sumOfSquares(measurement, rows * snapshots);
  const quadratic = residualEnergy === 0 ? 0 : residualEnergy / noiseVariance;
  return {
    effectiveParameters: 0,
    residualEnergy,
    logEvidence: gaussianLogDensity(data, rows * Math.log(noiseVariance), quadratic),
  };
}

/** Y into a working array that may be complex where Y is real. */
export function copyMeasurement({ measurement, rows, snapshots }: Data, to: Planar): void {
  const size = rows * snapshots;
  to.re.set(measurement.re);
  if (to.im === undefined) return;
  if (measurement.im === undefined) to.im.fill(0, 0, size);
  else to.im.set(measurement.im);
}

/** Σ |z|² over the first `size` numbers. */
export function sumOfSquares({ re, im }: Planar, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += re[i] * re[i];
  if (im !== undefined) for (let i = 0; i < size; i++) sum += im[i] * im[i];
  return sum;
}
