/** Orthogonal matching pursuit on a product of supports: the steps of `kroneckerOmp`. */
import { modeProductsInto } from "../../complex/mode-products.js";
import { type Planar, planar, split } from "../../complex/planar.js";
import { complexMatrix } from "../../complex/types.js";
import { numberOption, type OptionValues, optional } from "../../options.js";
import type { SolverOptions, SolverSteps, SparseResult, StopReason } from "../contract.js";
import type { Factor, KroneckerProblem } from "../kronecker-problem.js";
import { restoreMean, restoreResidualNorm } from "../problem.js";
import { sharedOptionRules } from "../run.js";
import { appendColumn, type GrowingQr, growingQr, solveTriangleInPlace, squaredNorm } from "./growing-qr.js";
import {
  type ResidualOptions,
  requireStoppingRule,
  residualRules,
  residualTarget,
  smallestSquare,
} from "./stopping.js";

/**
 * Options of {@link kroneckerOmp}: at least one of `maxAtomsPerMode`, `residualTolerance`, `noiseVariance`.
 */
export interface KroneckerOmpOptions extends ResidualOptions, Omit<SolverOptions, "tolerance"> {
  /**
   * A mode takes no more atoms than this, and never more than min(rows, atoms) of its factor, the default.
   */
  readonly maxAtomsPerMode?: number;
  /** Default: the sum of the limits of all modes, which is never reached. */
  readonly maxIterations?: number;
}

export const kroneckerPursuitOptionTable = {
  maxAtomsPerMode: optional(numberOption({ min: 1, integer: true })),
  ...residualRules,
  maxIterations: optional(numberOption({ min: 1, integer: true })),
  ...sharedOptionRules,
} as const;

type Settings = OptionValues<typeof kroneckerPursuitOptionTable>;

/** @throws `option` if there is no stopping rule */
export function startKroneckerPursuit(
  who: string,
  problem: KroneckerProblem,
  settings: Settings,
): SolverSteps<SparseResult> {
  requireStoppingRule(who, settings, ["maxAtomsPerMode", "residualTolerance", "noiseVariance"]);
  return pursue(who, problem, settings);
}

function* pursue(who: string, problem: KroneckerProblem, settings: Settings): SolverSteps<SparseResult> {
  const { maxAtomsPerMode, maxIterations } = settings;
  const target = residualTarget(problem.measurement, settings, problem.units);
  const state = startState(problem, maxAtomsPerMode ?? Number.POSITIVE_INFINITY);
  const { modes } = state;
  const finish = (reason: StopReason) => resultOf(who, problem, state, reason);
  if (problem.zero) return finish("zero-measurement");
  while (normOf(state.residual) > target.norm) {
    if (maxAtomsPerMode !== undefined && modes.every(isFull)) return finish("sparsity");
    if (state.iterations === maxIterations) return finish("max-iterations");
    if (!chooseAtoms(state, target.rounding)) return finish("breakdown");
    project(state);
    state.iterations++;
    yield {
      iteration: state.iterations,
      change: normOf(state.residual) / target.initial,
      supportSize: modes.reduce((size, { chosen }) => size * chosen.length, 1),
      current: () => finish("stopped"),
    };
  }
  return finish("residual");
}

interface Mode extends Factor {
  /** The factor with its atoms at unit norm, zero atoms as they are. */
  readonly unitAtoms: Planar;
  /** Most atoms that this mode may have. */
  readonly limit: number;
  /** In the order they were chosen. */
  readonly chosen: number[];
  /** Of the chosen atoms, not normalised. */
  readonly qr: GrowingQr;
}

interface KroneckerState {
  readonly modes: readonly Mode[];
  readonly measurement: Planar;
  readonly residual: Planar;
  /** The measurement in the bases of the modes: Y ×₁ Q₁ᴴ … ×_R Q_Rᴴ, [chosen₁ × … × chosen_R]. */
  readonly core: Planar;
  /** The residual's correlation with every atom, [atoms₁ × … × atoms_R]. */
  readonly correlation: Planar;
  readonly scratch: readonly [Planar, Planar];
  iterations: number;
}

function startState(problem: KroneckerProblem, maxAtomsPerMode: number): KroneckerState {
  const { factors, measurement, real } = problem;
  const modes = factors.map((factor) => ({
    ...factor,
    unitAtoms: normalised(factor),
    limit: Math.min(maxAtomsPerMode, factor.rows, factor.columns),
    chosen: [],
    qr: growingQr(factor.rows, factor.parts.im === undefined),
  }));
  const product = (sizeOf: (factor: Factor) => number) => factors.reduce((size, f) => size * sizeOf(f), 1);
  const largest = product(({ rows, columns }) => Math.max(rows, columns));
  return {
    modes,
    measurement: split(measurement.data, real),
    residual: split(measurement.data, real),
    core: planar(measurement.rows, real),
    correlation: planar(
      product(({ columns }) => columns),
      real,
    ),
    scratch: [planar(largest, real), planar(largest, real)],
    iterations: 0,
  };
}

