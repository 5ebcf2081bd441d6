/** Orthogonal matching pursuit on one or several snapshots: what `omp` and `somp` share. */
import { type Planar, planar, split } from "../../complex/planar.js";
import { type ComplexVector, complexMatrix, complexVector } from "../../complex/types.js";
import { optionError } from "../../errors.js";
import { numberOption, type OptionValues, optional } from "../../options.js";
import type { SolverOptions, SolverSteps, SparseResult, StopReason } from "../contract.js";
import { type Problem, restoreMean, restoreResidualNorm } from "../problem.js";
import { sharedOptionRules } from "../run.js";
import {
  appendColumn,
  type GrowingQr,
  growingQr,
  removeDirection,
  solveTriangleInPlace,
  squaredNorm,
} from "./growing-qr.js";
import {
  type ResidualOptions,
  requireStoppingRule,
  residualRules,
  residualTarget,
  smallestSquare,
} from "./stopping.js";

/**
 * Options of {@link omp} and {@link somp}: at least one of `sparsity`, `residualTolerance`, `noiseVariance`.
 */
export interface PursuitOptions extends ResidualOptions, Omit<SolverOptions, "tolerance"> {
  /** Stop when this many atoms are chosen; at most min(rows, atoms). */
  readonly sparsity?: number;
  /** Default: min(rows, atoms). */
  readonly maxIterations?: number;
}

type Settings = OptionValues<typeof pursuitOptionTable>;

export const pursuitOptionTable = {
  sparsity: optional(numberOption({ min: 1, integer: true })),
  ...residualRules,
  maxIterations: optional(numberOption({ min: 1, integer: true })),
  ...sharedOptionRules,
} as const;

/**
 * Checks the options against the problem and starts the pursuit.
 *
 * @throws `option` if there is no stopping rule, or if sparsity exceeds the number of rows or of atoms
 */
export function startPursuit(who: string, problem: Problem, settings: Settings): SolverSteps<SparseResult> {
  requireStoppingRule(who, settings, ["sparsity", "residualTolerance", "noiseVariance"]);
  const { sparsity } = settings;
  const most = Math.min(problem.operator.rows, problem.operator.columns);
  if (sparsity !== undefined && sparsity > most) {
    throw optionError(who, "sparsity", String(sparsity), `at most ${most}, the lesser of rows and atoms`);
  }
  return pursue(who, problem, settings);
}

function* pursue(who: string, problem: Problem, settings: Settings): SolverSteps<SparseResult> {
  const { rows, columns } = problem.operator;
  const { sparsity, maxIterations = Math.min(rows, columns) } = settings;
  const target = residualTarget(problem.measurement, settings, problem.units);
  const state = startState(problem);
  const finish = (reason: StopReason) => resultOf(who, problem, state, reason);
  if (problem.zero) return finish("zero-measurement");
  for (let iteration = 1; residualNorm(state) > target.norm; iteration++) {
    if (state.chosen.length === sparsity) return finish("sparsity");
    if (iteration > maxIterations) return finish("max-iterations");
    correlate(problem, state);
    if (!chooseAtom(problem, state, target.rounding)) return finish("breakdown");
    yield {
      iteration,
      change: residualNorm(state) / target.initial,
      supportSize: state.chosen.length,
      current: () => finish("stopped"),
    };
  }
  return finish("residual");
}

interface PursuitState {
  /** In the order they were chosen. */
  readonly chosen: number[];
  /** Of the chosen atoms. */
  readonly qr: GrowingQr;
  /** Qᴴ Y: the row of each chosen atom, [snapshots]. */
  readonly components: Planar[];
  /** R = Y − Q Qᴴ Y, [snapshots × rows]. */
  readonly residual: Planar;
  /** 1 / ‖aₙ‖², and 0 for an atom that is not to be chosen: zero, chosen already, or dependent on those. */
  readonly weights: Float64Array;
  /** ‖aₙᴴ R‖² / ‖aₙ‖². */
  readonly scores: Float64Array;
  /** One snapshot of the residual, and its correlation with every atom. */
  readonly snapshot: ComplexVector;
  readonly correlation: ComplexVector;
}

