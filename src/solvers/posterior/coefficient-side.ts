/**
 * The posterior through the K × K precision of the active coefficients. With B = I + Γ^½ G Γ^½/σ² = L L^H and
 * G = A^H A of the active atoms,
 *
 *     Σ = Γ^½ B⁻¹ Γ^½,   μ = Γ^½ B⁻¹ Γ^½ A^H Y/σ²,   ln det Σ_y = M ln σ² + ln det B,
 *     tr(Y^H Σ_y⁻¹ Y) = ‖Y − A μ‖²/σ² + Σ_j |μ_j|²/γ_j,
 *
 * all sums of positive terms. For K < M: about 2K³/3 + M K complex multiply-adds, beside the Gram matrix, which is
 * computed once; when atoms are removed, their rows and columns are.
 */
import type { Planar } from "../../complex/planar.js";
import { multiplyInto } from "../../complex/products.js";
import { choleskyInPlace } from "../../linalg/cholesky-kernel.js";
import { inverseFromFactor } from "../../linalg/hermitian-inverse-kernel.js";
import { solveLowerAdjointInPlace, solveLowerInPlace } from "../../linalg/triangular-kernel.js";
import {
  type ActiveModel,
  copyMeasurement,
  type Data,
  gaussianLogDensity,
  type PosteriorSums,
  sumOfSquares,
} from "./posterior.js";

/** What depends on the active atoms but not on their prior variances, and working arrays. */
export interface CoefficientSide {
  /** The active atoms, [M × K]. */
  readonly atoms: Planar;
  /** G on and below the diagonal, [K × K]. */
  readonly gram: Planar;
  /** A^H Y, [K × snapshots]. */
  readonly correlations: Planar;
  readonly precision: Planar;
  readonly residual: Planar;
  /** √γ. */
  readonly roots: Float64Array;
}

export function createCoefficientSide(
  { operator, columns, count }: ActiveModel,
  data: Data,
): CoefficientSide {
  const { room, measurement, rows, snapshots, real } = data;
  const side = {
    atoms: room.planar(rows * count, operator.real),
    gram: room.planar(count * count, operator.real),
    correlations: room.planar(count * snapshots, real),
    precision: room.planar(count * count, operator.real),
    residual: room.planar(rows * snapshots, real),
    roots: new Float64Array(count),
  };
  const { atoms, correlations } = side;
  operator.atomsInto(columns, count, atoms);
  operator.gramInto(columns, count, side.gram);
  multiplyInto(correlations, "adjoint", atoms, "plain", measurement, count, snapshots, rows);
  return side;
}

/** Drops all atoms but those at these positions, ascending, of the `before` that there are. */
export function keepCoefficients(
  { atoms, gram, correlations }: CoefficientSide,
  positions: Int32Array,
  count: number,
  before: number,
  { rows, snapshots }: Data,
): void {
  keepColumns(atoms, rows, before, positions, count);
  keepRows(gram, before, positions, count);
  keepColumns(gram, count, before, positions, count);
  keepRows(correlations, snapshots, positions, count);
}

/** The posterior, or `undefined` if B is not positive definite in floating point. */
export function coefficientSidePosterior(
  side: CoefficientSide,
  model: ActiveModel,
  data: Data,
): PosteriorSums | undefined {
  const { count, priorVariance, noiseVariance } = model;
  const { rows, snapshots, mean, variance, determined } = data;
  const { precision, roots } = side;
  for (let j = 0; j < count; j++) roots[j] = Math.sqrt(priorVariance[j]);
  weightGram(side, count, noiseVariance);
  if (choleskyInPlace(precision, count) >= 0) return undefined;
  let logDeterminant = rows * Math.log(noiseVariance);
  const factor = precision.re;
  for (let j = 0; j < count; j++) logDeterminant += 2 * Math.log(factor[j * (count + 1)]);

  scaleRows(mean, side.correlations, roots, 1 / noiseVariance, count, snapshots);
  solveLowerInPlace(precision, count, mean, snapshots);
  solveLowerAdjointInPlace(precision, count, mean, snapshots);
  // The quadratic form of the prior, Σ |μ_j|²/γ_j, before the last factor Γ^½.
  const prior = sumOfSquares(mean, count * snapshots);
  scaleRows(mean, mean, roots, 1, count, snapshots);
  const residualEnergy = computeResidual(side, count, data);

  inverseFromFactor(precision, count, precision);
  const inverse = precision.re;
  let effectiveParameters = 0;
  for (let j = 0; j < count; j++) {
    const share = Math.min(1, inverse[j * (count + 1)]);
    variance[j] = priorVariance[j] * share;
    determined[j] = 1 - share;
    effectiveParameters += 1 - share;
  }
  return {
    effectiveParameters,
    residualEnergy,
    logEvidence: gaussianLogDensity(data, logDeterminant, residualEnergy / noiseVariance + prior),
  };
}

/** I + Γ^½ G Γ^½/σ² into the precision, on and below the diagonal. */
function weightGram({ gram, precision, roots }: CoefficientSide, count: number, noiseVariance: number): void {
  const { re, im } = gram;
  const { re: outRe, im: outIm } = precision;
  for (let i = 0; i < count; i++) {
    const row = roots[i] / noiseVariance;
    for (let j = 0, at = i * count; j <= i; j++, at++) {
      const weight = row * roots[j];
      outRe[at] = re[at] * weight;
      if (outIm !== undefined) outIm[at] = im![at] * weight;
    }
    outRe[i * (count + 1)] += 1;
  }
}

/** out[j, l] ← scale · weights[j] · values[j, l]; out may be values. */
function scaleRows(
  out: Planar,
  values: Planar,
  weights: Float64Array,
  scale: number,
  count: number,
  snapshots: number,
): void {
  const { re, im } = out;
  const { re: fromRe, im: fromIm } = values;
  for (let j = 0, at = 0; j < count; j++) {
    const weight = scale * weights[j];
    for (let l = 0; l < snapshots; l++, at++) {
      re[at] = weight * fromRe[at];
      if (im !== undefined) im[at] = weight * fromIm![at];
    }
  }
}

/** ‖Y − A μ‖², computed from the residual itself. */
function computeResidual({ atoms, residual }: CoefficientSide, count: number, data: Data): number {
  const { mean, rows, snapshots } = data;
  copyMeasurement(data, residual);
  multiplyInto(residual, "plain", atoms, "plain", mean, rows, snapshots, count, -1, 1);
  return sumOfSquares(residual, rows * snapshots);
}

/** Drops columns of a matrix, in place: no number is overwritten before it has been read. */
function keepColumns(
  { re, im }: Planar,
  rows: number,
  columns: number,
  kept: Int32Array,
  count: number,
): void {
  for (const part of im === undefined ? [re] : [re, im]) {
    for (let m = 0, to = 0; m < rows; m++) {
      for (let k = 0; k < count; k++, to++) part[to] = part[m * columns + kept[k]];
    }
  }
}

/** Drops rows of a matrix, in place. */
function keepRows({ re, im }: Planar, columns: number, kept: Int32Array, count: number): void {
  for (const part of im === undefined ? [re] : [re, im]) {
    for (let k = 0; k < count; k++) {
      const from = kept[k] * columns;
      part.copyWithin(k * columns, from, from + columns);
    }
  }
}
