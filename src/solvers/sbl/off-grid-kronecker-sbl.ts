import { isReal } from "../../complex/planar.js";
import { exponentOf, maxAbs } from "../../complex/scale.js";
import { allAtoms, atomMatrix } from "../../dictionaries/all-atoms.js";
import type { ParametricDictionary } from "../../dictionaries/index.js";
import { describe, shapeError } from "../../errors.js";
import { type OptionValues, readOptions } from "../../options.js";
import type { NoiseModel, SolverOptions, SolverSteps } from "../contract.js";
import { readKroneckerProblem } from "../kronecker-problem.js";
import { type NoiseStart, readNoise } from "../noise.js";
import type { MeasurementInput } from "../problem.js";
import { runSolver } from "../run.js";
import { checkSnapshots, coreStepsAfter } from "./kronecker/core/steps.js";
import type { OffGridKroneckerSblResult } from "./kronecker/off-grid/result.js";
import { offGridSteps } from "./kronecker/off-grid/run.js";
import { kroneckerOptionTable } from "./kronecker/settings.js";

const who = "offGridKroneckerSbl";

/** Options of {@link offGridKroneckerSbl}. */
export interface OffGridKroneckerSblOptions extends SolverOptions {
  /** The noise, known or to be learned. Required. */
  readonly noise: NoiseModel;
  /** γ is multiplied by (S/ν)^exponent, see `kroneckerSbl`; off the grids, by 0.5 where 1 would not do. Default 1. */
  readonly exponent?: 1 | 0.5;
  /**
   * On the grids, how many times the γ of one mode are drawn anew in search of a higher evidence; off the grids, in up
   * to three times as many ways the atoms of one mode are chosen anew. Default 10. Problems with few rows and many atoms
   * gain from more.
   */
  readonly restarts?: number;
  /**
   * What the coefficients of the atoms that are left are: "free", of a rank, or "auto", see `kroneckerSbl`. The atoms are
   * found with a free core all the same. Default "free".
   */
  readonly core?: "free" | "auto" | number;
  /**
   * On the grids: an atom of a mode is removed for good when its γ_n falls below this fraction of the mode's largest.
   * One number, or one per mode. Default 1e-4. Off the grids the evidence decides which atoms are removed.
   */
  readonly pruneRatio?: number | readonly number[];
  /**
   * On the grids, stop when ‖Δγ_n‖ ≤ tolerance ‖γ_n‖ in every mode; off the grids, when a round lowers the cost L, the
   * negative evidence per snapshot, by no more nats than this. Default 1e-4.
   */
  readonly tolerance?: number;
  /**
   * Sweeps before the restarts, and again after them; and then rounds off the grids, without those in which other atoms
   * are tried. Default 150.
   */
  readonly maxIterations?: number;
}

const { noise, exponent, restarts, core, pruneRatio, tolerance, maxIterations } = kroneckerOptionTable;
const { history, signal, onIteration } = kroneckerOptionTable;
const optionTable = {
  noise,
  exponent,
  restarts,
  core,
  pruneRatio,
  tolerance,
  maxIterations,
  history,
  signal,
  onIteration,
} as const;

export type OffGridSettings = OptionValues<typeof optionTable>;

