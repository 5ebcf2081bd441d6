import { describe, expect, it } from "vitest";
import { kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import {
  type BayesianResult,
  kroneckerSbl,
  kroneckerSblSteps,
  lmmse,
  neighbourCoupling,
} from "../../../src/solvers/index.js";
import { kroneckerProduct, matrixOf, norm, product, sum } from "../../support/dense-complex.js";
import { gaussianMatrix } from "../../support/model-draws.js";

describe("the search for a higher evidence", () => {
  /** Few rows, many atoms, a product of unequal coefficients: a run alone stops in a local maximum. */
  function hardProblem() {
    const stream = randomStream(6, "hard");
    const factors = [5, 7, 9].map((rows, n) => gaussianMatrix(rows, 10, "real", stream.child(n)));
    const coefficients = factors.map((_, n) => {
      const support = stream.child("support", n).sample(10, 4);
      const values = stream.child("values", n).normals(4);
      return matrixOf(10, 1, (r) => [support.includes(r) ? values[support.indexOf(r)] : 0, 0]);
    });
    const signal = product(kroneckerProduct(factors), kroneckerProduct(coefficients));
    const variance = (10 ** -2.5 * norm(signal) ** 2) / signal.rows;
    const noise = gaussianMatrix(signal.rows, 1, "real", stream.child("noise"));
    return { factors, measurement: sum(signal, noise, Math.sqrt(variance)), variance };
  }

  const { factors, measurement, variance } = hardProblem();
  const options = { noise: { kind: "known", variance }, history: true } as const;
  const solve = (restarts: number) => kroneckerSbl(factors, measurement, { ...options, restarts });
  const alone = solve(0);

  const outer = (gammas: readonly Float64Array[]) =>
    gammas.reduce<number[]>((all, gamma) => all.flatMap((a) => Array.from(gamma, (b) => a * b)), [1]);

  /** ln p(Y) − Σ_n |S_n| ln N_n. */
  function penalised({ logEvidence, hyperparameters }: BayesianResult): number {
    if (hyperparameters.kind !== "kronecker") throw new Error("wrong kind");
    const atoms = hyperparameters.factors.map((gamma) => gamma.filter((value) => value > 0).length);
    return logEvidence - atoms.reduce((sum, count) => sum + count * Math.log(10), 0);
  }

  it("finds one, and keeps the best of all attempts", () => {
    const [some, more] = [solve(20), solve(60)];
    expect(penalised(some)).toBeGreaterThan(penalised(alone));
    expect(penalised(more)).toBeGreaterThanOrEqual(penalised(some) - 1e-6);
    expect(more.logEvidence).toBeGreaterThan(alone.logEvidence + 10);
    expect(more.reason).toBe("tolerance");
    // The evidence by the posterior, which has decompositions of its own.
    const last = more.history!.at(-1)!;
    expect(Math.abs(more.logEvidence - last.logEvidence!)).toBeLessThan(1e-4);
  });

  it("leaves no atom that does not pay for itself", () => {
    const { hyperparameters, noiseVariance, logEvidence } = solve(20);
    if (hyperparameters.kind !== "kronecker") throw new Error("wrong kind");
    const gammas = hyperparameters.factors;
    for (const [n, gamma] of gammas.entries()) {
      gamma.forEach((value, j) => {
        if (value === 0) return;
        const without = gammas.map((factor, k) =>
          k === n ? factor.map((g, i) => (i === j ? 0 : g)) : factor,
        );
        const { logEvidence: rest } = lmmse(kroneckerOperator(factors), measurement, {
          noise: { kind: "known", variance: noiseVariance },
          priorVariance: outer(without),
        });
        expect(logEvidence - rest).toBeGreaterThan(Math.log(10));
      });
    }
  });

  it("goes the same way twice, and the first way first", () => {
    expect(solve(20)).toEqual(solve(20));
    const states = solve(20).history!.slice(0, alone.iterations);
    expect(states).toEqual(alone.history);
  });

  it("counts every attempt as an iteration, and gives the best answer so far", () => {
    let last = Number.NEGATIVE_INFINITY;
    const changes: number[] = [];
    const steps = kroneckerSblSteps(factors, measurement, { ...options, restarts: 60 });
    let next = steps.next();
    for (; next.done !== true; next = steps.next()) {
      const { current, logEvidence, iteration, change } = next.value;
      if (iteration <= alone.iterations || iteration > alone.iterations + 60) continue;
      const result = current();
      expect(result.iterations).toBe(iteration);
      expect(Math.abs(result.logEvidence - logEvidence!)).toBeLessThan(1e-8 * Math.abs(logEvidence!));
      expect(penalised(result)).toBeGreaterThanOrEqual(last - 1e-9 * Math.abs(last));
      last = penalised(result);
      changes.push(change);
    }
    expect(changes).toHaveLength(60);
    expect(changes.some((change) => change > 0)).toBe(true);
    expect(changes.some((change) => change === 0)).toBe(true);
    expect(next.value.iterations).toBeGreaterThan(alone.iterations + 60);
    expect(penalised(next.value)).toBeGreaterThanOrEqual(last - 1e-6);
  });

  it("draws coupled and noise-learning runs as well", () => {
    const couplingMatrices = [neighbourCoupling(10, 0.3), null, null];
    for (const extra of [{ couplingMatrices }, { noise: { kind: "learned" } }] as const) {
      const [without, with40] = [0, 40].map((restarts) =>
        kroneckerSbl(factors, measurement, { ...options, ...extra, restarts }),
      );
      expect(with40.logEvidence).toBeGreaterThan(without.logEvidence + 10);
    }
  });

  it("removes atoms that explain noise only, which the evidence alone keeps", () => {
    const stream = randomStream(8, "price");
    const factors = [8, 10, 12].map((rows, n) => gaussianMatrix(rows, 12, "complex", stream.child(n)));
    const truth = [[1, 7], [4], [2, 9, 10]];
    const coefficients = truth.map((support) => matrixOf(12, 1, (r) => [support.includes(r) ? 1 : 0, 0]));
    const signal = product(kroneckerProduct(factors), kroneckerProduct(coefficients));
    // 0 dB.
    const variance = norm(signal) ** 2 / signal.rows;
    const noise = gaussianMatrix(signal.rows, 1, "complex", stream.child("noise"));
    const y = sum(signal, noise, Math.sqrt(variance));
    const supportWith = (restarts: number) => {
      const { hyperparameters } = kroneckerSbl(factors, y, {
        noise: { kind: "known", variance },
        restarts,
      });
      if (hyperparameters.kind !== "kronecker") throw new Error("wrong kind");
      return hyperparameters.factors.map((gamma) => [...gamma.keys()].filter((j) => gamma[j] > 0));
    };
    expect(supportWith(1)).toEqual(truth);
    const kept = supportWith(0).flat().length;
    expect(kept).toBeGreaterThan(truth.flat().length);
  });
});
