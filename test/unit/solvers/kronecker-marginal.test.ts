/** The marginal likelihood in the eigenbases of the modes against the same from dense matrices, written out. */
import { describe, expect, it } from "vitest";
import { split } from "../../../src/complex/planar.js";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/types.js";
import { withRoom } from "../../../src/kernels/room.js";
import { type RandomStream, randomStream } from "../../../src/random/index.js";
import {
  cost,
  createMarginal,
  learnNoise,
  type Marginal,
  project,
  rescale,
  slopes,
  turn,
} from "../../../src/solvers/sbl/kronecker/marginal.js";
import { createModes, fullPriorVariance, type Mode } from "../../../src/solvers/sbl/kronecker/modes.js";
import { diagonalOf, norm, scaled, solve, trace } from "../../support/dense-complex.js";
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
  /** Of each factor. */
  readonly fields: readonly Field[];
  /** Of the measurement. */
  readonly data: Field;
  readonly snapshots: number;
}

const shapes = [
  { rows: [3, 4, 3], atoms: [5, 5, 4] },
  { rows: [4, 5, 4], atoms: [3, 4, 3] },
  { rows: [4, 3, 2], atoms: [4, 3, 2] },
  { rows: [5, 3, 4], atoms: [3, 3, 7] },
  { rows: [1, 6, 5], atoms: [1, 8, 4] },
  { rows: [5, 1], atoms: [4, 3] },
  { rows: [5, 4], atoms: [6, 3] },
  { rows: [8], atoms: [12] },
  { rows: [9], atoms: [5] },
  { rows: [2, 3, 2, 3], atoms: [3, 2, 4, 3] },
] as const;

const cases: readonly Case[] = shapes.flatMap(({ rows, atoms }) => {
  const all = (field: Field) => rows.map(() => field);
  const kinds = [
    ["real", all("real"), "real"],
    ["complex", all("complex"), "complex"],
    ["real factors of complex data", all("real"), "complex"],
    ["mixed factors", rows.map((_, n) => (n % 2 === 0 ? "real" : "complex")), "complex"],
    ["mixed the other way, real data", rows.map((_, n) => (n % 2 === 0 ? "complex" : "real")), "real"],
  ] as const;
  return kinds.flatMap(([kind, fields, data]) =>
    [1, 3].map((snapshots) => {
      const name = `${rows.join("×")} by ${atoms.join("×")}, ${kind}, ${snapshots} snapshots`;
      return { name, rows, atoms, fields, data, snapshots };
    }),
  );
});

interface Setup {
  readonly factors: readonly ComplexMatrix[];
  readonly measurement: ComplexMatrix;
  readonly modes: readonly Mode[];
  readonly marginal: Marginal;
  readonly stream: RandomStream;
}

/** Signal over noise is moderate: beyond, it is the dense side that loses digits. */
const noiseVariance = 0.5;

/** γ over two decades, all modes decomposed. */
function withMarginal(one: Case, work: (setup: Setup) => void): void {
  const { rows, atoms, fields, snapshots } = one;
  const stream = randomStream(3, "marginal", one.name);
  const factors = rows.map((count, n) => gaussianMatrix(count, atoms[n], fields[n], stream.child(n)));
  const total = rows.reduce((all, count) => all * count, 1);
  const measurement = gaussianMatrix(total, snapshots, one.data, stream.child("measurement"));
  const real = [...fields, one.data].every((field) => field === "real");
  withRoom("test", (room) => {
    const modes = createModes(
      factors.map(({ rows, columns, data }) => ({ rows, columns, parts: split(data) })),
      1,
    );
    for (const mode of modes) drawVariances(mode, stream);
    const data = {
      measurement: split(measurement.data, real),
      snapshots,
      real,
      energy: norm(measurement) ** 2,
    };
    const marginal = createMarginal(modes, data, noiseVariance, room);
    expect(project(marginal)).toBe(true);
    work({ factors, measurement, modes, marginal, stream });
  });
}

function slopesOf({ marginal, modes }: Setup, n: number): { energies: number[]; counts: number[] } {
  const { count, atoms } = modes[n];
  const energies = new Float64Array(atoms);
  const counts = new Float64Array(atoms);
  slopes(marginal, n, energies, counts);
  return { energies: [...energies.subarray(0, count)], counts: [...counts.subarray(0, count)] };
}

