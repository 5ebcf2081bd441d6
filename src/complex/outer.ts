/** The Kronecker product of real vectors. */

/**
 * out ← v_1 ⊗ … ⊗ v_R of the first `lengths[n]` numbers of each vector, last index fastest; returns the size of
 * the product. Modes `from` to `to` − 1 only, if given.
 */
export function outerProductInto(
  out: Float64Array,
  vectors: readonly Float64Array[],
  lengths: ArrayLike<number>,
  from = 0,
  to: number = vectors.length,
): number {
  out[0] = 1;
  let size = 1;
  for (let n = from; n < to; n++) {
    const vector = vectors[n];
    const length = lengths[n];
    // In place, from the back: every block is read before it is overwritten.
    for (let i = size - 1; i >= 0; i--) {
      const value = out[i];
      const block = i * length;
      for (let j = length - 1; j >= 0; j--) out[block + j] = value * vector[j];
    }
    size *= length;
  }
  return size;
}
