/** A solver on a fixed problem. */
import type { SparseResult } from "../src/solvers/index.js";
import type { Problem } from "./problems.js";

export interface SolverCase {
  readonly name: string;
  readonly problem: () => Problem;
  /** A small problem of the same kind, to load code with. */
  readonly smallProblem: () => Problem;
  readonly solve: (problem: Problem) => SparseResult;
  /** What is timed in turn with it: `kroneckerSbl` as published, with known noise. */
  readonly published?: Readonly<Record<EmMethod, (problem: Problem) => SparseResult>>;
  /** The same computation in dense matrix expressions, given the solver's answer (how many steps it took). */
  readonly textbook?: (problem: Problem, result: SparseResult) => unknown;
}

/** The published methods of `kroneckerSbl`, by expectation-maximisation. */
export const emMethods = ["svd", "am"] as const;
export type EmMethod = (typeof emMethods)[number];

export const known = ({ noiseVariance }: Problem) => ({ kind: "known", variance: noiseVariance }) as const;
export const learned = () => ({ kind: "learned" }) as const;
