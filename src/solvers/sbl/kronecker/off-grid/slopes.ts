/**
 * The marginal likelihood of a Kronecker-structured sparse Bayesian model as a function of the atoms of one mode, and its
 * slopes where these move.
 *
 * With the data in the eigenbases of all modes but n, Z = Y ×_{o≠n} U_o^H, mode n first, the columns of Z are
 * independent: column q has the covariance C_q = σ² I + λ_q A Γ A^H, λ_q the product of the other modes' eigenvalues, and
 *
 *     L = Σ_q ln det C_q + tr(z_q^H C_q⁻¹ z_q)/L_s  (+ noise alone outside the range of the other modes).
 *
 * Moving atom j of A along its derivative d changes L by 2 γ_j Re(a_j^H H d) with
 *
 *     H = Σ_q λ_q C_q⁻¹ − Σ_q λ_q C_q⁻¹ z_q z_q^H C_q⁻¹ / L_s.
 *
 * With A Γ^½ = U S V^H, C_q⁻¹ = U diag(D_q) U^H + (I − U U^H)/σ². a_j lies in the range of U, so the part of d outside
 * it does not meet the first sum; it does meet the second, through the part of z_q outside.
 *
 * The curvature is that of Gauss and Newton: with the posterior means x_q = λ_q Γ A^H C_q⁻¹ z_q taken to follow the
 * atoms, the quadratic form has the second derivatives 2 Re Σ_q conj(x_qj) x_qk d_j^H C_q⁻¹ d_k / L_s. They are never
 * negative, and exact where noise is low.
 *
 * Source: derived here.
 */
import { expandOuterProduct } from "../../../../complex/outer.js";
import type { Planar } from "../../../../complex/planar.js";
import { modeProductInto, multiplyInto } from "../../../../complex/products.js";
import type { Room } from "../../../../kernels/room.js";
import { createSvdWorkspace, type SvdWorkspace, svdInto } from "../../../../linalg/svd.js";
import type { Marginal } from "../marginal.js";
import { type Mode, weightAtoms } from "../modes.js";

/** One mode of the model, all others as they stand. Made once for all modes; {@link focus} chooses one. */
export interface GridSlopes {
  readonly marginal: Marginal;
  mode: Mode;
  /** Z, [M_n × columns]; columns are the eigenvectors of the other modes and the snapshots. */
  readonly data: Planar;
  columns: number;
  /** λ_q, [columns / snapshots]. */
  readonly others: Float64Array;
  /** What does not depend on mode n. */
  constant: number;
  /** A Γ^½ = U S V^H. */
  readonly weighted: Planar;
  readonly u: Planar;
  readonly s: Planar;
  readonly v: Planar;
  rank: number;
  readonly svd: readonly SvdWorkspace[];
  readonly scratch: readonly [Planar, Planar];
  /** U^H Z, then √λ_q D U^H Z, [rank × columns]. */
  readonly inside: Planar;
  /** Z − U U^H Z, then √λ_q C_q⁻¹ z_q, [M_n × columns]. */
  readonly outside: Planar;
  /** U^H A, [rank × K_n]. */
  readonly atoms: Planar;
  /** Σ_q λ_q D_q, [rank]. */
  readonly traces: Float64Array;
  /** √λ_q A^H C_q⁻¹ z_q, [K_n × columns]; then x, and x √D. */
  readonly correlations: Planar;
  readonly means: Planar;
  readonly scaled: Planar;
  /** d, [M_n × moves], the part of it outside the range of U, and U^H d, [rank × moves]. */
  readonly derivatives: Planar;
  readonly beyond: Planar;
  readonly within: Planar;
  readonly derivativeCorrelations: Planar;
  readonly gram: Planar;
  readonly powers: Planar;
  /** ∂L, [moves]. */
  readonly gradient: Float64Array;
  /** [moves × moves]. */
  readonly curvature: Float64Array;
}

/**
 * @param coordinates - per mode, how many numbers say where an atom is: an atom moves in as many directions
 */
