/**
 * How free the coefficients on the product of the supports are: free, or of which rank. Everything is measured by
 * Schwarz's criterion
 *
 *     M ln σ² + RSS/σ² + p ln M,   p = ∏ K_n (free) or r (Σ K_n − N + 1) (rank r),     (−2 ln p(y) if real, −ln p(y) if complex)
 *
 * with RSS the residual of least squares with coefficients that are free, or of rank r, on K_n atoms of each mode, and M
 * the number of measurements.
 *
 * Source: G. Schwarz, "Estimating the dimension of a model", Ann. Statist. 6 (1978).
 */
import { modeProductsInto } from "../../../../complex/mode-products.js";
import { type Planar, planar, splitInto } from "../../../../complex/planar.js";
import { modeProductInto, multiplyInto } from "../../../../complex/products.js";
import type { Room } from "../../../../kernels/room.js";
import { createSvdWorkspace, svdInto } from "../../../../linalg/svd.js";
import type { KroneckerProblem } from "../../../kronecker-problem.js";
import { createModes, type Mode, weightAtoms } from "../modes.js";
import type { KroneckerSblResult } from "../result.js";
import { createComponents } from "./components.js";
import { fitComponents } from "./fit.js";

const highestRank = 3;
/**
 * A rank above one counts only if it saves a third of the parameters: closer to the free core, fits of low rank are sums of
 * huge components that cancel.
 */
const mostOfFree = 2 / 3;
/** The fits are accurate to this many nats. */
const accuracy = 0.01;
/** Directions of the atoms of a mode with less than this of the largest singular value do not count. */
const dependent = 1e-8;

export interface CoreChoice {
  readonly core: "free" | number;
  /** Schwarz's criterion for the free core. */
  readonly free: number;
}

/** Least squares on some atoms of every mode, in orthonormal bases of what they span. */
interface Reduced {
  readonly real: boolean;
  readonly noiseVariance: number;
  readonly modes: readonly Mode[];
  readonly spans: Span[];
  /** The measurement in these bases, [∏ size_n]. */
  core: Planar;
}

/** Atoms of unit norm A = U S V^H. */
interface Span {
  /** U, [M_n × size]. */
  readonly basis: Planar;
  readonly size: number;
  /** conj(V) S⁻¹, [K_n × size]: row j is the direction that only atom j can reach. */
  readonly directions: Planar;
}

/**
 * The core that the measurement speaks for, given the answer with a free core. Of its atoms those are taken that lower the
 * criterion of the free core. Rank one is taken too where a free core is of rank one.
 */
export function chooseCore(
  problem: KroneckerProblem,
  answer: KroneckerSblResult,
  noiseVariance: number,
  room: Room,
): CoreChoice {
  const reduced = reduce(problem, answer, noiseVariance, room);
  const { rows } = problem.measurement;
  const price = Math.log(rows);
  const removed = reduced === undefined ? 0 : removeAtoms(reduced, price);
  const sizes = reduced?.spans.map(({ size }) => size) ?? [];
  const parameters = product(sizes);
  const misfit = (answer.residualNorm / Math.sqrt(answer.noiseVariance)) ** 2 + removed;
  const free = rows * Math.log(noiseVariance) + misfit + parameters * price;
  if (reduced === undefined || parameters === 0) return { core: "free", free };

  let core: "free" | number = "free";
  // Of the reduced measurement the free core leaves nothing over.
  let lowest = parameters * price;
  for (let rank = 1; rank <= highestRank; rank++) {
    const own = rank * parametersOfRankOne(sizes);
    if (own > (rank === 1 ? 1 : mostOfFree) * parameters) break;
    const components = createComponents(reduced.core, sizes, rank, problem.real, room);
    const criterion = fitComponents(components, accuracy * noiseVariance, room) / noiseVariance + own * price;
    if (criterion < lowest || own === parameters) [core, lowest] = [rank, criterion];
  }
  return { core, free };
}

