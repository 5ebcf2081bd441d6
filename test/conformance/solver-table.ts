/**
 * Every solver, one line each: how the conformance suite calls it, and which of its promises differ from the
 * others'.
 */
import type { SparseResult } from "../../src/solvers/contract.js";
import {
  decomposedKroneckerSbl,
  kroneckerOmp,
  kroneckerSbl,
  lmmse,
  omp,
  patternCoupledSbl,
  sbl,
  somp,
} from "../../src/solvers/index.js";
import type { TestProblem } from "../support/problem-families.js";

export interface SolverUnderTest {
  readonly name: string;
  /** A method, so that the solvers' own parameter types fit. */
  solve(dictionary: unknown, measurement: unknown, options: unknown): SparseResult;
  /** Works on factors: a dictionary of one factor is given as a list of one. */
  readonly kronecker: boolean;
  readonly greedy: boolean;
  readonly iterates: boolean;
  /** Finds supports: its relative error without noise, where the problem is recoverable. */
  readonly recoveryError?: number;
  /** Takes several snapshots. */
  readonly manySnapshots: boolean;
  /** What a zero atom's variance is: that of its prior, or zero because the atom is removed. */
  readonly zeroAtomVariance?: "prior" | "zero";
  /** Neighbours belong together: equal atoms may differ, and small gaps in a support be filled. */
  readonly ordered?: boolean;
  /**
   * The coefficients are a product over the factors, each learned by itself: with two factors or more, mean and
   * variance are not those of the Gaussian model, and the prior of every factor pulls at all coefficients.
   */
  readonly rankOne?: boolean;
  /**
   * Draws other starts after it has settled, of which the first depend on the order of the atoms, and removes atoms that
   * do not gain enough.
   */
  readonly searches?: boolean;
  /**
   * A factor of one atom takes part in its updates, so the steps are others: the options with which the answer is the
   * same, and to what relative tolerance.
   */
  readonly besideOneAtom?: { readonly options: object; readonly tolerance: number };
  /** Where several mixtures of latent variances are as good, it may move from one to the next without an end. */
  readonly creeps?: boolean;
  /** Options for a problem, in the units of that problem. */
  options(problem: TestProblem): Readonly<Record<string, unknown>>;
  /** Values that must be refused with an `option` error that names the option. */
  readonly refused: readonly (readonly [option: string, value: unknown])[];
}

const refusedByAll = [
  ["maxIterations", 0],
  ["maxIterations", 1.5],
  ["maxIterations", Number.NaN],
  ["maxIterations", "3"],
  ["history", 1],
  ["signal", {}],
  ["onIteration", true],
] as const;

const notAPositiveNumber = (name: string) =>
  [-1, Number.NaN, Number.POSITIVE_INFINITY, "1", null].map((value) => [name, value] as const);
const notACount = (name: string) => [0, 1.5, Number.NaN, "2"].map((value) => [name, value] as const);
const notANoiseModel = [undefined, 1, null, {}, { kind: "white" }, { kind: "known" }].map(
  (value) => ["noise", value] as const,
);

const known = ({ noiseVariance }: TestProblem) => ({ kind: "known", variance: noiseVariance });

const greedy = {
  kronecker: false,
  greedy: true,
  iterates: true,
  recoveryError: 1e-12,
  manySnapshots: false,
} as const;

const pursuit = {
  ...greedy,
  options: ({ support }: TestProblem) => ({ sparsity: support.length }),
  refused: [
    ...refusedByAll,
    ...notACount("sparsity"),
    ...notAPositiveNumber("residualTolerance"),
    ...notAPositiveNumber("noiseVariance"),
    ["sparsity", undefined],
    ["sparsity", 1000],
  ],
} as const;

const greedySolvers: readonly SolverUnderTest[] = [
  { ...pursuit, name: "omp", solve: omp },
  { ...pursuit, name: "somp", solve: somp, manySnapshots: true },
  {
    ...greedy,
    name: "kroneckerOmp",
    solve: kroneckerOmp,
    kronecker: true,
    options: ({ supports }) => ({ maxAtomsPerMode: Math.max(...supports.map(({ length }) => length)) }),
    refused: [
      ...refusedByAll,
      ...notACount("maxAtomsPerMode"),
      ...notAPositiveNumber("residualTolerance"),
      ...notAPositiveNumber("noiseVariance"),
      ["maxAtomsPerMode", undefined],
    ],
  },
];

const closedFormSolvers: readonly SolverUnderTest[] = [
  {
    name: "lmmse",
    solve: lmmse,
    kronecker: false,
    greedy: false,
    iterates: false,
    manySnapshots: true,
    zeroAtomVariance: "prior",
    options: (problem) => ({ noise: known(problem), priorVariance: problem.coefficientVariance }),
    refused: [
      ...notANoiseModel,
      ["noise", { kind: "learned" }],
      ...notAPositiveNumber("priorVariance"),
      ["priorVariance", undefined],
      ["priorVariance", {}],
    ],
  },
];

const sparseBayesian = {
  greedy: false,
  iterates: true,
  // The prior pulls every coefficient to zero by the noise-to-signal ratio, 60 dB where there is no noise.
  recoveryError: 1e-3,
  manySnapshots: true,
  zeroAtomVariance: "zero",
  refused: [
    ...refusedByAll,
    ...notANoiseModel,
    ["tolerance", -1],
    ["tolerance", Number.NaN],
    ["pruneRatio", -1],
    ["pruneRatio", "0.1"],
  ],
} as const;

