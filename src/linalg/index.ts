export { cholesky, choleskySolve, logDeterminant } from "./cholesky.js";
export { type HermitianEigen, hermitianEigen } from "./hermitian-eigen.js";
export { hermitianInverse } from "./hermitian-inverse.js";
export { leastSquares } from "./least-squares.js";
export { type Qr, qr } from "./qr.js";
export { type Svd, svd } from "./svd.js";
export { solveTriangular, type TriangularOptions } from "./triangular.js";
