import { describe, expect, it } from "vitest";
import { type Planar, planar, split } from "../../../src/complex/planar.js";
import { complexMatrix, identityMatrix } from "../../../src/complex/types.js";
import { svd } from "../../../src/linalg/index.js";
import { createSvdWorkspace, svdInto } from "../../../src/linalg/svd.js";
import {
  adjoint,
  isRealMatrix,
  norm1,
  orthogonalityRatio,
  ratio,
  scaledColumns,
  times,
  timesPower,
  unitRoundoff,
} from "../../support/dense-linalg.js";
import { withKernels } from "../../support/kernels.js";
import { expectError, expectMatrixErrors } from "../../support/linalg-errors.js";
import {
  conditioned,
  fields,
  generalFamilies,
  normalised,
  orthonormalMatrix,
  randomMatrix,
  rankDeficient,
} from "../../support/linalg-families.js";
import { seedsFor, shapesFor, testRatios } from "../../support/residual-ratios.js";

const measured = {
  residual: [0, 4.46, 6.3, 3.18, 3.09, 2.59, 2.51, 2.01],
  orthogonality: [0, 6, 5.83, 6.17, 5.22, 6.39, 4.81, 5.04],
};

testRatios("svd", 50, measured, function* (size, real) {
  for (const family of generalFamilies) {
    for (const [rows, columns] of shapesFor(size)) {
      for (const seed of seedsFor(size)) {
        const name = `${family.name}, ${rows} × ${columns}, seed ${seed}`;
        const matrix = family.make(rows, columns, real, seed);
        const { matrix: a, exponent } = normalised(matrix);
        const { u, s, v } = svd(matrix);
        const values = s.map((value) => value * 2 ** (-exponent / 2) * 2 ** (-exponent / 2));
        expect(
          values.every((value, i) => value >= 0 && !(value > values[i - 1])),
          name,
        ).toBe(true);
        if (real) expect(isRealMatrix(u) && isRealMatrix(v), name).toBe(true);
        yield {
          name,
          ratios: {
            residual: ratio(
              times(scaledColumns(u, values), adjoint(v)),
              a,
              Math.max(rows, columns),
              norm1(a),
            ),
            orthogonality: Math.max(orthogonalityRatio(u), orthogonalityRatio(v)),
          },
        };
      }
    }
  }
});

describe("svd", () => {
  it("decomposes a matrix worked by hand", () => {
    // A^H A = [[25, 20], [20, 25]] has eigenvalues 45 and 5.
    const { s, u, v } = svd(complexMatrix(2, 2, Float64Array.of(3, 0, 0, 0, 4, 0, 5, 0)));
    expect(s[0]).toBeCloseTo(Math.sqrt(45), 14);
    expect(s[1]).toBeCloseTo(Math.sqrt(5), 14);
    expect(Math.abs(v.data[0])).toBeCloseTo(Math.SQRT1_2, 14);
    expect(Math.abs(u.data[0])).toBeCloseTo(1 / Math.sqrt(10), 14);
  });

  it("finds the singular values that a matrix was made of", () => {
    const a = conditioned(12, 7, false, 3, 1e3);
    const { s } = svd(a);
    for (let i = 0; i < 7; i++) expect(Math.abs(s[i] - 1000 ** (-i / 6))).toBeLessThan(50 * unitRoundoff);
  });

  it("finds tiny singular values to high relative accuracy in TypeScript", () => {
    // B D with B well conditioned and D graded over 70 decades: one-sided Jacobi sees the conditioning of B only.
    // The reference is the same matrix with columns in the opposite order and its adjoint.
    const n = 8;
    const grades = Float64Array.from({ length: n }, (_, i) => 10 ** (-10 * i));
    const a = scaledColumns(conditioned(n, n, false, 5, 10), grades);
    const reversed = complexMatrix(n, n, a.data.slice());
    for (let r = 0; r < n; r++) {
      for (let c = 0; c < n; c++) {
        reversed.data.set(a.data.subarray(2 * (r * n + c), 2 * (r * n + c) + 2), 2 * (r * n + n - 1 - c));
      }
    }
    const [s, ...others] = withKernels("typescript", () =>
      [a, reversed, adjoint(a)].map((matrix) => svd(matrix).s),
    );
    for (let i = 0; i < n; i++) {
      expect(s[i] / grades[i]).toBeGreaterThan(0.01);
      for (const other of others) expect(Math.abs(other[i] / s[i] - 1)).toBeLessThan(100 * n * unitRoundoff);
    }
  });

  it("keeps the vectors orthonormal where products of two columns underflow when squared", () => {
    for (const { real } of fields) {
      for (const exponent of [-250, -280, -500, -1000]) {
        const grades = [1, 1, ...[0, 1, 3, 7].map((extra) => 2 ** (exponent - extra))];
        const a = scaledColumns(conditioned(6, 6, real, 8, 10), grades);
        for (const { u, s, v } of [svd(a), svd(adjoint(a))]) {
          for (const [i, grade] of grades.entries()) {
            expect(s[i]).toBeGreaterThanOrEqual(0);
            expect(s[i]).toBeLessThan(100 * Math.max(grade, unitRoundoff));
          }
          expect(orthogonalityRatio(u)).toBeLessThan(50);
          expect(orthogonalityRatio(v)).toBeLessThan(50);
        }
      }
    }
  });

  it("completes the vectors of zero singular values", () => {
    const { s, u, v } = svd(rankDeficient(9, 6, false, 1));
    expect(s[2]).toBeGreaterThan(0.1);
    for (let i = 3; i < 6; i++) expect(s[i]).toBeLessThan(1e-13);
    expect(orthogonalityRatio(u)).toBeLessThan(50);
    expect(orthogonalityRatio(v)).toBeLessThan(50);
  });

  it("gives zeros and unit vectors for a zero matrix", () => {
    const { s, u, v } = svd(complexMatrix(3, 2));
    expect([...s]).toEqual([0, 0]);
    expect(v).toEqual(identityMatrix(2));
    expect(u).toEqual(complexMatrix(3, 2, Float64Array.of(1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0)));
  });

  it("gives the same bits in other units", () => {
    const a = randomMatrix(7, 5, false, 2);
    const plain = svd(a);
    for (const exponent of [300, -300, 900, -900]) {
      const { u, s, v } = svd(timesPower(a, exponent));
      expect(u).toEqual(plain.u);
      expect(v).toEqual(plain.v);
      expect(s).toEqual(plain.s.map((value) => value * 2 ** exponent));
    }
  });

  it("leaves its input alone and takes sizes with a zero", () => {
    const a = randomMatrix(4, 6, false, 2);
    const before = a.data.slice();
    svd(a);
    expect(a.data).toEqual(before);
    expect(svd(complexMatrix(0, 3))).toEqual({
      u: complexMatrix(0, 0),
      s: new Float64Array(0),
      v: complexMatrix(3, 0),
    });
  });

  it("explains what is wrong", () => {
    expectMatrixErrors("svd", "matrix", svd);
    const large = timesPower(complexMatrix(2, 2, Float64Array.of(1.5, 0, 1.5, 0, 1.5, 0, 1.5, 0)), 1023);
    expectError(() => svd(large), "range", /^svd: result is too large to represent; /);
  });
});

