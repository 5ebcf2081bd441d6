/**
 * Pattern coupling in Kronecker-structured sparse Bayesian learning: the prior variances of a mode are mixtures
 * γ̃_n = C_n γ_n of non-negative latent variances, so that atoms that share a latent variance appear together. With
 * C = I + β (shift up + shift down) the neighbours of a large coefficient are expected to be large.
 *
 * Source: Y. He and G. Joseph, "Bayesian algorithms for Kronecker-structured sparse vector recovery with
 * application to IRS-MIMO channel estimation", IEEE Trans. Signal Processing, 2024 (arXiv 2307.14719): PC-KroSBL.
 */
import { type MatrixInput, toComplexMatrix } from "../../../complex/convert.js";
import { expandOuterProduct } from "../../../complex/outer.js";
import type { Planar } from "../../../complex/planar.js";
import { exponentOf, maxAbs, timesPowerOfTwo } from "../../../complex/scale.js";
import { type ComplexMatrix, complexMatrix } from "../../../complex/types.js";
import { describe, optionError, rangeError, shapeError } from "../../../errors.js";
import { createNnlsWorkspace, type NnlsWorkspace, nonNegativeLeastSquares } from "../../../linalg/nnls.js";
import { relativeChange } from "../hyperparameters.js";
import { fullPriorVariance, type Mode } from "./modes.js";

/** How the prior variances of one mode come from latent ones: γ̃ = C γ. */
export interface Coupling {
  /** C, row-major, [atoms × latents], over all atoms of the mode. */
  readonly matrix: Float64Array;
  readonly latents: number;
  /** γ, [latents]; zero where a latent variance was dropped. */
  readonly values: Float64Array;
  /** The first `count` entries are the latent variances that are left, ascending. */
  readonly remaining: Int32Array;
  count: number;
}

/** Everything that {@link coupledNnlsStep} writes to besides modes and couplings, allocated once. */
export interface CouplingWorkspace {
  /** C_n at the active atoms and the latent variances that are left, one for each mode; empty if it is not coupled. */
  readonly restricted: readonly Float64Array[];
  readonly nnls: NnlsWorkspace;
  readonly solution: Float64Array;
  /** r_n. */
  readonly means: Float64Array;
  readonly inverses: readonly Float64Array[];
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly before: Float64Array;
  readonly after: Float64Array;
}

/** As published. */
const maxSweeps = 9;
const sweepTolerance = 1e-4;

const optionName = "couplingMatrices";

/**
 * C = I + β (shift up + shift down), for a mode whose neighbouring atoms appear together.
 *
 * Model: γ̃_j = γ_j + β (γ_{j−1} + γ_{j+1}), without the neighbours that do not exist.
 *
 * @param size - the number of atoms of the mode
 * @param beta - β, how much of a neighbour's latent variance an atom shares; published are 0.5 and 0.8
 * @returns C, [size × size], real
 *
 * @throws `range` if size is not a positive integer or β is not a number from 0 to 1
 *
 * @remarks 16·size² bytes.
 *
 * Source: Y. He and G. Joseph, "Bayesian algorithms for Kronecker-structured sparse vector recovery with
 * application to IRS-MIMO channel estimation", IEEE Trans. Signal Processing, 2024 (arXiv 2307.14719).
 *
 * @example
 * const couplingMatrices = [neighbourCoupling(18, 0.8), null, neighbourCoupling(18, 0.8)];
 */
export function neighbourCoupling(size: number, beta: number): ComplexMatrix {
  if (!(Number.isSafeInteger(size) && size > 0)) {
    throw rangeError("neighbourCoupling", "size", describe(size), "a positive integer");
  }
  if (!(typeof beta === "number" && beta >= 0 && beta <= 1)) {
    throw rangeError("neighbourCoupling", "beta", describe(beta), "a number from 0 to 1");
  }
  const matrix = complexMatrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = Math.max(0, i - 1); j <= Math.min(size - 1, i + 1); j++) {
      matrix.data[2 * (i * size + j)] = i === j ? 1 : beta;
    }
  }
  return matrix;
}

/**
 * Reads the option `couplingMatrices`: one matrix per mode, or null for a mode that is not coupled. Each is scaled by
 * a power of two so that its largest number is between 1 and 2; the latent variances, whose units follow, start at 1.
 *
 * @throws `option` unless there is one entry for each mode, real, not negative and without a zero row; `shape` if an
 *   entry is not a matrix with a row for each atom; `non-finite` with the first index
 */
export function readCouplings(
  who: string,
  input: readonly (MatrixInput | null)[],
  factors: readonly { readonly columns: number }[],
): (Coupling | undefined)[] {
  if (!Array.isArray(input) || input.length !== factors.length) {
    throw optionError(
      who,
      optionName,
      describe(input),
      `an array of ${factors.length}, a matrix or null for each mode`,
    );
  }
  return input.map((entry: MatrixInput | null, n) =>
    entry === null ? undefined : readCoupling(who, n, entry, factors[n].columns),
  );
}

