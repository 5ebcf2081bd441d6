export {
  directCascade,
  drawIrsChannel,
  type IrsChannel,
  type IrsChannelParameters,
} from "./channel.js";
export { cascadedChannels, cascadeFactors, irsDictionary, type ThreeFactors } from "./dictionary.js";
export type { IrsGeometry } from "./geometry.js";
export type { IrsCells, IrsPaths } from "./paths.js";
export type { SparseCoefficients } from "./sparse-coefficients.js";
export { drawIrsTraining, type IrsTraining, type IrsTrainingParameters, irsMeasurement } from "./training.js";
