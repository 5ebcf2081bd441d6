/** The noise variance of a masked model. */
import type { Planar } from "../../../../complex/planar.js";
import { factorMasked } from "./fill.js";
import { informMasked } from "./information.js";
import type { Basis, MaskedModel } from "./model.js";

/** Values tried per sweep, beside the present one, where they cost little. */
const maxTrials = 3;
/** A smaller step, in ln σ², is not worth a trial; a step that is small ends the trials of a sweep. */
const settledStep = 1e-8;
const smallStep = 1e-3;
const largestStep = Math.log(4);

/**
 * A noise variance at which L is not larger than at the present one, for γ as it stands.
 *
 * What was observed has no eigenbasis that does not depend on the mask, so that every value costs a
 * factorisation, and a few steps per sweep must do. In ln σ² the slope is, averaged over snapshots and with
 * M_o observed elements,
 *
 *     dL/d ln σ² = σ² tr Σ_oo⁻¹ − σ² ‖Σ_oo⁻¹ y‖² = M_o − ν − ‖y − P A μ‖²/σ²,   ν = Σ_j ν_j of any one mode.
 *
 * The first step is MacKay's, to ‖y − P A μ‖²/(M_o − ν). A step that would raise L is halved; half of
 * MacKay's, in ln σ², is the majorise-minimise step, which cannot raise it. Secants of the slope follow in
 * the kind "basis"; in the others, of the first sweeps, one step per sweep is taken.
 *
 * @returns the variance; the present one if no other could be computed
 */
export function learnMaskedNoise(
  model: MaskedModel,
  bases: readonly Basis[],
  core: Planar,
  present: number,
  floor: number,
): number {
  if (!factorMasked(model, bases, core, present)) return present;
  let best = present;
  let lowest = maskedCost(model);
  let slope = slopeOf(model, bases, best);
  let step = mackayStep(model, slope, best);
  for (let trial = 0; trial < maxTrials; trial++) {
    const limited = Math.min(largestStep, Math.max(-largestStep, step));
    const next = Math.max(floor, best * Math.exp(limited));
    const taken = Math.log(next / best);
    if (!(Math.abs(taken) > settledStep)) break;
    if (!factorMasked(model, bases, core, next) || !(maskedCost(model) <= lowest)) {
      step = taken / 2;
      continue;
    }
    const before = slope;
    best = next;
    lowest = maskedCost(model);
    if (model.kind !== "basis" || Math.abs(taken) <= smallStep) break;
    slope = slopeOf(model, bases, best);
    const curvature = (slope - before) / taken;
    step = curvature > 0 ? -slope / curvature : mackayStep(model, slope, best);
  }
  return best;
}

/** L = ln det Σ_oo + tr(Y^H Σ_oo⁻¹ Y)/snapshots. */
export function maskedCost({ logDeterminant, quadratic, snapshots }: MaskedModel): number {
  return logDeterminant + quadratic / snapshots;
}

/** dL/d ln σ². */
function slopeOf(model: MaskedModel, bases: readonly Basis[], noiseVariance: number): number {
  informMasked(model, bases, 0, noiseVariance);
  const { rank, eigenvalues } = bases[0];
  const diagonal = model.information.re;
  let slope = model.mask.observed.length - fitOf(model, noiseVariance);
  for (let p = 0; p < rank; p++) slope -= eigenvalues[p] * diagonal[p * (rank + 1)];
  return slope;
}

/** ‖y − P A μ‖²/σ², averaged over snapshots. */
function fitOf({ residualEnergy, snapshots }: MaskedModel, noiseVariance: number): number {
  return residualEnergy / snapshots / noiseVariance;
}

/** ln of ‖y − P A μ‖²/(M_o − ν) over σ². */
function mackayStep(model: MaskedModel, slope: number, noiseVariance: number): number {
  const fit = fitOf(model, noiseVariance);
  return Math.log(fit / Math.max(Number.EPSILON, slope + fit));
}
