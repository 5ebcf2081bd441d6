export { oracleLeastSquares } from "./oracle-least-squares.js";
