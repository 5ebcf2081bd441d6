/** The posterior of x_1 ⊗ … ⊗ x_R from those of independent x_n: the end of `decomposedKroneckerSbl`. */
import { joinMatrix, type Planar, planar, split } from "../../complex/planar.js";
import { multiplyInto } from "../../complex/products.js";
import { maxAbs } from "../../complex/scale.js";
import type { ComplexMatrix } from "../../complex/types.js";
import { withRoom } from "../../kernels/room.js";
import { smallestSquare } from "../greedy/stopping.js";
import type { Factor, KroneckerProblem } from "../kronecker-problem.js";
import type { Mode } from "./kronecker/modes.js";
import { computePosterior, createPosteriorWorkspace } from "./kronecker/posterior.js";
import { outerProduct } from "./rank-one.js";

/** ‖aₙ‖ of every atom of a factor, 0 for those that are too small to count. */
export function columnNorms({ rows, columns, parts }: Factor): Float64Array {
  const { re, im } = parts;
  const norms = new Float64Array(columns);
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, i++) norms[c] += re[i] * re[i] + (im === undefined ? 0 : im[i] * im[i]);
  }
  return norms.map((square) => (square < smallestSquare ? 0 : Math.sqrt(square)));
}

/** The factor with its atoms at unit norm, those that do not count at zero. */
export function unitColumns({ rows, columns, parts }: Factor, norms: Float64Array): ComplexMatrix {
  const matrix = joinMatrix(parts, rows, columns);
  const { data } = matrix;
  for (let i = 0; i < rows * columns; i++) {
    const norm = norms[i % columns];
    data[2 * i] = norm === 0 ? 0 : data[2 * i] / norm;
    data[2 * i + 1] = norm === 0 ? 0 : data[2 * i + 1] / norm;
  }
  return matrix;
}

/** What is known of x_n, for atoms of unit norm. */
export interface ModePosterior {
  /** The active atoms. */
  readonly support: Int32Array;
  /** μ_n, [atoms × 1]. */
  readonly mean: ComplexMatrix;
  /** diag Σ_n. */
  readonly variance: Float64Array;
  /** γ_n. */
  readonly priorVariance: Float64Array;
}

/** For the atoms as they are. */
export interface ProductPosterior {
  /** The product of the supports, ascending. */
  readonly support: Int32Array;
  /** λ^(1−R) μ_1 ⊗ … ⊗ μ_R on the support. */
  readonly mean: Planar;
  /** Its variances, if the x_n are independent. */
  readonly variance: Float64Array;
  /** γ_n of all atoms of every mode, all but the last of unit norm. */
  readonly priorVariance: readonly Float64Array[];
  /** ‖y − (A_1 ⊗ … ⊗ A_R) μ‖². */
  readonly residualEnergy: number;
  /** ln p(y) for x ~ N(0, diag(γ_1 ⊗ … ⊗ γ_R)). */
  readonly logEvidence: number;
}

/**
 * @param posteriors - of λ^(1−1/R) x_n: those of vectors that all carry the norm λ; of nothing, if there are none
 * @param norms - ‖aₙ‖ of every atom
 * @param norm - λ
 */
export function productPosterior(
  who: string,
  problem: KroneckerProblem,
  posteriors: readonly ModePosterior[] | undefined,
  norms: readonly Float64Array[],
  norm: number,
  noiseVariance: number,
): ProductPosterior {
  const { factors, real } = problem;
  const modes = factors.map((factor, n) =>
    activePart(factor, posteriors?.[n], norms[n], n === factors.length - 1 ? 1 : norm),
  );
  const total = modes.reduce((product, { count }) => product * count, 1);
  const mean = planar(total, real);
  if (total > 0)
    outerProduct(
      modes.map(({ mean }) => mean),
      mean,
    );
  return {
    support: productSupport(modes),
    mean,
    variance: productVariance(modes, total),
    priorVariance: reportedPriorVariance(modes),
    residualEnergy: residualEnergy(problem, modes),
    logEvidence: logEvidence(who, problem, modes, noiseVariance),
  };
}

/** The active atoms of a mode, as they are, with mean and variances of x_n: the first `count` entries of each. */
interface ActivePart extends Mode {
  /** N_n. */
  readonly columns: number;
  /** Which of the N_n they are. */
  readonly support: Int32Array;
  readonly mean: Planar;
  readonly variance: Float64Array;
}

