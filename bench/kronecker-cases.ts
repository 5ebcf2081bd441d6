/** Solvers for Kronecker structure on the two published instances, the published ones with their constants; and off the grid. */
import {
  decomposedKroneckerSbl,
  type KroneckerSblOptions,
  kroneckerOmp,
  kroneckerSbl,
  neighbourCoupling,
  offGridKroneckerSbl,
  omp,
  patternCoupledSbl,
  type SparseResult,
  sbl,
} from "../src/solvers/index.js";
import {
  kroneckerProblem,
  offGridIrsProblem,
  type Problem,
  publishedIrsProblem,
  publishedKroneckerProblem,
} from "./problems.js";
import { type EmMethod, emMethods, known, learned, type SolverCase } from "./solver-case.js";

type Options = Omit<KroneckerSblOptions, "noise">;
type Noise = typeof known | typeof learned;

const published = { initial: "ones", tolerance: 1e-4, maxIterations: 150 } as const;

/** Besides the start and the stopping rule. */
export const syntheticConstants = {
  svd: { method: "svd", pruneRatio: 1e-3 },
  am: { method: "am", pruneRatio: 1e-2, innerTolerance: 1e-5 },
} as const;

const irsConstants = {
  svd: { method: "svd", pruneRatio: 0, pruneAbsolute: 1e-4 },
  am: { method: "am", pruneRatio: [1e-2, 1e-1, 1e-3], pruneAbsolute: 1e-4 },
} as const;

const synthetic = { problem: publishedKroneckerProblem, smallProblem: () => kroneckerProblem(4) };
const irs = { problem: publishedIrsProblem, smallProblem: () => kroneckerProblem(4) };

export const syntheticCases: readonly SolverCase[] = [
  {
    ...synthetic,
    name: "omp",
    solve: ({ operator, measurement, noiseVariance }) => omp(operator, measurement, { noiseVariance }),
  },
  {
    ...synthetic,
    name: "kronecker-omp",
    solve: ({ factors, measurement, noiseVariance }) => kroneckerOmp(factors, measurement, { noiseVariance }),
  },
  ...kroneckerCases(synthetic, syntheticConstants),
];

export const irsCases: readonly SolverCase[] = [
  {
    ...irs,
    name: "omp",
    solve: ({ operator, measurement, noiseVariance }) => omp(operator, measurement, { noiseVariance }),
  },
  {
    ...irs,
    name: "sbl",
    solve: (problem) =>
      sbl(problem.operator, problem.measurement, {
        noise: known(problem),
        pruneRatio: 1e-4,
        maxIterations: 150,
      }),
  },
  {
    ...irs,
    name: "pattern-coupled-sbl",
    solve: (problem) =>
      patternCoupledSbl(problem.operator, problem.measurement, {
        noise: known(problem),
        shape: problem.factors.map(({ columns }) => columns),
        maxIterations: 150,
      }),
  },
  ...kroneckerCases(irs, irsConstants),
  {
    ...irs,
    name: "kronecker-sbl-mm-coupled",
    solve: (problem) => solve(problem, known, { method: "mm", ...coupled(problem) }),
    published: publishedRuns(irsConstants),
  },
  {
    ...irs,
    name: "kronecker-sbl-nnls",
    solve: (problem) =>
      solve(problem, known, {
        ...published,
        ...{ method: "am", coupling: "nnls", pruneRatio: [1e-2, 1e-1, 1e-2], pruneAbsolute: 1e-4 },
        ...coupled(problem),
      }),
    published: publishedRuns(irsConstants),
  },
];

const offGrid = { problem: () => offGridIrsProblem(36), smallProblem: () => offGridIrsProblem(18) };

/** The grid, and atoms that leave it. */
export const offGridCases: readonly SolverCase[] = [
  {
    ...offGrid,
    name: "kronecker-sbl-mm",
    solve: (problem) => solve(problem, known, { method: "mm" }),
  },
  {
    ...offGrid,
    name: "off-grid-kronecker-sbl",
    solve: (problem) =>
      offGridKroneckerSbl(problem.dictionaries!, problem.measurement, { noise: known(problem) }),
  },
];

/** What both instances are solved with. */
function kroneckerCases(
  instance: Pick<SolverCase, "problem" | "smallProblem">,
  constants: Readonly<Record<EmMethod, Options>>,
): SolverCase[] {
  const runs = publishedRuns(constants);
  const mm = (name: string, noise: Noise, options: Options): SolverCase => ({
    ...instance,
    name,
    solve: (problem) => solve(problem, noise, { method: "mm", ...options }),
    published: runs,
  });
  return [
    ...emMethods.map((method) => ({
      ...instance,
      name: `kronecker-sbl-${method}`,
      solve: runs[method],
    })),
    mm("kronecker-sbl-mm-0-restarts", known, { restarts: 0 }),
    mm("kronecker-sbl-mm-0-restarts-learned", learned, { restarts: 0 }),
    mm("kronecker-sbl-mm", known, {}),
    mm("kronecker-sbl-mm-learned", learned, {}),
    mm("kronecker-sbl-mm-rank-one", known, { core: 1 }),
    {
      ...instance,
      name: "decomposed-kronecker-sbl",
      solve: (problem) =>
        decomposedKroneckerSbl(problem.factors, problem.measurement, { noise: known(problem) }),
      published: runs,
    },
  ];
}

function publishedRuns(constants: Readonly<Record<EmMethod, Options>>) {
  const run = (method: EmMethod) => (problem: Problem) =>
    solve(problem, known, { ...published, ...constants[method] });
  return { svd: run("svd"), am: run("am") };
}

function solve(problem: Problem, noise: Noise, options: Options): SparseResult {
  return kroneckerSbl(problem.factors, problem.measurement, { noise: noise(problem), ...options });
}

/** Neighbours at the surface and at the base station appear together. */
function coupled({ factors }: Problem): Pick<Options, "couplingMatrices"> {
  const [surface, , station] = factors.map(({ columns }) => neighbourCoupling(columns, 0.8));
  return { couplingMatrices: [surface, null, station] };
}
