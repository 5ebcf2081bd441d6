import { describe, expect, it } from "vitest";
import { timesPowerOfTwo } from "../../../src/complex/scale.js";
import type { ComplexMatrix } from "../../../src/complex/types.js";
import { isSparseError } from "../../../src/errors.js";
import {
  type Coupling,
  coupledNnlsStep,
  createCouplingWorkspace,
  dropLatents,
  effectiveVariance,
  neighbourCoupling,
  readCouplings,
} from "../../../src/solvers/sbl/kronecker/coupling.js";
import { createModes, fullPriorVariance, type Mode } from "../../../src/solvers/sbl/kronecker/modes.js";
import { uniformSource } from "../../support/linalg-families.js";
import { thrownAtOnce } from "../../support/thrown.js";
import { typedArraysMadeBy } from "../../support/typed-array-count.js";

const who = "kroneckerSbl";

/** Modes whose dictionaries do not matter, with a prior variance of 1. */
function modesOf(...sizes: readonly number[]): Mode[] {
  const modes = createModes(
    sizes.map((columns) => ({
      rows: 1,
      columns,
      parts: { re: new Float64Array(columns).fill(1) },
    })),
    1,
  );
  for (const mode of modes) mode.priorVariance.fill(1);
  return modes;
}

function couplingsOf(
  modes: readonly Mode[],
  ...matrices: readonly (ComplexMatrix | readonly (readonly number[])[] | null)[]
): (Coupling | undefined)[] {
  return readCouplings(
    who,
    matrices,
    modes.map((mode) => ({ columns: mode.atoms })),
  );
}

const realRows = ({ rows, columns, data }: ComplexMatrix) =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => data[2 * (i * columns + j)]),
  );

const variances = (modes: readonly Mode[]) =>
  modes.map(({ priorVariance, count }) => Array.from(priorVariance.subarray(0, count)));

function posteriorPowers(size: number, seed: number): Float64Array {
  const uniform = uniformSource(seed);
  return Float64Array.from({ length: size }, () => Math.abs(uniform()) ** 6 + 1e-3);
}

