export { angleDictionary } from "./angle-dictionary.js";
export { compressedDictionary } from "./compressed-dictionary.js";
export { conjugateDictionary } from "./conjugate-dictionary.js";
export type { ParametricDictionary } from "./parametric-dictionary.js";
