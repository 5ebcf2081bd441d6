/** Eigenvalues and singular values. */
export { hermitianEigen, hermitianEigenWork } from "./eigen";
export { svd, svdWork } from "./svd";

/** Where the static data end. */
export function heapBase(): usize {
  return __heap_base;
}