/**
 * Sparse Bayesian learning with a Kronecker-structured dictionary whose atoms are not tied to a grid.
 *
 * Model: y = (A_1(u_1) ⊗ … ⊗ A_R(u_R)) x + w, x ~ N(0, diag(γ_1 ⊗ … ⊗ γ_R)), w ~ N(0, σ² I), real if
 * neither the measurement nor the atoms on the grids and their derivatives have an imaginary part, otherwise circular
 * complex. To be found are how many atoms each mode has, their coordinates u_n (all of every grid's
 * axes), the γ_n, and σ² if it is learned. The coefficients x are free while the atoms move; those of the answer may be of
 * low rank, see the option `core`.
 *
 * First the model is fitted on the grids (method "mm" of `kroneckerSbl`, with its restarts). The atoms that are left then
 * move: their coordinates, by damped Gauss-Newton steps with the exact slopes of L = ln det Σ_y + tr(Y^H Σ_y⁻¹ Y)/L_s, and
 * the γ_n and σ² follow in turn. When L has settled, atoms are merged or removed, and the atoms of whole modes are built
 * anew from the grid, wherever that lowers L + Σ_n K_n ln(20 G_n)/L_s (twice the last term if real), G_n the points of
 * grid n: the prior probability of one atom more is 1/20, and it could be in any cell. No step increases this objective.
 * Two atoms closer than the data can resolve become one.
 *
 * @param dictionaries - the factors A_n, [M_n × G_n], any number of them, on the grids to begin with. A grid should have a
 *   point or two in every cell of the array's resolution; finer ones cost little. A coordinate with a period moves freely,
 *   any other within the values of its axis; one with a single value and no period stays
 * @param measurement - y, [∏ M_n], or Y, [∏ M_n × snapshots]; order of rows and coefficients as in `kroneckerSbl`
 * @param options - see {@link OffGridKroneckerSblOptions}; the noise model is required
 * @returns mean [∏ K_n × snapshots], variance [∏ K_n] and γ_n [K_n] of exactly the atoms that are left, support: all of
 *   these; grids: where they are. Nothing is indexed over the grids to begin with. Periodic coordinates are in the period
 *   that begins with their axis
 *
 * @throws `shape` if there is no dictionary, or sizes disagree; `non-finite` for NaN or infinity, with the first index;
 *   `option` if an option is out of range; `range` if a noise variance is not positive
 *
 * @remarks
 * On the grids as `kroneckerSbl` with method "mm", but nothing of the size ∏ G_n is formed. Off the grids a step of mode n
 * takes O(M_n K_n Q + K_n³ + K_n² M_n Q d²) for Q = snapshots · ∏_{o≠n} min(M_o, K_o) and d coordinates, and the atoms
 * and their derivatives at K_n points; a mode that is built anew, O(G_n M_n Q) for each atom and way. Memory
 * O(∏ M_n · snapshots + G_n M_n Q).
 *
 * Sources: the evidence and its maximisation, as `kroneckerSbl`. Atoms off the grid: Y. He and G. Joseph, "Efficient
 * off-grid Bayesian parameter estimation for Kronecker-structured signals," arXiv 2412.00310, where the grid moves within
 * expectation-maximisation. Differences: slopes of the marginal likelihood itself, derived here; no decomposition of the
 * measurement, so x need not have rank one; atoms are merged, removed and chosen anew by the evidence.
 *
 * @example
 * const array = uniformLinearArray({ elements: 16 });
 * const dictionary = angleDictionary(array, cosineGrid(32));
 * const { grids, mean } = offGridKroneckerSbl([dictionary], snapshots, { noise: { kind: "learned" } });
 * grids[0].points; // direction cosines
 */
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
  const run = offGridSteps(who, { dictionaries, exponents, problem: { ...problem, real } }, settings, start);
  const { core } = settings;
  if (core === undefined || core === "free" || dictionaries.length === 1) return run;
  checkSnapshots(who, problem, core);
  return withCore(run, dictionaries, measurement, { ...settings, core }, start);
}

/** Where the atoms are with a free core; then their coefficients with another one. */
function* withCore(
  run: SolverSteps<OffGridKroneckerSblResult>,
  dictionaries: readonly ParametricDictionary[],
  measurement: MeasurementInput,
  settings: OffGridSettings & { readonly core: "auto" | number },
  start: NoiseStart,
): SolverSteps<OffGridKroneckerSblResult> {
  const free = yield* run;
  if (free.support.length === 0) return free;
  const { grids, solver } = free;
  const atoms = dictionaries.map((dictionary, n) => atomMatrix(dictionary.withGrid(grids[n])));
  const steps = coreStepsAfter(who, readKroneckerProblem(who, atoms, measurement), settings, start, free);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return { ...value, solver, grids };
    yield { ...value, current: () => ({ ...value.current(), solver, grids }) };
  }
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
