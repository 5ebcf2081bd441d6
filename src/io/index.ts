export { type NpyArray, toMatrix } from "./array.js";
export { defaultLimits, type FileLimits } from "./limits.js";
export { readMat } from "./mat-read.js";
export { writeMat } from "./mat-write.js";
export { readNpy, writeNpy } from "./npy.js";
export { readNpz } from "./npz.js";
