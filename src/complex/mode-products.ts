/** Products of a tensor with a matrix along every mode: the Kronecker product applied without being formed. */
import type { Planar } from "./planar.js";
import { type Form, modeProductInto } from "./products.js";

/** op(B), [rows × size], to be applied along one mode. */
export interface ModeFactor {
  readonly matrix: Planar;
  readonly form: Form;
  readonly rows: number;
  readonly size: number;
}

/**
 * out ← t ×_1 op(B_1) ×_2 … ×_R op(B_R), where t is [size_1 × … × size_R × trailing] and out is
 * [rows_1 × … × rows_R × trailing], row-major.
 *
 * The mode that shrinks the tensor most goes first and the one that lets it grow most goes last, so no intermediate
 * tensor is larger than both t and out, and the scratch tensors need hold no more than the larger of the two.
 */
export function modeProductsInto(
  out: Planar,
  t: Planar,
  factors: readonly ModeFactor[],
  trailing: number,
  scratch: readonly [Planar, Planar],
): void {
  let done = 0;
  let from = t;
  for (let step = 0; step < factors.length; step++) {
    const mode = mostShrinking(factors, done);
    const { matrix, form, rows, size } = factors[mode];
    let left = 1;
    let right = trailing;
    for (let n = 0; n < factors.length; n++) {
      const extent = (done & (1 << n)) !== 0 ? factors[n].rows : factors[n].size;
      if (n < mode) left *= extent;
      if (n > mode) right *= extent;
    }
    const to = step === factors.length - 1 ? out : scratch[step % 2];
    modeProductInto(to, form, matrix, rows, size, from, left, right);
    done |= 1 << mode;
    from = to;
  }
}

function mostShrinking(factors: readonly ModeFactor[], done: number): number {
  let best = -1;
  let bestRatio = Number.POSITIVE_INFINITY;
  for (let n = 0; n < factors.length; n++) {
    const ratio = factors[n].rows / factors[n].size;
    if ((done & (1 << n)) === 0 && (best < 0 || ratio < bestRatio)) [best, bestRatio] = [n, ratio];
  }
  return best;
}
