import { describe, expect, it } from "vitest";
import type { Planar } from "../../../src/complex/planar.js";
import { type Room, withRoom } from "../../../src/kernels/room.js";
import { randomStream } from "../../../src/random/index.js";
import { createAscent, restart } from "../../../src/solvers/sbl/kronecker/ascent.js";
import { cost } from "../../../src/solvers/sbl/kronecker/marginal.js";
import type { Mode } from "../../../src/solvers/sbl/kronecker/modes.js";
import {
  createGridSlopes,
  focus,
  type GridSlopes,
  sliceCost,
  sliceFilter,
  sliceRatios,
  sliceSlopes,
  sliceVariances,
} from "../../../src/solvers/sbl/kronecker/off-grid/slopes.js";

interface Case {
  readonly rows: readonly number[];
  readonly atoms: readonly number[];
  readonly real: boolean;
  readonly snapshots: number;
}

/** Thin, square and wide modes, alone and with others that are thin. */
const shapes = [
  { rows: [4, 5, 3], atoms: [2, 3, 3] },
  { rows: [4, 5, 3], atoms: [2, 7, 1] },
  { rows: [6], atoms: [3] },
  { rows: [3, 4], atoms: [5, 6] },
  { rows: [1, 5], atoms: [2, 4] },
];
const cases: readonly Case[] = shapes.flatMap((shape) =>
  [true, false].flatMap((real) => [1, 3].map((snapshots) => ({ ...shape, real, snapshots }))),
);
const nameOf = ({ rows, atoms, real, snapshots }: Case) =>
  `${rows.join("×")} by ${atoms.join("×")}, ${real ? "real" : "complex"}, ${snapshots} snapshots`;

const directions = 2;

/** A model with random atoms and random data. */
function model(one: Case, room: Room, noiseVariance: number) {
  const { rows, atoms, real, snapshots } = one;
  const stream = randomStream(3, nameOf(one));
  const random = (size: number) => {
    const parts = room.planar(size, real);
    for (let i = 0; i < size; i++) {
      parts.re[i] = stream.normal();
      if (parts.im !== undefined) parts.im[i] = stream.normal();
    }
    return parts;
  };
  const modes: Mode[] = rows.map((count, n) => ({
    rows: count,
    atoms: atoms[n],
    dictionary: random(count * atoms[n]),
    active: Int32Array.from({ length: atoms[n] }, (_, k) => k),
    count: atoms[n],
    priorVariance: Float64Array.from({ length: atoms[n] }, () => 0.1 + stream.uniform()),
  }));
  const measurement = random(rows.reduce((size, count) => size * count, 1) * snapshots);
  const { re, im = [] } = measurement;
  const total = [...re, ...im].reduce((sum, value) => sum + value * value, 0);
  const none = rows.map(() => 0);
  const ascent = createAscent(
    modes,
    { measurement, snapshots, real, energy: total },
    noiseVariance,
    { exponent: 1, learnNoise: false, noiseFloor: 0, pruneRatio: none, couplings: none.map(() => undefined) },
    room,
  );
  expect(restart(ascent)).toBe(true);
  const slopes = createGridSlopes(
    ascent.marginal,
    rows.map(() => directions),
    room,
  );
  return { modes, ascent, slopes, random };
}

/** Adds `step` times one direction to its atom. */
function push({ dictionary, rows, atoms }: Mode, derivatives: Planar, k: number, step: number): void {
  const j = Math.floor(k / directions);
  for (let m = 0; m < rows; m++) {
    const from = m * atoms * directions + k;
    dictionary.re[m * atoms + j] = dictionary.re[m * atoms + j] + step * derivatives.re[from];
    if (dictionary.im === undefined) continue;
    dictionary.im[m * atoms + j] = dictionary.im[m * atoms + j] + step * derivatives.im![from];
  }
}

function copy(to: Planar, from: Planar): void {
  to.re.set(from.re);
  if (to.im !== undefined) to.im.set(from.im!);
}

/** d cost/d step by central differences, the errors of second and fourth order taken out. */
function slopeOf(costAt: (step: number) => number, h: number): number {
  const central = (step: number) => (costAt(step) - costAt(-step)) / (2 * step);
  return (64 * central(h / 4) - 20 * central(h / 2) + central(h)) / 45;
}

function inFocus(slopes: GridSlopes, n: number): number {
  focus(slopes, n);
  return sliceCost(slopes);
}

