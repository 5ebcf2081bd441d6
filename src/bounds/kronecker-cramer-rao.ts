import { toComplexVector, type VectorInput } from "../complex/convert.js";
import { product } from "../complex/matrix-product.js";
import { type ComplexMatrix, type ComplexVector, complexMatrix, identityMatrix } from "../complex/types.js";
import { atomMatrix } from "../dictionaries/all-atoms.js";
import type { ParametricDictionary } from "../dictionaries/index.js";
import { rangeError, shapeError } from "../errors.js";
import { kroneckerOperator } from "../operators/kronecker.js";
import { choiceOption, numberOption, type OptionRule, optional, readOptions } from "../options.js";
import { coordinateBound, type RealSquare } from "./coordinate-bound.js";
import { modeTangents, squaredNorm } from "./mode-tangents.js";
import { rankOneFactors } from "./rank-one-factors.js";

export interface KroneckerCramerRaoOptions {
  /** σ² = E|w|² of an element, above 0. */
  readonly noiseVariance: number;
  /** What is known of c: "free", nothing; "rank-one", that it is c_1 ⊗ … ⊗ c_R. */
  readonly core: "free" | "rank-one";
  /**
   * The same atoms as they look elsewhere, one dictionary per mode, as channels where `dictionaries` has measurements;
   * their grids are set to those of `dictionaries`. The squared error is then that of (B_1 ⊗ … ⊗ B_R) c. By default
   * the dictionaries themselves.
   */
  readonly image?: readonly ParametricDictionary[];
}

export interface KroneckerCramerRao {
  /**
   * Variances that no unbiased estimate of the coordinates is below, per mode, in the order of `grid.points`, in
   * squared units of the axis; infinite for a coordinate that the measurement does not determine.
   */
  readonly coordinateVariances: readonly Float64Array[];
  /** The least E‖B̂ ĉ − B c‖² of unbiased estimates, B the image. */
  readonly squaredError: number;
  /** The same over ‖B c‖². */
  readonly nmse: number;
}

const who = "kroneckerCramerRao";

const dictionaryList: OptionRule<readonly ParametricDictionary[]> = {
  expected: "a list of parametric dictionaries",
  read: (value) => (Array.isArray(value) ? (value as readonly ParametricDictionary[]) : undefined),
};

const table = {
  noiseVariance: numberOption({ min: 0, above: true }),
  core: choiceOption(["free", "rank-one"]),
  image: optional(dictionaryList),
} as const;

/**
 * The deterministic Cramér–Rao bound of a Kronecker-structured parametric model,
 *
 *   y = (A_1(u_1) ⊗ … ⊗ A_R(u_R)) c + w,   w ~ CN(0, σ² I).
 *
 * Unknown are all coordinates u_n of the K_n atoms of every mode and the coefficients c, complex numbers that are not
 * random. Known are σ² (which would not change the bound if it were unknown), the numbers K_n, and the structure of c
 * if it has rank one.
 *
 * The projection onto the complement of what c can explain splits by modes, so with D_n = (I − A_n A_n⁺) A_n',
 *
 *   Var(û_n) ≥ diag(F_n⁻¹),   F_n = (2/σ²) Re((D_n^H D_n) ∘ (T_n^H T_n)),
 *
 * where column k of T_n is slice k of c along mode n, taken through the other modes' A. These bounds are the same
 * whether c is known to have rank one or not. With H_n = B_n' − B_n A_n⁺ A_n', S_n that of T_n for the image, and
 * ρ_n = ‖B_n c_n‖²/‖A_n c_n‖², the least squared error is
 *
 *   free:      σ² Π_n ‖B_n A_n⁺‖_F² + Σ_n tr(Re((H_n^H H_n) ∘ (S_n^H S_n)) F_n⁻¹)
 *   rank one:  σ² (Σ_n ‖B_n A_n⁺‖_F² Π_{o≠n} ρ_o − (R − 1) Π_n ρ_n) + the same sum.
 *
 * Without an image the first terms are σ² Π K_n and σ² (Σ K_n − R + 1), and the sum is σ²/2 for each coordinate.
 *
 * @param dictionaries - A_n with their grids' points at the true coordinates, all of them atoms of the signal:
 *   `dictionary.withGrid(withPoints(dictionary.grid, coordinates))`
 * @param coefficients - c, [K_1 · … · K_R], last mode fastest; not zero
 * @returns infinite bounds, never NaN, for what is not determined: the coordinates of a mode whose atoms are dependent,
 *   as two at the same place are, and the squared error with them; the coordinates of a mode with no more measurements
 *   than atoms; those of an atom without coefficients
 *
 * @throws `shape` if there is no mode, or sizes disagree; `range` if the coefficients are zero, or not of rank one if
 *   that is said of them; `non-finite`; `option`
 *
 * @remarks Time O(Σ_n (M_n K_n² + K_n³)) and R products with Kronecker dictionaries of Π K_n atoms.
 *
 * Source: for one mode, P. Stoica and A. Nehorai, "MUSIC, maximum likelihood, and Cramér–Rao bound," IEEE Trans.
 * Acoust., Speech, Signal Process., vol. 37, no. 5, pp. 720–741, 1989. Several modes: derived here.
 */
