/**
 * M-steps of Kronecker-structured sparse Bayesian learning: from the posterior powers Λ = |μ|² + diag Σ,
 * [K_1 × … × K_R], to new factors γ_1, …, γ_R.
 *
 * Source: Y. He and G. Joseph, "Bayesian algorithms for Kronecker-structured sparse vector recovery with
 * application to IRS-MIMO channel estimation", IEEE Trans. Signal Processing, 2024 (arXiv 2307.14719).
 */
import { expandOuterProduct } from "../../../complex/outer.js";
import type { Planar } from "../../../complex/planar.js";
import { multiplyInto } from "../../../complex/products.js";
import type { Room } from "../../../kernels/room.js";
import { fullPriorVariance, type Mode, normaliseFactors } from "./modes.js";

export interface MStepWorkspace {
  /** Partly contracted tensors, one for each level of the recursion. */
  readonly levels: readonly Planar[];
  readonly weights: Float64Array;
  readonly previous: Float64Array;
  readonly next: Float64Array;
  readonly inverses: readonly Float64Array[];
  readonly gram: Planar;
  readonly vector: Float64Array;
  /** γ_n, where the kernels are. */
  readonly left: Planar;
}

/** A change of γ, relative to its norm, that is rounding. */
const rounding = 64 * Number.EPSILON;
const maxPowerIterations = 1000;

export function createMStepWorkspace(modes: readonly Mode[], room: Room): MStepWorkspace {
  const product = (some: readonly Mode[]) => some.reduce((total, mode) => total * mode.atoms, 1);
  const size = product(modes);
  // What is left of Λ when its first mode, or the later half of its modes, is contracted away.
  const contracted = Math.max(product(modes.slice(1)), product(modes.slice(0, modes.length >> 1)));
  const largest = Math.max(...modes.map((mode) => mode.atoms));
  const depth = 1 + Math.ceil(Math.log2(modes.length));
  return {
    levels: Array.from({ length: depth }, () => room.planar(contracted, true)),
    weights: new Float64Array(size),
    previous: new Float64Array(size),
    next: new Float64Array(size),
    inverses: modes.map((mode) => new Float64Array(mode.atoms)),
    gram: room.planar(largest * largest, true),
    vector: new Float64Array(largest),
    left: room.planar(largest, true),
  };
}

/**
 * Alternating minimisation of Σ_j (ln γ_j + Λ_j/γ_j) over γ = γ_1 ⊗ … ⊗ γ_R: each factor in turn is set to its
 * exact minimiser, γ_n[j] = mean over the slice j of Λ / (product of the other factors), until ‖Δγ‖ ≤ tolerance or
 * `maxSweeps` are done. About 2 N multiply-adds per sweep.
 */
export function alternatingMinimisation(
  powers: Planar,
  modes: readonly Mode[],
  tolerance: number,
  maxSweeps: number,
  workspace: MStepWorkspace,
): void {
  const { previous, next, inverses } = workspace;
  for (let n = 0; n < modes.length; n++) invert(modes[n], inverses[n]);
  let size = fullPriorVariance(modes, previous);
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    updateModes(powers.re, size, 0, modes.length, 0, modes, workspace);
    size = fullPriorVariance(modes, next);
    let squares = 0;
    let norm = 0;
    for (let j = 0; j < size; j++) {
      squares += (next[j] - previous[j]) ** 2;
      norm += previous[j] ** 2;
    }
    if (squares <= Math.max(tolerance ** 2, rounding ** 2 * norm)) break;
    copy(next, previous, size);
  }
  normaliseFactors(modes);
}

/**
 * Updates modes `from` to `to` − 1 in order, given the powers contracted over all other modes. The range is halved:
 * the later half is contracted away to update the earlier one, and then the other way round with the new values.
 */