function startState({ operator, measurement, real, snapshots }: Problem): PursuitState {
  const { rows, columns } = operator;
  const { re, im } = planar(rows * snapshots, real);
  for (let r = 0, i = 0; r < rows; r++) {
    for (let l = 0; l < snapshots; l++, i += 2) {
      re[l * rows + r] = measurement.data[i];
      if (im !== undefined) im[l * rows + r] = measurement.data[i + 1];
    }
  }
  return {
    chosen: [],
    qr: growingQr(rows, operator.real),
    components: [],
    residual: im === undefined ? { re } : { re, im },
    weights: operator.columnNorms().map((square) => (square > smallestSquare ? 1 / square : 0)),
    scores: new Float64Array(columns),
    snapshot: complexVector(rows),
    correlation: complexVector(columns),
  };
}

function residualNorm({ residual }: PursuitState): number {
  return Math.sqrt(squaredNorm(residual, 0, residual.re.length));
}

/** Scores every atom by its correlation with the residual. */
function correlate({ operator, snapshots }: Problem, state: PursuitState): void {
  const { residual, weights, scores, snapshot, correlation } = state;
  scores.fill(0);
  for (let l = 0; l < snapshots; l++) {
    const from = l * operator.rows;
    for (let r = 0; r < operator.rows; r++) {
      snapshot.data[2 * r] = residual.re[from + r];
      if (residual.im !== undefined) snapshot.data[2 * r + 1] = residual.im[from + r];
    }
    const { data } = operator.adjoint(snapshot, correlation);
    for (let n = 0; n < scores.length; n++) {
      const re = data[2 * n];
      const im = data[2 * n + 1];
      scores[n] = scores[n] + weights[n] * (re * re + im * im);
    }
  }
}

/**
 * Chooses the atom of the highest score (the first of equals) that does not depend on those chosen, and takes
 * its direction out of the residual. False if every score that is left is rounding error.
 */
function chooseAtom({ operator, snapshots, real }: Problem, state: PursuitState, rounding: number): boolean {
  const { chosen, qr, components, residual, weights, scores } = state;
  for (;;) {
    let best = -1;
    let bestScore = rounding * rounding;
    for (let n = 0; n < scores.length; n++) {
      if (scores[n] <= bestScore) continue;
      best = n;
      bestScore = scores[n];
    }
    if (best < 0) return false;
    weights[best] = 0;
    scores[best] = 0;
    if (!appendColumn(qr, split(operator.atoms([best]).data, operator.real))) continue;
    const row = planar(snapshots, real);
    for (let l = 0; l < snapshots; l++) {
      removeDirection(qr, chosen.length, residual, l * operator.rows, row, l);
    }
    chosen.push(best);
    components.push(row);
    return true;
  }
}

function resultOf(who: string, problem: Problem, state: PursuitState, reason: StopReason): SparseResult {
  const { operator, snapshots, real, units } = problem;
  const { chosen, components } = state;
  const coefficients = planar(chosen.length * snapshots, real);
  components.forEach((row, k) => {
    coefficients.re.set(row.re, k * snapshots);
    if (row.im !== undefined) coefficients.im!.set(row.im, k * snapshots);
  });
  solveTriangleInPlace(state.qr, coefficients, 1, snapshots);
  const mean = complexMatrix(operator.columns, snapshots);
  chosen.forEach((atom, k) => {
    for (let l = 0; l < snapshots; l++) {
      const at = 2 * (atom * snapshots + l);
      mean.data[at] = coefficients.re[k * snapshots + l];
      if (coefficients.im !== undefined) mean.data[at + 1] = coefficients.im[k * snapshots + l];
    }
  });
  return {
    solver: who,
    mean: restoreMean(who, mean, units),
    support: Int32Array.from(chosen).sort(),
    residualNorm: restoreResidualNorm(who, residualNorm(state), units),
    iterations: chosen.length,
    converged: reason === "residual" || reason === "sparsity" || reason === "zero-measurement",
    reason,
  };
}
