/** Sums over the neighbours of every entry of a tensor: one step along each axis, nothing beyond the ends. */

/** An axis along which there are neighbours, in row-major order. */
export interface Axis {
  /** Entries along it, at least 2. */
  readonly extent: number;
  /** The distance in memory of two neighbours. */
  readonly stride: number;
}

/** The axes of a row-major tensor that have neighbours. */
export function axesOf(shape: readonly number[]): readonly Axis[] {
  const axes: Axis[] = [];
  let stride = 1;
  for (const extent of shape.toReversed()) {
    if (extent > 1) axes.push({ extent, stride });
    stride *= extent;
  }
  return axes;
}

/** out[n] ← values[n] + weight · Σ values[i] over the neighbours i of n; `out` is another array. */
export function withNeighbours(
  values: Float64Array,
  axes: readonly Axis[],
  weight: number,
  out: Float64Array,
): void {
  out.set(values);
  // Without weight, an infinite neighbour would make NaN.
  if (weight === 0) return;
  for (const { extent, stride } of axes) {
    const block = extent * stride;
    for (let start = 0; start < values.length; start += block) {
      const last = start + block - stride;
      for (let n = start; n < last; n++) {
        out[n] += weight * values[n + stride];
        out[n + stride] += weight * values[n];
      }
    }
  }
}