function normalised({ rows, columns, parts }: Factor): Planar {
  const unit = planar(rows * columns, parts.im === undefined);
  for (let c = 0; c < columns; c++) {
    const column = columnOf(parts, rows, columns, c);
    const square = squaredNorm(column, 0, rows);
    if (square < smallestSquare) continue;
    const norm = Math.sqrt(square);
    for (let r = 0; r < rows; r++) {
      unit.re[r * columns + c] = column.re[r] / norm;
      if (column.im !== undefined) unit.im![r * columns + c] = column.im[r] / norm;
    }
  }
  return unit;
}

function columnOf({ re, im }: Planar, rows: number, columns: number, c: number): Planar {
  const column = planar(rows, im === undefined);
  for (let r = 0; r < rows; r++) {
    column.re[r] = re[r * columns + c];
    if (im !== undefined) column.im![r] = im[r * columns + c];
  }
  return column;
}

function normOf(v: Planar): number {
  return Math.sqrt(squaredNorm(v, 0, v.re.length));
}

function isFull({ chosen, limit }: Mode): boolean {
  return chosen.length === limit;
}

/** Adds the indices of the largest correlation to the modes that can take them; false if none can. */
function chooseAtoms(state: KroneckerState, rounding: number): boolean {
  const { modes, residual, correlation, scratch } = state;
  const adjoints = modes.map(({ unitAtoms, rows, columns }) => ({
    matrix: unitAtoms,
    form: "adjoint" as const,
    rows: columns,
    size: rows,
  }));
  modeProductsInto(correlation, residual, adjoints, 1, scratch);
  let rest = largestEntry(correlation, rounding);
  if (rest < 0) return false;
  let added = false;
  for (let n = modes.length - 1; n >= 0; n--) {
    const mode = modes[n];
    const { parts, rows, columns, chosen, qr } = mode;
    const index = rest % columns;
    rest = (rest - index) / columns;
    if (isFull(mode) || chosen.includes(index)) continue;
    if (!appendColumn(qr, columnOf(parts, rows, columns, index))) continue;
    chosen.push(index);
    added = true;
  }
  return added;
}

/** The first index of the largest magnitude above a bound, or −1. */
function largestEntry({ re, im }: Planar, bound: number): number {
  let best = -1;
  let bestSquare = bound * bound;
  for (let i = 0; i < re.length; i++) {
    let square = re[i] * re[i];
    if (im !== undefined) square += im[i] * im[i];
    if (square > bestSquare) {
      best = i;
      bestSquare = square;
    }
  }
  return best;
}

/** Projects the measurement on the chosen atoms of every mode. */
function project({ modes, measurement, residual, core, scratch }: KroneckerState): void {
  const inward = modes.map(({ qr, rows }) => ({
    matrix: qr.q,
    form: "conjugate" as const,
    rows: qr.size,
    size: rows,
  }));
  const outward = modes.map(({ qr, rows }) => ({
    matrix: qr.q,
    form: "transpose" as const,
    rows,
    size: qr.size,
  }));
  modeProductsInto(core, measurement, inward, 1, scratch);
  modeProductsInto(residual, core, outward, 1, scratch);
  for (let i = 0; i < residual.re.length; i++) {
    residual.re[i] = measurement.re[i] - residual.re[i];
    if (residual.im !== undefined) residual.im[i] = measurement.im![i] - residual.im[i];
  }
}

function resultOf(
  who: string,
  { units }: KroneckerProblem,
  { modes, core, residual, iterations }: KroneckerState,
  reason: StopReason,
): SparseResult {
  const coefficients = { re: core.re.slice(), ...(core.im && { im: core.im.slice() }) };
  const total = modes.reduce((size, { chosen }) => size * chosen.length, 1);
  let left = 1;
  for (const { chosen, qr } of modes) {
    solveTriangleInPlace(qr, coefficients, left, total / (left * chosen.length));
    left *= chosen.length;
  }
  // The atom of every entry of the core, in its order.
  const atoms = modes.reduce(
    (indices, { chosen, columns }) => indices.flatMap((index) => chosen.map((c) => index * columns + c)),
    [0],
  );
  const mean = complexMatrix(
    modes.reduce((size, { columns }) => size * columns, 1),
    1,
  );
  atoms.forEach((atom, k) => {
    mean.data[2 * atom] = coefficients.re[k];
    if (coefficients.im !== undefined) mean.data[2 * atom + 1] = coefficients.im[k];
  });
  return {
    solver: "kronecker-omp",
    mean: restoreMean(who, mean, units),
    support: Int32Array.from(atoms).sort(),
    residualNorm: restoreResidualNorm(who, normOf(residual), units),
    iterations,
    converged: reason === "residual" || reason === "sparsity" || reason === "zero-measurement",
    reason,
  };
}
