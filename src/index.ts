/**
 * sparsewave: sparse Bayesian recovery and wireless channel estimation. The whole public surface; each folder is
 * also an entry of its own (`sparsewave/solvers`, `sparsewave/operators`, …).
 */
export * from "./arrays/index.js";
export * from "./bounds/index.js";
export * from "./channels/index.js";
export * from "./complex/index.js";
export * from "./dictionaries/index.js";
export { type ErrorCode, type ErrorDetails, isSparseError, SparseError } from "./errors.js";
export * from "./grids/index.js";
export * from "./io/index.js";
export * from "./kernels/index.js";
export * from "./linalg/index.js";
export * from "./metrics/index.js";
export * from "./operators/index.js";
export * from "./random/index.js";
export * from "./solvers/index.js";
