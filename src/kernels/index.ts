/** Which kernels the library computes with, and their memory. */
export {
  type KernelInfo,
  type KernelSettings,
  kernelInfo,
  type MeasuredWork,
  measureWorkingMemory,
  useKernels,
} from "./backend.js";
