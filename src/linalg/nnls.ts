/**
 * Least squares with non-negative unknowns, for small real dense problems.
 *
 * Source: C. L. Lawson and R. J. Hanson, Solving Least Squares Problems, Prentice-Hall, 1974, chapter 23.
 */

/** What {@link nonNegativeLeastSquares} works in. */
export interface NnlsWorkspace {
  /** Q C for the orthogonal Q so far, [rows × columns]; triangular in the columns of the passive set. */
  readonly transformed: Float64Array;
  /** Q r. */
  readonly target: Float64Array;
  /** ‖c_j‖. */
  readonly norms: Float64Array;
  /** Cᵀ (r − C g), later the coefficients of a reflection. */
  readonly dual: Float64Array;
  /** Least squares over the passive set, in its order. */
  readonly trial: Float64Array;
  readonly reflector: Float64Array;
  /** The unknowns that are free to be positive, in the order of the triangle's columns. */
  readonly passive: Int32Array;
  readonly isPassive: Uint8Array;
}

/** Room for every problem of at most this size. */
export function createNnlsWorkspace(rows: number, columns: number): NnlsWorkspace {
  return {
    transformed: new Float64Array(rows * columns),
    target: new Float64Array(rows),
    norms: new Float64Array(columns),
    dual: new Float64Array(columns),
    trial: new Float64Array(Math.min(rows, columns)),
    reflector: new Float64Array(rows),
    passive: new Int32Array(Math.min(rows, columns)),
    isPassive: new Uint8Array(columns),
  };
}

/**
 * g ← argmin ‖C g − r‖ over g ≥ 0, by active sets: unknowns enter one at a time, the one whose column points most
 * along the residual first, and leave when the least-squares solution over those that entered turns negative. The
 * QR factorisation of the columns that entered is updated, never recomputed.
 *
 * On return g ≥ 0 and the gradient c_jᵀ (r − C g) is zero where g_j > 0 and not positive elsewhere, up to rounding.
 * Where columns are dependent g is one of several minimisers; C g is unique.
 *
 * @param matrix - C, row-major, [rows × columns]; the squares of its numbers must be in range
 * @param solution - g, its first `columns` numbers
 * @returns whether it ended at the minimum; otherwise g is feasible but something was not finite (then g is NaN) or
 *   3·columns + 10 unknowns entered without an end
 *
 * @remarks About 4 rows · columns multiply-adds for every unknown that enters, and at most as many for each that
 *   leaves. Allocates nothing.
 */
export function nonNegativeLeastSquares(
  solution: Float64Array,
  matrix: Float64Array,
  rows: number,
  columns: number,
  target: Float64Array,
  workspace: NnlsWorkspace,
): boolean {
  const { isPassive } = workspace;
  const scale = start(matrix, rows, columns, target, workspace);
  isPassive.fill(0, 0, columns);
  if (!Number.isFinite(scale)) {
    solution.fill(Number.NaN, 0, columns);
    return false;
  }
  solution.fill(0, 0, columns);
  // Above the rounding of an inner product, so that what enters has a column independent of the others.
  const threshold = 16 * (rows + columns) * Number.EPSILON * scale;
  let size = 0;
  for (let entries = 0; entries < 3 * columns + 10; entries++) {
    const entering = steepest(workspace, rows, columns, size, threshold);
    if (entering < 0) return true;
    enter(workspace, rows, columns, size, entering);
    size++;
    solveTriangle(workspace, columns, size);
    while (!advance(workspace, solution, size)) {
      size = dropZeros(workspace, solution, columns, size);
      solveTriangle(workspace, columns, size);
    }
  }
  return false;
}

/** Copies the problem into the workspace; returns ‖r‖, not finite if anything is not. */
function start(
  matrix: Float64Array,
  rows: number,
  columns: number,
  from: Float64Array,
  { transformed, target, norms }: NnlsWorkspace,
): number {
  let squares = 0;
  norms.fill(0, 0, columns);
  for (let i = 0, at = 0; i < rows; i++) {
    target[i] = from[i];
    squares += from[i] * from[i];
    for (let j = 0; j < columns; j++, at++) {
      const value = matrix[at];
      transformed[at] = value;
      norms[j] = norms[j] + value * value;
    }
  }
  for (let j = 0; j < columns; j++) {
    if (!Number.isFinite(norms[j])) return Number.NaN;
    norms[j] = Math.sqrt(norms[j]);
  }
  return Math.sqrt(squares);
}

