/**
 * The posterior through the K × K precision of the active coefficients. With B = I + Γ^½ G Γ^½/σ² = L L^H and
 * G = A^H A of the active atoms,
 *
 *     Σ = Γ^½ B⁻¹ Γ^½,   μ = Γ^½ B⁻¹ Γ^½ A^H Y/σ²,   ln det Σ_y = M ln σ² + ln det B,
 *     tr(Y^H Σ_y⁻¹ Y) = ‖Y − A μ‖²/σ² + Σ_j |μ_j|²/γ_j,
 *
 * all sums of positive terms. For K < M: about 2K³/3 + M K complex multiply-adds, beside the Gram matrix, which is
 * computed only when the active atoms change.
 */

import { type Planar, planar, split } from "../../complex/planar.js";
import { multiplyInto } from "../../complex/products.js";
import { choleskyInPlace } from "../../linalg/cholesky-kernel.js";
import { inverseFromFactor } from "../../linalg/hermitian-inverse-kernel.js";
import { solveLowerAdjointInPlace, solveLowerInPlace } from "../../linalg/triangular-kernel.js";
import {
  type ActiveModel,
  type Data,
  gaussianLogDensity,
  type Posterior,
  sumOfSquares,
} from "./posterior.js";

/** What depends on the active atoms but not on their prior variances. */
export interface CoefficientSide {
  /** The active atoms, [M × K]. */
  readonly atoms: Planar;
  /** G, [K × K]. */
  readonly gram: Planar;
  /** A^H Y, [K × snapshots]. */
  readonly correlations: Planar;
  readonly precision: Planar;
  readonly residual: Planar;
}

export function createCoefficientSide({ operator, columns }: ActiveModel, data: Data): CoefficientSide {
  const { measurement, rows, snapshots, real } = data;
  const count = columns.length;
  const atoms = split(operator.atoms(columns).data, operator.real);
  const correlations = planar(count * snapshots, real);
  multiplyInto(correlations, "adjoint", atoms, "plain", measurement, count, snapshots, rows);
  return {
    atoms,
    gram: split(operator.gram(columns).data, operator.real),
    correlations,
    precision: planar(count * count, operator.real),
    residual: planar(rows * snapshots, real),
  };
}

/** The posterior, or `undefined` if B is not positive definite in floating point. */
export function coefficientSidePosterior(
  side: CoefficientSide,
  model: ActiveModel,
  data: Data,
): Posterior | undefined {
  const { columns, priorVariance, noiseVariance } = model;
  const { rows, snapshots, real } = data;
  const count = columns.length;
  const roots = priorVariance.map(Math.sqrt);
  weightGram(side, roots, noiseVariance);
  if (choleskyInPlace(side.precision, count) >= 0) return undefined;
  let logDeterminant = rows * Math.log(noiseVariance);
  for (let j = 0; j < count; j++) logDeterminant += 2 * Math.log(side.precision.re[j * (count + 1)]);

  const mean = planar(count * snapshots, real);
  scaleRows(mean, side.correlations, roots, 1 / noiseVariance, snapshots);
  solveLowerInPlace(side.precision, count, mean, snapshots);
  solveLowerAdjointInPlace(side.precision, count, mean, snapshots);
  // The quadratic form of the prior, Σ |μ_j|²/γ_j, before the last factor Γ^½.
  const prior = sumOfSquares(mean, count * snapshots);
  scaleRows(mean, mean, roots, 1, snapshots);
  const residualEnergy = computeResidual(side, mean, count, data);

  inverseFromFactor(side.precision, count, side.precision);
  const variance = new Float64Array(count);
  const determined = new Float64Array(count);
  let effectiveParameters = 0;
  for (let j = 0; j < count; j++) {
    const share = Math.min(1, side.precision.re[j * (count + 1)]);
    variance[j] = priorVariance[j] * share;
    determined[j] = 1 - share;
    effectiveParameters += 1 - share;
  }
  return {
    mean,
    variance,
    determined,
    effectiveParameters,
    residualEnergy,
    logEvidence: gaussianLogDensity(data, logDeterminant, residualEnergy / noiseVariance + prior),
  };
}

/** I + Γ^½ G Γ^½/σ² into the precision. */
function weightGram({ gram, precision }: CoefficientSide, roots: Float64Array, noiseVariance: number): void {
  const count = roots.length;
  for (let i = 0, at = 0; i < count; i++) {
    const row = roots[i] / noiseVariance;
    for (let j = 0; j < count; j++, at++) {
      const weight = row * roots[j];
      precision.re[at] = gram.re[at] * weight + (i === j ? 1 : 0);
      if (precision.im !== undefined) precision.im[at] = gram.im![at] * weight;
    }
  }
}

/** out[j, l] ← scale · weights[j] · values[j, l]; out may be values. */
function scaleRows(
  out: Planar,
  values: Planar,
  weights: Float64Array,
  scale: number,
  snapshots: number,
): void {
  for (let j = 0, at = 0; j < weights.length; j++) {
    const weight = scale * weights[j];
    for (let l = 0; l < snapshots; l++, at++) {
      out.re[at] = weight * values.re[at];
      if (out.im !== undefined) out.im[at] = weight * values.im![at];
    }
  }
}

/** ‖Y − A μ‖², computed from the residual itself. */
function computeResidual(
  { atoms, residual }: CoefficientSide,
  mean: Planar,
  count: number,
  data: Data,
): number {
  const { measurement, rows, snapshots } = data;
  residual.re.set(measurement.re);
  if (residual.im !== undefined) {
    if (measurement.im === undefined) residual.im.fill(0);
    else residual.im.set(measurement.im);
  }
  multiplyInto(residual, "plain", atoms, "plain", mean, rows, snapshots, count, -1, 1);
  return sumOfSquares(residual, rows * snapshots);
}
