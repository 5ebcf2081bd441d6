/** Both kinds of kernels solve the same problems to the same answers, and each of them to the same bits every time. */
import { describe, expect, it } from "vitest";
import type { BayesianResult, SparseResult } from "../../../src/index.js";
import * as library from "../../../src/index.js";
import { distance, norm } from "../../support/dense-complex.js";
import { unitRoundoff } from "../../support/dense-linalg.js";
import { expandedPriorVariance } from "../../support/dense-posterior.js";
import { backends, withKernels } from "../../support/kernels.js";
import { matrixRuns, type SolverRun, solverRuns } from "../../support/library-runs.js";

/**
 * What two exact solvers that round differently may differ by, in units of u (1 + ρ) (1 + iterations), where ρ is the
 * signal-to-noise ratio of the model: the rounding of one posterior, handed from step to step.
 */
const passMark = 30;
/** Five times the largest that was measured when this was written: finds what has become less accurate. */
const alarms: Readonly<Record<string, number>> = {
  sbl: 5,
  patternCoupledSbl: 0.15,
  lmmse: 17,
  omp: 2.5,
  somp: 1,
  kroneckerOmp: 3,
  kroneckerSbl: 22,
  decomposedKroneckerSbl: 7.3,
  offGridKroneckerSbl: 0.5,
};

function isBayesian(result: SparseResult): result is BayesianResult {
  return "logEvidence" in result;
}

/** ρ = tr(A Γ A^H) / (M σ²); 0 for a solver without a noise model. */
function signalToNoise(run: SolverRun, result: SparseResult): number {
  if (!isBayesian(result)) return 0;
  const operator = run.operator(library);
  const norms = operator.columnNorms();
  const power = expandedPriorVariance(result.hyperparameters).reduce(
    (sum, gamma, n) => sum + gamma * norms[n],
    0,
  );
  return power / (operator.rows * result.noiseVariance);
}

/** Every number of an answer: its difference, relative to the scale that its rounding has. */
function differences(actual: SparseResult, expected: SparseResult): Record<string, number> {
  const mean = distance(actual.mean, expected.mean) / norm(expected.mean);
  if (!isBayesian(actual) || !isBayesian(expected)) return { mean };
  const [gamma, expectedGamma] = [actual, expected].map((result) =>
    expandedPriorVariance(result.hyperparameters),
  );
  const largest = Math.max(...expectedGamma);
  const relative = (some: Float64Array, others: Float64Array) =>
    some.reduce((most, value, n) => Math.max(most, Math.abs(value - others[n])), 0) / largest;
  const numbers = expected.mean.columns * expected.mean.rows;
  return {
    mean,
    priorVariance: relative(gamma, expectedGamma),
    variance: relative(actual.variance, expected.variance),
    noiseVariance: Math.abs(actual.noiseVariance / expected.noiseVariance - 1),
    logEvidence:
      Math.abs(actual.logEvidence - expected.logEvidence) / (Math.abs(expected.logEvidence) + numbers),
  };
}

describe("WebAssembly and TypeScript agree", () => {
  it.each(solverRuns)("on $name", (run) => {
    const [actual, expected] = backends.map((backend) => withKernels(backend, () => run.run(library)));
    const { support, reason, iterations, converged } = expected;
    expect(actual).toMatchObject({ support, reason, iterations, converged });
    const unit = unitRoundoff * (1 + signalToNoise(run, expected)) * (1 + iterations);
    const [solver] = run.name.split(",");
    for (const [name, difference] of Object.entries(differences(actual, expected))) {
      expect(difference / unit, name).toBeLessThan(passMark);
      expect(difference / unit, `${name}, alarm`).toBeLessThan(alarms[solver]);
    }
  });
});

it("and are two: their bits differ", () => {
  const [some, others] = backends.map((backend) => withKernels(backend, () => solverRuns[0].run(library)));
  expect(some.mean.data).not.toEqual(others.mean.data);
});

describe.each(backends)("on %s, the same call gives the same bits", (backend) => {
  it.each([...solverRuns, ...matrixRuns])("of $name", ({ run }) => {
    withKernels(backend, () => {
      const first = run(library);
      // Something else in between, of another size.
      library.svd(library.identityMatrix(70));
      expect(run(library)).toEqual(first);
    });
  });
});
