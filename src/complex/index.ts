export type { MatrixInput, RealMatrixInput, VectorInput } from "./convert.js";
export { toComplexMatrix, toComplexVector } from "./convert.js";
export type { ComplexMatrix, ComplexVector } from "./types.js";
export { complexMatrix, complexVector, identityMatrix } from "./types.js";
