export { angleDictionary } from "./angle-dictionary.js";
export type { ParametricDictionary } from "./parametric-dictionary.js";