/** Schwarz's criterion for an answer, with K_n the number of atoms that are left. */
export function criterionOf(
  { factors, measurement: { rows } }: KroneckerProblem,
  { core, hyperparameters, residualNorm, noiseVariance: restored }: KroneckerSblResult,
  noiseVariance: number,
): number {
  const gammas = hyperparameters.kind === "kronecker" ? hyperparameters.factors : [];
  const sizes = gammas.map((gamma, n) =>
    Math.min(
      factors[n].rows,
      gamma.reduce((count, value) => count + (value > 0 ? 1 : 0), 0),
    ),
  );
  const parameters = core === "free" ? product(sizes) : core * parametersOfRankOne(sizes);
  const misfit = (residualNorm / Math.sqrt(restored)) ** 2;
  return rows * Math.log(noiseVariance) + misfit + parameters * Math.log(rows);
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}

function parametersOfRankOne(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size - 1, 1);
}

/** The measurement in the bases of the atoms of an answer. @returns `undefined` if a basis could not be computed */
function reduce(
  { factors, measurement, real }: KroneckerProblem,
  { hyperparameters }: KroneckerSblResult,
  noiseVariance: number,
  room: Room,
): Reduced | undefined {
  if (hyperparameters.kind !== "kronecker") return undefined;
  const modes = createModes(factors, 1);
  modes.forEach((mode, n) => {
    keepLargest(mode, hyperparameters.factors[n]);
  });
  const spans = modes.map(spanOf);
  if (!spans.every((span) => span !== undefined)) return undefined;
  const y = room.planar(measurement.rows, real);
  splitInto(measurement.data, y);
  const core = room.planar(product(spans.map(({ size }) => size)), real);
  const scratch = [room.planar(measurement.rows, real), room.planar(measurement.rows, real)] as const;
  const analysis = spans.map(({ basis, size }, n) => ({
    matrix: basis,
    form: "adjoint" as const,
    rows: size,
    size: modes[n].rows,
  }));
  modeProductsInto(core, y, analysis, 1, scratch);
  return { real, noiseVariance, modes, spans, core };
}

/** The active atoms of a mode ← those with positive γ, the largest ones if there are more than rows. */
function keepLargest(mode: Mode, gamma: Float64Array): void {
  const left = mode.active.slice(0, mode.count).filter((atom) => gamma[atom] > 0);
  const kept = left
    .sort((a, b) => gamma[b] - gamma[a])
    .subarray(0, mode.rows)
    .sort();
  mode.active.set(kept);
  mode.count = kept.length;
}

function spanOf(mode: Mode): Span | undefined {
  const { rows, count, dictionary } = mode;
  const real = dictionary.im === undefined;
  const atoms = planar(rows * count, real);
  mode.priorVariance.fill(1);
  weightAtoms(mode, atoms);
  normaliseColumns(atoms, rows, count);
  const u = planar(rows * count, real);
  const s = planar(count, true);
  const v = planar(count * count, real);
  if (!svdInto(atoms, rows, count, u, s, v, createSvdWorkspace(rows, count, real))) return undefined;
  const values = s.re;
  let size = 0;
  while (size < count && values[size] > dependent * values[0]) size++;
  const directions = planar(count * size, real);
  for (let j = 0; j < count; j++) {
    for (let k = 0; k < size; k++) {
      directions.re[j * size + k] = v.re[j * count + k] / values[k];
      if (directions.im !== undefined) directions.im[j * size + k] = -v.im![j * count + k] / values[k];
    }
  }
  return { basis: firstColumns(u, rows, count, size), size, directions };
}

