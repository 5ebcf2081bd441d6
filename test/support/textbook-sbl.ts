/**
 * Sparse Bayesian learning as a textbook states it: every step a dense matrix expression, by the covariance of the
 * measurement, for all atoms that are left. The witness of speed in the benchmark.
 *
 * Source: D. Wipf and B. Rao, "Sparse Bayesian learning for basis selection", IEEE Trans. Signal Processing 52(8), 2004,
 * eqs. (17)-(19).
 */
import type { ComplexMatrix } from "../../src/complex/types.js";
import { adjointOf, columnsOf, diagonalOf, product, rowsAt, solve, sum, weighted } from "./dense-complex.js";

export interface TextbookPosterior {
  /** μ, [atoms × snapshots]. */
  readonly mean: ComplexMatrix;
  /** diag Σ. */
  readonly variance: Float64Array;
}

export interface TextbookSbl {
  readonly mean: ComplexMatrix;
  /** γ; 0 for atoms that were removed. */
  readonly priorVariance: Float64Array;
  readonly iterations: number;
}

/** μ = Γ Aᴴ Σ_y⁻¹ Y and diag Σ = γ − diag(Γ Aᴴ Σ_y⁻¹ A Γ), with Σ_y = σ² I + A Γ Aᴴ. */
export function textbookPosterior(
  dictionary: ComplexMatrix,
  measurement: ComplexMatrix,
  gamma: Float64Array,
  noiseVariance: number,
): TextbookPosterior {
  const atoms = weighted(dictionary, gamma);
  const signal = product(atoms, adjointOf(dictionary));
  const noise = diagonalOf(new Float64Array(dictionary.rows).fill(noiseVariance));
  const whitened = solve(sum(signal, noise), atoms).solution;
  const variance = gamma.slice();
  for (let i = 0; i < atoms.data.length; i += 2) {
    const explained = atoms.data[i] * whitened.data[i] + atoms.data[i + 1] * whitened.data[i + 1];
    variance[(i / 2) % gamma.length] -= explained;
  }
  return { mean: product(adjointOf(whitened), measurement), variance };
}

/**
 * γ ← |μ|² + diag Σ from γ = `level` on, |μ|² averaged over snapshots; atoms whose γ falls below `pruneRatio` times
 * the largest are removed for good; ends when ‖Δγ‖ ≤ tolerance ‖γ‖.
 */
export function textbookSbl(
  dictionary: ComplexMatrix,
  measurement: ComplexMatrix,
  options: {
    readonly noiseVariance: number;
    readonly level: number;
    readonly pruneRatio: number;
    readonly tolerance: number;
    readonly maxIterations: number;
  },
): TextbookSbl {
  const { noiseVariance, pruneRatio, tolerance, maxIterations } = options;
  let atoms = Array.from({ length: dictionary.columns }, (_, n) => n);
  let gamma = new Float64Array(atoms.length).fill(options.level);
  let iterations = 0;
  for (
    let change = Number.POSITIVE_INFINITY;
    change > tolerance && iterations < maxIterations;
    iterations++
  ) {
    const { mean, variance } = textbookPosterior(
      columnsOf(dictionary, atoms),
      measurement,
      gamma,
      noiseVariance,
    );
    const updated = powers(mean).map((power, j) => power + variance[j]);
    change = Math.hypot(...updated.map((value, j) => value - gamma[j])) / Math.hypot(...gamma);
    const largest = Math.max(...updated);
    const keep = (_: number, j: number) => updated[j] >= pruneRatio * largest;
    atoms = atoms.filter(keep);
    gamma = updated.filter(keep);
  }
  const { mean } = textbookPosterior(columnsOf(dictionary, atoms), measurement, gamma, noiseVariance);
  const priorVariance = new Float64Array(dictionary.columns);
  atoms.forEach((atom, j) => {
    priorVariance[atom] = gamma[j];
  });
  return { mean: rowsAt(mean, atoms, dictionary.columns), priorVariance, iterations };
}

/** |μ_n|², averaged over snapshots. */
function powers({ rows, columns, data }: ComplexMatrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, n) => {
    const row = data.subarray(2 * n * columns, 2 * (n + 1) * columns);
    return row.reduce((total, value) => total + value * value, 0) / columns;
  });
}
