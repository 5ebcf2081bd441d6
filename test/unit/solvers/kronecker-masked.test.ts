/** Masked observations of a Kronecker-structured problem against the same from dense matrices, written out. */
import { describe, expect, it } from "vitest";
import { split } from "../../../src/complex/planar.js";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/types.js";
import { withRoom } from "../../../src/kernels/room.js";
import { type RandomStream, randomStream } from "../../../src/random/index.js";
import {
  cost,
  createMarginal,
  type Marginal,
  project,
  slopes,
} from "../../../src/solvers/sbl/kronecker-marginal.js";
import { createModes, type Mode } from "../../../src/solvers/sbl/kronecker-modes.js";
import {
  adjointOf,
  columnsOf,
  diagonalOf,
  kroneckerProduct,
  norm,
  product,
  rowsAt,
  solve,
  sum,
  trace,
  weighted,
} from "../../support/dense-complex.js";
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
  { rows: [4, 3, 2], atoms: [4, 3, 2], missing: 12, kind: "missing" },
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
    [1, 3].map((snapshots) => {
      const name = `${rows.join("×")} by ${atoms.join("×")}, ${missing} missing, ${label}, ${snapshots} snapshots`;
      return { name, rows, atoms, missing, kind, fields: ofFactors, data, snapshots };
    }),
  );
});

interface Setup {
  readonly factors: readonly ComplexMatrix[];
  /** Of the observed elements. */
  readonly measurement: ComplexMatrix;
  readonly observed: Int32Array;
  readonly modes: readonly Mode[];
  readonly marginal: Marginal;
  readonly stream: RandomStream;
}

const noiseVariance = 0.5;

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
    work({ factors, measurement, observed, modes, marginal, stream });
  });
}

function drawVariances({ priorVariance, count }: Mode, stream: RandomStream): void {
  for (let j = 0; j < count; j++) priorVariance[j] = 10 ** (2 * stream.uniform() - 2);
}

const variances = ({ priorVariance, count }: Mode) => Array.from(priorVariance.subarray(0, count));
const outer = (factors: readonly (readonly number[])[]) =>
  factors.reduce<number[]>((all, factor) => all.flatMap((a) => factor.map((b) => a * b)), [1]);
const rowsOf = (matrix: ComplexMatrix, rows: ArrayLike<number>) =>
  adjointOf(columnsOf(adjointOf(matrix), rows));

/** The observed rows of A_1 ⊗ … ⊗ A_R at the active atoms, and Σ_oo. */
function dense({ factors, modes, observed, marginal: { noiseVariance } }: Setup) {
  const active = factors.map((factor, n) => columnsOf(factor, modes[n].active.subarray(0, modes[n].count)));
  const dictionary = rowsOf(kroneckerProduct(active), observed);
  const signal = product(weighted(dictionary, outer(modes.map(variances))), adjointOf(dictionary));
  const noise = diagonalOf(new Float64Array(dictionary.rows).fill(noiseVariance));
  return { dictionary, covariance: sum(signal, noise) };
}

function denseCost(setup: Setup): number {
  const { measurement } = setup;
  const { solution, logDeterminant } = solve(dense(setup).covariance, measurement);
  return logDeterminant + trace(product(adjointOf(measurement), solution)) / measurement.columns;
}

/** γ_n[j] y^H Σ_oo⁻¹ C_j Σ_oo⁻¹ y and γ_n[j] tr(Σ_oo⁻¹ C_j), with C_j = ∂Σ_oo/∂γ_n[j]. */
function denseSlopes(setup: Setup, n: number): { energies: number[]; counts: number[] } {
  const { measurement, modes } = setup;
  const { dictionary, covariance } = dense(setup);
  const { solution } = solve(covariance, measurement);
  const energies: number[] = [];
  const counts: number[] = [];
  for (let j = 0; j < modes[n].count; j++) {
    const slice = outer(
      modes.map((mode, k) => variances(mode).map((value, at) => (k !== n ? value : at === j ? value : 0))),
    );
    const part = product(weighted(dictionary, slice), adjointOf(dictionary));
    energies.push(trace(product(adjointOf(solution), product(part, solution))) / measurement.columns);
    counts.push(trace(solve(covariance, part).solution));
  }
  return { energies, counts };
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const scale = Math.max(...Array.from(expected, Math.abs));
  for (let j = 0; j < expected.length; j++) {
    expect(Math.abs(actual[j] - expected[j])).toBeLessThan(tolerance * scale);
  }
}

describe("the masked marginal likelihood", () => {
  it.each(cases)("$name", (one) => {
    withMarginal(one, (setup) => {
      const { marginal, modes } = setup;
      expectClose([cost(marginal)], [denseCost(setup)], 1e-11);
      expect(marginal.masked?.kind).toBe(one.kind);
      modes.forEach((mode, n) => {
        const energies = new Float64Array(mode.count);
        const counts = new Float64Array(mode.count);
        expect(slopes(marginal, n, energies, counts)).toBe(true);
        const expected = denseSlopes(setup, n);
        expectClose(energies, expected.energies, 1e-11);
        expectClose(counts, expected.counts, 1e-11);
      });
    });
  });
});
void complexMatrix;
