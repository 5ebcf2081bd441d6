import { Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/types.js";
import { isSparseError } from "../../../src/errors.js";
import { kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import {
  type KroneckerSblOptions,
  kroneckerSbl,
  kroneckerSblSteps,
  neighbourCoupling,
  sbl,
} from "../../../src/solvers/index.js";
import { distance, norm } from "../../support/dense-complex.js";
import {
  densePosterior,
  expandedPriorVariance,
  expectPosteriorIdentities,
} from "../../support/dense-posterior.js";
import { type TextbookAscent, textbookAscent } from "../../support/textbook-kronecker-ascent.js";
import { textbookKroneckerSbl } from "../../support/textbook-kronecker-sbl.js";
import { thrownAtOnce } from "../../support/thrown.js";

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

const neighbours = ({ atoms }: Case) =>
  atoms.map((count, n) => (n === 1 ? null : neighbourCoupling(count, 0.5)));

describe("kroneckerSbl against a dense evaluation", () => {
  const variants: readonly (readonly [string, (one: Case) => Partial<KroneckerSblOptions>])[] = [
    ["mm", () => ({ pruneRatio: 1e-3 })],
    ["mm, exponent 0.5", () => ({ exponent: 0.5, restarts: 3, pruneRatio: 1e-3 })],
    ["mm, learned noise", () => ({ noise: { kind: "learned" } })],
    ["mm, coupled", (one) => ({ couplingMatrices: neighbours(one), pruneRatio: 1e-3 })],
    ["am", () => ({ method: "am", pruneRatio: 1e-2 })],
    ["svd", () => ({ method: "svd", pruneRatio: 1e-2 })],
    ["ksbl", () => ({ method: "ksbl", pruneRatio: 1e-2 })],
    ["nnls", (one) => ({ coupling: "nnls", couplingMatrices: neighbours(one), pruneRatio: 1e-2 })],
  ];
  for (const one of cases) {
    for (const [name, options] of variants) {
      it(`${name}: ${one.name}`, () => {
        const { factors, measurement } = draw(one);
        const maxIterations = name.startsWith("mm") ? 8 : 4;
        const result = kroneckerSbl(factors, measurement, { noise, maxIterations, ...options(one) });
        expectPosteriorIdentities(result, multipliedOut(factors), measurement);
      });
    }
  }

  it("ksbl: has the variances of the whole covariance where rows are fewer than atoms", () => {
    // A general eigensolver, as published, gives the covariance wrong by 35 to 65 % here.
    for (const one of cases.filter(({ rows, atoms }) => rows.some((count, n) => count < atoms[n]))) {
      const { factors, measurement } = draw(one);
      const result = kroneckerSbl(factors, measurement, {
        noise,
        method: "ksbl",
        pruneRatio: 0,
        maxIterations: 6,
      });
      const gamma = expandedPriorVariance(result.hyperparameters);
      expect(Math.max(...gamma) / Math.min(...gamma)).toBeGreaterThan(2);
      const expected = densePosterior(multipliedOut(factors), measurement, gamma, 0.07);
      const largest = Math.max(...expected.variance);
      result.variance.forEach((value, j) => {
        expect(Math.abs(value - expected.variance[j])).toBeLessThan(1e-11 * largest);
      });
    }
  });
});

describe("kroneckerSbl against the textbook", () => {
  for (const method of ["am", "svd", "ksbl"] as const) {
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
      const widest = Math.max(...dense.variance);
      dense.variance.forEach((value, j) => {
        expect(Math.abs(result.variance[j] - value)).toBeLessThan(1e-8 * widest);
      });
    });
  }

  interface MajoriseMinimiseCase {
    readonly name: string;
    readonly options: Partial<KroneckerSblOptions> & Pick<TextbookAscent, "exponent">;
  }
  const majoriseMinimise: readonly MajoriseMinimiseCase[] = [
    { name: "exponent 1", options: { exponent: 1 } },
    { name: "exponent 0.5", options: { exponent: 0.5 } },
    { name: "learned noise", options: { exponent: 1, noise: { kind: "learned" } } },
    { name: "pruned hard", options: { exponent: 1, pruneRatio: 0.03 } },
    { name: "pruned mode by mode", options: { exponent: 0.5, pruneRatio: [0, 0.2, 1e-3, 0.05] } },
  ];
  const smallShapes = [
    { rows: [2, 4, 3], atoms: [4, 3, 3] },
    { rows: [4, 3], atoms: [6, 3] },
    { rows: [1, 5, 3], atoms: [1, 6, 2] },
    { rows: [6], atoms: [9] },
    { rows: [2, 2, 2, 2], atoms: [2, 3, 2, 3] },
  ];
  for (const shape of smallShapes) {
    for (const field of ["real", "complex"] as const) {
      for (const coupled of [false, true]) {
        const one: Case = { name: "ascent", ...shape, real: field === "real", snapshots: 2 };
        it.each(majoriseMinimise)(
          `takes the same steps as dense matrix expressions: mm, ${shape.atoms.join("×")} atoms, ${field}${coupled ? ", coupled" : ""}, $name`,
          ({ options }) => {
            const { factors, measurement } = draw(one);
            const couplings = coupled ? neighbours(one) : undefined;
            const pruneRatio = options.pruneRatio ?? 1e-4;
            const ratios = shape.atoms.map((_, n) =>
              typeof pruneRatio === "number" ? pruneRatio : pruneRatio[n],
            );
            const dense = textbookAscent(factors, measurement, {
              exponent: options.exponent,
              noiseVariance: options.noise === undefined ? 0.07 : undefined,
              pruneRatio: ratios,
              couplings,
              sweeps: 8,
            });
            const result = kroneckerSbl(factors, measurement, {
              noise,
              restarts: 0,
              tolerance: 0,
              maxIterations: 8,
              ...options,
              pruneRatio: ratios,
              ...(couplings === undefined ? {} : { couplingMatrices: couplings }),
            });
            expect(result.iterations).toBe(8);
            expect(Math.abs(result.noiseVariance / dense.noiseVariance - 1)).toBeLessThan(1e-7);
            const gamma = expandedPriorVariance(result.hyperparameters);
            const largest = Math.max(...dense.priorVariance);
            gamma.forEach((value, j) => {
              expect(value === 0).toBe(dense.priorVariance[j] === 0);
              // The dense noise variance comes from a search that ends at a ten-millionth.
              const tolerance = options.noise === undefined ? 1e-9 : 1e-6;
              expect(Math.abs(value - dense.priorVariance[j])).toBeLessThan(tolerance * largest);
            });
          },
        );
      }
    }
  }
});

