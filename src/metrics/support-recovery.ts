import { checkFinite } from "../complex/convert.js";
import { exponentOf, maxAbs, timesPowerOfTwo } from "../complex/scale.js";
import type { ComplexMatrix, ComplexVector } from "../complex/types.js";
import { rangeError } from "../errors.js";
import { numberOption, readOptions, withDefault } from "../options.js";
import { squaredNorm } from "./squared-norm.js";

export interface SupportRecoveryOptions {
  /** An atom counts as found if its magnitude exceeds this fraction of the largest one; 0 to 1, default 1e-3. */
  readonly threshold?: number;
}

const optionTable = { threshold: withDefault(numberOption({ min: 0, max: 1 }), 1e-3) };

/**
 * Support recovery rate |Ŝ ∩ S| / |Ŝ ∪ S| with Ŝ = {j : |x̂ⱼ| > threshold · max |x̂|}: 1 if the support is found
 * exactly, less for every atom missed and every false alarm. It is 1 if both supports are empty.
 *
 * @param estimate - x̂, [atoms] or [atoms × snapshots]; |x̂ⱼ| is then the norm of a row
 * @param truthSupport - S, indices of atoms in any order
 *
 * @throws `non-finite` if an entry of the estimate is NaN or infinite; `range` if an index is not that of an atom;
 *   `option` if the threshold is out of range
 *
 * @remarks Time and memory O(atoms · snapshots).
 */
export function supportRecovery(
  estimate: ComplexVector | ComplexMatrix,
  truthSupport: ArrayLike<number>,
  options: SupportRecoveryOptions = {},
): number {
  const { threshold } = readOptions("supportRecovery", optionTable, options);
  checkFinite("supportRecovery", "estimate", estimate.data);
  const [atoms, snapshots] = "rows" in estimate ? [estimate.rows, estimate.columns] : [estimate.length, 1];
  const truth = new Set<number>();
  for (let i = 0; i < truthSupport.length; i++) {
    const index = truthSupport[i];
    if (!(Number.isInteger(index) && index >= 0 && index < atoms)) {
      throw rangeError("supportRecovery", `truthSupport[${i}]`, String(index), `an index below ${atoms}`);
    }
    truth.add(index);
  }
  const norms = rowNorms(estimate.data, atoms, snapshots);
  const limit = threshold * maxAbs(norms);
  let union = truth.size;
  let intersection = 0;
  for (let j = 0; j < atoms; j++) {
    if (norms[j] <= limit) continue;
    if (truth.has(j)) intersection++;
    else union++;
  }
  return union === 0 ? 1 : intersection / union;
}

/** Norms of the rows, over a common power of two that brings the largest entry to between 1 and 2. */
function rowNorms(data: Float64Array, rows: number, columns: number): Float64Array {
  const norms = new Float64Array(rows);
  const largest = maxAbs(data);
  if (largest === 0) return norms;
  const common = exponentOf(largest);
  for (let row = 0; row < rows; row++) {
    const { fraction, exponent } = squaredNorm(data.subarray(2 * row * columns, 2 * (row + 1) * columns));
    norms[row] = timesPowerOfTwo(Math.sqrt(fraction), exponent - common);
  }
  return norms;
}