function normaliseColumns({ re, im }: Planar, rows: number, columns: number): void {
  for (let j = 0; j < columns; j++) {
    let square = 0;
    for (let i = j; i < rows * columns; i += columns)
      square += re[i] * re[i] + (im === undefined ? 0 : im[i] * im[i]);
    const norm = Math.sqrt(square);
    if (norm === 0) continue;
    for (let i = j; i < rows * columns; i += columns) {
      re[i] = re[i] / norm;
      if (im !== undefined) im[i] = im[i] / norm;
    }
  }
}

function firstColumns(a: Planar, rows: number, columns: number, kept: number): Planar {
  const out = planar(rows * kept, a.im === undefined);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < kept; k++) {
      out.re[i * kept + k] = a.re[i * columns + k];
      if (out.im !== undefined) out.im[i * kept + k] = a.im![i * columns + k];
    }
  }
  return out;
}

/**
 * Removes one atom after the other for as long as the criterion of the free core falls: the one without which it falls
 * most.
 *
 * @returns by how much RSS/σ² has risen
 */
function removeAtoms(reduced: Reduced, price: number): number {
  const { modes, spans, noiseVariance } = reduced;
  let risen = 0;
  for (;;) {
    const parameters = product(spans.map(({ size }) => size));
    let best = { n: -1, at: -1, loss: 0, fall: 0 };
    for (let n = 0; n < modes.length; n++) {
      if (modes[n].count < 2) continue;
      const losses = lossesOf(reduced, n);
      const gain = (price * parameters) / spans[n].size;
      losses.forEach((energy, at) => {
        const loss = energy / noiseVariance;
        if (gain - loss > best.fall) best = { n, at, loss, fall: gain - loss };
      });
    }
    if (best.n < 0 || !removeAtom(reduced, best.n, best.at)) return risen;
    risen += best.loss;
  }
}

/** By how much the residual energy of the free core rises without one atom of mode n, for each of them. */
function lossesOf({ modes, spans, core, real }: Reduced, n: number): Float64Array {
  const { directions, size } = spans[n];
  const { count } = modes[n];
  const [left, right] = around(spans, n);
  const reached = planar(left * count * right, real);
  modeProductInto(reached, "conjugate", directions, count, size, core, left, right);
  const losses = new Float64Array(count);
  for (let a = 0, i = 0; a < left; a++) {
    for (let j = 0; j < count; j++) {
      for (let b = 0; b < right; b++, i++) losses[j] += reached.re[i] ** 2 + (reached.im?.[i] ?? 0) ** 2;
    }
  }
  for (let j = 0; j < count; j++) {
    let square = 0;
    for (let k = j * size; k < (j + 1) * size; k++)
      square += directions.re[k] ** 2 + (directions.im?.[k] ?? 0) ** 2;
    losses[j] = square > 0 ? losses[j] / square : 0;
  }
  return losses;
}

/** How many entries of the core lie before and behind one along a mode. */
function around(spans: readonly Span[], n: number): [number, number] {
  const sizes = spans.map(({ size }) => size);
  return [product(sizes.slice(0, n)), product(sizes.slice(n + 1))];
}

/** @returns false, and nothing has changed, if the new basis could not be computed */
function removeAtom(reduced: Reduced, n: number, at: number): boolean {
  const { modes, spans, real } = reduced;
  const mode = modes[n];
  const [left, right] = around(spans, n);
  const removed = mode.active[at];
  mode.active.copyWithin(at, at + 1, mode.count);
  mode.count--;
  const span = spanOf(mode);
  if (span === undefined) {
    mode.active.copyWithin(at + 1, at, mode.count);
    mode.active[at] = removed;
    mode.count++;
    return false;
  }
  const before = spans[n];
  const turn = planar(span.size * before.size, mode.dictionary.im === undefined);
  multiplyInto(turn, "adjoint", span.basis, "plain", before.basis, span.size, before.size, mode.rows);
  const core = planar(left * span.size * right, real);
  modeProductInto(core, "plain", turn, span.size, before.size, reduced.core, left, right);
  reduced.core = core;
  spans[n] = span;
  return true;
}