describe("kroneckerSbl", () => {
  const one = cases.find(({ real, rows, snapshots }) => !real && rows.length === 3 && snapshots === 1)!;

  it.each([
    ["am", { method: "am" }, { update: "em" }, 1e-3],
    ["ksbl", { method: "ksbl" }, { update: "em" }, 1e-3],
    // The fixed-point update is the step of exponent 1; with pruning, one would begin to remove atoms earlier.
    ["mm", { method: "mm", restarts: 0 }, { update: "fixed-point" }, 0],
  ] as const)("with one factor is sparse Bayesian learning: %s", (_, own, update, pruneRatio) => {
    const { factors, measurement } = draw({
      name: "one",
      rows: [10],
      atoms: [16],
      real: false,
      snapshots: 2,
    });
    const options = { noise, pruneRatio, maxIterations: 60 };
    const kronecker = kroneckerSbl(factors, measurement, { ...options, ...own });
    const plain = sbl(factors[0], measurement, { ...options, ...update });
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
    for (const method of ["mm", "svd", "am", "ksbl"] as const) {
      const fromOperator = kroneckerSbl(kroneckerOperator(factors), measurement, { noise, method });
      expect(fromOperator).toEqual(kroneckerSbl(factors, measurement, { noise, method }));
    }
  });

  it("is majorise-minimise unless asked for something else", () => {
    const { factors, measurement } = draw(one);
    const plain = kroneckerSbl(factors, measurement, { noise });
    const spelt = { method: "mm", exponent: 1, restarts: 10, pruneRatio: 1e-4 } as const;
    expect(kroneckerSbl(factors, measurement, { noise, ...spelt })).toEqual(plain);
    const couplingMatrices = neighbours(one);
    const published = { noise, coupling: "nnls", couplingMatrices, pruneRatio: 1e-3 } as const;
    expect(kroneckerSbl(factors, measurement, { ...published, method: "am" })).toEqual(
      kroneckerSbl(factors, measurement, published),
    );
    const coupled = { noise, couplingMatrices, pruneRatio: 1e-3 } as const;
    expect(kroneckerSbl(factors, measurement, { ...coupled, coupling: "mm", method: "mm" })).toEqual(
      kroneckerSbl(factors, measurement, coupled),
    );
  });

  it("coupled with nothing but themselves, atoms are on their own", () => {
    const { factors, measurement } = draw(one);
    const couplingMatrices = one.atoms.map((count, n) => (n === 0 ? null : neighbourCoupling(count, 0)));
    const options = { noise, restarts: 0, tolerance: 0, maxIterations: 12 } as const;
    const plain = kroneckerSbl(factors, measurement, options);
    const coupled = kroneckerSbl(factors, measurement, { ...options, couplingMatrices });
    expect(coupled.support).toEqual(plain.support);
    expect(distance(coupled.mean, plain.mean)).toBeLessThan(1e-12 * norm(plain.mean));
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
    for (const method of ["mm", "svd", "am", "ksbl"] as const) {
      for (const variance of [1e-4, 1e-12, 1e-20, 1e-100]) {
        const result = kroneckerSbl(factors, measurement, {
          noise: { kind: "known", variance },
          method,
          pruneRatio: 0,
        });
        for (const value of result.mean.data) expect(Number.isFinite(value)).toBe(true);
        for (const value of result.variance) expect(value).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(result.logEvidence)).toBe(true);
      }
    }
  });

  it.each(["mm", "svd", "am", "ksbl"] as const)("learns the noise variance: %s", (method) => {
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
    const { noiseVariance } = kroneckerSbl(factors, y, {
      noise: { kind: "learned" },
      method,
      tolerance: 1e-6,
      maxIterations: 1000,
    });
    // 512 complex samples of the noise power: a standard deviation of 4.4 %; four of them.
    expect(Math.abs(noiseVariance / 0.04 - 1)).toBeLessThan(0.18);
  });

  it.each<[string, Partial<KroneckerSblOptions>, RegExp]>([
    ["exponent", { method: "svd", exponent: 1 }, /exponent is given with method "svd"; expected method "mm"/],
    ["restarts", { method: "am", restarts: 3 }, /restarts is given with method "am"; expected method "mm"/],
    ["pruneAbsolute", { pruneAbsolute: 1 }, /pruneAbsolute is given with method "mm"; expected method "svd"/],
    [
      "innerTolerance",
      { method: "ksbl", innerTolerance: 1 },
      /given with method "ksbl"; expected method "am"/,
    ],
    ["innerTolerance", { innerTolerance: 1 }, /given with method "mm"; expected method "am"/],
    ["couplingMatrices", { method: "svd", couplingMatrices: [null, null, null] }, /given with method "svd"/],
    ["coupling", { coupling: "mm" }, /"mm" without couplingMatrices; expected couplingMatrices as well/],
    ["coupling", { coupling: "nnls" }, /"nnls" without couplingMatrices/],
    [
      "coupling",
      { method: "mm", coupling: "nnls", couplingMatrices: [null, null, null] },
      /"nnls" with method "mm"; expected method "am"/,
    ],
    [
      "exponent",
      { exponent: 0.5, coupling: "nnls", couplingMatrices: [null, null, null] },
      /exponent is given with coupling "nnls"; expected method "mm"/,
    ],
    ["couplingMatrices", { couplingMatrices: [null] }, /array of 1; expected an array of 3/],
  ])("refuses %s where it has no meaning", (parameter, options, message) => {
    const { factors, measurement } = draw(one);
    const error = thrownAtOnce(() => kroneckerSbl(factors, measurement, { noise, ...options }));
    expect(error).toMatchObject({ code: "option", parameter });
    expect(error.message).toMatch(message);
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
    expect(attempt(factors, { method: "em" })).toThrow(
      /option method is "em"; expected "mm" or "svd" or "am" or "ksbl"/,
    );
    try {
      attempt({ kind: "mystery", rows: 36, columns: 3, apply() {} })();
      expect.unreachable();
    } catch (error) {
      expect(isSparseError(error, "unsupported")).toBe(true);
    }
  });
});
