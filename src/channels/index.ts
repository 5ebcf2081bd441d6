export * from "./irs/index.js";
export { noiseVarianceAt, withNoise } from "./noise.js";
