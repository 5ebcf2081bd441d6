/**
 * The marginal likelihood and the posterior of a masked measurement against the same from dense matrices,
 * written out.
 */
import { describe, expect, it } from "vitest";
import { join, split } from "../../../src/complex/planar.js";
import type { ComplexMatrix } from "../../../src/complex/types.js";
import { type Room, withRoom } from "../../../src/kernels/room.js";
import { type RandomStream, randomStream } from "../../../src/random/index.js";
import type { KroneckerProblem } from "../../../src/solvers/kronecker-problem.js";
import {
  cost,
  createMarginal,
  learnNoise,
  type Marginal,
  project,
  slopes,
  turn,
} from "../../../src/solvers/sbl/kronecker/marginal.js";
import {
  computeMaskedPosterior,
  createMaskedPosterior,
} from "../../../src/solvers/sbl/kronecker/mask/posterior.js";
import { createModes, type Mode } from "../../../src/solvers/sbl/kronecker/modes.js";
import { createPosteriorWorkspace } from "../../../src/solvers/sbl/kronecker/posterior.js";
import { diagonalOf, norm, rowsAt, solve, trace } from "../../support/dense-complex.js";
import {
  denseCost,
  denseModel,
  denseSlopes,
  drawVariances,
  outer,
  variances,
} from "../../support/dense-marginal.js";
import { densePosterior } from "../../support/dense-posterior.js";
import { gaussianMatrix } from "../../support/model-draws.js";
import type { Field } from "../../support/problem-families.js";

interface Case {
  readonly name: string;
  readonly rows: readonly number[];
  readonly atoms: readonly number[];
  readonly fields: readonly Field[];
  readonly data: Field;
  readonly snapshots: number;
  readonly missing: number;
  /** Which matrix is factored. */
  readonly kind: "missing" | "observed" | "basis";
}

const shapes = [
  { rows: [3, 4, 3], atoms: [5, 5, 4], missing: 5, kind: "missing" },
  { rows: [3, 4, 3], atoms: [5, 5, 4], missing: 30, kind: "observed" },
  { rows: [4, 5, 4], atoms: [3, 4, 3], missing: 7, kind: "missing" },
  { rows: [4, 5, 4], atoms: [3, 4, 3], missing: 70, kind: "observed" },
  { rows: [4, 5, 4], atoms: [3, 4, 3], missing: 39, kind: "basis" },
  { rows: [4, 5, 4], atoms: [3, 4, 3], missing: 42, kind: "basis" },
  { rows: [4, 3, 2], atoms: [4, 3, 2], missing: 1, kind: "missing" },
  { rows: [4, 3, 2], atoms: [4, 3, 2], missing: 8, kind: "missing" },
  { rows: [4, 3, 2], atoms: [4, 3, 2], missing: 12, kind: "observed" },
  { rows: [5, 3, 4], atoms: [2, 2, 7], missing: 25, kind: "basis" },
  { rows: [5, 3, 4], atoms: [2, 2, 7], missing: 6, kind: "missing" },
  { rows: [1, 6, 5], atoms: [1, 8, 4], missing: 9, kind: "missing" },
  { rows: [6, 1, 5], atoms: [3, 2, 4], missing: 15, kind: "basis" },
  { rows: [5, 4], atoms: [6, 3], missing: 11, kind: "observed" },
  { rows: [5, 4], atoms: [1, 1], missing: 8, kind: "basis" },
  { rows: [2, 3, 2, 3], atoms: [3, 2, 4, 3], missing: 10, kind: "missing" },
  { rows: [2, 3, 2, 3], atoms: [3, 2, 2, 1], missing: 20, kind: "basis" },
] as const;

const cases: readonly Case[] = shapes.flatMap(({ rows, atoms, missing, kind }) => {
  const all = (field: Field) => rows.map(() => field);
  const fields = [
    ["real", all("real"), "real"],
    ["complex", all("complex"), "complex"],
    ["real factors of complex data", all("real"), "complex"],
    ["mixed factors", rows.map((_, n) => (n % 2 === 0 ? "real" : "complex")), "complex"],
    ["mixed the other way, real data", rows.map((_, n) => (n % 2 === 0 ? "complex" : "real")), "real"],
  ] as const;
  return fields.flatMap(([label, ofFactors, data]) =>
    (label === "real" || label === "complex" ? [1, 3] : [3]).map((snapshots) => {
      const name = `${rows.join("×")} by ${atoms.join("×")}, ${missing} missing, ${label}, ${snapshots} snapshots`;
      return { name, rows, atoms, missing, kind, fields: ofFactors, data, snapshots };
    }),
  );
});

interface Setup {
  readonly room: Room;
  readonly factors: readonly ComplexMatrix[];
  /** Of the observed elements. */
  readonly measurement: ComplexMatrix;
  readonly observed: Int32Array;
  readonly modes: readonly Mode[];
  readonly marginal: Marginal;
  readonly stream: RandomStream;
}

/** Signal over noise is moderate: beyond, it is the dense side that loses digits. */
const noiseVariance = 0.5;
const tolerance = 1e-10;

