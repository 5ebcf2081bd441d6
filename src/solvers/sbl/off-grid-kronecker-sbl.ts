import { isReal } from "../../complex/planar.js";
import { exponentOf, maxAbs } from "../../complex/scale.js";
import { allAtoms, atomMatrix } from "../../dictionaries/all-atoms.js";
import type { ParametricDictionary } from "../../dictionaries/index.js";
import { describe, shapeError } from "../../errors.js";
import type { Grid } from "../../grids/index.js";
import { type OptionValues, readOptions } from "../../options.js";
import type { BayesianResult, NoiseModel, SolverOptions, SolverSteps } from "../contract.js";
import { readKroneckerProblem } from "../kronecker-problem.js";
import { readNoise } from "../noise.js";
import type { MeasurementInput } from "../problem.js";
import { runSolver } from "../run.js";
import { kroneckerOptionTable } from "./kronecker-settings.js";
import { offGridSteps } from "./off-grid-run.js";

const who = "offGridKroneckerSbl";

/** Options of {@link offGridKroneckerSbl}. */
export interface OffGridKroneckerSblOptions extends SolverOptions {
  /** The noise, known or to be learned. Required. */
  readonly noise: NoiseModel;
  /** On the grids: γ is multiplied by (S/ν)^exponent, see `kroneckerSbl`. Default 1. */
  readonly exponent?: 1 | 0.5;
  /** On the grids: how many times the γ of one mode are drawn anew in search of a higher evidence. Default 10. */
  readonly restarts?: number;
  /**
   * On the grids: an atom of a mode is removed for good when its γ_n falls below this fraction of the mode's largest.
   * One number, or one per mode. Default 1e-4. Off the grids the evidence decides which atoms are removed.
   */
  readonly pruneRatio?: number | readonly number[];
  /**
   * On the grids, stop when ‖Δγ_n‖ ≤ tolerance ‖γ_n‖ in every mode; off the grids, when a round raises the evidence of
   * a snapshot by no more nats than this. Default 1e-4.
   */
  readonly tolerance?: number;
  /**
   * Sweeps before the restarts, and again after them, and then rounds off the grids, without those in which the
   * evidence of fewer atoms is tried. Default 150.
   */
  readonly maxIterations?: number;
}

/** The answer of {@link offGridKroneckerSbl}: mean, variance, support and γ_n are those of the atoms that are left. */
export interface OffGridKroneckerSblResult extends BayesianResult {
  /**
   * Where the atoms are, one grid per mode: K_n points in the coordinates of the dictionary's axes. The atoms of mode n
   * are `dictionaries[n].withGrid(grids[n])`; coefficient ((j_1 K_2 + j_2) K_3 + j_3) belongs to the points
   * (j_1, j_2, j_3). All grids have no points if no atom is left.
   */
  readonly grids: readonly Grid[];
}

const { noise, exponent, restarts, pruneRatio, tolerance, maxIterations } = kroneckerOptionTable;
const { history, signal, onIteration } = kroneckerOptionTable;
const optionTable = {
  noise,
  exponent,
  restarts,
  pruneRatio,
  tolerance,
  maxIterations,
  history,
  signal,
  onIteration,
} as const;

export type OffGridSettings = OptionValues<typeof optionTable>;

/** DOC */
export function offGridKroneckerSbl(
  dictionaries: readonly ParametricDictionary[],
  measurement: MeasurementInput,
  options: OffGridKroneckerSblOptions,
): OffGridKroneckerSblResult {
  return runSolver(
    who,
    offGridKroneckerSblSteps(dictionaries, measurement, options),
    readOptions(who, optionTable, options),
  );
}

/** {@link offGridKroneckerSbl} step by step: yields after every iteration, returns the result. */
export function offGridKroneckerSblSteps(
  dictionaries: readonly ParametricDictionary[],
  measurement: MeasurementInput,
  options: OffGridKroneckerSblOptions,
): SolverSteps<OffGridKroneckerSblResult> {
  const settings = readOptions(who, optionTable, options);
  const start = readNoise(who, settings.noise);
  checkDictionaries(dictionaries);
  const matrices = dictionaries.map(atomMatrix);
  const problem = readKroneckerProblem(who, matrices, measurement);
  const exponents = matrices.map(({ data }) => {
    const largest = maxAbs(data);
    return largest === 0 ? 0 : exponentOf(largest);
  });
  const real = problem.real && dictionaries.every(movesAreReal);
  return offGridSteps(who, { dictionaries, exponents, problem: { ...problem, real } }, settings, start);
}

function checkDictionaries(dictionaries: readonly ParametricDictionary[]): void {
  if (!Array.isArray(dictionaries)) {
    throw shapeError(who, "dictionaries", describe(dictionaries), "a list of parametric dictionaries");
  }
  dictionaries.forEach((dictionary: ParametricDictionary | null, n) => {
    if (typeof dictionary?.withGrid === "function" && typeof dictionary.derivatives === "function") return;
    throw shapeError(who, `dictionaries[${n}]`, describe(dictionary), "a parametric dictionary");
  });
}

/** A real atom may become complex where it moves. */
function movesAreReal(dictionary: ParametricDictionary): boolean {
  const indices = allAtoms(dictionary);
  return dictionary.grid.axes.every((_, c) => isReal(dictionary.derivatives(indices, c).data));
}
