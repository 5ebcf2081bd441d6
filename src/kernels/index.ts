/** Which kernels the library computes with. */
export { type KernelInfo, type KernelSettings, kernelInfo, useKernels } from "./backend.js";