function updateModes(
  powers: Float64Array,
  size: number,
  from: number,
  to: number,
  level: number,
  modes: readonly Mode[],
  workspace: MStepWorkspace,
): void {
  if (to - from === 1) {
    const mode = modes[from];
    let others = 1;
    for (const other of modes) if (other !== mode) others *= other.count;
    for (let j = 0; j < mode.count; j++) mode.priorVariance[j] = powers[j] / others;
    invert(mode, workspace.inverses[from]);
    return;
  }
  const { weights } = workspace;
  const contracted = workspace.levels[level].re;
  const middle = (from + to) >> 1;
  const right = inverseProduct(middle, to, modes, workspace);
  const left = size / right;
  for (let i = 0, at = 0; i < left; i++) {
    let sum = 0;
    for (let j = 0; j < right; j++, at++) sum += powers[at] * weights[j];
    contracted[i] = sum;
  }
  updateModes(contracted, left, from, middle, level + 1, modes, workspace);
  inverseProduct(from, middle, modes, workspace);
  contracted.fill(0, 0, right);
  for (let i = 0, at = 0; i < left; i++) {
    const weight = weights[i];
    for (let j = 0; j < right; j++, at++) contracted[j] = contracted[j] + weight * powers[at];
  }
  updateModes(contracted, right, middle, to, level + 1, modes, workspace);
}

/** weights ← the Kronecker product of 1/γ_n over modes `from` to `to` − 1; returns its size. */
function inverseProduct(
  from: number,
  to: number,
  modes: readonly Mode[],
  { weights, inverses }: MStepWorkspace,
): number {
  weights[0] = 1;
  let size = 1;
  for (let n = from; n < to; n++) size = expandOuterProduct(weights, size, inverses[n], modes[n].count);
  return size;
}

function invert({ priorVariance, count }: Mode, out: Float64Array): void {
  for (let j = 0; j < count; j++) out[j] = 1 / priorVariance[j];
}

/**
 * Rank-one approximation of Λ by sequential singular value decompositions: γ_1 is the leading left singular vector
 * of Λ unfolded along its first mode, what remains of Λ in that direction is unfolded along the second, and so on.
 * All vectors are positive, because Λ is. Not a descent step of the evidence, but its early steps are large.
 * About N K_1 multiply-adds.
 */
export function sequentialSvd(powers: Planar, modes: readonly Mode[], workspace: MStepWorkspace): void {
  let rest = powers;
  let size = modes.reduce((product, mode) => product * mode.count, 1);
  for (let n = 0; n < modes.length - 1; n++) {
    const { count, priorVariance } = modes[n];
    const columns = size / count;
    leadingLeftVector(rest, count, columns, priorVariance, workspace);
    const projected = workspace.levels[n % 2];
    copy(priorVariance, workspace.left.re, count);
    multiplyInto(projected, "plain", workspace.left, "plain", rest, 1, columns, count);
    rest = projected;
    size = columns;
  }
  const last = modes[modes.length - 1];
  copy(rest.re, last.priorVariance, last.count);
}

function copy(from: Float64Array, to: Float64Array, size: number): void {
  for (let j = 0; j < size; j++) to[j] = from[j];
}

/**
 * The leading left singular vector of a positive matrix, by power iteration on its Gram matrix from the positive
 * vector that comes in. Sums of positive numbers only, so every entry is accurate, however small.
 */
function leadingLeftVector(
  matrix: Planar,
  rows: number,
  columns: number,
  vector: Float64Array,
  { gram, vector: next }: MStepWorkspace,
): void {
  multiplyInto(gram, "plain", matrix, "transpose", matrix, rows, rows, columns);
  const products = gram.re;
  normalise(vector, rows);
  for (let iteration = 0; iteration < maxPowerIterations; iteration++) {
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < rows; j++) sum += products[i * rows + j] * vector[j];
      next[i] = sum;
    }
    normalise(next, rows);
    let change = 0;
    for (let i = 0; i < rows; i++) {
      change = Math.max(change, Math.abs(next[i] - vector[i]));
      vector[i] = next[i];
    }
    if (change <= 4 * Number.EPSILON) return;
  }
}

function normalise(vector: Float64Array, length: number): void {
  let squares = 0;
  for (let i = 0; i < length; i++) squares += vector[i] ** 2;
  const norm = Math.sqrt(squares);
  for (let i = 0; i < length; i++) vector[i] = vector[i] / norm;
}
