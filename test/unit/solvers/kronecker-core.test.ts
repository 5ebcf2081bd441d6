import { describe, expect, it } from "vitest";
import type { KroneckerTruth } from "../../../simulations/kronecker/draw.js";
import { kroneckerScenario } from "../../../simulations/kronecker/scenario.js";
import { oracleLeastSquares } from "../../../src/bounds/index.js";
import { type ComplexMatrix, complexMatrix, complexVector } from "../../../src/complex/types.js";
import { nmse } from "../../../src/metrics/index.js";
import { kroneckerOperator } from "../../../src/operators/index.js";
import { type RandomStream, randomStream } from "../../../src/random/index.js";
import { type KroneckerSblOptions, kroneckerSbl, kroneckerSblSteps } from "../../../src/solvers/index.js";
import { entry, kroneckerProduct, matrixOf, sum } from "../../support/dense-complex.js";
import { gaussianMatrix } from "../../support/model-draws.js";
import type { Field } from "../../support/problem-families.js";
import { thrownAtOnce } from "../../support/thrown.js";

const fields: readonly Field[] = ["real", "complex"];

interface LowRank {
  readonly factors: readonly ComplexMatrix[];
  readonly coefficients: ComplexMatrix;
  readonly supports: readonly Int32Array[];
  readonly measurement: ComplexMatrix;
  readonly variance: number;
}

/** y = (A_1 ⊗ …) Σ_r x_1^r ⊗ … + w with supports of three atoms in each mode. */
function drawLowRank(rank: number, snrDb: number, field: Field, stream: RandomStream): LowRank {
  const factors = [9, 10, 12].map((rows, n) => gaussianMatrix(rows, 12, field, stream.child("factor", n)));
  const supports = factors.map((_, n) => Int32Array.from(stream.child("support", n).sample(12, 3)).sort());
  let coefficients = complexMatrix(12 ** 3, 1);
  for (let r = 0; r < rank; r++) {
    const vectors = supports.map((support, n) => {
      const values = gaussianMatrix(3, 1, field, stream.child("values", n, r));
      return matrixOf(12, 1, (j) => {
        const at = support.indexOf(j);
        return at < 0 ? [0, 0] : [values.data[2 * at], values.data[2 * at + 1]];
      });
    });
    coefficients = sum(coefficients, kroneckerProduct(vectors));
  }
  const signal = kroneckerOperator(factors).apply(complexVector(12 ** 3, coefficients.data));
  const power = signal.data.reduce((total, part) => total + part * part, 0) / signal.length;
  const variance = power * 10 ** (-snrDb / 10);
  const noise = gaussianMatrix(signal.length, 1, field, stream.child("noise"));
  const clean = complexMatrix(signal.length, 1, signal.data);
  return { factors, coefficients, supports, measurement: sum(clean, noise, Math.sqrt(variance)), variance };
}

function solveWith({ factors, measurement, variance }: LowRank, options: Partial<KroneckerSblOptions>) {
  return kroneckerSbl(factors, measurement, { noise: { kind: "known", variance }, ...options });
}

function error({ coefficients }: LowRank, mean: ComplexMatrix): number {
  return nmse(complexVector(mean.rows, mean.data), complexVector(mean.rows, coefficients.data));
}

