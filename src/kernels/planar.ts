/**
 * Storage inside the kernels: real and imaginary parts in arrays of their own, and no imaginary array at all for
 * a real matrix. So every algorithm has one text for both fields and a real problem costs a quarter of a complex
 * one. Public matrices are interleaved; they are split once at entry and joined at exit.
 */

/** Row-major numbers; the imaginary parts are zero where `im` is absent. Shapes travel beside it. */
export interface Planar {
  readonly re: Float64Array;
  readonly im?: Float64Array | undefined;
}