/** A complex coefficient has that of two real ones, so that real data on a line keep their answer. */
function hyperprior({ factors, measurement }: TestProblem): { readonly a: number; readonly b: number } {
  const real = [...factors, measurement].every(({ data }) =>
    data.every((part, i) => i % 2 === 0 || part === 0),
  );
  return real ? { a: 0.5, b: 1e-4 } : { a: 1, b: 2e-4 };
}

const patternCoupled = {
  ...sparseBayesian,
  solve: patternCoupledSbl,
  kronecker: false,
  refused: [
    ...sparseBayesian.refused,
    ...notACount("shape").map(([name, value]) => [name, [value]] as const),
    ["shape", 3],
    ["shape", []],
    ["coupling", -0.1],
    ["coupling", 1.1],
    ["a", -1],
    ["b", Number.NaN],
  ],
} as const;

const kroneckerSparseBayesian = {
  ...sparseBayesian,
  solve: kroneckerSbl,
  kronecker: true,
  refused: [
    ...sparseBayesian.refused,
    ["method", "em"],
    ["pruneRatio", [0.1, 0.1, 0.1]],
    ["innerTolerance", -1],
    ["coupling", "am"],
    ["couplingMatrices", 1],
    ["couplingMatrices", [null, null, null]],
  ],
} as const;

/** To the maximum that is nearest: longer steps may end in another one. */
const smallSteps = { exponent: 0.5, restarts: 0, tolerance: 1e-13, maxIterations: 2000 } as const;

const majoriseMinimise = {
  ...kroneckerSparseBayesian,
  besideOneAtom: { options: smallSteps, tolerance: 1e-9 },
  refused: [
    ...kroneckerSparseBayesian.refused,
    ["exponent", 2],
    ["exponent", "1"],
    ["restarts", -1],
    ["restarts", 0.5],
    ["pruneAbsolute", 0.1],
    ["innerTolerance", 0.1],
  ],
} as const;

/** Of every factor whose atoms have neighbours. */
const neighbours = ({ factors }: TestProblem) =>
  factors.map(({ columns }) =>
    columns === 1
      ? null
      : Array.from({ length: columns }, (_, i) =>
          Array.from({ length: columns }, (_, j) => [1, 0.5, 0][Math.min(2, Math.abs(i - j))]),
        ),
  );

/** Sparse Bayesian solvers: one line for each variant of each solver. */
const sparseBayesianSolvers: readonly SolverUnderTest[] = [
  {
    ...sparseBayesian,
    name: "sbl, em",
    solve: sbl,
    kronecker: false,
    options: (problem) => ({ noise: known(problem) }),
  },
  {
    ...sparseBayesian,
    name: "sbl, fixed-point",
    solve: sbl,
    kronecker: false,
    options: (problem) => ({ noise: known(problem), update: "fixed-point" }),
  },
  {
    ...patternCoupled,
    name: "patternCoupledSbl",
    ordered: true,
    options: (problem) => ({ noise: known(problem), ...hyperprior(problem) }),
  },
  {
    ...patternCoupled,
    name: "patternCoupledSbl, no coupling",
    options: (problem) => ({ noise: known(problem), ...hyperprior(problem), coupling: 0 }),
  },
  {
    ...majoriseMinimise,
    name: "kroneckerSbl",
    searches: true,
    options: (problem) => ({ noise: known(problem) }),
  },
  {
    ...majoriseMinimise,
    name: "kroneckerSbl, no restarts",
    options: (problem) => ({ noise: known(problem), restarts: 0 }),
  },
  {
    ...majoriseMinimise,
    name: "kroneckerSbl, exponent 0.5",
    options: (problem) => ({ noise: known(problem), restarts: 0, exponent: 0.5 }),
  },
  {
    ...majoriseMinimise,
    name: "kroneckerSbl, coupled",
    ordered: true,
    creeps: true,
    besideOneAtom: { options: smallSteps, tolerance: 1e-6 },
    options: (problem) => ({ noise: known(problem), restarts: 0, couplingMatrices: neighbours(problem) }),
  },
  {
    ...kroneckerSparseBayesian,
    name: "kroneckerSbl, nnls",
    ordered: true,
    creeps: true,
    // The floor, 1e-5, is that of a mode of unit norm, or of the last one.
    besideOneAtom: { options: {}, tolerance: 1e-5 },
    options: (problem) => ({
      noise: known(problem),
      couplingMatrices: neighbours(problem),
      coupling: "nnls",
    }),
  },
  ...(["svd", "am", "ksbl"] as const).map((method) => ({
    ...kroneckerSparseBayesian,
    name: `kroneckerSbl, ${method}`,
    options: (problem: TestProblem) => ({ noise: known(problem), method }),
  })),
  {
    ...sparseBayesian,
    name: "decomposedKroneckerSbl",
    solve: decomposedKroneckerSbl,
    kronecker: true,
    manySnapshots: false,
    rankOne: true,
    options: (problem) => ({ noise: known(problem) }),
  },
];

export const solvers: readonly SolverUnderTest[] = [
  ...greedySolvers,
  ...closedFormSolvers,
  ...sparseBayesianSolvers,
];
