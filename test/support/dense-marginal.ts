/** The marginal likelihood of a Kronecker-structured model by dense matrices: what the fast one is compared with. */
import type { ComplexMatrix } from "../../src/complex/types.js";
import type { RandomStream } from "../../src/random/index.js";
import type { Marginal } from "../../src/solvers/sbl/kronecker/marginal.js";
import type { Mode } from "../../src/solvers/sbl/kronecker/modes.js";
import {
  adjointOf,
  columnsOf,
  diagonalOf,
  kroneckerProduct,
  product,
  solve,
  sum,
  trace,
  weighted,
} from "./dense-complex.js";

export interface MarginalSetup {
  readonly factors: readonly ComplexMatrix[];
  /** Of the observed elements. */
  readonly measurement: ComplexMatrix;
  /** All of them if absent. */
  readonly observed?: Int32Array;
  readonly modes: readonly Mode[];
  readonly marginal: Marginal;
}

/** γ over two decades. */
export function drawVariances({ priorVariance, count }: Mode, stream: RandomStream): void {
  for (let j = 0; j < count; j++) priorVariance[j] = 10 ** (2 * stream.uniform() - 2);
}

export const variances = ({ priorVariance, count }: Mode) => Array.from(priorVariance.subarray(0, count));

export const outer = (factors: readonly (readonly number[])[]) =>
  factors.reduce<number[]>((all, factor) => all.flatMap((a) => factor.map((b) => a * b)), [1]);

const rowsOf = (matrix: ComplexMatrix, rows: ArrayLike<number>) =>
  adjointOf(columnsOf(adjointOf(matrix), rows));

/** The observed rows of A_1 ⊗ … ⊗ A_R at the active atoms, and their Σ_y. */
export function denseModel({ factors, modes, observed, marginal: { noiseVariance } }: MarginalSetup) {
  const active = factors.map((factor, n) => columnsOf(factor, modes[n].active.subarray(0, modes[n].count)));
  const whole = kroneckerProduct(active);
  const dictionary = observed === undefined ? whole : rowsOf(whole, observed);
  const signal = product(weighted(dictionary, outer(modes.map(variances))), adjointOf(dictionary));
  const noise = diagonalOf(new Float64Array(dictionary.rows).fill(noiseVariance));
  return { dictionary, covariance: sum(signal, noise) };
}

/** ln det Σ_y + tr(Y^H Σ_y⁻¹ Y)/L. */
export function denseCost(setup: MarginalSetup): number {
  const { measurement } = setup;
  const { solution, logDeterminant } = solve(denseModel(setup).covariance, measurement);
  return logDeterminant + trace(product(adjointOf(measurement), solution)) / measurement.columns;
}

/** γ_n[j] y^H Σ_y⁻¹ C_j Σ_y⁻¹ y and γ_n[j] tr(Σ_y⁻¹ C_j), with C_j = ∂Σ_y/∂γ_n[j]. */
export function denseSlopes(setup: MarginalSetup, n: number): { energies: number[]; counts: number[] } {
  const { measurement, modes } = setup;
  const { dictionary, covariance } = denseModel(setup);
  const { solution } = solve(covariance, measurement);
  const energies: number[] = [];
  const counts: number[] = [];
  for (let j = 0; j < modes[n].count; j++) {
    const slice = outer(
      modes.map((mode, k) => variances(mode).map((value, at) => (k !== n ? value : at === j ? value : 0))),
    );
    const part = product(weighted(dictionary, slice), adjointOf(dictionary));
    energies.push(trace(product(adjointOf(solution), product(part, solution))) / measurement.columns);
    counts.push(trace(solve(covariance, part).solution));
  }
  return { energies, counts };
}