export function kroneckerCramerRao(
  dictionaries: readonly ParametricDictionary[],
  coefficients: VectorInput,
  options: KroneckerCramerRaoOptions,
): KroneckerCramerRao {
  const { noiseVariance, core, image } = readOptions(who, table, options);
  const c = toComplexVector(who, "coefficients", coefficients);
  checkSizes(dictionaries, c, image);
  const images = image?.map((dictionary, n) => dictionary.withGrid(dictionaries[n].grid));
  const atoms = dictionaries.map(atomMatrix);
  const imageAtoms = images?.map(atomMatrix) ?? atoms;
  const rankOne = core === "rank-one" ? rankOneFactors(who, c, atoms) : undefined;

  const coordinateVariances: Float64Array[] = [];
  const gains: number[] = [];
  let squaredError = 0;
  dictionaries.forEach((dictionary, n) => {
    const tangents = modeTangents(dictionary, images?.[n]);
    if (tangents === undefined) {
      coordinateVariances.push(dictionary.grid.points.map(() => Number.POSITIVE_INFINITY));
      gains.push(Number.POSITIVE_INFINITY);
      return;
    }
    const seen = sliceGram(atoms, c, n);
    const imaged = images === undefined ? seen : sliceGram(imageAtoms, c, n);
    const fisher = weightedGram(tangents.free, seen, 2 / noiseVariance);
    const bound = coordinateBound(fisher, weightedGram(tangents.image, imaged, 1));
    coordinateVariances.push(bound.variances);
    gains.push(tangents.gain);
    squaredError += bound.weightedTrace;
  });
  squaredError += noiseVariance * coefficientError(gains, rankOne, atoms, imageAtoms);
  const energy = squaredNorm(kroneckerOperator(imageAtoms).apply(c).data);
  return Object.freeze({
    coordinateVariances: Object.freeze(coordinateVariances),
    squaredError,
    nmse: squaredError / energy,
  });
}

/** The squared error that comes from c alone, over σ². */
function coefficientError(
  gains: readonly number[],
  rankOne: readonly ComplexMatrix[] | undefined,
  atoms: readonly ComplexMatrix[],
  imageAtoms: readonly ComplexMatrix[],
): number {
  if (gains.includes(Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
  if (rankOne === undefined) return gains.reduce((left, right) => left * right, 1);
  const energy = (matrix: ComplexMatrix, n: number) =>
    squaredNorm(product("plain", matrix, "plain", rankOne[n]).data);
  const ratios = atoms.map((matrix, n) => energy(imageAtoms[n], n) / energy(matrix, n));
  const others = (n: number) => ratios.reduce((left, right, o) => (o === n ? left : left * right), 1);
  // Every mode counts the common scale of c once, which there is once only.
  const common = others(-1);
  return gains.reduce((sum, gain, n) => sum + gain * others(n) - common, common);
}

/** T^H T, [K_n × K_n], where column k of T is slice k of c along mode n, taken through the other modes' matrices. */
function sliceGram(matrices: readonly ComplexMatrix[], c: ComplexVector, n: number): ComplexMatrix {
  const size = matrices[n].columns;
  const factors = matrices.map((matrix, o) => (o === n ? identityMatrix(size) : matrix));
  const { data } = kroneckerOperator(factors).apply(c);
  const right = matrices.slice(n + 1).reduce((rows, matrix) => rows * matrix.rows, 1);
  const left = data.length / (2 * size * right);
  const slices = complexMatrix(size, left * right);
  for (let l = 0; l < left; l++) {
    for (let k = 0; k < size; k++) {
      const from = 2 * (l * size + k) * right;
      slices.data.set(data.subarray(from, from + 2 * right), 2 * (k * left + l) * right);
    }
  }
  return product("conjugate", slices, "transpose", slices);
}

/** factor · Re((A^H A) ∘ S), where every row and column of S stands for as many of A as there are coordinates. */
function weightedGram(a: ComplexMatrix, s: ComplexMatrix, factor: number): RealSquare {
  const size = a.columns;
  const coordinates = size / s.columns;
  const gram = product("adjoint", a, "plain", a);
  const values = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    for (let l = 0; l < size; l++) {
      const from = 2 * (k * size + l);
      const at = 2 * (Math.floor(k / coordinates) * s.columns + Math.floor(l / coordinates));
      values[k * size + l] = factor * (gram.data[from] * s.data[at] - gram.data[from + 1] * s.data[at + 1]);
    }
  }
  return { size, values };
}

function checkSizes(
  dictionaries: readonly ParametricDictionary[],
  c: ComplexVector,
  image: readonly ParametricDictionary[] | undefined,
): void {
  if (dictionaries.length === 0) throw shapeError(who, "dictionaries", "no modes", "at least 1");
  if (image !== undefined && image.length !== dictionaries.length) {
    throw shapeError(who, "image", `${image.length} modes`, `${dictionaries.length} (dictionaries.length)`);
  }
  const size = dictionaries.reduce((count, { operator }) => count * operator.columns, 1);
  if (c.length !== size) {
    throw shapeError(who, "coefficients", `${c.length} elements`, `${size}, one for each product of atoms`);
  }
  if (c.data.every((part) => part === 0)) {
    throw rangeError(who, "coefficients", "zero", "the coefficients of a signal");
  }
}