function readCoupling(who: string, n: number, input: MatrixInput, atoms: number): Coupling {
  const name = `${optionName}[${n}]`;
  const { rows, columns, data } = toComplexMatrix(who, name, input);
  if (rows !== atoms) throw shapeError(who, name, `${rows} rows`, `${atoms} (dictionary[${n}].columns)`);
  const largest = maxAbs(data);
  const exponent = largest === 0 ? 0 : exponentOf(largest);
  const matrix = new Float64Array(rows * columns);
  for (let i = 0, at = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++, at++) {
      const where = `at row ${i}, column ${j}`;
      if (data[2 * at + 1] !== 0) throw optionError(who, name, `complex ${where}`, "real numbers");
      if (data[2 * at] < 0) throw optionError(who, name, `${data[2 * at]} ${where}`, "numbers of at least 0");
      matrix[at] = timesPowerOfTwo(data[2 * at], -exponent);
      sum += matrix[at];
    }
    if (sum === 0) throw optionError(who, name, `zero in row ${i}`, "a positive number in every row");
  }
  return {
    matrix,
    latents: columns,
    values: new Float64Array(columns).fill(1),
    remaining: Int32Array.from({ length: columns }, (_, j) => j),
    count: columns,
  };
}

/** γ̃ of the active atoms ← floor + C γ. */
export function effectiveVariance(coupling: Coupling, mode: Mode, floor = 0): void {
  const { matrix, latents, values, remaining } = coupling;
  const { active, priorVariance } = mode;
  for (let i = 0; i < mode.count; i++) {
    const row = active[i] * latents;
    let sum = floor;
    for (let k = 0; k < coupling.count; k++) {
      const latent = remaining[k];
      sum += matrix[row + latent] * values[latent];
    }
    priorVariance[i] = sum;
  }
}

/**
 * Drops latent variances after atoms were removed; γ̃ is left as it is. "unreached": those that reach no active atom,
 * which leaves C γ as it is too. "published": also those whose own atom was removed, as if the row and the column of
 * that atom were deleted from C; a latent variance has an atom of its own, that of the same number, where C is square
 * and no other number of its column is larger.
 */
export function dropLatents(coupling: Coupling, mode: Mode, rule: "unreached" | "published"): void {
  const { values, remaining } = coupling;
  let kept = 0;
  for (let k = 0; k < coupling.count; k++) {
    const latent = remaining[k];
    const own = rule === "published" && hasOwnAtom(coupling, latent, mode);
    if (own ? isActive(mode, latent) : reachesActive(coupling, latent, mode)) remaining[kept++] = latent;
    else values[latent] = 0;
  }
  coupling.count = kept;
}

function hasOwnAtom({ matrix, latents }: Coupling, latent: number, { atoms }: Mode): boolean {
  if (latents !== atoms) return false;
  const own = matrix[latent * latents + latent];
  for (let i = 0; i < atoms; i++) if (matrix[i * latents + latent] > own) return false;
  return own > 0;
}

function isActive({ active, count }: Mode, atom: number): boolean {
  for (let i = 0; i < count; i++) if (active[i] === atom) return true;
  return false;
}

function reachesActive({ matrix, latents }: Coupling, latent: number, { active, count }: Mode): boolean {
  for (let i = 0; i < count; i++) if (matrix[active[i] * latents + latent] > 0) return true;
  return false;
}

export function createCouplingWorkspace(
  modes: readonly Mode[],
  couplings: readonly (Coupling | undefined)[],
): CouplingWorkspace {
  const size = modes.reduce((product, mode) => product * mode.atoms, 1);
  const atoms = Math.max(...modes.map((mode) => mode.atoms));
  const latents = Math.max(0, ...couplings.map((coupling) => coupling?.latents ?? 0));
  // The Kronecker product of the modes before one, or after one.
  const others = size / Math.min(modes[0].atoms, modes[modes.length - 1].atoms);
  return {
    restricted: modes.map((mode, n) => new Float64Array(mode.atoms * (couplings[n]?.latents ?? 0))),
    nnls: createNnlsWorkspace(atoms, latents),
    solution: new Float64Array(latents),
    means: new Float64Array(atoms),
    inverses: modes.map((mode) => new Float64Array(mode.atoms)),
    left: new Float64Array(others),
    right: new Float64Array(others),
    before: new Float64Array(size),
    after: new Float64Array(size),
  };
}

