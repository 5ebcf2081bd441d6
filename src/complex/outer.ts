/** The Kronecker product of real vectors. */

/** out ← v_1 ⊗ … ⊗ v_R of the first `lengths[n]` numbers of each vector, last index fastest; returns its size. */
export function outerProductInto(
  out: Float64Array,
  vectors: readonly Float64Array[],
  lengths: ArrayLike<number>,
): number {
  out[0] = 1;
  let size = 1;
  for (let n = 0; n < vectors.length; n++) size = expandOuterProduct(out, size, vectors[n], lengths[n]);
  return size;
}

/** The first `size` numbers of out ← themselves ⊗ the first `length` numbers of v; returns the new size. */
export function expandOuterProduct(
  out: Float64Array,
  size: number,
  vector: Float64Array,
  length: number,
): number {
  // In place, from the back: every block is read before it is overwritten.
  for (let i = size - 1; i >= 0; i--) {
    const value = out[i];
    const block = i * length;
    for (let j = length - 1; j >= 0; j--) out[block + j] = value * vector[j];
  }
  return size * length;
}