describe("neighbourCoupling", () => {
  it("couples every atom with its neighbours", () => {
    expect(realRows(neighbourCoupling(3, 0.5))).toEqual([
      [1, 0.5, 0],
      [0.5, 1, 0.5],
      [0, 0.5, 1],
    ]);
    expect(realRows(neighbourCoupling(1, 0.5))).toEqual([[1]]);
    expect(realRows(neighbourCoupling(2, 0))).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it("says what it cannot build", () => {
    for (const size of [0, -1, 1.5, Number.NaN]) {
      expect(thrownAtOnce(() => neighbourCoupling(size, 0.5))).toMatchObject({
        code: "range",
        message: `neighbourCoupling: size is ${size}; expected a positive integer`,
      });
    }
    for (const beta of [-0.1, 1.1, Number.NaN]) {
      expect(thrownAtOnce(() => neighbourCoupling(3, beta))).toMatchObject({
        code: "range",
        message: `neighbourCoupling: beta is ${beta}; expected a number from 0 to 1`,
      });
    }
  });
});

describe("readCouplings", () => {
  const factors = [{ columns: 2 }, { columns: 3 }];

  it("reads a matrix for every mode that is coupled", () => {
    const [first, second] = readCouplings(who, [[[1], [0.5]], null], factors);
    expect(second).toBeUndefined();
    expect(first).toEqual({
      matrix: Float64Array.of(1, 0.5),
      latents: 1,
      values: Float64Array.of(1),
      remaining: Int32Array.of(0),
      count: 1,
    });
  });

  it("scales a matrix by a power of two until its largest number is between 1 and 2", () => {
    for (const exponent of [-1060, -300, 300, 1020]) {
      const entry = timesPowerOfTwo(1.25, exponent);
      const [first] = readCouplings(who, [[[entry], [entry / 2]], null], factors);
      expect(first!.matrix).toEqual(Float64Array.of(1.25, 0.625));
    }
  });

  const wrong: readonly (readonly [string, unknown, string])[] = [
    ["option", 3, "option couplingMatrices is 3; expected an array of 2, a matrix or null for each mode"],
    ["option", [null], "option couplingMatrices is an array of 1; expected an array of 2, a matrix or null"],
    ["shape", [null, 7], "couplingMatrices[1] is 7; expected a matrix"],
    ["shape", [undefined, null], "couplingMatrices[0] is missing; expected a matrix"],
    ["shape", [[[1], [1], [1]], null], "couplingMatrices[0] has 3 rows; expected 2 (dictionary[0].columns)"],
    ["shape", [[[], []], null], "couplingMatrices[0] has 2 × 0 entries; expected at least one row and one"],
    [
      "non-finite",
      [[[1], [Number.NaN]], null],
      "couplingMatrices[0] is NaN at index 1; expected finite numbers",
    ],
    [
      "option",
      [[[1], [-0.5]], null],
      "couplingMatrices[0] is -0.5 at row 1, column 0; expected numbers of at",
    ],
    [
      "option",
      [
        {
          re: [
            [1, 1],
            [1, 1],
          ],
          im: [
            [0, 0],
            [0, 2],
          ],
        },
        null,
      ],
      "option couplingMatrices[0] is complex at row 1, column 1; expected real numbers",
    ],
    [
      "option",
      [[[1], [0]], null],
      "couplingMatrices[0] is zero in row 1; expected a positive number in every row",
    ],
  ];
  for (const [code, input, message] of wrong) {
    it(`refuses: ${message}`, () => {
      const error = thrownAtOnce(() => readCouplings(who, input as never, factors));
      expect(isSparseError(error, code as never)).toBe(true);
      expect(error.message).toContain(message);
      expect(error.message.startsWith("kroneckerSbl: ")).toBe(true);
    });
  }
});

describe("effectiveVariance and dropLatents", () => {
  function neighbours() {
    const modes = modesOf(5);
    const [coupling] = couplingsOf(modes, neighbourCoupling(5, 0.5));
    coupling!.values.set([1, 2, 4, 8, 16]);
    return { mode: modes[0], coupling: coupling! };
  }

  /** Keeps these atoms only. */
  function keep(mode: Mode, atoms: readonly number[]): void {
    mode.active.set(atoms);
    mode.count = atoms.length;
  }

  it("mixes the latent variances into those of the active atoms", () => {
    const { mode, coupling } = neighbours();
    effectiveVariance(coupling, mode);
    expect(Array.from(mode.priorVariance)).toEqual([2, 4.5, 9, 18, 20]);
    keep(mode, [1, 4]);
    effectiveVariance(coupling, mode, 0.25);
    expect(Array.from(mode.priorVariance.subarray(0, 2))).toEqual([4.75, 20.25]);
  });

  it("drops what reaches no active atom and leaves the mixture as it was", () => {
    const { mode, coupling } = neighbours();
    keep(mode, [0, 1]);
    dropLatents(coupling, mode, "unreached");
    expect(Array.from(coupling.values)).toEqual([1, 2, 4, 0, 0]);
    expect(Array.from(coupling.remaining.subarray(0, coupling.count))).toEqual([0, 1, 2]);
    effectiveVariance(coupling, mode);
    expect(Array.from(mode.priorVariance.subarray(0, 2))).toEqual([2, 4.5]);
  });

  it("drops, as published, the rows and columns of removed atoms", () => {
    const { mode, coupling } = neighbours();
    keep(mode, [0, 1, 4]);
    dropLatents(coupling, mode, "published");
    expect(Array.from(coupling.values)).toEqual([1, 2, 0, 0, 16]);
    keep(mode, [1, 4]);
    dropLatents(coupling, mode, "published");
    expect(Array.from(coupling.remaining.subarray(0, coupling.count))).toEqual([1, 4]);
    effectiveVariance(coupling, mode);
    expect(Array.from(mode.priorVariance.subarray(0, 2))).toEqual([2, 16]);
  });

  it("keeps a latent variance that belongs to no atom while it reaches one", () => {
    const modes = modesOf(4, 2);
    const groups = [
      [1, 0],
      [1, 0],
      [0, 1],
      [0, 1],
    ];
    const swapped = [
      [0.5, 1],
      [1, 0.5],
    ];
    const [grouped, exchanged] = couplingsOf(modes, groups, swapped);
    keep(modes[0], [1]);
    dropLatents(grouped!, modes[0], "published");
    expect(Array.from(grouped!.values)).toEqual([1, 0]);
    keep(modes[1], [1]);
    dropLatents(exchanged!, modes[1], "published");
    expect(Array.from(exchanged!.values)).toEqual([1, 1]);
  });
});

describe("coupledNnlsStep", () => {
  const sizes = [4, 3, 5];
  const floors = [1e-5, 1e-5, 1e-5];
  const size = sizes.reduce((product, count) => product * count, 1);

  it("agrees with the formulas written out, also after pruning", () => {
    for (let seed = 0; seed < 20; seed++) {
      const modes = modesOf(...sizes);
      const uniform = uniformSource(seed + 50);
      const matrices = [
        neighbourCoupling(4, 0.8),
        seed % 2 === 0 ? null : sizes.slice(0, 3).map(() => [Math.abs(uniform()) + 0.1, Math.abs(uniform())]),
        neighbourCoupling(5, 0.5),
      ];
      const couplings = couplingsOf(modes, ...matrices);
      if (seed > 9) {
        modes[0].active.set([0, 2, 3]);
        modes[0].count = 3;
        dropLatents(couplings[0]!, modes[0], seed % 4 < 2 ? "published" : "unreached");
      }
      const powers = posteriorPowers(size, seed);
      const expected = textbookStep(powers, modes, couplings, floors);
      coupledNnlsStep({ re: powers }, modes, couplings, floors, createCouplingWorkspace(modes, couplings));
      variances(modes).forEach((factor, n) => {
        const largest = Math.max(...expected[n]);
        factor.forEach((value, j) => {
          // The textbook's least squares end with a step of 1e-13; small values carry it through a quotient.
          expect(Math.abs(value - expected[n][j])).toBeLessThan(1e-9 * largest);
        });
      });
    }
  });

  it("leaves latent variances whose mixture is the prior variance, up to the floor", () => {
    const modes = modesOf(...sizes);
    const couplings = couplingsOf(modes, neighbourCoupling(4, 0.8), null, neighbourCoupling(5, 0.5));
    coupledNnlsStep(
      { re: posteriorPowers(size, 4) },
      modes,
      couplings,
      floors,
      createCouplingWorkspace(modes, couplings),
    );
    for (const n of [0, 2]) {
      const before = Array.from(modes[n].priorVariance);
      effectiveVariance(couplings[n]!, modes[n]);
      const floor = before.map((value, j) => value - modes[n].priorVariance[j]);
      for (const value of floor) {
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThan(1e-3);
        expect(Math.abs(value - floor[0])).toBeLessThan(1e-14);
      }
    }
  });

  it("finds a product in one sweep, whether modes are uncoupled or coupled with themselves only", () => {
    const uniform = uniformSource(8);
    const factors = sizes.map((count) => Array.from({ length: count }, () => Math.abs(uniform()) + 0.1));
    const powers = Float64Array.from(outer(factors));
    for (const matrices of [[null, null, null], sizes.map((count) => neighbourCoupling(count, 0))]) {
      const modes = modesOf(...sizes);
      const couplings = couplingsOf(modes, ...matrices);
      const tiny = [1e-300, 1e-300, 1e-300];
      coupledNnlsStep({ re: powers }, modes, couplings, tiny, createCouplingWorkspace(modes, couplings));
      const found = new Float64Array(size);
      fullPriorVariance(modes, found);
      found.forEach((value, j) => {
        expect(Math.abs(value / powers[j] - 1)).toBeLessThan(1e-14);
      });
      expect(Math.hypot(...modes[0].priorVariance)).toBeCloseTo(1, 14);
      expect(Math.hypot(...modes[1].priorVariance)).toBeCloseTo(1, 14);
    }
  });

  it("follows the units of the last mode to the bit, floor and all", () => {
    const run = (exponent: number) => {
      const modes = modesOf(...sizes);
      modes[2].priorVariance.fill(2 ** exponent);
      const couplings = couplingsOf(modes, neighbourCoupling(4, 0.8), null, neighbourCoupling(5, 0.5));
      const powers = posteriorPowers(size, 6).map((value) => value * 2 ** exponent);
      const scaled = [1e-5, 1e-5, 1e-5 * 2 ** exponent];
      coupledNnlsStep({ re: powers }, modes, couplings, scaled, createCouplingWorkspace(modes, couplings));
      return variances(modes);
    };
    const [first, second, last] = run(0);
    expect(run(-60)).toEqual([first, second, last.map((value) => value * 2 ** -60)]);
    expect(run(90)).toEqual([first, second, last.map((value) => value * 2 ** 90)]);
  });

  it("works on a single mode", () => {
    const modes = modesOf(6);
    const couplings = couplingsOf(modes, neighbourCoupling(6, 0.5));
    const powers = posteriorPowers(6, 2);
    const expected = textbookStep(powers, modes, couplings, [1e-5]);
    coupledNnlsStep({ re: powers }, modes, couplings, [1e-5], createCouplingWorkspace(modes, couplings));
    modes[0].priorVariance.forEach((value, j) => {
      expect(Math.abs(value - expected[0][j])).toBeLessThan(1e-10);
    });
  });

  it("hands on a number that is not finite instead of hiding it", () => {
    const modes = modesOf(3, 3);
    const couplings = couplingsOf(modes, neighbourCoupling(3, 0.5), neighbourCoupling(3, 0.5));
    const powers = posteriorPowers(9, 1).fill(Number.NaN, 4, 5);
    coupledNnlsStep({ re: powers }, modes, couplings, [1, 1], createCouplingWorkspace(modes, couplings));
    expect(variances(modes).flat().every(Number.isNaN)).toBe(true);
  });

  it("allocates nothing", () => {
    const modes = modesOf(...sizes);
    const couplings = couplingsOf(modes, neighbourCoupling(4, 0.8), null, neighbourCoupling(5, 0.5));
    const workspace = createCouplingWorkspace(modes, couplings);
    const powers = { re: posteriorPowers(size, 3) };
    const made = typedArraysMadeBy(() => {
      coupledNnlsStep(powers, modes, couplings, floors, workspace);
      dropLatents(couplings[0]!, modes[0], "published");
    });
    expect(made).toEqual([]);
  });
});

const outer = (factors: readonly (readonly number[])[]) =>
  factors.reduce<number[]>((product, factor) => product.flatMap((a) => factor.map((b) => a * b)), [1]);

/** The step as the publication states it, with explicit indices and another method for the least squares. */
function textbookStep(
  powers: Float64Array,
  modes: readonly Mode[],
  couplings: readonly (Coupling | undefined)[],
  floors: readonly number[],
): number[][] {
  const factors = variances(modes);
  const counts = factors.map((factor) => factor.length);
  const total = outer(factors).length;
  const indices = Array.from({ length: total }, (_, flat) => {
    let rest = flat;
    return counts.map((_, n) => {
      const below = counts.slice(n + 1).reduce((product, count) => product * count, 1);
      const index = Math.floor(rest / below);
      rest -= index * below;
      return index;
    });
  });
  for (let sweep = 0; sweep < 9; sweep++) {
    const before = outer(factors);
    for (const [n, { atoms, active }] of modes.entries()) {
      const means = new Array<number>(counts[n]).fill(0);
      indices.forEach((index, flat) => {
        const others = index.reduce((product, j, o) => (o === n ? product : product * factors[o][j]), 1);
        means[index[n]] += powers[flat] / others / (total / counts[n]);
      });
      const coupling = couplings[n];
      if (coupling === undefined) {
        factors[n] = means;
        continue;
      }
      expect(coupling.matrix.length).toBe(atoms * coupling.latents);
      const columns = Array.from(coupling.remaining.subarray(0, coupling.count));
      const matrix = means.map((_, i) =>
        columns.map((l) => coupling.matrix[active[i] * coupling.latents + l]),
      );
      const latent = coordinateDescent(matrix, means);
      factors[n] = matrix.map((row) => floors[n] + row.reduce((sum, c, l) => sum + c * latent[l], 0));
    }
    const last = factors.length - 1;
    for (let n = 0; n < last; n++) {
      const norm = Math.hypot(...factors[n]);
      factors[n] = factors[n].map((value) => value / norm);
      factors[last] = factors[last].map((value) => value * norm);
    }
    const after = outer(factors);
    if (Math.hypot(...after.map((value, j) => value - before[j])) <= 1e-4 * Math.hypot(...before)) break;
  }
  return factors;
}

/** min ‖C g − r‖ over g ≥ 0, one number at a time until none moves. */
function coordinateDescent(matrix: readonly (readonly number[])[], target: readonly number[]): number[] {
  const solution = new Array<number>(matrix[0].length).fill(0);
  const residual = [...target];
  for (let sweep = 0; sweep < 1e5; sweep++) {
    let largest = 0;
    for (let l = 0; l < solution.length; l++) {
      const squares = matrix.reduce((sum, row) => sum + row[l] ** 2, 0);
      const gradient = matrix.reduce((sum, row, i) => sum + row[l] * residual[i], 0);
      const next = Math.max(0, solution[l] + gradient / squares);
      matrix.forEach((row, i) => {
        residual[i] -= row[l] * (next - solution[l]);
      });
      largest = Math.max(largest, Math.abs(next - solution[l]));
      solution[l] = next;
    }
    if (largest < 1e-13 * Math.hypot(...target)) return solution;
  }
  throw new Error("coordinate descent has not ended");
}
