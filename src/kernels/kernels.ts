import { gemm } from "./gemm.js";
import { panelKernel } from "./packed.js";

/**
 * The numeric kernels that everything else calls, behind one interface so that a faster set can take their place.
 * Today that is the real matrix product, in TypeScript around an innermost loop in WebAssembly.
 */
export interface Kernels {
  /** What runs the innermost loop: "webassembly", or "typescript" where that is not available. */
  readonly name: string;
  /** C ← β C + α op(A) op(B), real, row-major; see {@link gemm} for the arguments. */
  readonly gemm: typeof gemm;
}

export const kernels: Kernels = {
  get name() {
    return panelKernel().name;
  },
  gemm,
};
