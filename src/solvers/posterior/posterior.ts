/** What the two ways of computing an unstructured posterior share. */
import { type Planar, planar } from "../../complex/planar.js";
import type { LinearOperator } from "../../operators/operator.js";

/** The model as it stands: the active atoms of an operator and their prior variances. */
export interface ActiveModel {
  /** [M × C]; its columns include all active atoms. */
  readonly operator: LinearOperator;
  /** Columns of the operator that are active, ascending. */
  readonly columns: Int32Array;
  /** γ of the active atoms. */
  readonly priorVariance: Float64Array;
  readonly noiseVariance: number;
}

/** The data that do not change. */
export interface Data {
  /** Y, [M × snapshots]. */
  readonly measurement: Planar;
  readonly rows: number;
  readonly snapshots: number;
  readonly real: boolean;
}

/** The posterior of the K active coefficients. */
export interface Posterior {
  /** μ, [K × snapshots]. */
  readonly mean: Planar;
  /** diag Σ, [K]. */
  readonly variance: Float64Array;
  /** 1 − Σ_jj/γ_j, [K]: 0 where the data say nothing about a coefficient, 1 where they settle it. */
  readonly determined: Float64Array;
  readonly effectiveParameters: number;
  readonly residualEnergy: number;
  readonly logEvidence: number;
}

/** ln p(Y) of a Gaussian: −L (M ln π + ln det Σ_y) − tr(Y^H Σ_y⁻¹ Y), halved and with 2π for real data. */
export function gaussianLogDensity(
  { rows, snapshots, real }: Data,
  logDeterminant: number,
  quadratic: number,
): number {
  const constant = rows * Math.log(real ? 2 * Math.PI : Math.PI);
  return -(real ? 0.5 : 1) * (snapshots * (constant + logDeterminant) + quadratic);
}

/** The posterior when no atom is active: all of the measurement is noise. */
export function emptyPosterior(data: Data, noiseVariance: number): Posterior {
  const { measurement, rows, snapshots, real } = data;
  const residualEnergy = sumOfSquares(measurement, rows * snapshots);
  const quadratic = residualEnergy === 0 ? 0 : residualEnergy / noiseVariance;
  return {
    mean: planar(0, real),
    variance: new Float64Array(0),
    determined: new Float64Array(0),
    effectiveParameters: 0,
    residualEnergy,
    logEvidence: gaussianLogDensity(data, rows * Math.log(noiseVariance), quadratic),
  };
}

/** Σ |z|² over the first `size` numbers. */
export function sumOfSquares({ re, im }: Planar, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += re[i] * re[i];
  if (im !== undefined) for (let i = 0; i < size; i++) sum += im[i] * im[i];
  return sum;
}

/** Column l of a planar [rows × snapshots] matrix as an interleaved vector. */
export function gatherColumn(
  parts: Planar,
  rows: number,
  snapshots: number,
  l: number,
  out: Float64Array,
): void {
  for (let i = 0, from = l; i < rows; i++, from += snapshots) {
    out[2 * i] = parts.re[from];
    out[2 * i + 1] = parts.im === undefined ? 0 : parts.im[from];
  }
}