/**
 * The M-step of pattern coupling as published, from the posterior powers Λ = |μ|² + diag Σ, [K_1 × … × K_R]. Each
 * mode in turn: r_n[j] = mean over the slice j of Λ / (product of the other modes' γ̃), which is the new γ̃_n if the
 * mode is not coupled; if it is, γ_n = argmin ‖C_n γ − r_n‖ over γ ≥ 0 and γ̃_n = floor_n + C_n γ_n. At most nine
 * sweeps over the modes; all factors but the last are scaled to unit norm after each.
 *
 * Not a descent step of the evidence. About R N multiply-adds per sweep, and the R least-squares problems of size
 * K_n × latents.
 *
 * @param couplings - one per mode, `undefined` where it is not coupled; their values follow
 * @param floors - per mode, in the units of its γ̃_n (only the last mode's has units); published is 1e-5. Positive: an
 *   atom that only zero latent variances reach would otherwise be divided by
 */
export function coupledNnlsStep(
  powers: Planar,
  modes: readonly Mode[],
  couplings: readonly (Coupling | undefined)[],
  floors: readonly number[],
  workspace: CouplingWorkspace,
): void {
  const { before, after, inverses } = workspace;
  for (let n = 0; n < modes.length; n++) {
    restrict(couplings[n], modes[n], workspace.restricted[n]);
    invert(modes[n], inverses[n]);
  }
  const size = fullPriorVariance(modes, before);
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    for (let n = 0; n < modes.length; n++) {
      sliceMeans(powers.re, n, modes, workspace);
      update(modes[n], couplings[n], floors[n], workspace.restricted[n], workspace);
      invert(modes[n], inverses[n]);
    }
    normaliseModes(modes, couplings, workspace);
    fullPriorVariance(modes, after);
    if (relativeChange(after, before, size) <= sweepTolerance) break;
    for (let j = 0; j < size; j++) before[j] = after[j];
  }
}

/** out ← C at the active atoms and the latent variances that are left. */
function restrict(coupling: Coupling | undefined, mode: Mode, out: Float64Array): void {
  if (coupling === undefined) return;
  const { matrix, latents, remaining, count } = coupling;
  for (let i = 0, at = 0; i < mode.count; i++) {
    const row = mode.active[i] * latents;
    for (let k = 0; k < count; k++, at++) out[at] = matrix[row + remaining[k]];
  }
}

/** means ← over each slice of mode n, the mean of Λ / (product of the other modes' γ̃). */
function sliceMeans(
  powers: Float64Array,
  n: number,
  modes: readonly Mode[],
  { left, right, means, inverses }: CouplingWorkspace,
): void {
  const { count } = modes[n];
  let before = 1;
  left[0] = 1;
  for (let o = 0; o < n; o++) before = expandOuterProduct(left, before, inverses[o], modes[o].count);
  let after = 1;
  right[0] = 1;
  for (let o = n + 1; o < modes.length; o++) {
    after = expandOuterProduct(right, after, inverses[o], modes[o].count);
  }
  means.fill(0, 0, count);
  for (let i = 0, at = 0; i < before; i++) {
    const weight = left[i];
    for (let j = 0; j < count; j++) {
      let sum = 0;
      for (let k = 0; k < after; k++, at++) sum += powers[at] * right[k];
      means[j] = means[j] + weight * sum;
    }
  }
  for (let j = 0; j < count; j++) means[j] = means[j] / (before * after);
}

/** γ̃ of a mode, and γ if it is coupled, from the slice means. */
function update(
  mode: Mode,
  coupling: Coupling | undefined,
  floor: number,
  restricted: Float64Array,
  { means, nnls, solution }: CouplingWorkspace,
): void {
  if (coupling === undefined) {
    for (let j = 0; j < mode.count; j++) mode.priorVariance[j] = means[j];
    return;
  }
  const { remaining, values, count } = coupling;
  nonNegativeLeastSquares(solution, restricted, mode.count, count, means, nnls);
  for (let k = 0; k < count; k++) values[remaining[k]] = solution[k];
  effectiveVariance(coupling, mode, floor);
}

/** Scales every γ̃_n but the last to unit norm and moves the norms into the last; each γ_n follows its γ̃_n. */
function normaliseModes(
  modes: readonly Mode[],
  couplings: readonly (Coupling | undefined)[],
  { inverses }: CouplingWorkspace,
): void {
  let moved = 1;
  for (let n = 0; n < modes.length; n++) {
    const mode = modes[n];
    const { priorVariance, count } = mode;
    let factor = moved;
    if (n < modes.length - 1) {
      let squares = 0;
      for (let j = 0; j < count; j++) squares += priorVariance[j] ** 2;
      const norm = squares === 0 ? 1 : Math.sqrt(squares);
      factor = 1 / norm;
      moved *= norm;
    }
    for (let j = 0; j < count; j++) priorVariance[j] = priorVariance[j] * factor;
    const values = couplings[n]?.values;
    if (values !== undefined) for (let k = 0; k < values.length; k++) values[k] = values[k] * factor;
    invert(mode, inverses[n]);
  }
}

function invert({ priorVariance, count }: Mode, out: Float64Array): void {
  for (let j = 0; j < count; j++) out[j] = 1 / priorVariance[j];
}
