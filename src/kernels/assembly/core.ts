/** The kernels that every solver needs. */
export { cholesky } from "./cholesky";
export { gemm } from "./gemm";
export { inverseFromFactor } from "./inverse";
export { solveLower, solveLowerAdjoint, solveUpper } from "./triangular";
export { clear, multiplyVector, multiplyVectorTransposed } from "./vectors";
export { whitenedNorms } from "./whitened";

/** Where the static data end. */
export function heapBase(): usize {
  return __heap_base;
}
