/**
 * Every solver, one line each: how the conformance suite calls it, and which of its promises differ from the
 * others'.
 */
import type { SparseResult } from "../../src/solvers/contract.js";
import { kroneckerOmp, kroneckerSbl, lmmse, omp, sbl, somp } from "../../src/solvers/index.js";
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
    ...sparseBayesian,
    name: "kroneckerSbl, am",
    solve: kroneckerSbl,
    kronecker: true,
    options: (problem) => ({ noise: known(problem), method: "am" }),
  },
  {
    ...sparseBayesian,
    name: "kroneckerSbl, svd",
    solve: kroneckerSbl,
    kronecker: true,
    options: (problem) => ({ noise: known(problem), method: "svd" }),
  },
];

export const solvers: readonly SolverUnderTest[] = [
  ...greedySolvers,
  ...closedFormSolvers,
  ...sparseBayesianSolvers,
];