export function createGridSlopes(marginal: Marginal, coordinates: readonly number[], room: Room): GridSlopes {
  const { modes, rows, snapshots, real } = marginal;
  const entries = rows * snapshots;
  const largest = (size: (mode: Mode, n: number) => number) => Math.max(...modes.map(size));
  const columnsOf = (n: number) =>
    modes.reduce((size, { rows: m, atoms }, o) => (o === n ? size : size * Math.min(m, atoms)), snapshots);
  const moves = (mode: Mode, n: number) => mode.atoms * coordinates[n];
  const ranks = (mode: Mode) => Math.min(mode.rows, mode.atoms);
  const zeros = (size: number) => room.planar(size, real);
  return {
    marginal,
    mode: modes[0],
    data: zeros(entries),
    columns: 0,
    others: new Float64Array(rows),
    constant: 0,
    weighted: zeros(largest((mode) => mode.rows * mode.atoms)),
    u: zeros(largest((mode) => mode.rows * ranks(mode))),
    s: room.planar(largest(ranks), true),
    v: zeros(largest((mode) => mode.atoms * ranks(mode))),
    rank: 0,
    svd: modes.map((mode) => createSvdWorkspace(mode.rows, mode.atoms, real)),
    scratch: [zeros(entries), zeros(entries)],
    inside: zeros(entries),
    outside: zeros(entries),
    atoms: zeros(largest((mode) => ranks(mode) * mode.atoms)),
    traces: new Float64Array(largest(ranks)),
    correlations: zeros(largest((mode, n) => mode.atoms * columnsOf(n))),
    means: zeros(largest((mode, n) => mode.atoms * columnsOf(n))),
    scaled: zeros(largest((mode, n) => mode.atoms * columnsOf(n))),
    derivatives: zeros(largest((mode, n) => mode.rows * moves(mode, n))),
    beyond: zeros(largest((mode, n) => mode.rows * moves(mode, n))),
    within: zeros(largest((mode, n) => ranks(mode) * moves(mode, n))),
    derivativeCorrelations: zeros(largest((mode, n) => moves(mode, n) * columnsOf(n))),
    gram: zeros(largest((mode, n) => moves(mode, n) ** 2)),
    powers: zeros(largest((mode) => mode.atoms ** 2)),
    gradient: new Float64Array(largest(moves)),
    curvature: new Float64Array(largest((mode, n) => moves(mode, n) ** 2)),
  };
}

/** Turns to mode n; the decompositions of the other modes must be those of their atoms. */
export function focus(slopes: GridSlopes, n: number): void {
  const { marginal, data, others, scratch } = slopes;
  const { modes, spectra, snapshots, rows, energy, noiseVariance } = marginal;
  let from = marginal.measurement;
  let left = 1;
  let right = rows * snapshots;
  for (let o = 0, turns = 0; o < modes.length; o++) {
    right /= modes[o].rows;
    if (o !== n) {
      const { u, rank } = spectra[o];
      const to = scratch[turns++ % 2];
      modeProductInto(to, "adjoint", u, rank, modes[o].rows, from, left, right);
      from = to;
    }
    left *= o === n ? modes[o].rows : spectra[o].rank;
  }
  slopes.mode = modes[n];
  const { rows: own } = slopes.mode;
  slopes.columns = (left * snapshots) / own;
  let before = 1;
  for (let o = 0; o < n; o++) before *= spectra[o].rank;
  const inside = modeFirst(data, from, before, own, slopes.columns / before);
  let count = 1;
  others[0] = 1;
  spectra.forEach(({ eigenvalues, rank }, o) => {
    if (o !== n) count = expandOuterProduct(others, count, eigenvalues, rank);
  });
  const missing = rows - own * count;
  slopes.constant =
    missing === 0
      ? 0
      : missing * Math.log(noiseVariance) + Math.max(0, energy - inside) / noiseVariance / snapshots;
}

/** to, [size × left × right] ← from, [left × size × right]; returns its squared norm. */
function modeFirst(to: Planar, from: Planar, left: number, size: number, right: number): number {
  const { re, im } = from;
  const { re: toRe, im: toIm } = to;
  let energy = 0;
  for (let l = 0, i = 0; l < left; l++) {
    for (let m = 0; m < size; m++) {
      const start = (m * left + l) * right;
      for (let r = 0; r < right; r++, i++) {
        toRe[start + r] = re[i];
        energy += re[i] * re[i];
        if (toIm === undefined) continue;
        toIm[start + r] = im![i];
        energy += im![i] * im![i];
      }
    }
  }
  return energy;
}

