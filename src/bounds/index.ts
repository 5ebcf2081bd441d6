export {
  type KroneckerCramerRao,
  type KroneckerCramerRaoOptions,
  kroneckerCramerRao,
} from "./kronecker-cramer-rao.js";
export { oracleLeastSquares } from "./oracle-least-squares.js";
