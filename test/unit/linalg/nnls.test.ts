import { describe, expect, it } from "vitest";
import { createNnlsWorkspace, nonNegativeLeastSquares } from "../../../src/linalg/nnls.js";
import { uniformSource } from "../../support/linalg-families.js";
import { typedArraysMadeBy } from "../../support/typed-array-count.js";

interface Problem {
  readonly matrix: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly target: Float64Array;
}

function problem(
  rows: number,
  columns: number,
  entry: (row: number, column: number) => number,
  right: (row: number) => number,
): Problem {
  const matrix = Float64Array.from({ length: rows * columns }, (_, i) =>
    entry(Math.floor(i / columns), i % columns),
  );
  return { matrix, rows, columns, target: Float64Array.from({ length: rows }, (_, i) => right(i)) };
}

function solve({ matrix, rows, columns, target }: Problem): Float64Array {
  const solution = new Float64Array(columns).fill(Number.NaN);
  const workspace = createNnlsWorkspace(rows, columns);
  expect(nonNegativeLeastSquares(solution, matrix, rows, columns, target, workspace)).toBe(true);
  return solution;
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

function columnsOf({ matrix, rows, columns }: Problem): number[][] {
  return Array.from({ length: columns }, (_, j) =>
    Array.from({ length: rows }, (_, i) => matrix[i * columns + j]),
  );
}

function residualOf(p: Problem, solution: ArrayLike<number>): number[] {
  const atoms = columnsOf(p);
  return Array.from(p.target, (value, i) => value - atoms.reduce((sum, c, j) => sum + c[i] * solution[j], 0));
}

/** The worst violation of g ≥ 0, Cᵀ(r − C g) ≤ 0 and g ⟂ Cᵀ(r − C g), relative to ‖c_j‖ (‖r‖ + Σ ‖c_k‖ g_k). */
function violation(p: Problem, solution: Float64Array): number {
  const atoms = columnsOf(p);
  const norms = atoms.map((c) => Math.sqrt(dot(c, c)));
  const residual = residualOf(p, solution);
  const size = Math.hypot(...p.target) + dot(norms, Array.from(solution));
  let worst = 0;
  atoms.forEach((c, j) => {
    if (!(solution[j] >= 0)) worst = Number.POSITIVE_INFINITY;
    const scale = norms[j] * size;
    const gradient = dot(c, residual);
    if (scale === 0) return;
    worst = Math.max(worst, (solution[j] > 0 ? Math.abs(gradient) : gradient) / scale);
  });
  return worst;
}

const positive = (uniform: () => number) => (uniform() + 1) / 2;

const families: Record<string, (rows: number, columns: number, seed: number) => Problem> = {
  "any sign": (rows, columns, seed) => {
    const uniform = uniformSource(seed);
    return problem(rows, columns, uniform, uniform);
  },
  "all positive": (rows, columns, seed) => {
    const uniform = uniformSource(seed);
    return problem(
      rows,
      columns,
      () => positive(uniform),
      () => positive(uniform),
    );
  },
  "all-negative target": (rows, columns, seed) => {
    const uniform = uniformSource(seed);
    return problem(rows, columns, uniform, () => -positive(uniform));
  },
  "a target in the cone": (rows, columns, seed) => {
    const uniform = uniformSource(seed);
    const p = problem(rows, columns, uniform, () => 0);
    const truth = Array.from({ length: columns }, () => Math.max(0, uniform()));
    return { ...p, target: Float64Array.from(residualOf(p, truth), (value) => -value) };
  },
  "collinear columns": (rows, columns, seed) => {
    const uniform = uniformSource(seed);
    const base = problem(rows, columns, uniform, uniform);
    const of = (j: number) => (j % 3 === 2 ? j - 1 : j);
    const sign = (j: number) => (j % 3 === 2 ? (j % 2 === 0 ? -2 : 3) : 1);
    const entry = (i: number, j: number) => sign(j) * base.matrix[i * columns + of(j)];
    return { ...base, matrix: problem(rows, columns, entry, uniform).matrix };
  },
  "nearly collinear columns": (rows, columns, seed) => {
    const uniform = uniformSource(seed);
    const direction = Float64Array.from({ length: rows }, uniform);
    return problem(rows, columns, (i) => direction[i] + 1e-9 * uniform(), uniform);
  },
  "rank two": (rows, columns, seed) => {
    const uniform = uniformSource(seed);
    const left = Array.from({ length: 2 * rows }, uniform);
    const right = Array.from({ length: 2 * columns }, uniform);
    const entry = (i: number, j: number) => left[2 * i] * right[2 * j] + left[2 * i + 1] * right[2 * j + 1];
    return problem(rows, columns, entry, uniform);
  },
  "zero columns": (rows, columns, seed) => {
    const uniform = uniformSource(seed);
    return problem(rows, columns, (_, j) => (j % 2 === 0 ? 0 : uniform()), uniform);
  },
  "small integers": (rows, columns, seed) => {
    const uniform = uniformSource(seed);
    const integer = () => Math.round(2 * uniform());
    return problem(rows, columns, integer, integer);
  },
  "columns in different units": (rows, columns, seed) => {
    const uniform = uniformSource(seed);
    return problem(rows, columns, (_, j) => uniform() * 1e3 ** (j % 5), uniform);
  },
  "neighbours coupled": (rows, columns, seed) => {
    const uniform = uniformSource(seed);
    const beta = [0.5, 0.8, 1][seed % 3];
    const entry = (i: number, j: number) => (i === j ? 1 : Math.abs(i - j) === 1 ? beta : 0);
    return problem(rows, columns, entry, () => positive(uniform) ** 8);
  },
};

const shapes = [
  [1, 1],
  [1, 4],
  [4, 1],
  [5, 5],
  [12, 4],
  [4, 12],
  [18, 18],
  [40, 25],
  [25, 40],
] as const;

describe("nonNegativeLeastSquares", () => {
  for (const [name, make] of Object.entries(families)) {
    it(`meets the optimality conditions: ${name}`, () => {
      for (const [rows, columns] of shapes) {
        for (let seed = 0; seed < 40; seed++) {
          const p = make(rows, columns, seed);
          expect(violation(p, solve(p)), `${rows} × ${columns}, seed ${seed}`).toBeLessThan(1e-13);
        }
      }
    });
  }

  it("finds what a search of all supports finds", () => {
    for (const name of ["any sign", "all positive", "neighbours coupled", "small integers"]) {
      for (const [rows, columns] of [
        [6, 5],
        [3, 5],
      ] as const) {
        for (let seed = 100; seed < 130; seed++) {
          const p = families[name](rows, columns, seed);
          const smallest = bestOfAllSupports(p);
          const found = Math.hypot(...residualOf(p, solve(p)));
          expect(Math.abs(found - smallest)).toBeLessThan(1e-10 * Math.hypot(...p.target));
        }
      }
    }
  });

  it("solves a single equation by hand", () => {
    expect(
      solve(
        problem(
          1,
          1,
          () => 2,
          () => 3,
        ),
      ),
    ).toEqual(Float64Array.of(1.5));
    expect(
      solve(
        problem(
          1,
          1,
          () => -2,
          () => 3,
        ),
      ),
    ).toEqual(Float64Array.of(0));
    expect(
      solve(
        problem(
          1,
          1,
          () => 0,
          () => 3,
        ),
      ),
    ).toEqual(Float64Array.of(0));
    expect(
      solve(
        problem(
          1,
          1,
          () => 2,
          () => 0,
        ),
      ),
    ).toEqual(Float64Array.of(0));
  });

  it("returns zero where no column points along the target", () => {
    const uniform = uniformSource(3);
    const p = problem(
      6,
      9,
      () => positive(uniform),
      () => -positive(uniform),
    );
    expect(solve(p)).toEqual(new Float64Array(9));
  });

  it("scales with the units of either side to the bit", () => {
    for (let seed = 0; seed < 10; seed++) {
      const p = families["any sign"](10, 8, seed);
      const expected = solve(p).map((value) => value * 2 ** -190);
      const matrix = p.matrix.map((value) => value * 2 ** 90);
      const target = p.target.map((value) => value * 2 ** -100);
      expect(solve({ ...p, matrix, target })).toEqual(expected);
    }
  });

  it("allocates nothing, writes to no input and takes a workspace that is larger and was used", () => {
    const workspace = createNnlsWorkspace(30, 30);
    const solution = new Float64Array(30);
    for (const name of ["any sign", "rank two", "collinear columns"]) {
      const p = families[name](17, 23, 5);
      const copy = structuredClone(p);
      const made = typedArraysMadeBy(() => {
        nonNegativeLeastSquares(solution, p.matrix, p.rows, p.columns, p.target, workspace);
      });
      expect(made).toEqual([]);
      expect(p).toEqual(copy);
      expect(solution.slice(0, 23)).toEqual(solve(p));
    }
  });

  it("says so, and returns NaN, when something is not finite", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const solution = new Float64Array(2);
      const matrix = Float64Array.of(1, 2, 3, 4);
      const workspace = createNnlsWorkspace(2, 2);
      expect(nonNegativeLeastSquares(solution, matrix, 2, 2, Float64Array.of(1, bad), workspace)).toBe(false);
      expect(solution).toEqual(Float64Array.of(Number.NaN, Number.NaN));
      const broken = Float64Array.of(1, bad, 3, 4);
      expect(nonNegativeLeastSquares(solution, broken, 2, 2, Float64Array.of(1, 1), workspace)).toBe(false);
    }
  });
});

