/** Orthogonal matching pursuit on a product of supports: the steps of `kroneckerOmp`. */
import { type ModeFactor, modeProductsInto } from "../../complex/mode-products.js";
import { type Planar, splitInto } from "../../complex/planar.js";
import { complexMatrix } from "../../complex/types.js";
import { type Room, roomSteps } from "../../kernels/room.js";
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
  return roomSteps(who, (room) => pursue(who, problem, settings, room));
}

function* pursue(
  who: string,
  problem: KroneckerProblem,
  settings: Settings,
  room: Room,
): SolverSteps<SparseResult> {
  const { maxAtomsPerMode, maxIterations } = settings;
  const target = residualTarget(problem.measurement, settings, problem.units);
  const state = startState(problem, maxAtomsPerMode ?? Number.POSITIVE_INFINITY, room);
  const { modes } = state;
  let answer: SparseResult | undefined;
  const finish = (reason: StopReason) => {
    answer = resultOf(who, problem, state, reason);
    return answer;
  };
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
      current: () => answer ?? resultOf(who, problem, state, "stopped"),
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
  /** An atom. */
  readonly atom: Planar;
}

/** A mode's matrix along its axis, as {@link modeProductsInto} takes it; its sizes follow the atoms chosen. */
type Projection = { -readonly [Key in keyof ModeFactor]: ModeFactor[Key] };

interface KroneckerState {
  readonly modes: readonly Mode[];
  readonly measurement: Planar;
  readonly residual: Planar;
  /** The measurement in the bases of the modes: Y ×₁ Q₁ᴴ … ×_R Q_Rᴴ, [chosen₁ × … × chosen_R]. */
  readonly core: Planar;
  /** The residual's correlation with every atom, [atoms₁ × … × atoms_R]. */
  readonly correlation: Planar;
  readonly scratch: readonly [Planar, Planar];
  /** Ā_nᴴ, Q_nᴴ and Q_n. */
  readonly correlators: readonly Projection[];
  readonly inward: readonly Projection[];
  readonly outward: readonly Projection[];
  iterations: number;
}

function startState(problem: KroneckerProblem, maxAtomsPerMode: number, room: Room): KroneckerState {
  const { factors, measurement, real } = problem;
  const modes = factors.map((factor) => {
    const limit = Math.min(maxAtomsPerMode, factor.rows, factor.columns);
    const isReal = factor.parts.im === undefined;
    return {
      ...factor,
      unitAtoms: normalised(factor, room),
      limit,
      chosen: [],
      qr: growingQr(factor.rows, isReal, limit, room),
      atom: room.planar(factor.rows, isReal),
    };
  });
  const product = (sizeOf: (factor: Factor) => number) => factors.reduce((size, f) => size * sizeOf(f), 1);
  const largest = product(({ rows, columns }) => Math.max(rows, columns));
  const y = room.planar(measurement.rows, real);
  const residual = room.planar(measurement.rows, real);
  splitInto(measurement.data, y);
  splitInto(measurement.data, residual);
  return {
    modes,
    measurement: y,
    residual,
    core: room.planar(measurement.rows, real),
    correlation: room.planar(
      product(({ columns }) => columns),
      real,
    ),
    scratch: [room.planar(largest, real), room.planar(largest, real)],
    correlators: modes.map(({ unitAtoms, rows, columns }) => ({
      matrix: unitAtoms,
      form: "adjoint" as const,
      rows: columns,
      size: rows,
    })),
    inward: modes.map(({ qr, rows }) => ({ matrix: qr.q, form: "conjugate" as const, rows: 0, size: rows })),
    outward: modes.map(({ qr, rows }) => ({ matrix: qr.q, form: "transpose" as const, rows, size: 0 })),
    iterations: 0,
  };
}

function normalised({ rows, columns, parts }: Factor, room: Room): Planar {
  const unit = room.planar(rows * columns, parts.im === undefined);
  const { re, im } = unit;
  re.set(parts.re);
  if (parts.im !== undefined) im!.set(parts.im);
  for (let c = 0; c < columns; c++) {
    let square = 0;
    for (let at = c; at < rows * columns; at += columns) {
      square += re[at] * re[at] + (im === undefined ? 0 : im[at] * im[at]);
    }
    if (square < smallestSquare) {
      for (let at = c; at < rows * columns; at += columns) {
        re[at] = 0;
        if (im !== undefined) im[at] = 0;
      }
      continue;
    }
    const norm = Math.sqrt(square);
    for (let at = c; at < rows * columns; at += columns) {
      re[at] = re[at] / norm;
      if (im !== undefined) im[at] = im[at] / norm;
    }
  }
  return unit;
}

function copyColumn({ re, im }: Planar, rows: number, columns: number, c: number, out: Planar): void {
  const { re: outRe, im: outIm } = out;
  for (let r = 0; r < rows; r++) {
    outRe[r] = re[r * columns + c];
    if (im !== undefined) outIm![r] = im[r * columns + c];
  }
}

function normOf(v: Planar): number {
  return Math.sqrt(squaredNorm(v, 0, v.re.length));
}

function isFull({ chosen, limit }: Mode): boolean {
  return chosen.length === limit;
}

/** Adds the indices of the largest correlation to the modes that can take them; false if none can. */
function chooseAtoms(state: KroneckerState, rounding: number): boolean {
  const { modes, residual, correlation, correlators, scratch } = state;
  modeProductsInto(correlation, residual, correlators, 1, scratch);
  let rest = largestEntry(correlation, rounding);
  if (rest < 0) return false;
  let added = false;
  for (let n = modes.length - 1; n >= 0; n--) {
    const mode = modes[n];
    const { parts, rows, columns, chosen, qr, atom } = mode;
    const index = rest % columns;
    rest = (rest - index) / columns;
    if (isFull(mode) || chosen.includes(index)) continue;
    copyColumn(parts, rows, columns, index, atom);
    if (!appendColumn(qr, atom)) continue;
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
function project({ modes, measurement, residual, core, scratch, inward, outward }: KroneckerState): void {
  for (let n = 0; n < modes.length; n++) {
    const { q, size } = modes[n].qr;
    inward[n].matrix = q;
    inward[n].rows = size;
    outward[n].matrix = q;
    outward[n].size = size;
  }
  modeProductsInto(core, measurement, inward, 1, scratch);
  modeProductsInto(residual, core, outward, 1, scratch);
  subtractFrom(measurement.re, residual.re);
  if (residual.im !== undefined) subtractFrom(measurement.im!, residual.im);
}

/** b ← a − b. */
function subtractFrom(a: Float64Array, b: Float64Array): void {
  for (let i = 0; i < b.length; i++) b[i] = a[i] - b[i];
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
