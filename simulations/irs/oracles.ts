/** Oracle and bound of scenario `irs`. */
import { kroneckerCramerRao, oracleLeastSquares } from "../../src/bounds/index.js";
import {
  irsParametricDictionaries,
  type ThreeCosines,
  type ThreeDictionaries,
} from "../../src/channels/index.js";
import { complexMatrix, complexVector, identityMatrix } from "../../src/complex/index.js";
import type { ParametricDictionary } from "../../src/dictionaries/index.js";
import { withPoints } from "../../src/grids/index.js";
import { kroneckerOperator } from "../../src/operators/index.js";
import type { Oracle } from "../engine/contract.js";
import { estimated } from "../kronecker/recovery.js";
import { angleModes } from "./angle-error.js";
import type { IrsTruth } from "./draw.js";
import type { IrsEstimate } from "./estimate.js";
import type { IrsObservation } from "./observation.js";

type IrsOracle = Oracle<IrsTruth, IrsObservation, IrsEstimate>;

export const oracleLs: IrsOracle = {
  id: "oracle-ls",
  summary: "Least squares on the true atoms: on the grid those of the support, else those at the true angles",
  oracle: true,
  estimate: (observation, { support, paths: { cosines } }) => {
    const { measurement } = observation;
    if (support !== undefined) {
      return estimated(oracleLeastSquares(kroneckerOperator(observation.factors), measurement, support));
    }
    const atoms = dictionariesAt(observation, cosines).map(({ operator }) =>
      operator.atoms(range(operator.columns)),
    );
    const supports = atoms.map(({ columns }) => range(columns));
    const { status, estimate } = estimated(
      oracleLeastSquares(kroneckerOperator(atoms), measurement, supports),
    );
    return { status, estimate: { ...estimate, cosines } };
  },
};

/** Angles and gains of both links are unknown, not random; known is that the coefficients have rank one. */
export const crb: IrsOracle = {
  id: "crb",
  summary: "Cramér–Rao bound of unbiased estimates, number of paths and rank one of the coefficients known",
  oracle: true,
  estimate: (observation, truth) => {
    const { noiseVariance } = observation;
    const { cosines, coefficients } = truth.paths;
    const { coordinateVariances, squaredError } = kroneckerCramerRao(
      dictionariesAt(observation, cosines),
      coefficients,
      { noiseVariance, core: "rank-one", image: relativeChannels(truth) },
    );
    const angles = Object.entries(angleModes).map(([name, mode]) => [
      `angleRmse.${name}`,
      rootMean(coordinateVariances[mode]),
    ]);
    const bounds = { nmse: squaredError, ...Object.fromEntries(angles) };
    return { status: "ok", estimate: { coefficients: complexVector(0), bounds } };
  },
};

/** A1, A2, A3 with atoms at the given places only. */
function dictionariesAt({ dictionaries }: IrsObservation, cosines: ThreeCosines): ParametricDictionary[] {
  return dictionaries.map((dictionary, mode) =>
    dictionary.withGrid(withPoints(dictionary.grid, cosines[mode])),
  );
}

/**
 * What takes coefficients to the channels H_i/(‖H_i‖ √patterns): the squared norm of an error of these is the squared
 * error of the channels over their squared norms, mean over the patterns.
 */
function relativeChannels({ geometry, patterns, channels }: IrsTruth): ThreeDictionaries {
  const scaled = complexMatrix(patterns.rows, patterns.columns, patterns.data.slice());
  channels.forEach(({ data }, i) => {
    const energy = data.reduce((sum, part) => sum + part * part, 0);
    const scale = 1 / Math.sqrt(energy * channels.length);
    for (let l = 2 * i * patterns.columns; l < 2 * (i + 1) * patterns.columns; l++) scaled.data[l] *= scale;
  });
  // A pilot for one antenna after the other leaves the channels as they are.
  return irsParametricDictionaries(
    geometry,
    { patterns: scaled, pilots: identityMatrix(geometry.msAntennas) },
    1,
  );
}

function rootMean(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value, 0) / values.length);
}

function range(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, k) => k);
}
