/** Changes of a problem whose effect on the answer is known. */
import { type ComplexMatrix, complexMatrix } from "../../src/complex/types.js";
import type { RandomStream } from "../../src/random/index.js";
import {
  columnsOf,
  conjugateOf,
  kroneckerProduct,
  orthonormalised,
  product,
  scaled,
} from "./dense-complex.js";
import { type Field, productIndices, type TestProblem } from "./problem-families.js";

/** The dictionary times `dictionary`, the measurement times `measurement`. */
export function inUnits(problem: TestProblem, dictionary: number, measurement: number): TestProblem {
  const [first, ...others] = problem.factors;
  return {
    ...problem,
    factors: [scaled(first, dictionary), ...others],
    coefficients: scaled(problem.coefficients, measurement / dictionary),
    measurement: scaled(problem.measurement, measurement),
    noiseVariance: problem.noiseVariance * measurement ** 2,
    coefficientVariance: problem.coefficientVariance * (measurement / dictionary) ** 2,
  };
}

/** The measurement times e^{jφ}. */
export function rotated(problem: TestProblem, phase: number): TestProblem {
  // Half a turn exactly, so that real problems stay real.
  const by = phase === Math.PI ? -1 : ([Math.cos(phase), Math.sin(phase)] as const);
  return {
    ...problem,
    coefficients: scaled(problem.coefficients, by),
    measurement: scaled(problem.measurement, by),
  };
}

export function conjugated(problem: TestProblem): TestProblem {
  return {
    ...problem,
    factors: problem.factors.map(conjugateOf),
    coefficients: conjugateOf(problem.coefficients),
    measurement: conjugateOf(problem.measurement),
  };
}

/** Every factor and the measurement behind a random unitary (real: orthogonal) matrix. */
export function turned(problem: TestProblem, field: Field, stream: RandomStream): TestProblem {
  const unitaries = problem.factors.map(({ rows }, n) => {
    const { data } = stream.child(n).complexNormals(rows * rows);
    return orthonormalised(
      complexMatrix(
        rows,
        rows,
        data.map((value, i) => (field === "real" && i % 2 === 1 ? 0 : value)),
      ),
    );
  });
  return {
    ...problem,
    factors: problem.factors.map((factor, n) => product(unitaries[n], factor)),
    measurement: product(kroneckerProduct(unitaries), problem.measurement),
  };
}

/** The atoms of every factor in reverse order; `origin[n]` is where atom n came from. */
export function reversed(problem: TestProblem): { problem: TestProblem; origin: Int32Array } {
  const orders = problem.factors.map(({ columns }) =>
    Array.from({ length: columns }, (_, c) => columns - 1 - c),
  );
  const factors = problem.factors.map((factor, n) => columnsOf(factor, orders[n]));
  // Reversing every factor reverses their product.
  const atoms = problem.coefficients.rows;
  const origin = Int32Array.from({ length: atoms }, (_, n) => atoms - 1 - n);
  const supports = problem.supports.map((set, n) => set.map((c) => orders[n][c]).reverse());
  return {
    problem: { ...problem, factors, supports, support: productIndices(supports, factors) },
    origin,
  };
}

/**
 * The first factor with one more atom, behind the others. Its atoms of the product come after all others;
 * `added` lists them, and `added[k]` is the product with the same atoms of the other factors as atom
 * `twins[k]`.
 */
export function extended(
  problem: TestProblem,
  atom: (factor: ComplexMatrix, supported: number) => ComplexMatrix,
): { problem: TestProblem; added: Int32Array; twins: Int32Array } {
  const [first, ...others] = problem.factors;
  const supported = problem.supports[0][0];
  const extra = atom(first, supported);
  const columns = first.columns + 1;
  const wider = complexMatrix(first.rows, columns);
  for (let r = 0; r < first.rows; r++) {
    wider.data.set(first.data.subarray(2 * r * first.columns, 2 * (r + 1) * first.columns), 2 * r * columns);
    wider.data.set(extra.data.subarray(2 * r, 2 * r + 2), 2 * (r * columns + columns - 1));
  }
  const perAtom = problem.coefficients.rows / first.columns;
  const block = (c: number) => Int32Array.from({ length: perAtom }, (_, k) => c * perAtom + k);
  return {
    problem: { ...problem, factors: [wider, ...others] },
    added: block(first.columns),
    twins: block(supported),
  };
}

/** The first atom of the support once more. */
export const withTwin = (problem: TestProblem) =>
  extended(problem, (factor, supported) => columnsOf(factor, [supported]));

/** One more atom, of zeros. */
export const withZeroAtom = (problem: TestProblem) =>
  extended(problem, (factor) => complexMatrix(factor.rows, 1));
