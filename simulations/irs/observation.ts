/** What the base station knows after a training of scenario `irs`. */
import {
  type IrsGeometry,
  type IrsTraining,
  irsDictionary,
  irsParametricDictionaries,
  type ThreeDictionaries,
  type ThreeFactors,
} from "../../src/channels/index.js";
import type { ComplexVector } from "../../src/complex/index.js";
import { optionError } from "../../src/errors.js";
import type { KroneckerObservation } from "../kronecker/recovery.js";

/** y = (A1 ⊗ A2 ⊗ A3) x + w, with factors on a grid and the functions that they are made from. */
export interface IrsObservation extends KroneckerObservation {
  /**
   * A1 over departure minus arrival at the surface, A2 over the departure at the mobile station, A3 over the arrival at
   * the base station, on the grids of `factors`; made when first asked for.
   */
  readonly dictionaries: ThreeDictionaries;
  /** With the points of these grids. */
  readonly geometry: IrsGeometry;
  readonly training: IrsTraining;
}

/** With more grid points, the coefficients of all their products, G³, are too many for a study. */
const maxFactorPoints = 128;

/** An observation as plain data; factors and dictionaries follow from it. */
export class TrainingObservation implements IrsObservation {
  readonly measurement: ComplexVector;
  readonly noiseVariance: number;
  readonly geometry: IrsGeometry;
  readonly training: IrsTraining;
  #factors: ThreeFactors | undefined;
  #dictionaries: ThreeDictionaries | undefined;

  constructor(
    measurement: ComplexVector,
    noiseVariance: number,
    geometry: IrsGeometry,
    training: IrsTraining,
  ) {
    this.measurement = measurement;
    this.noiseVariance = noiseVariance;
    this.geometry = geometry;
    this.training = training;
  }

  /** @throws `option` if the grids are too fine for an estimator of all coefficients */
  get factors(): ThreeFactors {
    const { gridPoints } = this.geometry;
    if (gridPoints > maxFactorPoints) {
      const expected = `at most ${maxFactorPoints} for an estimator that uses the whole grid`;
      throw optionError("irs", "dictionaryPoints", String(gridPoints), expected);
    }
    this.#factors ??= irsDictionary(this.geometry, this.training);
    return this.#factors;
  }

  get dictionaries(): ThreeDictionaries {
    this.#dictionaries ??= irsParametricDictionaries(this.geometry, this.training);
    return this.#dictionaries;
  }
}