/** L for the atoms and γ of the mode as they stand; NaN if the decomposition broke down. */
export function sliceCost(slopes: GridSlopes): number {
  const { marginal, mode, data, columns, others, weighted, u, s, v, inside, outside } = slopes;
  const { snapshots, noiseVariance, modes } = marginal;
  const { rows, count } = mode;
  weightAtoms(mode, weighted);
  if (count > 0 && !svdInto(weighted, rows, count, u, s, v, slopes.svd[modes.indexOf(mode)])) {
    return Number.NaN;
  }
  const rank = Math.min(rows, count);
  slopes.rank = rank;
  multiplyInto(inside, "adjoint", u, "plain", data, rank, columns, rows);
  const size = columns / snapshots;
  let quadratic = 0;
  if (rank < rows) {
    copyInto(outside, data, rows * columns);
    multiplyInto(outside, "plain", u, "plain", inside, rows, columns, rank, -1, 1);
    quadratic = squaredNorm(outside, rows * columns) / noiseVariance;
  }
  let logDeterminant = size * (rows - rank) * Math.log(noiseVariance);
  const { re, im } = inside;
  const singular = s.re;
  for (let m = 0, i = 0; m < rank; m++) {
    const eigenvalue = singular[m] * singular[m];
    for (let q = 0; q < size; q++) {
      const total = noiseVariance + others[q] * eigenvalue;
      logDeterminant += Math.log(total);
      let power = 0;
      for (let l = 0; l < snapshots; l++, i++)
        power += re[i] * re[i] + (im === undefined ? 0 : im[i] * im[i]);
      quadratic += power / total;
    }
  }
  return logDeterminant + quadratic / snapshots + slopes.constant;
}

/**
 * What all slopes are made of: √λ_q C_q⁻¹ z_q, Σ_q λ_q D_q, and their products with the atoms. To be called once after
 * {@link sliceCost}, which decomposes.
 */
export function sliceFilter(slopes: GridSlopes): void {
  const { mode, columns, inside, s, v, atoms, rank, correlations } = slopes;
  const { count, priorVariance } = mode;
  filter(slopes);
  // U^H a_j = S V^H / √γ_j.
  const singular = s.re;
  const { re: toRe, im: toIm } = atoms;
  const { re: vRe, im: vIm } = v;
  for (let j = 0; j < count; j++) {
    const scale = 1 / Math.sqrt(priorVariance[j]);
    for (let m = 0; m < rank; m++) {
      const gain = singular[m] * scale;
      toRe[m * count + j] = vRe[j * rank + m] * gain;
      if (toIm !== undefined) toIm[m * count + j] = -vIm![j * rank + m] * gain;
    }
  }
  multiplyInto(correlations, "adjoint", atoms, "plain", inside, count, columns, rank);
}

/**
 * The slopes of L and its curvature into `gradient` and `curvature`, from the derivatives of the atoms in `derivatives`,
 * [M_n × (K_n · directions)], the directions of an atom side by side, in any unit. After {@link sliceFilter}.
 */
export function sliceSlopes(slopes: GridSlopes, directions: number): void {
  const { marginal, mode, columns, outside, u, atoms, rank, derivatives, within } = slopes;
  const { correlations, derivativeCorrelations, traces, gradient } = slopes;
  const { snapshots } = marginal;
  const { count, rows, priorVariance } = mode;
  const moves = count * directions;
  multiplyInto(within, "adjoint", u, "plain", derivatives, rank, moves, rows);
  multiplyInto(derivativeCorrelations, "adjoint", derivatives, "plain", outside, moves, columns, rows);
  for (let k = 0; k < moves; k++) {
    const j = Math.floor(k / directions);
    let slope = 0;
    for (let m = 0; m < rank; m++) {
      slope += traces[m] * realInner(atoms, m * count + j, 1, within, m * moves + k, 1, 1);
    }
    const fit = realInner(correlations, j * columns, 1, derivativeCorrelations, k * columns, 1, columns);
    gradient[k] = 2 * priorVariance[j] * (slope - fit / snapshots);
  }
  fillCurvature(slopes, directions);
}

/** Prior variances change by no smaller factor at once: they stay positive. */
const smallestRatio = 1e-3;
/** The trace of an atom below this share of what it would be alone is rounding. */
const negligible = 1e-10;

