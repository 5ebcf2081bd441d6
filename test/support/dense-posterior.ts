/**
 * The Gaussian posterior of y = A x + w, evaluated densely from its definition, and the identities that the
 * answer of every Bayesian solver must satisfy at the hyperparameters it returns.
 */
import { expect } from "vitest";
import type { ComplexMatrix } from "../../src/complex/types.js";
import type { BayesianResult, Hyperparameters } from "../../src/solvers/contract.js";
import {
  adjointOf,
  columnsOf,
  diagonalOf,
  distance,
  norm,
  product,
  rowsAt,
  scaled,
  solve,
  sum,
  trace,
  weighted,
} from "./dense-complex.js";

/** Unit roundoff. */
const u = Number.EPSILON / 2;

export interface DensePosterior {
  /**
   * Σ Aᴴ Y/σ², [atoms × snapshots], through the N × N precision of the coefficients, Σ = (Aᴴ A/σ² + Γ⁻¹)⁻¹.
   */
  readonly mean: ComplexMatrix;
  /** diag Σ by the same route; 0 where γ = 0. */
  readonly variance: Float64Array;
  /** Γ Aᴴ Σ_y⁻¹ Y, through the M × M covariance of the measurement, Σ_y = σ² I + A Γ Aᴴ. */
  readonly meanFromCovariance: ComplexMatrix;
  /** diag(Γ − Γ Aᴴ Σ_y⁻¹ A Γ), by the same route. */
  readonly varianceFromCovariance: Float64Array;
  /**
   * ‖Γ Aᴴ‖ ‖Σ_y⁻¹ Y‖: what the error of `meanFromCovariance` is relative to. It is far above ‖μ‖ when Y has a
   * part that no atom can explain, which must cancel in that formula.
   */
  readonly covarianceScale: number;
  /** ln p(Y): complex −L (M ln π + ln det Σ_y) − tr(Yᴴ Σ_y⁻¹ Y); real: half of that, with 2π. */
  readonly logEvidence: number;
  /** The sum of the magnitudes that the evidence is made of: what its error is relative to. */
  readonly evidenceScale: number;
  /** ‖Y − A μ‖. */
  readonly residualNorm: number;
  /**
   * Relative accuracy that double precision allows: 30 u (1 + ρ), with ρ = tr(A Γ Aᴴ)/(M σ²) the
   * signal-to-noise ratio.
   */
  readonly tolerance: number;
}

/** The model is real if neither dictionary nor measurement has an imaginary part. */
export function densePosterior(
  dictionary: ComplexMatrix,
  measurement: ComplexMatrix,
  priorVariance: ArrayLike<number>,
  noiseVariance: number,
): DensePosterior {
  const { rows, columns } = dictionary;
  const snapshots = measurement.columns;
  const weightedAtoms = weighted(dictionary, priorVariance);
  const signal = product(weightedAtoms, adjointOf(dictionary));
  const covariance = sum(signal, diagonalOf(new Float64Array(rows).fill(noiseVariance)));
  const { solution, logDeterminant } = solve(covariance, measurement);
  const explained = product(adjointOf(weightedAtoms), solve(covariance, weightedAtoms).solution);
  const quadratic = trace(product(adjointOf(measurement), solution));

  const real = isReal(dictionary) && isReal(measurement);
  const constant = rows * Math.log(real ? 2 * Math.PI : Math.PI);
  const half = real ? 0.5 : 1;
  const { mean, variance } = throughPrecision(dictionary, measurement, priorVariance, noiseVariance);
  return {
    mean,
    variance,
    meanFromCovariance: product(adjointOf(weightedAtoms), solution),
    varianceFromCovariance: Float64Array.from(
      priorVariance,
      (gamma, n) => gamma - explained.data[2 * (n * columns + n)],
    ),
    covarianceScale: norm(weightedAtoms) * norm(solution),
    logEvidence: -half * (snapshots * (constant + logDeterminant) + quadratic),
    evidenceScale: half * (snapshots * (constant + rows * Math.abs(logDeterminant)) + quadratic),
    residualNorm: norm(sum(measurement, product(dictionary, mean), -1)),
    tolerance: 30 * u * (1 + trace(signal) / (rows * noiseVariance)),
  };
}