describe("kroneckerSbl with coefficients of low rank", () => {
  it("does not lower its bound, at exponent 0.5 and without pruning", () => {
    for (const field of fields) {
      for (const core of [1, 2]) {
        const problem = drawLowRank(2, 10, field, randomStream(3, "bound", field, core));
        for (const noise of [{ kind: "known", variance: problem.variance }, { kind: "learned" }] as const) {
          let last = Number.NEGATIVE_INFINITY;
          const options = { noise, core, exponent: 0.5, restarts: 0, pruneRatio: 0, tolerance: 0 } as const;
          const steps = kroneckerSblSteps(problem.factors, problem.measurement, options);
          for (let k = 0; k < 60; k++) {
            const { logEvidence } = steps.next().value as { logEvidence: number };
            expect(logEvidence).toBeGreaterThan(last - 1e-9 * Math.abs(logEvidence));
            last = logEvidence;
          }
          steps.return(undefined as never);
        }
      }
    }
  });

  it("estimates coefficients of rank R far better than least squares on their support", () => {
    for (const field of fields) {
      for (const core of [1, 2]) {
        const ratios = range(8).map((trial) => {
          const problem = drawLowRank(core, 20, field, randomStream(4, "rank", field, core, trial));
          const result = solveWith(problem, { core });
          expect(result.core).toBe(core);
          if (core === 1) expect(result.reason).toBe("tolerance");
          const { factors, measurement, supports } = problem;
          const oracle = oracleLeastSquares(kroneckerOperator(factors), measurement, supports);
          return error(problem, result.mean) / error(problem, oracle.mean);
        });
        // 7 or 14 parameters instead of 27.
        expect(median(ratios)).toBeLessThan(core === 1 ? 0.4 : 0.7);
      }
    }
  });

  it("states its own error", () => {
    for (const field of fields) {
      const shares = range(12).map((trial) => {
        const problem = drawLowRank(1, 25, field, randomStream(9, "calibration", field, trial));
        const { mean, variance } = solveWith(problem, { core: 1 });
        const expected = variance.reduce((total, value) => total + value, 0);
        let actual = 0;
        mean.data.forEach((value, i) => {
          actual += (value - problem.coefficients.data[i]) ** 2;
        });
        return actual / expected;
      });
      expect(median(shares)).toBeGreaterThan(0.4);
      expect(median(shares)).toBeLessThan(2);
    }
  });

  it("learns the noise", () => {
    const ratios = range(8).map((trial) => {
      const problem = drawLowRank(1, 20, "complex", randomStream(2, "noise", trial));
      return solveWith(problem, { core: 1, noise: { kind: "learned" } }).noiseVariance / problem.variance;
    });
    expect(median(ratios)).toBeGreaterThan(0.95);
    expect(median(ratios)).toBeLessThan(1.05);
  });

  it("does not depend on units or on the norms of atoms", () => {
    const problem = drawLowRank(1, 20, "complex", randomStream(7, "units"));
    const plain = solveWith(problem, { core: 1 });
    const scales = [3, 0.1, 70];
    const norms = problem.factors.map(({ columns }, n) =>
      range(columns).map((j) => scales[n] * (1 + j) ** 2),
    );
    const factors = problem.factors.map((factor, n) =>
      matrixOf(factor.rows, factor.columns, (r, c) => {
        const [re, im] = entry(factor, r, c);
        return [re * norms[n][c], im * norms[n][c]];
      }),
    );
    const measurement = complexMatrix(
      problem.measurement.rows,
      1,
      problem.measurement.data.map((value) => 1e5 * value),
    );
    const noise = { kind: "known", variance: 1e10 * problem.variance } as const;
    const scaled = kroneckerSbl(factors, measurement, { noise, core: 1 });
    expect(scaled.support).toEqual(plain.support);
    for (const at of plain.support) {
      const index = [Math.floor(at / 144), Math.floor(at / 12) % 12, at % 12];
      const by = 1e5 / index.reduce((total, j, n) => total * norms[n][j], 1);
      for (const part of [2 * at, 2 * at + 1]) {
        expect(Math.abs(scaled.mean.data[part] / by - plain.mean.data[part])).toBeLessThan(1e-6);
      }
      expect(scaled.variance[at] / by ** 2 / plain.variance[at]).toBeCloseTo(1, 5);
    }
  });

  it("undoes a wrong support of the free core", () => {
    const { truth, observation } = drawKronecker({ rows1: 8, sparsity: 5 }, hardTrial);
    const { factors, measurement, noiseVariance } = observation;
    const noise = { kind: "known", variance: noiseVariance } as const;
    const free = kroneckerSbl(factors, measurement, { noise, restarts: 30 });
    expect(free.core).toBe("free");
    expect(nmse(vectorOf(free.mean), truth.coefficients)).toBeGreaterThan(0.1);
    const found = kroneckerSbl(factors, measurement, { noise, restarts: 30, core: "auto" });
    expect(found.core).toBe(1);
    expect(nmse(vectorOf(found.mean), truth.coefficients)).toBeLessThan(1e-2);
  });

  it.each([
    ["free", "free"],
    ["rank-one", 1],
  ] as const)("with core auto knows coefficients that are %s", (core, expected) => {
    for (const field of fields) {
      for (const snrDb of [15, 25]) {
        for (let trial = 0; trial < 6; trial++) {
          const { observation } = drawKronecker({ core, field, snrDb, rows1: 8, sparsity: 3 }, trial);
          const { factors, measurement, noiseVariance } = observation;
          const noise = { kind: "known", variance: noiseVariance } as const;
          expect(kroneckerSbl(factors, measurement, { noise, core: "auto" }).core).toBe(expected);
        }
      }
    }
  });

  it("with core auto and coefficients that are free gives the answer of the free core", () => {
    const { observation } = drawKronecker({ core: "free", rows1: 10 }, 1);
    const { factors, measurement, noiseVariance } = observation;
    const noise = { kind: "known", variance: noiseVariance } as const;
    const free = kroneckerSbl(factors, measurement, { noise });
    expect(kroneckerSbl(factors, measurement, { noise, core: "auto" })).toEqual(free);
    expect(kroneckerSbl(factors, measurement, { noise, core: "free" })).toEqual(free);
  });

  it("with one mode is the free core", () => {
    const stream = randomStream(1, "one mode");
    const factor = gaussianMatrix(8, 12, "complex", stream.child("A"));
    const measurement = gaussianMatrix(8, 1, "complex", stream.child("y"));
    const noise = { kind: "known", variance: 0.1 } as const;
    const free = kroneckerSbl([factor], measurement, { noise });
    for (const core of [1, 3, "auto"] as const) {
      expect(kroneckerSbl([factor], measurement, { noise, core })).toEqual(free);
    }
  });

  it("answers zero where there is nothing", () => {
    const problem = drawLowRank(1, 20, "complex", randomStream(1, "nothing"));
    for (const core of [1, 2]) {
      const buried = solveWith(problem, { core, noise: { kind: "known", variance: 1e4 * problem.variance } });
      expect(buried.reason).toBe("empty-support");
      const silent = kroneckerSbl(problem.factors, complexMatrix(problem.measurement.rows, 1), {
        core,
        noise: { kind: "known", variance: 1 },
      });
      expect(silent.reason).toBe("zero-measurement");
      for (const { support, mean, variance, logEvidence } of [buried, silent]) {
        expect(support).toHaveLength(0);
        expect(mean.data.every((value) => value === 0)).toBe(true);
        expect(variance.every((value) => value === 0)).toBe(true);
        expect(logEvidence).toBeTypeOf("number");
        expect(Number.isFinite(logEvidence)).toBe(true);
      }
    }
  });

  it("gives sound answers for problems of any shape and noise", () => {
    for (let trial = 0; trial < 60; trial++) {
      const stream = randomStream(10, "any", trial);
      const field = fields[stream.integer(2)];
      const shapes = range(2 + stream.integer(3)).map(() => [1 + stream.integer(6), 1 + stream.integer(7)]);
      const factors = shapes.map(([rows, columns], n) =>
        gaussianMatrix(rows, columns, field, stream.child("A", n)),
      );
      const rows = shapes.reduce((total, [m]) => total * m, 1);
      const measurement = gaussianMatrix(rows, 1, field, stream.child("y"));
      const noise = [
        { kind: "learned" },
        ...[1e-12, 1e-3, 1, 1e3].map((variance) => ({ kind: "known", variance }) as const),
      ][trial % 5] as KroneckerSblOptions["noise"];
      for (const core of [1, 3, "auto"] as const) {
        const { reason, mean, variance, logEvidence } = kroneckerSbl(factors, measurement, {
          noise,
          core,
          restarts: 2,
        });
        expect(reason).not.toBe("breakdown");
        expect([...mean.data, ...variance, logEvidence].every(Number.isFinite)).toBe(true);
        expect(variance.every((value) => value >= 0)).toBe(true);
      }
    }
  });

  it("refuses what it cannot do", () => {
    const problem = drawLowRank(1, 20, "real", randomStream(1, "refusals"));
    const { factors, measurement } = problem;
    const several = complexMatrix(measurement.rows, 2);
    const noise = { kind: "known", variance: 1 } as const;
    expect(thrownAtOnce(() => kroneckerSbl(factors, several, { noise, core: 1 })).message).toBe(
      "kroneckerSbl: measurement has 2 snapshots; expected 1, because core is 1",
    );
    expect(thrownAtOnce(() => kroneckerSbl(factors, several, { noise, core: "auto" })).message).toBe(
      'kroneckerSbl: measurement has 2 snapshots; expected 1, because core is "auto"',
    );
    expect(thrownAtOnce(() => solveWith(problem, { core: 1, method: "svd" })).message).toBe(
      'kroneckerSbl: option core is given with method "svd"; expected method "mm"',
    );
    for (const core of [0, 1.5, Number.NaN, "rank-one"]) {
      expect(thrownAtOnce(() => solveWith(problem, { core: core as number })).message).toMatch(
        /option core is .+; expected "free", "auto" or an integer at least 1 and at most 100$/,
      );
    }
  });
});

/** A trial where thirty restarts of the free core end in a wrong support. */
const hardTrial = 27;

function drawKronecker(configuration: object, trial: number) {
  const stream = randomStream(1).child("proto", trial);
  return kroneckerScenario.draw(kroneckerScenario.parse(configuration), stream) as {
    truth: KroneckerTruth;
    observation: ReturnType<typeof kroneckerScenario.draw>["observation"];
  };
}

function vectorOf(mean: ComplexMatrix) {
  return complexVector(mean.rows, mean.data);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
