export type {
  ArrayGeometry,
  ArrayReference,
  UniformLinearArrayOptions,
  UniformPlanarArrayOptions,
} from "./geometry.js";
export { arrayFromPositions, uniformLinearArray, uniformPlanarArray } from "./geometry.js";
export { directionVector, steeringVector } from "./steering.js";
