/** Steps of expectation-maximisation that all sparse Bayesian solvers share. */
import type { Planar } from "../../complex/planar.js";
import { timesPowerOfTwo } from "../../complex/scale.js";
import type { NoiseStart } from "../noise.js";
import { normalisedNoise, type Problem } from "../problem.js";

/**
 * Where the prior variances start.
 * - `balanced`: flat, at the level whose expected measurement power is that of the measurement, so that results do
 *   not depend on units
 * - `ones`: flat, at 1 in the units of the data, as in the publications
 */
export type InitialPrior = "balanced" | "ones";

/** A learned noise variance stays above this fraction of the measurement's mean power. */
export const noiseFloor = 1e-14;

/** ‖Y‖² / (rows · snapshots). */
export function meanPower({ measurement }: Pick<Problem, "measurement">): number {
  let energy = 0;
  for (const value of measurement.data) energy += value * value;
  return energy / (measurement.rows * measurement.columns);
}

/** 1 in the units of a prior variance, seen from the normalised problem. */
export function priorUnit({ units }: Pick<Problem, "units">): number {
  return timesPowerOfTwo(1, 2 * (units.dictionaryExponent - units.measurementExponent));
}

/** The noise variance at the start, in normalised units; a tenth of the mean power if nothing is known. */
export function startingNoise(
  who: string,
  noise: NoiseStart,
  problem: Pick<Problem, "measurement" | "units">,
): number {
  if (noise.variance === undefined) return 0.1 * meanPower(problem);
  return normalisedNoise(who, noise.variance, problem.units);
}

/** The sums of a posterior that the noise is learned from. */
interface NoiseStatistics {
  /** ‖Y − A μ‖². */
  readonly residualEnergy: number;
  /** Σ_j (1 − Σ_jj/γ_j). */
  readonly effectiveParameters: number;
}

/** σ² ← (‖Y − A μ‖²/L + σ² Σ_j (1 − Σ_jj/γ_j)) / M: the maximisation step for the noise, above its floor. */
export function learnedNoise(
  noiseVariance: number,
  sums: NoiseStatistics,
  problem: Pick<Problem, "measurement" | "snapshots">,
): number {
  const { rows } = problem.measurement;
  const updated = (sums.residualEnergy / problem.snapshots + noiseVariance * sums.effectiveParameters) / rows;
  return Math.max(updated, noiseFloor * meanPower(problem));
}

/** σ² ← ‖Y − A μ‖²/L / (M − Σ_j (1 − Σ_jj/γ_j)): the fixed-point update of the noise, above its floor. */
export function noiseFromResidual(
  _noiseVariance: number,
  sums: NoiseStatistics,
  problem: Pick<Problem, "measurement" | "snapshots">,
): number {
  const free = Math.max(problem.measurement.rows - sums.effectiveParameters, Number.EPSILON);
  return Math.max(sums.residualEnergy / problem.snapshots / free, noiseFloor * meanPower(problem));
}

/** out[j] ← |μ_j|², averaged over snapshots; μ is [size × snapshots]. */
export function meanSquares({ re, im }: Planar, size: number, snapshots: number, out: Float64Array): void {
  for (let j = 0, i = 0; j < size; j++) {
    let power = 0;
    for (let l = 0; l < snapshots; l++, i++) {
      power += re[i] * re[i];
      if (im !== undefined) power += im[i] * im[i];
    }
    out[j] = power / snapshots;
  }
}

/** ‖after − before‖ / ‖before‖ over the first `size` entries; 0 if nothing was there. */
export function relativeChange(after: Float64Array, before: Float64Array, size: number): number {
  let squares = 0;
  let norm = 0;
  for (let j = 0; j < size; j++) {
    const change = after[j] - before[j];
    squares += change * change;
    norm += before[j] * before[j];
  }
  return norm === 0 ? 0 : Math.sqrt(squares / norm);
}
