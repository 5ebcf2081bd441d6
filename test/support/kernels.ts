/** Choosing the kernels inside a test, and going back to those that the suite runs on. */
import { type KernelSettings, kernelInfo, useKernels } from "../../src/kernels/index.js";

export const backends = ["webassembly", "typescript"] as const;
export type Backend = (typeof backends)[number];

/** What SPARSEWAVE_KERNELS names; see `npm run test:full`. */
export const suiteBackend = (process.env["SPARSEWAVE_KERNELS"] ?? "automatic") as NonNullable<
  KernelSettings["backend"]
>;

export function useSuiteKernels(): void {
  useKernels({ backend: suiteBackend });
}

/** What `work` returns when it runs on one kind of kernels. */
export function withKernels<Result>(backend: Backend, work: () => Result): Result {
  useKernels({ backend });
  try {
    return work();
  } finally {
    useSuiteKernels();
  }
}

/** What `work` returns when solvers may have so many bytes of working memory. */
export function withMemoryLimit<Result>(memoryLimit: number, work: () => Result): Result {
  const before = kernelInfo().memoryLimit;
  useKernels({ memoryLimit });
  try {
    return work();
  } finally {
    useKernels({ memoryLimit: before });
  }
}