/** The smallest residual norm of least squares over every set of columns that is solved without a negative number. */
function bestOfAllSupports(p: Problem): number {
  const atoms = columnsOf(p);
  let best = Math.hypot(...p.target);
  for (let set = 1; set < 1 << p.columns; set++) {
    const chosen = atoms.filter((_, j) => (set & (1 << j)) !== 0);
    const weights = normalEquations(chosen, Array.from(p.target));
    if (weights === undefined || weights.some((value) => value < 0)) continue;
    const residual = Array.from(
      p.target,
      (value, i) =>
        value -
        dot(
          chosen.map((c) => c[i]),
          weights,
        ),
    );
    best = Math.min(best, Math.hypot(...residual));
  }
  return best;
}

/** Least squares by elimination in the normal equations; `undefined` where the columns are dependent. */
function normalEquations(columns: readonly number[][], target: readonly number[]): number[] | undefined {
  const rows = columns.map((a) => [...columns.map((b) => dot(a, b)), dot(a, target)]);
  const size = columns.length;
  for (let k = 0; k < size; k++) {
    const pivot = rows.slice(k).reduce((a, b) => (Math.abs(b[k]) > Math.abs(a[k]) ? b : a));
    if (Math.abs(pivot[k]) < 1e-9) return undefined;
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(k, 0, pivot);
    for (let i = 0; i < size; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / pivot[k];
      rows[i] = rows[i].map((value, j) => value - factor * pivot[j]);
    }
  }
  return rows.map((row, i) => row[size] / row[i]);
}
