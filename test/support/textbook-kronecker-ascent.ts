/**
 * Majorise-minimise steps on the evidence of a Kronecker-structured model as a textbook states them: the dictionary
 * multiplied out, every quantity a dense matrix expression. Written for comparison, independent of the library.
 */
import type { ComplexMatrix } from "../../src/complex/types.js";
import {
  adjointOf,
  diagonalOf,
  kroneckerProduct,
  norm,
  product,
  solve,
  sum,
  trace,
  weighted,
} from "./dense-complex.js";

export interface TextbookAscent {
  /** γ ← γ (S/ν)^exponent. */
  readonly exponent: 1 | 0.5;
  /** Learned if absent, from a tenth of the mean power. */
  readonly noiseVariance?: number | undefined;
  /** One per mode, from the sixth sweep on. */
  readonly pruneRatio: readonly number[];
  /** C_n, real; γ_n = C_n g_n. */
  readonly couplings?: readonly (ComplexMatrix | null)[] | undefined;
  readonly sweeps: number;
}

/** γ of the whole dictionary and σ² after all sweeps, from a flat start at the power of the measurement. */
export function textbookAscent(
  factors: readonly ComplexMatrix[],
  measurement: ComplexMatrix,
  options: TextbookAscent,
): { readonly priorVariance: number[]; readonly noiseVariance: number } {
  const { exponent, pruneRatio, couplings } = options;
  const dictionary = kroneckerProduct(factors);
  const snapshots = measurement.columns;
  const power = norm(measurement) ** 2 / (measurement.rows * snapshots);
  const level = power / factors.reduce((all, factor) => (all * norm(factor) ** 2) / factor.rows, 1);
  // Which mode has the level does not matter.
  const latents = factors.map(({ columns }, n) =>
    new Array<number>(couplings?.[n]?.columns ?? columns).fill(n === 0 ? level : 1),
  );
  const kept = factors.map(({ columns }) => new Array<boolean>(columns).fill(true));
  const mixed = (n: number) => {
    const coupling = couplings?.[n];
    return kept[n].map((isKept, j) => {
      if (!isKept) return 0;
      if (coupling === null || coupling === undefined) return latents[n][j];
      return latents[n].reduce((total, g, k) => total + coupling.data[2 * (j * coupling.columns + k)] * g, 0);
    });
  };
  let noiseVariance = options.noiseVariance ?? 0.1 * power;
  for (let sweep = 0; sweep < options.sweeps; sweep++) {
    for (let n = 0; n < factors.length; n++) {
      const gammas = factors.map((_, k) => mixed(k));
      const covariance = covarianceOf(dictionary, outer(gammas), noiseVariance);
      const { solution } = solve(covariance, measurement);
      const parts = gammas[n].map((gamma, j) => {
        if (gamma === 0) return { energy: 0, count: 0 };
        // C_j = ∂Σ_y/∂γ_n[j].
        const slice = outer(
          gammas.map((factor, k) => (k === n ? factor.map((_, i) => (i === j ? 1 : 0)) : factor)),
        );
        const c = product(weighted(dictionary, slice), adjointOf(dictionary));
        return {
          energy: trace(product(adjointOf(solution), product(c, solution))) / snapshots,
          count: trace(solve(covariance, c).solution),
        };
      });
      const coupling = couplings?.[n];
      latents[n] = latents[n].map((g, k) => {
        const weight = (j: number) =>
          coupling === null || coupling === undefined
            ? Number(j === k)
            : coupling.data[2 * (j * coupling.columns + k)];
        const energy = parts.reduce((total, part, j) => total + weight(j) * part.energy, 0);
        const count = parts.reduce((total, part, j) => total + weight(j) * part.count, 0);
        return count > 0 ? g * (energy / count) ** exponent : 0;
      });
      if (sweep < 5) continue;
      const after = mixed(n);
      const largest = Math.max(...after);
      kept[n] = after.map((value) => value > 0 && value >= pruneRatio[n] * largest);
    }
    if (options.noiseVariance === undefined) {
      const gamma = outer(factors.map((_, n) => mixed(n)));
      noiseVariance = downhill(noiseVariance, (value) => slopeOf(dictionary, measurement, gamma, value));
    }
  }
  return { priorVariance: outer(factors.map((_, n) => mixed(n))), noiseVariance };
}

const outer = (factors: readonly (readonly number[])[]) =>
  factors.reduce<number[]>((all, factor) => all.flatMap((a) => factor.map((b) => a * b)), [1]);

function covarianceOf(dictionary: ComplexMatrix, gamma: readonly number[], noiseVariance: number) {
  const signal = product(weighted(dictionary, gamma), adjointOf(dictionary));
  return sum(signal, diagonalOf(new Float64Array(dictionary.rows).fill(noiseVariance)));
}

/** dL/d ln σ² by its definition, σ² tr Σ_y⁻¹ − σ² tr(Y^H Σ_y⁻² Y)/L. */
function slopeOf(
  dictionary: ComplexMatrix,
  measurement: ComplexMatrix,
  gamma: readonly number[],
  noiseVariance: number,
): number {
  const covariance = covarianceOf(dictionary, gamma, noiseVariance);
  const { solution } = solve(covariance, measurement);
  const unit = diagonalOf(new Float64Array(dictionary.rows).fill(1));
  const count = trace(solve(covariance, unit).solution);
  return noiseVariance * (count - norm(solution) ** 2 / measurement.columns);
}

/** Where the slope becomes zero, downhill from `start`: by steps of a twentieth of a neper, then by bisection. */
function downhill(start: number, slope: (value: number) => number): number {
  const step = slope(start) > 0 ? -0.05 : 0.05;
  let [from, to] = [start, start];
  for (let k = 0; k < 400; k++) {
    [from, to] = [to, to * Math.exp(step)];
    if (slope(to) * step > 0) break;
  }
  for (let k = 0; k < 40; k++) {
    const middle = Math.sqrt(from * to);
    if (slope(middle) * step > 0) to = middle;
    else from = middle;
  }
  return Math.sqrt(from * to);
}
