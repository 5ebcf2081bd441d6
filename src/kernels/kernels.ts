import { gemm } from "./gemm.js";

/**
 * The numeric kernels that everything else calls, behind one interface so that a faster set can take their place.
 * Today there is one set, in plain TypeScript.
 */
export interface Kernels {
  readonly name: string;
  /** C ← β C + α op(A) op(B), real, row-major; see {@link gemm} for the arguments. */
  readonly gemm: typeof gemm;
}

export const kernels: Kernels = { name: "typescript", gemm };
