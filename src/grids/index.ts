export type { UniformGridOptions } from "./axes.js";
export { cosineGrid, uniformGrid } from "./axes.js";
export type { Axis, Grid } from "./grid.js";
export { movePoints } from "./grid.js";
export { withPoints } from "./points.js";
export { productGrid } from "./product.js";
export { refineAround } from "./refine.js";