const tolerance = 1e-10;

/** Relative to the largest. */
function expectClose(actual: readonly number[], expected: readonly number[]): void {
  const scale = Math.max(...expected.map(Math.abs));
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, j) => {
    expect(Math.abs(value - expected[j])).toBeLessThanOrEqual(tolerance * scale);
  });
}

/** Cost and slopes of every mode. */
function expectDense(setup: Setup): void {
  const { modes, marginal } = setup;
  const expected = denseCost(setup);
  expect(Math.abs(cost(marginal) - expected)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(expected)));
  modes.forEach((_, n) => {
    const { energies, counts } = slopesOf(setup, n);
    const reference = denseSlopes(setup, n);
    expectClose(energies, reference.energies);
    expectClose(counts, reference.counts);
  });
}

/** γ_n drawn anew at `count` of its active atoms, the others removed. */
function shrink({ modes, stream }: Setup, n: number, count: number): void {
  const mode = modes[n];
  const kept = [...stream.sample(mode.count, count)].sort((a, b) => a - b).map((j) => mode.active[j]);
  mode.active.set(kept);
  mode.count = count;
  drawVariances(mode, stream);
}

describe("the marginal likelihood, mode by mode", () => {
  it.each(cases)("has the cost and the slopes of the dense one: $name", (one) => {
    withMarginal(one, expectDense);
  });

  it.each(cases)("keeps them as supports shrink, one mode at a time: $name", (one) => {
    withMarginal(one, (setup) => {
      const { modes, marginal } = setup;
      for (let round = 0; round < 6; round++) {
        for (let n = modes.length - 1; n >= 0; n--) {
          shrink(setup, n, Math.max(1, modes[n].count - 1 - (round % 2)));
          expect(turn(marginal, n)).toBe(true);
          if (n % 2 === 0) expectDense(setup);
        }
      }
      expect(modes.some(({ count, rows, atoms }) => count < Math.min(rows, atoms))).toBe(true);
      expectDense(setup);
    });
  });

  it.each(cases)("is the same after many turns as after a fresh start: $name", (one) => {
    withMarginal(one, (setup) => {
      const { modes, marginal } = setup;
      for (let k = 0; k < 60; k++) {
        drawVariances(modes[k % modes.length], setup.stream);
        expect(turn(marginal, k % modes.length)).toBe(true);
      }
      const turned = [cost(marginal), ...modes.flatMap((_, n) => slopesOf(setup, n).energies)];
      expect(project(marginal)).toBe(true);
      expectClose(turned, [cost(marginal), ...modes.flatMap((_, n) => slopesOf(setup, n).energies)]);
    });
  });

  it.each(cases)("sums the posterior over slices: $name", (one) => {
    withMarginal(one, (setup) => {
      const { measurement, modes, marginal } = setup;
      const gamma = outer(modes.map(variances));
      const { dictionary } = denseModel(setup);
      const { mean, variance } = densePosterior(dictionary, measurement, gamma, marginal.noiseVariance);
      const powers = gamma.map((one, k) => {
        const row = mean.data.subarray(2 * k * measurement.columns, 2 * (k + 1) * measurement.columns);
        return row.reduce((sum, part) => sum + part * part, 0) / measurement.columns / one;
      });
      const determined = gamma.map((one, k) => 1 - variance[k] / one);
      let stride = gamma.length;
      for (let n = 0; n < modes.length; n++) {
        const { count } = modes[n];
        stride /= count;
        const over = (values: readonly number[]) =>
          Array.from({ length: count }, (_, j) =>
            values.reduce((sum, v, k) => (Math.floor(k / stride) % count === j ? sum + v : sum), 0),
          );
        const { energies, counts } = slopesOf(setup, n);
        expectClose(energies, over(powers));
        expectClose(counts, over(determined));
      }
    });
  });

  it.each(cases)("has the slopes of its cost, by differences: $name", (one) => {
    withMarginal(one, (setup) => {
      const { modes, marginal } = setup;
      const step = 1e-4;
      modes.forEach(({ priorVariance, count }, n) => {
        const { energies, counts } = slopesOf(setup, n);
        for (let j = 0; j < count; j++) {
          const value = priorVariance[j];
          const at = (shift: number) => {
            priorVariance[j] = value * Math.exp(shift);
            expect(turn(marginal, n)).toBe(true);
            return cost(marginal);
          };
          // Of fourth order: 1e-16 from the step and rounding of 1e-16 |L| over it.
          const difference = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
          priorVariance[j] = value;
          expect(turn(marginal, n)).toBe(true);
          const scale = 1 + Math.abs(cost(marginal));
          expect(Math.abs(counts[j] - energies[j] - difference)).toBeLessThan(1e-9 * scale);
        }
      });
    });
  });

  it.each(cases)("takes a factor out of a mode without decomposing it anew: $name", (one) => {
    withMarginal(one, (setup) => {
      const { modes, marginal } = setup;
      modes.forEach((mode, n) => {
        const before = variances(mode);
        rescale(marginal, n, 7 ** (n - 1));
        expectClose(
          variances(mode),
          before.map((value) => value / 7 ** (n - 1)),
        );
      });
      expectDense(setup);
    });
  });

  it.each(cases)("does not change when modes trade a factor: $name", (one) => {
    withMarginal(one, (setup) => {
      const { modes, marginal } = setup;
      const before = [cost(marginal), ...modes.flatMap((_, n) => slopesOf(setup, n).energies)];
      rescale(marginal, 0, 1e6);
      rescale(marginal, modes.length - 1, 1e-6);
      expectClose([cost(marginal), ...modes.flatMap((_, n) => slopesOf(setup, n).energies)], before);
    });
  });

  it("has the prior variances of the whole as the product of its modes'", () => {
    withMarginal(cases[0], ({ modes }) => {
      const full = new Float64Array(100);
      expect(fullPriorVariance(modes, full)).toBe(100);
      expectClose([...full], outer(modes.map(variances)));
    });
  });
});

