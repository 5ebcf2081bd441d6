/**
 * Kronecker-structured sparse Bayesian learning as a textbook states it: the dictionary multiplied out, the full
 * posterior covariance formed, every step a matrix expression. Real data only. Written for comparison, with ml-matrix,
 * and independent of the library: it is the witness of correctness in the tests and of speed in the benchmark.
 */
import { CholeskyDecomposition, Matrix, SingularValueDecomposition } from "ml-matrix";

interface TextbookOptions {
  /** "ksbl": one sweep of alternating minimisation per iteration. */
  readonly method: "am" | "svd" | "ksbl";
  readonly noiseVariance: number;
  readonly pruneRatio: number;
  readonly tolerance: number;
  readonly innerTolerance: number;
  readonly maxIterations: number;
}

export interface TextbookResult {
  readonly mean: number[];
  readonly variance: number[];
  readonly iterations: number;
}

export function textbookKroneckerSbl(
  dictionaries: readonly Matrix[],
  y: readonly number[],
  options: TextbookOptions,
): TextbookResult {
  const sizes = dictionaries.map((dictionary) => dictionary.columns);
  const active = sizes.map((size) => Array.from({ length: size }, (_, j) => j));
  let factors = sizes.map((size, n) => {
    const others = sizes.slice(0, -1).reduce((product, other) => product * other, 1);
    return new Array<number>(size).fill(n === sizes.length - 1 ? Math.sqrt(others) : 1 / Math.sqrt(size));
  });
  let iterations = 0;
  for (
    let change = Number.POSITIVE_INFINITY;
    change > options.tolerance && iterations < options.maxIterations;
  ) {
    iterations++;
    factors = factors.map((factor, n) => {
      const keep = factor.map((value) => value >= options.pruneRatio * Math.max(...factor));
      active[n] = active[n].filter((_, j) => keep[j]);
      return factor.filter((_, j) => keep[j]);
    });
    const { mean, variance } = posterior(dictionaries, active, factors, y, options.noiseVariance);
    const powers = mean.map((value, j) => value * value + variance[j]);
    const before = product(factors);
    factors =
      options.method === "svd"
        ? rankOne(powers, factors)
        : alternate(
            powers,
            factors,
            options.method === "ksbl" ? Number.POSITIVE_INFINITY : options.innerTolerance,
          );
    const after = product(factors);
    change = distance(after, before) / Math.hypot(...before);
  }
  const { mean, variance } = posterior(dictionaries, active, factors, y, options.noiseVariance);
  const total = sizes.reduce((count, size) => count * size, 1);
  const result = {
    mean: new Array<number>(total).fill(0),
    variance: new Array<number>(total).fill(0),
    iterations,
  };
  indices(sizes, active).forEach((atom, j) => {
    result.mean[atom] = mean[j];
    result.variance[atom] = variance[j];
  });
  return result;
}

/** μ = Γ H^T Σ_y⁻¹ y, Σ = Γ − Γ H^T Σ_y⁻¹ H Γ. */
function posterior(
  dictionaries: readonly Matrix[],
  active: readonly number[][],
  factors: readonly number[][],
  y: readonly number[],
  noiseVariance: number,
) {
  const chosen = dictionaries.map((dictionary, n) => new Matrix(dictionary.subMatrixColumn(active[n])));
  const h = chosen.reduce((left, right) => left.kroneckerProduct(right));
  const gamma = product(factors);
  const weighted = h.clone().mulRowVector(gamma);
  const signal = weighted.mmul(h.transpose());
  // ml-matrix wants exact symmetry.
  const covariance = signal
    .clone()
    .add(signal.transpose())
    .mul(0.5)
    .add(Matrix.eye(h.rows).mul(noiseVariance));
  const cholesky = new CholeskyDecomposition(covariance);
  const mean = weighted
    .transpose()
    .mmul(cholesky.solve(Matrix.columnVector([...y])))
    .to1DArray();
  const sigma = Matrix.diag(gamma).sub(weighted.transpose().mmul(cholesky.solve(weighted)));
  return { mean, variance: sigma.diagonal() };
}

function rankOne(powers: readonly number[], factors: readonly number[][]): number[][] {
  let rest = [...powers];
  const result: number[][] = [];
  for (const factor of factors.slice(0, -1)) {
    const unfolded = Matrix.from1DArray(factor.length, rest.length / factor.length, rest);
    const decomposition = new SingularValueDecomposition(unfolded, { autoTranspose: true });
    result.push(decomposition.leftSingularVectors.getColumn(0).map(Math.abs));
    const scale = decomposition.diagonal[0];
    rest = decomposition.rightSingularVectors.getColumn(0).map((value) => scale * Math.abs(value));
  }
  return [...result, rest];
}

function alternate(powers: readonly number[], start: readonly number[][], tolerance: number): number[][] {
  const factors = start.map((factor) => [...factor]);
  for (let before = product(factors); ; ) {
    factors.forEach((factor, n) => {
      const sums = new Array<number>(factor.length).fill(0);
      const full = product(factors);
      const stride = factors.slice(n + 1).reduce((count, other) => count * other.length, 1);
      full.forEach((gamma, j) => {
        const k = Math.floor(j / stride) % factor.length;
        sums[k] += (powers[j] / gamma) * factor[k];
      });
      factors[n] = sums.map((sum) => (sum * factor.length) / full.length);
    });
    const after = product(factors);
    if (distance(after, before) <= tolerance) break;
    before = after;
  }
  const norms = factors.slice(0, -1).map((factor) => Math.hypot(...factor));
  const moved = norms.reduce((total, norm) => total * norm, 1);
  return factors.map((factor, n) =>
    factor.map((value) => (n < norms.length ? value / norms[n] : value * moved)),
  );
}

function product(factors: readonly number[][]): number[] {
  return factors.reduce((left, right) => left.flatMap((a) => right.map((b) => a * b)), [1]);
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, j) => value - b[j]));
}

function indices(sizes: readonly number[], active: readonly number[][]): number[] {
  return active.reduce((left, right, n) => left.flatMap((a) => right.map((b) => a * sizes[n] + b)), [0]);
}