/** γ_j ← γ_j S_j/ν_j, the fixed point of L in γ_n for the atoms where they are. After {@link sliceFilter}. */
export function sliceVariances({
  marginal,
  mode,
  columns,
  atoms,
  rank,
  correlations,
  traces,
}: GridSlopes): void {
  const { count, priorVariance } = mode;
  for (let j = 0; j < count; j++) {
    const energy = realInner(correlations, j * columns, 1, correlations, j * columns, 1, columns);
    let trace = 0;
    for (let m = 0; m < rank; m++) {
      trace += traces[m] * realInner(atoms, m * count + j, 1, atoms, m * count + j, 1, 1);
    }
    const ratio = trace > 0 ? energy / marginal.snapshots / trace : 0;
    priorVariance[j] = priorVariance[j] * Math.min(1 / smallestRatio, Math.max(smallestRatio, ratio));
  }
}

/**
 * S/ν of atoms that are not in the model: above 1, the evidence rises if they enter. After {@link sliceFilter}.
 *
 * @param candidates - the atoms, [M_n × count]
 * @param projected - for U^H a and the correlations, [max(rank, columns) × count] or more
 * @param ratios - S/ν, [count]
 * @param traces - ν, [count]
 */
export function sliceRatios(
  slopes: GridSlopes,
  candidates: Planar,
  count: number,
  projected: Planar,
  ratios: Float64Array,
  candidateTraces: Float64Array,
): void {
  const { marginal, mode, columns, u, outside, rank, traces, others } = slopes;
  const { rows } = mode;
  const { snapshots, noiseVariance } = marginal;
  const size = columns / snapshots;
  let beyond = 0;
  for (let q = 0; q < size; q++) beyond += others[q] / noiseVariance;
  candidateTraces.fill(0, 0, count);
  addSquares(candidates, rows, count, () => beyond, candidateTraces);
  multiplyInto(projected, "adjoint", u, "plain", candidates, rank, count, rows);
  // Within the range of U, D instead of 1/σ².
  addSquares(projected, rank, count, (m) => traces[m] - beyond, candidateTraces);
  multiplyInto(projected, "adjoint", outside, "plain", candidates, columns, count, rows);
  ratios.fill(0, 0, count);
  addSquares(projected, columns, count, () => 1 / snapshots, ratios);
  const smallest = negligible * candidateTraces.reduce((largest, trace) => Math.max(largest, trace), 0);
  for (let j = 0; j < count; j++) {
    ratios[j] = candidateTraces[j] > smallest ? ratios[j] / candidateTraces[j] : 0;
  }
}

/** to[j] ← to[j] + Σ_m weight(m) |a_mj|². */
function addSquares(
  { re, im }: Planar,
  rows: number,
  count: number,
  weight: (row: number) => number,
  to: Float64Array,
): void {
  for (let m = 0, i = 0; m < rows; m++) {
    const factor = weight(m);
    for (let j = 0; j < count; j++, i++) {
      to[j] = to[j] + factor * (re[i] * re[i] + (im === undefined ? 0 : im[i] * im[i]));
    }
  }
}

/** inside ← √λ_q D U^H Z; outside ← √λ_q C_q⁻¹ Z; traces ← Σ_q λ_q D_q. */
function filter(slopes: GridSlopes): void {
  const { marginal, mode, columns, inside, outside, others, u, s, rank, traces } = slopes;
  const { snapshots, noiseVariance } = marginal;
  const { rows } = mode;
  const size = columns / snapshots;
  const singular = s.re;
  for (let m = 0; m < rank; m++) {
    const eigenvalue = singular[m] * singular[m];
    let trace = 0;
    for (let q = 0; q < size; q++) {
      const d = 1 / (noiseVariance + others[q] * eigenvalue);
      trace += others[q] * d;
      scaleRun(inside, (m * size + q) * snapshots, snapshots, Math.sqrt(others[q]) * d);
    }
    traces[m] = trace;
  }
  if (rank < rows) {
    for (let m = 0; m < rows; m++) {
      for (let q = 0; q < size; q++) {
        scaleRun(outside, (m * size + q) * snapshots, snapshots, Math.sqrt(others[q]) / noiseVariance);
      }
    }
  }
  multiplyInto(outside, "plain", u, "plain", inside, rows, columns, rank, 1, rank < rows ? 1 : 0);
}

