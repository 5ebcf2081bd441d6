/** The methods that the synthetic experiments of He and Joseph (2024) compare here: theirs, and those of this library. */
export const kroneckerEstimators: readonly string[] = [
  "omp",
  "kronecker-omp",
  "kronecker-sbl-svd",
  "kronecker-sbl-am",
  "ksbl",
  "kronecker-sbl-mm-0-restarts",
  "kronecker-sbl-mm",
  "kronecker-sbl-mm-100-restarts",
  "kronecker-sbl-mm-auto",
  "kronecker-sbl-mm-rank-one",
  "decomposed-kronecker-sbl",
  "oracle-ls",
];