describe("svdInto", () => {
  const make = (rows: number, columns: number, real: boolean, seed: number): Planar =>
    split(randomMatrix(rows, columns, real, seed).data, real);

  it("works in the leading part of larger arrays, in a workspace used before for other shapes", () => {
    for (const real of [true, false]) {
      const workspace = createSvdWorkspace(10, 9, real);
      const room = { u: planar(100, real), v: planar(100, real), s: new Float64Array(20) };
      svdInto(make(10, 9, real, 1), 10, 9, room.u, { re: room.s }, room.v, workspace);
      for (const [rows, columns] of [
        [4, 7],
        [9, 2],
        [5, 5],
        [1, 9],
      ] as const) {
        const r = Math.min(rows, columns);
        const a = make(rows, columns, real, rows);
        const fresh = { u: planar(rows * r, real), v: planar(columns * r, real), s: new Float64Array(r) };
        expect(svdInto(a, rows, columns, room.u, { re: room.s }, room.v, workspace)).toBe(true);
        const own = createSvdWorkspace(rows, columns, real);
        expect(svdInto(a, rows, columns, fresh.u, { re: fresh.s }, fresh.v, own)).toBe(true);
        expect(room.u.re.subarray(0, rows * r)).toEqual(fresh.u.re);
        expect(room.v.re.subarray(0, columns * r)).toEqual(fresh.v.re);
        expect(room.s.subarray(0, r)).toEqual(fresh.s);
      }
    }
  });

  it("decomposes a real matrix in complex storage as in real storage", () => {
    const a = make(6, 4, true, 7);
    const real = { u: planar(24, true), v: planar(16, true), s: new Float64Array(4) };
    const complex = { u: planar(24, false), v: planar(16, false), s: new Float64Array(4) };
    svdInto(a, 6, 4, real.u, { re: real.s }, real.v, createSvdWorkspace(6, 4, true));
    svdInto(a, 6, 4, complex.u, { re: complex.s }, complex.v, createSvdWorkspace(6, 4, false));
    for (let i = 0; i < 4; i++) expect(Math.abs(real.s[i] - complex.s[i])).toBeLessThan(20 * unitRoundoff);
    for (let i = 0; i < 24; i++) expect(Math.abs(complex.u.im![i])).toBe(0);
  });

  it("ends within its bound whatever the numbers are", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const a = make(4, 4, true, 1);
      a.re[5] = bad;
      const s = new Float64Array(4);
      expect(
        svdInto(a, 4, 4, planar(16, true), { re: s }, planar(16, true), createSvdWorkspace(4, 4, true)),
      ).toBe(false);
    }
  });

  it("finds the orthonormal factors of a unitary matrix", () => {
    const q = split(orthonormalMatrix(6, 6, false, 4).data);
    const s = new Float64Array(6);
    expect(
      svdInto(q, 6, 6, planar(36, false), { re: s }, planar(36, false), createSvdWorkspace(6, 6, false)),
    ).toBe(true);
    for (const value of s) expect(Math.abs(value - 1)).toBeLessThan(20 * unitRoundoff);
  });
});