function fillCurvature(slopes: GridSlopes, directions: number): void {
  const { marginal, mode, columns, others, s, rank, derivatives, within, beyond, gram, powers } = slopes;
  const { correlations, means, scaled, u, curvature } = slopes;
  const { snapshots, noiseVariance } = marginal;
  const { count, rows, priorVariance } = mode;
  const moves = count * directions;
  const size = columns / snapshots;
  copyInto(means, correlations, count * columns);
  for (let j = 0; j < count; j++) {
    for (let q = 0; q < size; q++) {
      scaleRun(means, j * columns + q * snapshots, snapshots, priorVariance[j] * Math.sqrt(others[q]));
    }
  }
  curvature.fill(0, 0, moves * moves);
  if (rank < rows) {
    copyInto(beyond, derivatives, rows * moves);
    multiplyInto(beyond, "plain", u, "plain", within, rows, moves, rank, -1, 1);
    multiplyInto(gram, "adjoint", beyond, "plain", beyond, moves, moves, rows);
    multiplyInto(powers, "plain", means, "adjoint", means, count, count, columns);
    const scale = 2 / noiseVariance / snapshots;
    for (let k = 0; k < moves; k++) {
      const j = Math.floor(k / directions);
      for (let l = 0; l < moves; l++) {
        const at = j * count + Math.floor(l / directions);
        // conj(x_j) x_l is the conjugate of the entry of `powers`.
        curvature[k * moves + l] = scale * realInner(powers, at, 1, gram, k * moves + l, 1, 1);
      }
    }
  }
  for (let m = 0; m < rank; m++) {
    const eigenvalue = s.re[m] * s.re[m];
    copyInto(scaled, means, count * columns);
    for (let j = 0; j < count; j++) {
      for (let q = 0; q < size; q++) {
        const gain = 1 / Math.sqrt(noiseVariance + others[q] * eigenvalue);
        scaleRun(scaled, j * columns + q * snapshots, snapshots, gain);
      }
    }
    multiplyInto(powers, "plain", scaled, "adjoint", scaled, count, count, columns);
    addProducts(slopes, m, directions, 2 / snapshots);
  }
}

/** curvature ← itself + factor Re(conj(P_jl) conj(b_k) b_l) with b row m of U^H d. */
function addProducts(
  { mode, within, powers, curvature }: GridSlopes,
  m: number,
  directions: number,
  factor: number,
): void {
  const { count } = mode;
  const moves = count * directions;
  const { re, im } = within;
  const { re: pRe, im: pIm } = powers;
  const row = m * moves;
  for (let k = 0; k < moves; k++) {
    const j = Math.floor(k / directions);
    for (let l = 0; l < moves; l++) {
      const at = j * count + Math.floor(l / directions);
      let product = re[row + k] * re[row + l];
      if (im !== undefined) product += im[row + k] * im[row + l];
      let sum = pRe[at] * product;
      if (im !== undefined) sum += pIm![at] * (re[row + k] * im[row + l] - im[row + k] * re[row + l]);
      curvature[k * moves + l] = curvature[k * moves + l] + factor * sum;
    }
  }
}

/** Re Σ conj(a) b over `length` entries that are `aStep` and `bStep` apart. */
function realInner(
  a: Planar,
  aAt: number,
  aStep: number,
  b: Planar,
  bAt: number,
  bStep: number,
  length: number,
): number {
  const { re: aRe, im: aIm } = a;
  const { re: bRe, im: bIm } = b;
  let sum = 0;
  for (let n = 0, i = aAt, k = bAt; n < length; n++, i += aStep, k += bStep) {
    sum += aRe[i] * bRe[k];
    if (aIm !== undefined) sum += aIm[i] * bIm![k];
  }
  return sum;
}

function scaleRun({ re, im }: Planar, at: number, length: number, factor: number): void {
  for (let i = at; i < at + length; i++) {
    re[i] = re[i] * factor;
    if (im !== undefined) im[i] = im[i] * factor;
  }
}

function copyInto(to: Planar, from: Planar, size: number): void {
  to.re.set(from.re.subarray(0, size));
  if (to.im !== undefined) to.im.set(from.im!.subarray(0, size));
}

function squaredNorm({ re, im }: Planar, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += re[i] * re[i] + (im === undefined ? 0 : im[i] * im[i]);
  return sum;
}
