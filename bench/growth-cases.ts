/** Solvers, and the problems that they grow on. */
import { kroneckerSbl, type SparseResult } from "../src/solvers/index.js";
import { kroneckerProblem, type Problem, tenPerModeProblem } from "./problems.js";

export interface GrowthCase {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly problem: (size: number) => Problem;
  readonly solve: (problem: Problem) => SparseResult;
}

/** Atoms per mode of three. */
const atoms = [16, 32, 64, 100, 128];

export const growthCases: readonly GrowthCase[] = [
  {
    name: "kronecker-sbl-svd",
    sizes: atoms,
    problem: kroneckerProblem,
    solve: ({ factors, measurement, noiseVariance }) =>
      kroneckerSbl(factors, measurement, {
        noise: { kind: "known", variance: noiseVariance },
        method: "svd",
      }),
  },
  {
    name: "kronecker-sbl-mm-learned",
    sizes: atoms,
    problem: tenPerModeProblem,
    solve: ({ factors, measurement }) =>
      kroneckerSbl(factors, measurement, { noise: { kind: "learned" }, method: "mm" }),
  },
];
