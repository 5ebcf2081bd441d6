import { describe, expect, it } from "vitest";
import {
  decomposedKroneckerSblSteps,
  kroneckerOmpSteps,
  kroneckerSblSteps,
  ompSteps,
  type SolverStep,
  sblSteps,
} from "../../../src/solvers/index.js";
import { syntheticInstance } from "../../support/golden.js";

const { factors, measurement, noiseVariance } = syntheticInstance("synthetic-25db");
const noise = { kind: "known", variance: noiseVariance } as const;
const small = [
  [1, 0.5, 0.2],
  [0, 1, 0.3],
];

describe("the last step of an iterator", () => {
  it.each([
    ["sbl", () => sblSteps(small, [3, 0.1], { noise: { kind: "known", variance: 0.01 } })],
    [
      "sbl, cut short",
      () => sblSteps(small, [3, 0.1], { noise: { kind: "known", variance: 0.01 }, maxIterations: 2 }),
    ],
    ["kroneckerSbl", () => kroneckerSblSteps(factors, measurement, { noise })],
    ["kroneckerSbl, no restarts", () => kroneckerSblSteps(factors, measurement, { noise, restarts: 0 })],
    ["kroneckerSbl, svd", () => kroneckerSblSteps(factors, measurement, { noise, method: "svd" })],
    ["kroneckerSbl, am", () => kroneckerSblSteps(factors, measurement, { noise, method: "am" })],
    ["decomposedKroneckerSbl", () => decomposedKroneckerSblSteps(factors, measurement, { noise })],
    ["omp", () => ompSteps(small, [3, 0.1], { sparsity: 1 })],
    ["kroneckerOmp", () => kroneckerOmpSteps(factors, measurement, { noiseVariance })],
  ])("has the result also after the end: %s", (_, start) => {
    const steps = start() as Generator<SolverStep<object>, object, undefined>;
    let last: SolverStep<object> | undefined;
    let next = steps.next();
    for (; next.done !== true; next = steps.next()) last = next.value;
    expect(last?.current()).toBe(next.value);
  });

  it("is gone when the iterator was left before its end, and says so", () => {
    const steps = sblSteps(small, [3, 0.1], { noise: { kind: "known", variance: 0.01 } });
    const step = steps.next().value as SolverStep<object>;
    steps.return(undefined as never);
    expect(() => step.current()).toThrow(/^sbl: working memory was used after the run had ended/);
  });
});