describe.each(cases.map((one) => ({ name: nameOf(one), one })))("$name", ({ one }) => {
  it("the cost seen from a mode is that of the whole", () => {
    withRoom("test", (room) => {
      const { ascent, slopes, modes } = model(one, room, 0.07);
      const expected = cost(ascent.marginal);
      modes.forEach((_, n) => {
        expect(Math.abs(inFocus(slopes, n) - expected)).toBeLessThan(1e-12 * (1 + Math.abs(expected)));
      });
    });
  });

  it("slopes are those of finite differences", () => {
    withRoom("test", (room) => {
      const { slopes, modes, random } = model(one, room, 0.07);
      modes.forEach((mode, n) => {
        const moves = mode.count * directions;
        const derivatives = random(mode.rows * moves);
        inFocus(slopes, n);
        copy(slopes.derivatives, derivatives);
        sliceFilter(slopes);
        sliceSlopes(slopes, directions);
        const gradient = slopes.gradient.slice(0, moves);
        const largest = Math.max(...gradient.map(Math.abs));
        for (let k = 0; k < moves; k++) {
          const costAt = (step: number) => {
            push(mode, derivatives, k, step);
            const value = sliceCost(slopes);
            push(mode, derivatives, k, -step);
            return value;
          };
          expect(Math.abs(slopeOf(costAt, 1e-3) - gradient[k])).toBeLessThan(1e-8 * largest);
        }
      });
    });
  });

  it("the fixed point of the prior variances and the promise of an atom are those of the slope in γ", () => {
    withRoom("test", (room) => {
      const { slopes, modes, random } = model(one, room, 0.07);
      modes.forEach((mode, n) => {
        inFocus(slopes, n);
        sliceFilter(slopes);
        const before = mode.priorVariance.slice();
        sliceVariances(slopes);
        const ratios = mode.priorVariance.map((value, j) => value / before[j]);
        mode.priorVariance.set(before);
        const slopeIn = (j: number) =>
          slopeOf((step) => {
            mode.priorVariance[j] = before[j] * (1 + step);
            const value = sliceCost(slopes);
            mode.priorVariance[j] = before[j];
            return value;
          }, 0.01);
        sliceCost(slopes);
        sliceFilter(slopes);
        const projected = random(mode.count * (mode.rows + slopes.columns));
        const [promises, traces] = [new Float64Array(mode.count), new Float64Array(mode.count)];
        // The atoms themselves as candidates.
        sliceRatios(slopes, mode.dictionary, mode.count, projected, promises, traces);
        for (let j = 0; j < mode.count; j++) {
          // dL/d ln γ = ν (1 − S/ν), ν that of the atom times γ.
          const expected = before[j] * traces[j] * (1 - promises[j]);
          expect(Math.abs(slopeIn(j) - expected)).toBeLessThan(1e-8 * (1 + Math.abs(expected)));
          expect(ratios[j] / promises[j]).toBeCloseTo(1, 9);
        }
      });
    });
  });

  it("the curvature is not negative", () => {
    withRoom("test", (room) => {
      const { slopes, modes, random } = model(one, room, 0.07);
      modes.forEach((mode, n) => {
        const moves = mode.count * directions;
        inFocus(slopes, n);
        copy(slopes.derivatives, random(mode.rows * moves));
        sliceFilter(slopes);
        sliceSlopes(slopes, directions);
        const { curvature } = slopes;
        const vector = Float64Array.from({ length: moves }, (_, k) => Math.cos(3 * k * k));
        let form = 0;
        let size = 0;
        for (let k = 0; k < moves; k++) {
          for (let l = 0; l < moves; l++) {
            const value = curvature[k * moves + l];
            expect(Math.abs(value - curvature[l * moves + k])).toBeLessThan(1e-12 * (1 + Math.abs(value)));
            form += vector[k] * value * vector[l];
            size += Math.abs(value);
          }
        }
        expect(form).toBeGreaterThan(-1e-12 * size);
      });
    });
  });
});

describe("without noise", () => {
  for (const real of [true, false]) {
    it(`the curvature is that of the cost: ${real ? "real" : "complex"}`, () => {
      const one: Case = { rows: [6, 4], atoms: [3, 1], real, snapshots: 2 };
      withRoom("test", (room) => {
        // One mode explains all of the data: y = Σ_j a_j ⊗ c_j.
        const { slopes, modes, random, ascent } = model(one, room, 1e-9);
        const [mode] = modes;
        const coefficients = random(3 * 2);
        const { measurement } = ascent.marginal;
        const b = modes[1].dictionary;
        const times = (x: readonly [number, number], y: readonly [number, number]) =>
          [x[0] * y[0] - x[1] * y[1], x[0] * y[1] + x[1] * y[0]] as const;
        const entry = ({ re, im }: Planar, i: number) => [re[i], im?.[i] ?? 0] as const;
        for (let i = 0, to = 0; i < 6; i++) {
          for (let k = 0; k < 4; k++) {
            for (let l = 0; l < 2; l++, to++) {
              let [re, im] = [0, 0];
              for (let j = 0; j < 3; j++) {
                const part = times(
                  times(entry(mode.dictionary, i * 3 + j), entry(b, k)),
                  entry(coefficients, 2 * j + l),
                );
                re += part[0];
                im += part[1];
              }
              measurement.re[to] = re;
              if (measurement.im !== undefined) measurement.im[to] = im;
            }
          }
        }
        const moves = 3 * directions;
        const derivatives = random(6 * moves);
        inFocus(slopes, 0);
        const gradientAt = (k: number, step: number) => {
          push(mode, derivatives, k, step);
          sliceCost(slopes);
          copy(slopes.derivatives, derivatives);
          sliceFilter(slopes);
          sliceSlopes(slopes, directions);
          push(mode, derivatives, k, -step);
          return slopes.gradient.slice(0, moves);
        };
        gradientAt(0, 0);
        const curvature = slopes.curvature.slice(0, moves * moves);
        const largest = Math.max(...curvature);
        const h = 1e-6;
        for (let k = 0; k < moves; k++) {
          const [above, below] = [gradientAt(k, h), gradientAt(k, -h)];
          for (let l = 0; l < moves; l++) {
            const second = (above[l] - below[l]) / (2 * h);
            expect(Math.abs(second - curvature[k * moves + l])).toBeLessThan(1e-5 * largest);
          }
        }
      });
    });
  }
});
