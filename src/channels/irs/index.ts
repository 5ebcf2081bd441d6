export {
  directCascade,
  drawIrsChannel,
  type IrsChannel,
  type IrsChannelParameters,
} from "./channel.js";
export {
  cascadedChannels,
  cascadeFactors,
  cascadeFactorsAt,
  irsDictionary,
  type ThreeCosines,
  type ThreeFactors,
} from "./dictionary.js";
export type { IrsGeometry } from "./geometry.js";
export { irsParametricDictionaries, type ThreeDictionaries } from "./parametric-dictionaries.js";
export { type PathCoefficients, pathCoefficients } from "./path-coefficients.js";
export type { IrsCells, IrsPaths } from "./paths.js";
export type { SparseCoefficients } from "./sparse-coefficients.js";
export { drawIrsTraining, type IrsTraining, type IrsTrainingParameters, irsMeasurement } from "./training.js";
