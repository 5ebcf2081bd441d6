import { describe, expect, it } from "vitest";
import { complexMatrix } from "../../../src/complex/types.js";
import { qr } from "../../../src/linalg/index.js";
import {
  isRealMatrix,
  isTriangular,
  norm1,
  orthogonalityRatio,
  ratio,
  times,
  timesPower,
} from "../../support/dense-linalg.js";
import { expectError, expectMatrixErrors } from "../../support/linalg-errors.js";
import { fields, generalFamilies, normalised, randomMatrix } from "../../support/linalg-families.js";
import { seedsFor, shapesFor, testRatios } from "../../support/residual-ratios.js";

const measured = {
  residual: [0, 2.13, 6.99, 5.07, 4.64, 2.22, 0.68, 0.27],
  orthogonality: [0, 4, 6, 6, 5.05, 4.13, 2.68, 1.79],
};

testRatios("qr", 30, measured, function* (size, real) {
  for (const family of generalFamilies) {
    for (const [rows, columns] of shapesFor(size)) {
      for (const seed of seedsFor(size)) {
        const name = `${family.name}, ${rows} × ${columns}, seed ${seed}`;
        const matrix = family.make(rows, columns, real, seed);
        const { matrix: a, exponent } = normalised(matrix);
        const { q, r } = qr(matrix);
        expect(isTriangular(r, "upper"), name).toBe(true);
        if (real) expect(isRealMatrix(q) && isRealMatrix(r), name).toBe(true);
        for (let i = 0; i < r.rows; i++) expect(Math.abs(r.data[2 * (i * columns + i) + 1]), name).toBe(0);
        yield {
          name,
          ratios: {
            residual: ratio(times(q, timesPower(r, -exponent)), a, rows, norm1(a)),
            orthogonality: orthogonalityRatio(q),
          },
        };
      }
    }
  }
});

describe("qr", () => {
  it("factors a matrix worked by hand", () => {
    // Columns (3, 4) and (1, 2): the first has norm 5, the second an orthogonal part of norm 2/5.
    const { q, r } = qr(complexMatrix(2, 2, Float64Array.of(3, 0, 1, 0, 4, 0, 2, 0)));
    expect(Math.abs(r.data[0])).toBeCloseTo(5, 14);
    expect(Math.abs(r.data[2])).toBeCloseTo(11 / 5, 14);
    expect(Math.abs(r.data[6])).toBeCloseTo(2 / 5, 14);
    expect(Math.abs(q.data[0])).toBeCloseTo(3 / 5, 14);
  });

  it("gives the same bits in other units", () => {
    const a = randomMatrix(40, 35, false, 1);
    const plain = qr(a);
    for (const exponent of [300, -300, 900, -900]) {
      const { q, r } = qr(timesPower(a, exponent));
      expect(q).toEqual(plain.q);
      expect(r).toEqual(timesPower(plain.r, exponent));
    }
  });

  it("keeps Q orthonormal where the squares of what is left of a column underflow", () => {
    for (const { real } of fields) {
      for (const exponent of [-480, -530, -700, -1000]) {
        // Equal columns but for tiny differences: what is left of the second column is of that size.
        const a = complexMatrix(6, 3);
        const noise = timesPower(randomMatrix(6, 3, real, 1), exponent);
        for (let i = 0; i < 18; i++)
          a.data.set(i < 3 ? [1, 0] : noise.data.subarray(2 * i, 2 * i + 2), 2 * i);
        const { q, r } = qr(a);
        expect(orthogonalityRatio(q)).toBeLessThan(30);
        expect(ratio(times(q, r), a, 6, norm1(a))).toBeLessThan(30);
      }
    }
  });

  it("leaves its input alone and takes sizes with a zero", () => {
    const a = randomMatrix(5, 4, false, 1);
    const before = a.data.slice();
    qr(a);
    expect(a.data).toEqual(before);
    expect(qr(complexMatrix(3, 0))).toEqual({ q: complexMatrix(3, 0), r: complexMatrix(0, 0) });
    expect(qr(complexMatrix(0, 3))).toEqual({ q: complexMatrix(0, 0), r: complexMatrix(0, 3) });
  });

  it("explains what is wrong", () => {
    expectMatrixErrors("qr", "matrix", qr);
    const large = timesPower(complexMatrix(4, 1, Float64Array.of(1, 0, 1, 0, 1, 0, 1, 0)), 1023);
    expectError(
      () => qr(large),
      "range",
      /^qr: result is too large to represent; expected numbers below 1.8e308$/,
    );
  });
});