function throughPrecision(
  dictionary: ComplexMatrix,
  measurement: ComplexMatrix,
  priorVariance: ArrayLike<number>,
  noiseVariance: number,
) {
  const active = Array.from(priorVariance, (_, n) => n).filter((n) => priorVariance[n] > 0);
  const atoms = columnsOf(dictionary, active);
  const inversePrior = diagonalOf(active.map((n) => 1 / priorVariance[n]));
  const precision = sum(inversePrior, product(adjointOf(atoms), atoms), 1 / noiseVariance);
  const correlations = scaled(product(adjointOf(atoms), measurement), 1 / noiseVariance);
  const covariance = solve(precision, diagonalOf(active.map(() => 1))).solution;
  const variance = new Float64Array(dictionary.columns);
  active.forEach((n, j) => {
    variance[n] = covariance.data[2 * (j * active.length + j)];
  });
  return {
    mean: rowsAt(solve(precision, correlations).solution, active, dictionary.columns),
    variance,
  };
}

/** γ of every atom. */
export function expandedPriorVariance(hyperparameters: Hyperparameters): Float64Array {
  if (hyperparameters.kind === "independent") return hyperparameters.priorVariance;
  let product = [1];
  for (const factor of hyperparameters.factors) {
    product = product.flatMap((left) => Array.from(factor, (right) => left * right));
  }
  return Float64Array.from(product);
}

/**
 * Checks mean, variance, evidence and residual of a result at its own hyperparameters, and that 0 ≤ Σₙₙ ≤ γₙ.
 * Mean and variance are compared with both dense routes, so that a mistake in one of them cannot pass.
 */
export function expectPosteriorIdentities(
  result: BayesianResult,
  dictionary: ComplexMatrix,
  measurement: ComplexMatrix,
): void {
  const gamma = expandedPriorVariance(result.hyperparameters);
  const dense = densePosterior(dictionary, measurement, gamma, result.noiseVariance);
  const within = (error: number, scale: number) => expect(error).toBeLessThanOrEqual(dense.tolerance * scale);
  within(distance(result.mean, dense.mean), norm(dense.mean));
  within(distance(result.mean, dense.meanFromCovariance), dense.covarianceScale);
  const largest = Math.max(...gamma);
  for (let n = 0; n < gamma.length; n++) {
    within(Math.abs(result.variance[n] - dense.variance[n]), largest);
    within(Math.abs(result.variance[n] - dense.varianceFromCovariance[n]), largest);
    expect(result.variance[n]).toBeGreaterThanOrEqual(0);
    expect(result.variance[n]).toBeLessThanOrEqual(gamma[n] * (1 + 4 * u));
  }
  within(Math.abs(result.logEvidence - dense.logEvidence), dense.evidenceScale);
  within(Math.abs(result.residualNorm - dense.residualNorm), norm(measurement));
}

/** Checks the evidence of a result at its own hyperparameters, and nothing else. */
export function expectEvidence(
  { hyperparameters, noiseVariance, logEvidence }: BayesianResult,
  dictionary: ComplexMatrix,
  measurement: ComplexMatrix,
): void {
  const gamma = expandedPriorVariance(hyperparameters);
  const dense = densePosterior(dictionary, measurement, gamma, noiseVariance);
  const error = Math.abs(logEvidence - dense.logEvidence);
  expect(error).toBeLessThanOrEqual(dense.tolerance * dense.evidenceScale);
}

function isReal({ data }: ComplexMatrix): boolean {
  return data.every((value, i) => i % 2 === 0 || value === 0);
}
