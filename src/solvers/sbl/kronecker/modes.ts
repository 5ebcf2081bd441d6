/**
 * The modes of a Kronecker-structured sparse Bayesian model: per mode a dictionary A_n, the atoms that are still
 * active, and their prior variances γ_n. The prior variance of the whole is γ = γ_1 ⊗ … ⊗ γ_R.
 */
import { expandOuterProduct } from "../../../complex/outer.js";
import type { Planar } from "../../../complex/planar.js";

export interface Mode {
  /** M_n. */
  readonly rows: number;
  /** N_n, before pruning. */
  readonly atoms: number;
  /** A_n, [rows × atoms]. */
  readonly dictionary: Planar;
  /** The first `count` entries are the active atoms, ascending. */
  readonly active: Int32Array;
  /** K_n, the number of active atoms. */
  count: number;
  /** γ_n of the active atoms: the first `count` entries. */
  readonly priorVariance: Float64Array;
}

/** A flat start: every γ equal to `level`, all factors but the last of unit norm. */
export function createModes(
  dictionaries: readonly { rows: number; columns: number; parts: Planar }[],
  level: number,
): Mode[] {
  return dictionaries.map(({ rows, columns, parts }, n) => {
    const isLast = n === dictionaries.length - 1;
    const others = dictionaries.slice(0, -1).reduce((product, other) => product * other.columns, 1);
    const value = isLast ? level * Math.sqrt(others) : 1 / Math.sqrt(columns);
    const active = nonzeroColumns(rows, columns, parts);
    return {
      rows,
      atoms: columns,
      dictionary: parts,
      active,
      count: active.length,
      priorVariance: new Float64Array(columns).fill(value),
    };
  });
}

/** An atom that is zero can explain nothing and is never active. */
function nonzeroColumns(rows: number, columns: number, { re, im }: Planar): Int32Array {
  const isNonzero = (column: number) => {
    for (let m = 0; m < rows; m++) {
      const at = m * columns + column;
      if (re[at] !== 0 || (im !== undefined && im[at] !== 0)) return true;
    }
    return false;
  };
  return Int32Array.from({ length: columns }, (_, column) => column).filter(isNonzero);
}

/** The flat γ whose expected measurement power, γ ∏ ‖A_n‖_F²/M_n, is that of the measurement. */
export function balancedLevel(
  factors: readonly { readonly rows: number; readonly parts: Planar }[],
  power: number,
): number {
  let level = power;
  for (const { rows, parts } of factors) {
    let energy = 0;
    for (const part of [parts.re, parts.im ?? []]) for (const value of part) energy += value * value;
    if (energy > 0) level *= rows / energy;
  }
  return level;
}

/**
 * Removes the atoms of a mode whose γ is below `ratio` times the largest of the mode, or below `absolute`, or zero.
 */
export function prune(mode: Mode, ratio: number, absolute: number): void {
  const { active, priorVariance } = mode;
  let largest = 0;
  for (let j = 0; j < mode.count; j++) largest = Math.max(largest, priorVariance[j]);
  const threshold = Math.max(ratio * largest, absolute);
  let kept = 0;
  for (let j = 0; j < mode.count; j++) {
    const value = priorVariance[j];
    if (!(value > 0) || value < threshold) continue;
    active[kept] = active[j];
    priorVariance[kept++] = value;
  }
  mode.count = kept;
}

/** Scales every factor but the last to unit Euclidean norm and moves the norms into the last; γ is unchanged. */
export function normaliseFactors(modes: readonly Mode[]): void {
  let moved = 1;
  for (let n = 0; n < modes.length - 1; n++) {
    const { priorVariance, count } = modes[n];
    let squares = 0;
    for (let j = 0; j < count; j++) squares += priorVariance[j] ** 2;
    const norm = Math.sqrt(squares);
    if (norm === 0) continue;
    for (let j = 0; j < count; j++) priorVariance[j] = priorVariance[j] / norm;
    moved *= norm;
  }
  const last = modes[modes.length - 1];
  for (let j = 0; j < last.count; j++) last.priorVariance[j] = last.priorVariance[j] * moved;
}

/** out ← γ of the active atoms, [K_1 × … × K_R]; returns how many there are. */
export function fullPriorVariance(modes: readonly Mode[], out: Float64Array): number {
  out[0] = 1;
  let size = 1;
  for (const { priorVariance, count } of modes) size = expandOuterProduct(out, size, priorVariance, count);
  return size;
}

/** The indices of the active atoms in the whole dictionary, ascending. */
export function activeAtoms(modes: readonly Mode[]): Int32Array {
  let indices = Int32Array.of(0);
  for (const { atoms, active, count } of modes) {
    const next = new Int32Array(indices.length * count);
    for (let i = 0; i < indices.length; i++) {
      for (let j = 0; j < count; j++) next[i * count + j] = indices[i] * atoms + active[j];
    }
    indices = next;
  }
  return indices;
}

/** out ← A_n diag(√γ_n) at the active atoms, [M_n × K_n]. */
export function weightAtoms(mode: Mode, out: Planar): void {
  const { dictionary } = mode;
  weightPart(mode, dictionary.re, out.re);
  if (dictionary.im !== undefined) weightPart(mode, dictionary.im, out.im!);
}

function weightPart(mode: Mode, from: Float64Array, to: Float64Array): void {
  const { rows, atoms, count, active, priorVariance } = mode;
  for (let j = 0; j < count; j++) {
    const root = Math.sqrt(priorVariance[j]);
    const atom = active[j];
    for (let m = 0; m < rows; m++) to[m * count + j] = from[m * atoms + atom] * root;
  }
}