/** The unknown whose column has the largest correlation with the residual; −1 if none is above the threshold. */
function steepest(
  { transformed, target, norms, dual, isPassive }: NnlsWorkspace,
  rows: number,
  columns: number,
  size: number,
  threshold: number,
): number {
  dual.fill(0, 0, columns);
  for (let i = size; i < rows; i++) {
    const residual = target[i];
    const row = i * columns;
    for (let j = 0; j < columns; j++) dual[j] = dual[j] + residual * transformed[row + j];
  }
  let best = -1;
  let largest = threshold;
  for (let j = 0; j < columns; j++) {
    if (isPassive[j] !== 0 || norms[j] === 0) continue;
    const correlation = dual[j] / norms[j];
    if (correlation > largest) {
      largest = correlation;
      best = j;
    }
  }
  return best;
}

/** A column enters: the reflection that makes it the next one of the triangle. */
function enter(
  { transformed, target, dual, reflector, passive, isPassive }: NnlsWorkspace,
  rows: number,
  columns: number,
  size: number,
  entering: number,
): void {
  passive[size] = entering;
  isPassive[entering] = 1;
  let squares = 0;
  for (let i = size; i < rows; i++) {
    reflector[i] = transformed[i * columns + entering];
    squares += reflector[i] * reflector[i];
  }
  const norm = Math.sqrt(squares);
  const head = reflector[size];
  reflector[size] = head + (head < 0 ? -norm : norm);
  // H = I − v vᵀ / (‖x‖ |v_1|) for v = x + sign(x_1) ‖x‖ e_1.
  const factor = 1 / (norm * Math.abs(reflector[size]));
  let inner = 0;
  dual.fill(0, 0, columns);
  for (let i = size; i < rows; i++) {
    const weight = reflector[i];
    const row = i * columns;
    inner += weight * target[i];
    for (let j = 0; j < columns; j++) dual[j] = dual[j] + weight * transformed[row + j];
  }
  for (let i = size; i < rows; i++) {
    const weight = reflector[i] * factor;
    const row = i * columns;
    target[i] = target[i] - weight * inner;
    for (let j = 0; j < columns; j++) transformed[row + j] = transformed[row + j] - weight * dual[j];
  }
  transformed[size * columns + entering] = head < 0 ? norm : -norm;
  for (let i = size + 1; i < rows; i++) transformed[i * columns + entering] = 0;
}

/** trial ← least squares over the passive set. */
function solveTriangle(
  { transformed, target, trial, passive }: NnlsWorkspace,
  columns: number,
  size: number,
): void {
  for (let k = size - 1; k >= 0; k--) {
    const row = k * columns;
    let sum = target[k];
    for (let l = k + 1; l < size; l++) sum -= transformed[row + passive[l]] * trial[l];
    trial[k] = sum / transformed[row + passive[k]];
  }
}

/**
 * Moves the solution to the trial, or as far towards it as it stays non-negative; the unknown that stopped it is then
 * exactly zero. Returns whether it got there.
 */
function advance({ trial, passive }: NnlsWorkspace, solution: Float64Array, size: number): boolean {
  let step = 1;
  let blocking = -1;
  for (let k = 0; k < size; k++) {
    if (trial[k] > 0) continue;
    const value = solution[passive[k]];
    const ratio = value > 0 ? value / (value - trial[k]) : 0;
    if (blocking < 0 || ratio < step) {
      step = ratio;
      blocking = k;
    }
  }
  for (let k = 0; k < size; k++) {
    const j = passive[k];
    if (blocking < 0) solution[j] = trial[k];
    else solution[j] = k === blocking ? 0 : Math.max(0, solution[j] + step * (trial[k] - solution[j]));
  }
  return blocking < 0;
}

/** Takes the unknowns that are zero out of the passive set; returns how many are left. */
function dropZeros(workspace: NnlsWorkspace, solution: Float64Array, columns: number, size: number): number {
  const { passive, isPassive } = workspace;
  let left = size;
  for (let k = size - 1; k >= 0; k--) {
    const j = passive[k];
    if (solution[j] > 0) continue;
    isPassive[j] = 0;
    for (let l = k + 1; l < left; l++) {
      passive[l - 1] = passive[l];
      rotateRows(workspace, columns, l - 1, passive[l]);
    }
    left--;
  }
  return left;
}

/** Rotates rows i and i + 1 so that the column has a zero in the latter. */
function rotateRows(
  { transformed, target }: NnlsWorkspace,
  columns: number,
  i: number,
  column: number,
): void {
  const upper = i * columns;
  const lower = upper + columns;
  const a = transformed[upper + column];
  const b = transformed[lower + column];
  const norm = Math.hypot(a, b);
  if (norm === 0) return;
  const cosine = a / norm;
  const sine = b / norm;
  for (let j = 0; j < columns; j++) {
    const first = transformed[upper + j];
    const second = transformed[lower + j];
    transformed[upper + j] = cosine * first + sine * second;
    transformed[lower + j] = cosine * second - sine * first;
  }
  transformed[lower + column] = 0;
  const first = target[i];
  target[i] = cosine * first + sine * target[i + 1];
  target[i + 1] = cosine * target[i + 1] - sine * first;
}
