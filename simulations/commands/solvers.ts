import type { ComplexMatrix } from "../../src/complex/index.js";
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
import type { SolverResult } from "./solve-output.js";

/** A solver as the command line knows it. */
export interface SolverEntry {
  readonly id: string;
  readonly summary: string;
  /** Takes a noise model, and gives variances and evidence. */
  readonly bayesian: boolean;
  /** Works on factors, so that even one dictionary is a Kronecker dictionary. */
  readonly kronecker: boolean;
  /** The dictionary and the options are checked by the solver itself. */
  readonly solve: (dictionary: never, measurement: ComplexMatrix, options: never) => SolverResult;
}

/** What `sparsewave solve` offers and `sparsewave list` shows. */
export const solvers: readonly SolverEntry[] = [
  {
    id: "omp",
    summary: "Orthogonal matching pursuit",
    bayesian: false,
    kronecker: false,
    solve: omp,
  },
  {
    id: "somp",
    summary: "Simultaneous orthogonal matching pursuit, for several snapshots",
    bayesian: false,
    kronecker: false,
    solve: somp,
  },
  {
    id: "kronecker-omp",
    summary: "Orthogonal matching pursuit on the factors of a Kronecker dictionary",
    bayesian: false,
    kronecker: true,
    solve: kroneckerOmp,
  },
  {
    id: "sbl",
    summary: "Sparse Bayesian learning with independent prior variances",
    bayesian: true,
    kronecker: false,
    solve: sbl,
  },
  {
    id: "pattern-coupled-sbl",
    summary: "Sparse Bayesian learning for blocks: neighbours share prior variance",
    bayesian: true,
    kronecker: false,
    solve: patternCoupledSbl,
  },
  {
    id: "kronecker-sbl",
    summary: "Sparse Bayesian learning with Kronecker-structured prior variances",
    bayesian: true,
    kronecker: true,
    solve: kroneckerSbl,
  },
  {
    id: "decomposed-kronecker-sbl",
    summary: "Sparse Bayesian learning for coefficients of rank one, mode by mode",
    bayesian: true,
    kronecker: true,
    solve: decomposedKroneckerSbl,
  },
  {
    id: "lmmse",
    summary: "Linear minimum mean square error estimate for a given prior",
    bayesian: true,
    kronecker: false,
    solve: lmmse,
  },
];