describe("learnNoise", () => {
  /** dL/d ln σ² = σ² tr Σ_y⁻¹ − σ² tr(Y^H Σ_y⁻² Y)/L. */
  function denseSlope(setup: Setup): number {
    const { measurement, marginal } = setup;
    const { covariance } = denseModel(setup);
    const unit = diagonalOf(new Float64Array(covariance.rows).fill(1));
    const { solution } = solve(covariance, measurement);
    const count = trace(solve(covariance, unit).solution);
    return marginal.noiseVariance * (count - norm(solution) ** 2 / measurement.columns);
  }

  /** L over ln σ² from dense matrices, at steps of a hundredth of a neper away from where it stands. */
  function scan(setup: Setup, from: number, steps: number): number {
    const { marginal } = setup;
    const at = marginal.noiseVariance;
    marginal.noiseVariance = from * Math.exp(steps / 100);
    const value = denseCost(setup);
    marginal.noiseVariance = at;
    return value;
  }

  it.each(cases)("stops where the dense slope is zero, at the minimum downhill: $name", (one) => {
    for (const start of [1e-3, 0.5, 30]) {
      withMarginal(one, (setup) => {
        const { marginal } = setup;
        marginal.noiseVariance = start;
        const before = denseCost(setup);
        learnNoise(marginal, 1e-9);
        const { noiseVariance } = marginal;
        const after = denseCost(setup);
        expect(after).toBeLessThanOrEqual(before + tolerance * Math.abs(before));
        if (noiseVariance === 1e-9) {
          // The slope leads down to the floor.
          expect(denseSlope(setup)).toBeGreaterThan(0);
          return;
        }
        expect(Math.abs(denseSlope(setup))).toBeLessThan(1e-7 * setup.measurement.rows);
        for (const steps of [-3, -2, -1, 1, 2, 3]) {
          expect(scan(setup, noiseVariance, steps)).toBeGreaterThan(after);
        }
      });
    }
  });

  it.each(cases.filter(({ snapshots }) => snapshots === 3))(
    "finds the lowest of a brute-force scan: $name",
    (one) => {
      withMarginal(one, (setup) => {
        learnNoise(setup.marginal, 1e-9);
        const found = denseCost(setup);
        // From a millionth to a million times: ±14 nepers, in steps of a half.
        for (let steps = -1400; steps <= 1400; steps += 50) {
          expect(scan(setup, noiseVariance, steps)).toBeGreaterThan(found - tolerance * Math.abs(found));
        }
      });
    },
  );

  it("is the mean power where nothing is explained", () => {
    withMarginal(cases.find(({ rows }) => rows.length === 2)!, ({ modes, marginal, measurement }) => {
      modes[0].priorVariance.fill(1e-300);
      expect(project(marginal)).toBe(true);
      learnNoise(marginal, 0);
      const power = norm(measurement) ** 2 / measurement.rows / measurement.columns;
      expect(Math.abs(marginal.noiseVariance / power - 1)).toBeLessThan(1e-12);
    });
  });

  it("ends at the floor where everything is explained", () => {
    withMarginal(cases.find(({ atoms }) => atoms[0] === 12)!, ({ modes, marginal, factors }) => {
      // One row for each direction: with γ large, the likelihood grows as the noise vanishes.
      modes[0].priorVariance.fill(1e6);
      expect(project(marginal)).toBe(true);
      learnNoise(marginal, 1e-3);
      expect(factors).toHaveLength(1);
      expect(marginal.noiseVariance).toBe(1e-3);
    });
  });

  it("has a fixed point of MacKay's update", () => {
    withMarginal(
      cases.find(({ name }) => name.startsWith("4×5×4") && name.includes("complex, 3"))!,
      (setup) => {
        learnNoise(setup.marginal, 1e-12);
        const { covariance } = denseModel(setup);
        const { solution } = solve(covariance, setup.measurement);
        const unit = diagonalOf(new Float64Array(covariance.rows).fill(1));
        const ratio = norm(solution) ** 2 / 3 / trace(solve(covariance, unit).solution);
        expect(Math.abs(ratio - 1)).toBeLessThan(1e-7);
      },
    );
  });
});

