/** Every solver on a fixed problem, and what a textbook would have computed. */
import { Matrix } from "ml-matrix";
import type { ComplexMatrix } from "../src/complex/index.js";
import { kroneckerOmp, kroneckerSbl, lmmse, omp, sbl, somp } from "../src/solvers/index.js";
import { textbookAscent } from "../test/support/textbook-kronecker-ascent.js";
import { textbookKroneckerPursuit } from "../test/support/textbook-kronecker-pursuit.js";
import { textbookKroneckerSbl } from "../test/support/textbook-kronecker-sbl.js";
import { textbookPursuit } from "../test/support/textbook-pursuit.js";
import { textbookPosterior, textbookSbl } from "../test/support/textbook-sbl.js";
import { irsCases, offGridCases, syntheticCases, syntheticConstants } from "./kronecker-cases.js";
import { denseProblem, kroneckerProblem, type Problem } from "./problems.js";
import { emMethods, known, type SolverCase } from "./solver-case.js";

const oneSnapshot = { problem: () => denseProblem(64, 256, 1), smallProblem: () => denseProblem(8, 12, 1) };
const snapshots = { problem: () => denseProblem(64, 256, 8), smallProblem: () => denseProblem(8, 12, 2) };
const kronecker = { problem: () => kroneckerProblem(12), smallProblem: () => kroneckerProblem(4) };
const dense: readonly SolverCase[] = [
  {
    ...oneSnapshot,
    name: "omp",
    solve: ({ operator, measurement, noiseVariance }) => omp(operator, measurement, { noiseVariance }),
    textbook: ({ factors, measurement }, { iterations }) =>
      textbookPursuit(factors[0], measurement, iterations),
  },
  {
    ...snapshots,
    name: "somp",
    solve: ({ operator, measurement, noiseVariance }) => somp(operator, measurement, { noiseVariance }),
    textbook: ({ factors, measurement }, { iterations }) =>
      textbookPursuit(factors[0], measurement, iterations),
  },
  {
    ...oneSnapshot,
    name: "sbl",
    solve: (problem) => sbl(problem.operator, problem.measurement, { noise: known(problem) }),
    textbook: ({ factors, measurement, noiseVariance }) =>
      textbookSbl(factors[0], measurement, {
        noiseVariance,
        level: balancedLevel(factors[0], measurement),
        pruneRatio: 1e-3,
        tolerance: 1e-4,
        maxIterations: 500,
      }),
  },
  {
    ...oneSnapshot,
    name: "sbl-fixed-point",
    solve: (problem) =>
      sbl(problem.operator, problem.measurement, { noise: known(problem), update: "fixed-point" }),
  },
  {
    ...oneSnapshot,
    name: "lmmse",
    solve: (problem) =>
      lmmse(problem.operator, problem.measurement, {
        noise: known(problem),
        priorVariance: coefficientPower(problem),
      }),
    textbook: (problem) => {
      const { factors, measurement, truth, noiseVariance } = problem;
      const gamma = new Float64Array(truth.rows).fill(coefficientPower(problem));
      return textbookPosterior(factors[0], measurement, gamma, noiseVariance);
    },
  },
];

/** The first iterations of the published method: a dense run to the end takes minutes. */
const firstIterations = { tolerance: 0, maxIterations: 3 } as const;

const againstDense: readonly SolverCase[] = [
  {
    ...kronecker,
    name: "kronecker-omp",
    solve: ({ factors, measurement }) => kroneckerOmp(factors, measurement, { maxAtomsPerMode: 3 }),
    textbook: ({ factors, measurement }, { iterations }) =>
      textbookKroneckerPursuit(factors, measurement, iterations, 3),
  },
  ...emMethods.map(
    (method): SolverCase => ({
      ...kronecker,
      name: `kronecker-sbl-${method}`,
      solve: (problem) =>
        kroneckerSbl(problem.factors, problem.measurement, {
          noise: known(problem),
          initial: "ones",
          ...syntheticConstants[method],
          ...firstIterations,
        }),
      textbook: ({ factors, measurement, noiseVariance }) =>
        textbookKroneckerSbl(factors.map(realParts), [...realParts(measurement).to1DArray()], {
          ...{ noiseVariance, innerTolerance: 1e-5 },
          ...syntheticConstants[method],
          ...firstIterations,
        }),
    }),
  ),
  {
    problem: () => kroneckerProblem(6),
    smallProblem: () => kroneckerProblem(4),
    name: "kronecker-sbl-mm",
    solve: (problem) =>
      kroneckerSbl(problem.factors, problem.measurement, {
        noise: known(problem),
        ...{ method: "mm", restarts: 0, ...firstIterations },
      }),
    // One dense matrix for every atom of a mode: smaller than the problem above.
    textbook: ({ factors, measurement, noiseVariance }) =>
      textbookAscent(factors, measurement, {
        ...{ exponent: 1, noiseVariance, pruneRatio: [0, 0, 0] },
        sweeps: firstIterations.maxIterations,
      }),
  },
];

export const solverCases: readonly SolverCase[] = [
  ...dense,
  ...againstDense,
  ...syntheticCases,
  ...irsCases,
  ...offGridCases,
];

/** The level of γ whose expected power of the measurement is that of the measurement. */
function balancedLevel(dictionary: ComplexMatrix, measurement: ComplexMatrix): number {
  return energy(measurement) / measurement.columns / energy(dictionary);
}

/** E|x|² of a coefficient, active or not. */
function coefficientPower({ truth }: Problem): number {
  return energy(truth) / (truth.rows * truth.columns);
}

function energy({ data }: ComplexMatrix): number {
  return data.reduce((sum, value) => sum + value * value, 0);
}

function realParts({ rows, columns, data }: ComplexMatrix): Matrix {
  return Matrix.from1DArray(rows, columns, [...data.filter((_, i) => i % 2 === 0)]);
}
