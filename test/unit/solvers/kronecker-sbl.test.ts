import { Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/types.js";
import { isSparseError } from "../../../src/errors.js";
import { kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import { kroneckerSbl, kroneckerSblSteps, sbl } from "../../../src/solvers/index.js";
import { expectPosteriorIdentities } from "../../support/dense-posterior.js";
import { textbookKroneckerSbl } from "../../support/textbook-kronecker-sbl.js";

interface Case {
  readonly name: string;
  readonly rows: readonly number[];
  readonly atoms: readonly number[];
  readonly real: boolean;
  readonly snapshots: number;
}

const shapes: readonly Pick<Case, "rows" | "atoms">[] = [
  { rows: [3, 4, 3], atoms: [5, 5, 4] },
  { rows: [4, 5, 4], atoms: [3, 4, 3] },
  { rows: [5, 4], atoms: [6, 3] },
  { rows: [1, 6, 5], atoms: [1, 8, 4] },
  { rows: [8], atoms: [12] },
  { rows: [2, 3, 2, 3], atoms: [3, 2, 4, 3] },
];
const cases: readonly Case[] = shapes.flatMap((shape) =>
  [true, false].flatMap((real) =>
    [1, 3].map((snapshots) => {
      const name = `${shape.rows.join("×")} by ${shape.atoms.join("×")}, ${real ? "real" : "complex"}, ${snapshots} snapshots`;
      return { ...shape, real, snapshots, name };
    }),
  ),
);

function draw({ name, rows, atoms, real, snapshots }: Case) {
  const stream = randomStream(7, name);
  const matrix = (label: string, r: number, c: number): ComplexMatrix => {
    const child = stream.child(label);
    if (!real) return complexMatrix(r, c, child.complexNormals(r * c).data);
    const result = complexMatrix(r, c);
    child.normals(r * c).forEach((value, i) => {
      result.data[2 * i] = value;
    });
    return result;
  };
  const factors = rows.map((count, n) => matrix(`factor ${n}`, count, atoms[n]));
  const total = rows.reduce((product, count) => product * count, 1);
  return { factors, measurement: matrix("measurement", total, snapshots), total };
}

const noise = { kind: "known", variance: 0.07 } as const;

function multipliedOut(factors: readonly ComplexMatrix[]): ComplexMatrix {
  const operator = kroneckerOperator(factors);
  return operator.atoms(Array.from({ length: operator.columns }, (_, n) => n));
}

describe("kroneckerSbl against a dense evaluation", () => {
  for (const one of cases) {
    for (const method of ["am", "svd"] as const) {
      it(`${method}: ${one.name}`, () => {
        const { factors, measurement } = draw(one);
        const result = kroneckerSbl(factors, measurement, {
          noise,
          method,
          maxIterations: 4,
          pruneRatio: 1e-2,
        });
        expectPosteriorIdentities(result, multipliedOut(factors), measurement);
      });
    }
  }
});

describe("kroneckerSbl against the textbook", () => {
  for (const method of ["am", "svd"] as const) {
    it(`takes the same steps as dense matrix expressions: ${method}`, () => {
      const one = { name: "textbook", rows: [4, 5, 4], atoms: [6, 6, 5], real: true, snapshots: 1 };
      const { factors, measurement } = draw(one);
      const dense = textbookKroneckerSbl(
        factors.map(({ rows, columns, data }) =>
          Matrix.from1DArray(
            rows,
            columns,
            [...data].filter((_, i) => i % 2 === 0),
          ),
        ),
        [...measurement.data].filter((_, i) => i % 2 === 0),
        {
          method,
          noiseVariance: 0.5,
          pruneRatio: 1e-2,
          tolerance: 1e-4,
          innerTolerance: 1e-5,
          maxIterations: 40,
        },
      );
      const result = kroneckerSbl(factors, measurement, {
        noise: { kind: "known", variance: 0.5 },
        method,
        initial: "ones",
        pruneRatio: 1e-2,
        tolerance: 1e-4,
        maxIterations: 40,
      });
      expect(result.iterations).toBe(dense.iterations);
      const scale = Math.max(...dense.mean.map(Math.abs));
      dense.mean.forEach((value, j) => {
        // Forty steps of an iteration that both round differently.
        expect(Math.abs(result.mean.data[2 * j] - value)).toBeLessThan(1e-8 * scale);
      });
    });
  }
});

describe("kroneckerSbl", () => {
  const one = cases.find(({ real, rows, snapshots }) => !real && rows.length === 3 && snapshots === 1)!;

  it("with one factor is sparse Bayesian learning", () => {
    const { factors, measurement } = draw({
      name: "one",
      rows: [10],
      atoms: [16],
      real: false,
      snapshots: 2,
    });
    const options = { noise, pruneRatio: 1e-3, maxIterations: 60 };
    const kronecker = kroneckerSbl(factors, measurement, { ...options, method: "am" });
    const plain = sbl(factors[0], measurement, options);
    expect(kronecker.iterations).toBe(plain.iterations);
    expect(kronecker.support).toEqual(plain.support);
    plain.mean.data.forEach((value, i) => {
      expect(Math.abs(kronecker.mean.data[i] - value)).toBeLessThan(1e-9);
    });
    expect(Math.abs(kronecker.logEvidence - plain.logEvidence)).toBeLessThan(
      1e-9 * Math.abs(plain.logEvidence),
    );
  });

  it("never lowers the evidence with exact M-steps, known noise and no pruning", () => {
    for (const problem of cases) {
      const { factors, measurement } = draw(problem);
      const steps = kroneckerSblSteps(factors, measurement, {
        noise,
        method: "am",
        pruneRatio: 0,
        maxIterations: 60,
      });
      let last = Number.NEGATIVE_INFINITY;
      for (const { logEvidence } of steps) {
        expect(logEvidence!).toBeGreaterThanOrEqual(last - 1e-11 * Math.abs(last));
        last = logEvidence!;
      }
      expect(last).toBeGreaterThan(Number.NEGATIVE_INFINITY);
    }
  });

  it("takes a Kronecker operator as well as its factors", () => {
    const { factors, measurement } = draw(one);
    const fromOperator = kroneckerSbl(kroneckerOperator(factors), measurement, { noise });
    expect(fromOperator).toEqual(kroneckerSbl(factors, measurement, { noise }));
  });

  it("gives the same bits when factors and measurement are scaled by powers of two", () => {
    const { factors, measurement } = draw(one);
    const scaled = ({ rows, columns, data }: ComplexMatrix, exponent: number) =>
      complexMatrix(
        rows,
        columns,
        data.map((value) => value * 2 ** exponent),
      );
    const reference = kroneckerSbl(factors, measurement, { noise, method: "am" });
    const result = kroneckerSbl(
      [scaled(factors[0], 300), scaled(factors[1], -80), factors[2]],
      scaled(measurement, -400),
      {
        noise: { kind: "known", variance: noise.variance * 2 ** -400 * 2 ** -400 },
        method: "am",
      },
    );
    expect(result.mean.data.map((value) => value * 2 ** 310 * 2 ** 310)).toEqual(reference.mean.data);
    expect(result.iterations).toBe(reference.iterations);
  });

  it("stays sound as the noise vanishes and the prior variances spread", () => {
    const { factors, measurement } = draw(one);
    for (const variance of [1e-4, 1e-12, 1e-20, 1e-100]) {
      const result = kroneckerSbl(factors, measurement, {
        noise: { kind: "known", variance },
        pruneRatio: 0,
      });
      for (const value of result.mean.data) expect(Number.isFinite(value)).toBe(true);
      for (const value of result.variance) expect(value).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(result.logEvidence)).toBe(true);
    }
  });

  it("learns the noise variance", () => {
    const { factors } = draw({ ...one, rows: [8, 8, 8], atoms: [6, 6, 6], name: "noise" });
    const stream = randomStream(7, "learned noise");
    const x = complexMatrix(216, 1);
    // {0, 3} × {1, 4} × {2}.
    for (const atom of [8, 26, 116, 134]) x.data.set(stream.complexNormals(1).data, 2 * atom);
    const y = kroneckerOperator(factors).apply({ length: 216, data: x.data });
    const w = stream.complexNormals(512, 0.04);
    y.data.forEach((value, i) => {
      y.data[i] = value + w.data[i];
    });
    const { noiseVariance } = kroneckerSbl(factors, y, { noise: { kind: "learned" }, tolerance: 1e-6 });
    // 512 complex samples of the noise power: a standard deviation of 4.4 %; four of them.
    expect(Math.abs(noiseVariance / 0.04 - 1)).toBeLessThan(0.18);
  });

  it("says what is wrong with the dictionary", () => {
    const { factors, measurement, total } = draw(one);
    const attempt =
      (dictionary: unknown, options: object = {}) =>
      () =>
        kroneckerSbl(dictionary as ComplexMatrix[], measurement, { noise, ...options });
    expect(attempt(factors.slice(1))).toThrow(/measurement has 36 rows; expected 12 \(dictionary.rows\)/);
    expect(total).toBe(36);
    expect(attempt([])).toThrow(/dictionary has 0 factors; expected 1 to 30/);
    expect(attempt(factors, { pruneRatio: [0.1, 0.1] })).toThrow(
      /pruneRatio is an array of 2; expected one number, or 3/,
    );
    expect(attempt(factors, { method: "mm" })).toThrow(/method is "mm"; expected "svd" or "am"/);
    try {
      attempt({ kind: "mystery", rows: 36, columns: 3, apply() {} })();
      expect.unreachable();
    } catch (error) {
      expect(isSparseError(error, "unsupported")).toBe(true);
    }
  });
});