function withMarginal(one: Case, work: (setup: Setup) => void): void {
  const { rows, atoms, fields, snapshots, missing } = one;
  const stream = randomStream(3, "masked marginal", one.name);
  const factors = rows.map((count, n) => gaussianMatrix(count, atoms[n], fields[n], stream.child(n)));
  const total = rows.reduce((all, count) => all * count, 1);
  const observed = stream.child("mask").sample(total, total - missing);
  const measurement = gaussianMatrix(observed.length, snapshots, one.data, stream.child("measurement"));
  const real = [...fields, one.data].every((field) => field === "real");
  withRoom("test", (room) => {
    const modes = createModes(
      factors.map(({ rows, columns, data }) => ({ rows, columns, parts: split(data) })),
      1,
    );
    for (const mode of modes) drawVariances(mode, stream);
    const data = {
      measurement: split(rowsAt(measurement, observed, total).data, real),
      snapshots,
      real,
      energy: norm(measurement) ** 2,
      mask: { extents: rows, rows: total, observed },
    };
    const marginal = createMarginal(modes, data, noiseVariance, room);
    expect(project(marginal)).toBe(true);
    work({ room, factors, measurement, observed, modes, marginal, stream });
  });
}

/** Relative to the largest. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  const scale = Math.max(...Array.from(expected, Math.abs));
  for (let j = 0; j < expected.length; j++) {
    expect(Math.abs(actual[j] - expected[j])).toBeLessThan(tolerance * scale);
  }
}

/** Cost and slopes of every mode. */
function expectDense(setup: Setup): void {
  const { marginal, modes } = setup;
  expectClose([cost(marginal)], [denseCost(setup)]);
  modes.forEach((mode, n) => {
    const energies = new Float64Array(mode.count);
    const counts = new Float64Array(mode.count);
    expect(slopes(marginal, n, energies, counts)).toBe(true);
    const expected = denseSlopes(setup, n);
    expectClose(energies, expected.energies);
    expectClose(counts, expected.counts);
  });
}

describe("the marginal likelihood of a masked measurement", () => {
  it.each(cases)("has the cost and the slopes of the dense one: $name", (one) => {
    withMarginal(one, (setup) => {
      expectDense(setup);
      expect(setup.marginal.masked!.kind).toBe(one.kind);
    });
  });

  it.each(cases)("keeps them as supports shrink, one mode at a time: $name", (one) => {
    withMarginal(one, (setup) => {
      const { modes, marginal } = setup;
      for (let round = 0; round < 3; round++) {
        for (let n = modes.length - 1; n >= 0; n--) {
          modes[n].count = Math.max(1, modes[n].count - 1);
          drawVariances(modes[n], setup.stream);
          expect(turn(marginal, n)).toBe(true);
          if ((n + round) % 2 === 0) expectDense(setup);
        }
      }
    });
  });

  it.each(cases)("is the same when there is room for few columns at a time: $name", (one) => {
    withMarginal(one, (setup) => {
      const { masked } = setup.marginal;
      const largest = Math.max(...setup.modes.map((mode) => Math.min(mode.rows, mode.count)));
      const order = one.kind === "basis" ? setup.marginal.size : masked!.positions.length;
      // And a right-hand side for every entry of the basis instead of an inverse.
      Object.assign(masked!, { capacity: order * largest, inversionLimit: 0 });
      expectDense(setup);
    });
  });

  it.each(cases)("has the posterior of the dense one, whole or by a few columns at a time: $name", (one) => {
    withMarginal(one, (setup) => {
      const { room, marginal, modes, measurement, observed } = setup;
      const { masked, real, snapshots, rows } = marginal;
      const gamma = outer(modes.map(variances));
      const { dictionary } = denseModel(setup);
      const { mean, variance } = densePosterior(dictionary, measurement, gamma, noiseVariance);
      const problem = { measurement: rowsAt(measurement, observed, rows), snapshots, real };
      const workspace = createPosteriorWorkspace(modes, problem as unknown as KroneckerProblem, room);
      const posterior = createMaskedPosterior(masked!, workspace, modes, room);
      for (const columns of [posterior.columns, 2]) {
        Object.assign(posterior, { columns });
        const sums = computeMaskedPosterior(posterior, workspace, modes, noiseVariance)!;
        expectClose(join(workspace.mean), mean.data);
        expectClose(workspace.variance.re, variance);
        const determined = gamma.reduce((all, value, j) => all + 1 - variance[j] / value, 0);
        expectClose([sums.effectiveParameters], [determined]);
      }
      // The marginal likelihood is not disturbed.
      expectDense(setup);
    });
  });

  it.each(cases)("learns the noise to where its slope vanishes, never raising the cost: $name", (one) => {
    withMarginal(one, (setup) => {
      const { marginal, measurement } = setup;
      let last = cost(marginal);
      for (let k = 0; k < 600; k++) {
        const before = marginal.noiseVariance;
        learnNoise(marginal, 1e-3);
        if (marginal.noiseVariance === before) break;
        const now = cost(marginal);
        expect(now).toBeLessThanOrEqual(last + 1e-12 * Math.abs(last));
        last = now;
      }
      const { covariance } = denseModel(setup);
      const unit = diagonalOf(new Float64Array(covariance.rows).fill(1));
      const { solution } = solve(covariance, measurement);
      const count = marginal.noiseVariance * trace(solve(covariance, unit).solution);
      const fit = (marginal.noiseVariance * norm(solution) ** 2) / measurement.columns;
      if (marginal.noiseVariance === 1e-3) expect(count).toBeGreaterThan(fit);
      else expect(Math.abs(count - fit)).toBeLessThan(1e-5 * count);
    });
  });
});
