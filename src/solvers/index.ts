export type {
  BayesianResult,
  Hyperparameters,
  IterationState,
  NoiseModel,
  SolverOptions,
  SolverStep,
  SolverSteps,
  SparseResult,
  StopReason,
} from "./contract.js";
export { kroneckerOmp, kroneckerOmpSteps } from "./greedy/kronecker-omp.js";
export type { KroneckerOmpOptions } from "./greedy/kronecker-pursuit.js";
export { omp, ompSteps } from "./greedy/omp.js";
export type { PursuitOptions } from "./greedy/pursuit.js";
export { somp, sompSteps } from "./greedy/somp.js";
export type { KroneckerDictionary } from "./kronecker-problem.js";
export { type LmmseOptions, lmmse } from "./lmmse.js";
export type { DictionaryInput, MeasurementInput } from "./problem.js";
export {
  type DecomposedKroneckerSblOptions,
  decomposedKroneckerSbl,
  decomposedKroneckerSblSteps,
} from "./sbl/decomposed-kronecker-sbl.js";
export type { InitialPrior } from "./sbl/hyperparameters.js";
export { neighbourCoupling } from "./sbl/kronecker/coupling.js";
export type { OffGridKroneckerSblResult } from "./sbl/kronecker/off-grid/result.js";
export type { KroneckerSblResult } from "./sbl/kronecker/result.js";
export type { KroneckerSblOptions } from "./sbl/kronecker/settings.js";
export { kroneckerSbl, kroneckerSblSteps } from "./sbl/kronecker-sbl.js";
export {
  type OffGridKroneckerSblOptions,
  offGridKroneckerSbl,
  offGridKroneckerSblSteps,
} from "./sbl/off-grid-kronecker-sbl.js";
export {
  type PatternCoupledSblOptions,
  patternCoupledSbl,
  patternCoupledSblSteps,
} from "./sbl/pattern-coupled-sbl.js";
export { type SblOptions, sbl, sblSteps } from "./sbl/sbl.js";