function activePart(
  { rows, columns, parts }: Factor,
  posterior: ModePosterior | undefined,
  norms: Float64Array,
  norm: number,
): ActivePart {
  const support = posterior?.support ?? new Int32Array();
  const count = support.length;
  const dictionary = planar(rows * count, parts.im === undefined);
  for (let r = 0, to = 0; r < rows; r++) {
    for (let j = 0; j < count; j++, to++) {
      const from = r * columns + support[j];
      dictionary.re[to] = parts.re[from];
      if (parts.im !== undefined) dictionary.im![to] = parts.im[from];
    }
  }
  const pick = (values: Float64Array | undefined, power: 1 | 2) =>
    Float64Array.from(support, (atom) => values![atom] / (norms[atom] * norm) ** power);
  const mean = posterior && split(posterior.mean.data);
  return {
    rows,
    columns,
    support,
    dictionary,
    // The model of the evidence knows of no others.
    atoms: Math.max(1, count),
    active: Int32Array.from(support, (_, j) => j),
    count,
    priorVariance: pick(posterior?.priorVariance, 2),
    mean: { re: pick(mean?.re, 1), ...(mean?.im && { im: pick(mean.im, 1) }) },
    variance: pick(posterior?.variance, 2),
  };
}

/** The indices of the active atoms in the whole dictionary, ascending. */
function productSupport(modes: readonly ActivePart[]): Int32Array {
  return modes.reduce((indices, { columns, support, count }) => {
    const next = new Int32Array(indices.length * count);
    for (let i = 0; i < next.length; i++) {
      next[i] = indices[Math.floor(i / count)] * columns + support[i % count];
    }
    return next;
  }, Int32Array.of(0));
}

/**
 * ∏(|μ_n|² + Σ_n) − ∏|μ_n|², mode by mode: with p the product of the |μ|² so far and v its variance,
 * v ← v (|μ_n|² + Σ_n) + p Σ_n. No term is negative, so nothing cancels.
 */
function productVariance(modes: readonly ActivePart[], total: number): Float64Array {
  const variance = new Float64Array(Math.max(1, total));
  const power = new Float64Array(Math.max(1, total)).fill(1, 0, 1);
  let size = 1;
  for (const { count, mean, variance: own } of modes) {
    // In place, from the back: every number is read before it is overwritten.
    for (let i = size - 1; i >= 0; i--) {
      const [p, v] = [power[i], variance[i]];
      for (let j = count - 1; j >= 0; j--) {
        const square = mean.re[j] ** 2 + (mean.im === undefined ? 0 : mean.im[j] ** 2);
        power[i * count + j] = p * square;
        variance[i * count + j] = v * (square + own[j]) + p * own[j];
      }
    }
    size *= count;
  }
  return variance.subarray(0, total);
}

/** γ_n over all atoms of each mode, all but the last of unit norm. */
export function reportedPriorVariance(
  modes: readonly Pick<ActivePart, "columns" | "support" | "priorVariance">[],
): Float64Array[] {
  let moved = 1;
  return modes.map(({ columns, support, priorVariance }, n) => {
    const isLast = n === modes.length - 1;
    const norm = euclideanNorm(priorVariance);
    const factor = new Float64Array(columns);
    const by = isLast ? moved : norm > 0 ? 1 / norm : 1;
    support.forEach((atom, j) => {
      factor[atom] = priorVariance[j] * by;
    });
    if (!isLast) moved *= norm;
    return factor;
  });
}

/** Squares of variances may be out of range where variances are not. */
function euclideanNorm(values: Float64Array): number {
  const largest = maxAbs(values);
  if (largest === 0) return 0;
  let squares = 0;
  for (const value of values) squares += (value / largest) ** 2;
  return largest * Math.sqrt(squares);
}

/** ‖y − (A_1 μ_1) ⊗ … ⊗ (A_R μ_R)‖². */
function residualEnergy(
  { measurement: { rows, data }, real }: KroneckerProblem,
  modes: readonly ActivePart[],
) {
  const fit = planar(rows, real);
  outerProduct(
    modes.map(({ rows: size, dictionary, count, mean }) => {
      const image = planar(size, dictionary.im === undefined && mean.im === undefined);
      multiplyInto(image, "plain", dictionary, "plain", mean, size, 1, count);
      return image;
    }),
    fit,
  );
  let energy = 0;
  for (let i = 0; i < rows; i++) {
    energy += (data[2 * i] - fit.re[i]) ** 2 + (data[2 * i + 1] - (fit.im?.[i] ?? 0)) ** 2;
  }
  return energy;
}

function logEvidence(
  who: string,
  problem: KroneckerProblem,
  modes: readonly ActivePart[],
  noiseVariance: number,
): number {
  return withRoom(who, (room) => {
    const sums = computePosterior(createPosteriorWorkspace(modes, problem, room), modes, noiseVariance);
    return sums?.logEvidence ?? Number.NEGATIVE_INFINITY;
  });
}