describe("extremes", () => {
  it("has no negative power and no NaN with γ over twelve decades and hardly any noise", () => {
    for (const one of cases) {
      withMarginal(one, (setup) => {
        const { modes, marginal, stream } = setup;
        for (const mode of modes) {
          for (let j = 0; j < mode.count; j++) mode.priorVariance[j] = 10 ** (12 * stream.uniform() - 6);
        }
        marginal.noiseVariance = 1e-12;
        expect(project(marginal)).toBe(true);
        expect(Number.isFinite(cost(marginal))).toBe(true);
        modes.forEach(({ rows, count }, n) => {
          const { energies, counts } = slopesOf(setup, n);
          for (const value of energies) expect(value).toBeGreaterThanOrEqual(0);
          for (const value of counts) expect(value).toBeGreaterThanOrEqual(0);
          // Σ_j ν_j is the number of well-determined coefficients.
          const total = counts.reduce((sum, value) => sum + value, 0);
          const rest = modes.reduce((all, mode) => all * Math.min(mode.rows, mode.count), 1);
          expect(total).toBeLessThanOrEqual(rest * (1 + 1e-9));
          expect(rows * count).toBeGreaterThan(0);
        });
      });
    }
  });

  it("says when a decomposition breaks down", () => {
    withMarginal(cases[0], ({ modes, marginal }) => {
      modes[1].priorVariance[0] = Number.NaN;
      expect(turn(marginal, 1)).toBe(false);
      expect(project(marginal)).toBe(false);
    });
  });

  it("has the cost of noise alone for a measurement outside the range", () => {
    const factor = complexMatrix(3, 1, Float64Array.of(1, 0, 0, 0, 0, 0));
    const measurement = scaled(complexMatrix(3, 1, Float64Array.of(0, 0, 1, 0, 2, 0)), 1);
    withRoom("test", (room) => {
      const modes = createModes([{ rows: 3, columns: 1, parts: split(factor.data) }], 1);
      const data = { measurement: split(measurement.data, true), snapshots: 1, real: true, energy: 5 };
      const marginal = createMarginal(modes, data, 0.5, room);
      expect(project(marginal)).toBe(true);
      expect(cost(marginal)).toBeCloseTo(Math.log(1.5) + 2 * Math.log(0.5) + 10, 12);
      const [energies, counts] = [new Float64Array(1), new Float64Array(1)];
      slopes(marginal, 0, energies, counts);
      expect(energies[0]).toBeLessThan(1e-28);
      expect(counts[0]).toBeCloseTo(1 / 1.5, 14);
    });
  });
});
