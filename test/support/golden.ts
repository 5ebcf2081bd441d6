/** Reading the golden instances of Kronecker-structured sparse Bayesian learning. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type ComplexMatrix, complexMatrix } from "../../src/complex/types.js";

interface Reference {
  readonly nmse: number;
  readonly iterations?: number;
  readonly supportRecoveryRate?: number;
}

interface Common {
  readonly noiseVariance: number;
  readonly reference: Readonly<Record<string, Reference>>;
}

export interface SyntheticInstance extends Common {
  readonly factors: readonly (readonly number[])[][];
  readonly measurement: readonly number[];
  /** x, the product of the coefficient factors. */
  readonly coefficients: Float64Array;
}

interface Parts<T> {
  readonly re: T;
  readonly im: T;
}

export interface IrsInstance extends Common {
  /** A_1 = Φ^T V, A_2 = X^T conj(A_T), A_3 = A_R. */
  readonly factors: readonly ComplexMatrix[];
  /** conj(A_T), [6 × 18]: takes the place of A_2 to give the whole channel instead of what the pilots see. */
  readonly arrayResponse: ComplexMatrix;
  readonly measurement: Parts<readonly number[]>;
  readonly coefficients: ComplexMatrix;
  readonly check: Readonly<Record<string, Parts<readonly number[]>>>;
}

// Tests and benchmarks run from the project's root, whether compiled or not.
const folder = new URL("test/golden/kronecker-sbl/", pathToFileURL(`${process.cwd()}/`));

export function syntheticInstance(name: "synthetic-25db" | "synthetic-5db"): SyntheticInstance {
  const file = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
  const product = (left: number[], right: number[]) => left.flatMap((a) => right.map((b) => a * b));
  return { ...file, coefficients: Float64Array.from(file.coefficientFactors.reduce(product, [1])) };
}

const gridPoints = 18;

export function irsInstance(): IrsInstance {
  const file = JSON.parse(readFileSync(new URL("irs-20db.json", folder), "utf8"));
  const signs: number[][] = file.patternSigns;
  const pilots: Parts<number[][]> = file.pilots;
  const elements = signs[0].length;
  // a_L(0) .* conj(a_L(k)) has entries exp(−2πi n k / G) / L.
  const difference = (n: number, k: number) =>
    phasor((-2 * Math.PI * ((n * k) % gridPoints)) / gridPoints, 1 / elements);
  const a1 = matrix(signs.length, gridPoints, (i, k) =>
    sum(signs[i].map((sign, n) => times([sign / Math.sqrt(elements), 0], difference(n, k)))),
  );
  const conjugate = ([re, im]: Complex): Complex => [re, -im];
  const arrayResponse = matrix(6, gridPoints, (n, k) => conjugate(steering(6, n, k)));
  const a2 = matrix(3, gridPoints, (slot, k) =>
    sum(pilots.re.map((row, n) => times([row[slot], pilots.im[n][slot]], conjugate(steering(6, n, k))))),
  );
  const a3 = matrix(16, gridPoints, (n, k) => steering(16, n, k));
  const coefficients = complexMatrix(gridPoints ** 3, 1);
  for (const { index, re, im } of file.coefficients) {
    const at = (index[0] * gridPoints + index[1]) * gridPoints + index[2];
    coefficients.data.set([re, im], 2 * at);
  }
  return { ...file, factors: [a1, a2, a3], arrayResponse, coefficients };
}

type Complex = readonly [number, number];

const phasor = (phase: number, magnitude: number): Complex => [
  magnitude * Math.cos(phase),
  magnitude * Math.sin(phase),
];
const times = (a: Complex, b: Complex): Complex => [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
const sum = (terms: readonly Complex[]): Complex =>
  terms.reduce<Complex>((total, term) => [total[0] + term[0], total[1] + term[1]], [0, 0]);

/** a_D(k)[n] = D^(−1/2) exp(iπ n (2k/G − 1)). */
const steering = (antennas: number, n: number, k: number): Complex =>
  phasor(Math.PI * n * ((2 * k) / gridPoints - 1), 1 / Math.sqrt(antennas));

function matrix(
  rows: number,
  columns: number,
  entry: (row: number, column: number) => Complex,
): ComplexMatrix {
  const result = complexMatrix(rows, columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) result.data.set(entry(r, c), 2 * (r * columns + c));
  }
  return result;
}
