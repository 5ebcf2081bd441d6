/** Orthogonal matching pursuit on one or several snapshots: what `omp` and `somp` share. */
import { type Planar, planar, splitInto } from "../../complex/planar.js";
import { complexMatrix } from "../../complex/types.js";
import { optionError } from "../../errors.js";
import { type Room, roomSteps } from "../../kernels/room.js";
import { type WorkingOperator, workingOperator } from "../../operators/working.js";
import { numberOption, type OptionValues, optional } from "../../options.js";
import type { SolverOptions, SolverSteps, SparseResult, StopReason } from "../contract.js";
import { type Problem, restoreMean, restoreResidualNorm } from "../problem.js";
import { sharedOptionRules } from "../run.js";
import {
  appendColumn,
  enlarged,
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
  return roomSteps(who, (room) => pursue(who, problem, settings, room));
}

function* pursue(who: string, problem: Problem, settings: Settings, room: Room): SolverSteps<SparseResult> {
  const { rows, columns } = problem.operator;
  const { sparsity, maxIterations = Math.min(rows, columns) } = settings;
  const target = residualTarget(problem.measurement, settings, problem.units);
  const state = startState(problem, sparsity ?? maxIterations, room);
  let answer: SparseResult | undefined;
  const finish = (reason: StopReason) => {
    answer = resultOf(who, problem, state, reason);
    return answer;
  };
  if (problem.zero) return finish("zero-measurement");
  for (let iteration = 1; residualNorm(state) > target.norm; iteration++) {
    if (state.qr.size === sparsity) return finish("sparsity");
    if (iteration > maxIterations) return finish("max-iterations");
    if (!chooseAtom(problem, state, target.rounding)) return finish("breakdown");
    yield {
      iteration,
      change: residualNorm(state) / target.initial,
      supportSize: state.qr.size,
      current: () => answer ?? resultOf(who, problem, state, "stopped"),
    };
  }
  return finish("residual");
}

interface PursuitState {
  readonly operator: WorkingOperator;
  /** In the order they were chosen, as many as `qr` has columns. */
  readonly chosen: number[];
  /** Of the chosen atoms. */
  readonly qr: GrowingQr;
  /** Qᴴ Y, [chosen × snapshots]. */
  components: Planar;
  /** R = Y − Q Qᴴ Y, [rows × snapshots]. */
  readonly residual: Planar;
  /** 1 / ‖aₙ‖², and 0 for an atom that is not to be chosen: zero, chosen already, or dependent on those. */
  readonly weights: Float64Array;
  /** ‖aₙᴴ R‖² / ‖aₙ‖². */
  readonly scores: Float64Array;
  /** Aᴴ R, [atoms × snapshots]. */
  readonly correlation: Planar;
  /** An atom, and which. */
  readonly atom: Planar;
  readonly index: Int32Array;
  readonly room: Room;
}

function startState(
  { operator, measurement, real, snapshots }: Problem,
  most: number,
  room: Room,
): PursuitState {
  const { rows, columns } = operator;
  const residual = room.planar(rows * snapshots, real);
  splitInto(measurement.data, residual);
  const qr = growingQr(rows, operator.real, most, room);
  return {
    operator: workingOperator(operator, room),
    chosen: [],
    qr,
    components: room.planar(qr.capacity * snapshots, real),
    residual,
    weights: operator.columnNorms().map((square) => (square > smallestSquare ? 1 / square : 0)),
    scores: new Float64Array(columns),
    correlation: room.planar(columns * snapshots, real),
    atom: room.planar(rows, operator.real),
    index: new Int32Array(1),
    room,
  };
}

function residualNorm({ residual }: PursuitState): number {
  return Math.sqrt(squaredNorm(residual, 0, residual.re.length));
}

/** Scores every atom by its correlation with the residual; the first of those with the highest score, or −1. */
function correlate({ snapshots }: Problem, state: PursuitState, rounding: number): number {
  const { operator, residual, weights, scores, correlation } = state;
  operator.adjointInto(residual, snapshots, correlation);
  const { re, im } = correlation;
  let best = -1;
  let bestScore = rounding * rounding;
  for (let n = 0, i = 0; n < scores.length; n++, i++) {
    let power = re[i] * re[i];
    if (im !== undefined) power += im[i] * im[i];
    for (let l = 1; l < snapshots; l++) {
      i++;
      power += re[i] * re[i];
      if (im !== undefined) power += im[i] * im[i];
    }
    const score = weights[n] * power;
    scores[n] = score;
    if (score > bestScore) {
      best = n;
      bestScore = score;
    }
  }
  return best;
}

/** The first of the atoms with the highest score above rounding error, or −1. */
function highest(scores: Float64Array, rounding: number): number {
  let best = -1;
  let bestScore = rounding * rounding;
  for (let n = 0; n < scores.length; n++) {
    if (scores[n] <= bestScore) continue;
    best = n;
    bestScore = scores[n];
  }
  return best;
}

/**
 * Chooses the atom of the highest score (the first of equals) that does not depend on those chosen, and takes
 * its direction out of the residual. False if every score that is left is rounding error.
 */
function chooseAtom(problem: Problem, state: PursuitState, rounding: number): boolean {
  const { snapshots } = problem;
  const { operator, chosen, qr, residual, weights, scores, atom, index, room } = state;
  for (let best = correlate(problem, state, rounding); best >= 0; best = highest(scores, rounding)) {
    weights[best] = 0;
    scores[best] = 0;
    index[0] = best;
    operator.atomsInto(index, 1, atom);
    if (!appendColumn(qr, atom)) continue;
    const size = qr.capacity * snapshots;
    if (state.components.re.length < size) state.components = enlarged(state.components, size, room);
    const last = qr.size - 1;
    removeDirection(qr, last, residual, snapshots, state.components, last * snapshots);
    chosen.push(best);
    return true;
  }
  return false;
}

function resultOf(who: string, problem: Problem, state: PursuitState, reason: StopReason): SparseResult {
  const { operator, snapshots, real, units } = problem;
  const { chosen } = state;
  const coefficients = planar(chosen.length * snapshots, real);
  const { re, im } = state.components;
  for (let i = 0; i < coefficients.re.length; i++) {
    coefficients.re[i] = re[i];
    if (im !== undefined) coefficients.im![i] = im[i];
  }
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
