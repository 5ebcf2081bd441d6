import { describe, expect, it } from "vitest";
import { complexMatrix, complexVector } from "../../../src/complex/index.js";
import { composeOperators, fourierOperator, restrictionOperator } from "../../../src/operators/index.js";
import { distance, norm, product } from "../../support/dense-complex.js";
import { randomMatrix } from "../../support/linalg-families.js";
import { fourierMatrix, range } from "../../support/operator-cases.js";
import { thrownBy } from "../../support/thrown.js";

const lengths = [...range(64).map((k) => k + 1), 97, 101, 127, 128, 211, 256];

describe("fourierOperator", () => {
  it("is the sum of its definition for lengths 1 to 64 and some primes", () => {
    for (const n of lengths) {
      const x = randomMatrix(n, 1, false, n);
      const expected = product(fourierMatrix(n, 1, range(n), range(n)), x);
      const image = fourierOperator(n, { normalization: "none" }).apply(complexVector(n, x.data));
      // Transforms err by a few ε per level; three of them, over twice the length, for Bluestein's algorithm.
      const tolerance = 8 * Number.EPSILON * (1 + Math.log2(n)) * norm(expected);
      expect(distance(complexMatrix(n, 1, image.data), expected), `length ${n}`).toBeLessThanOrEqual(
        tolerance,
      );
    }
  });

  it("is undone by its adjoint when unitary", () => {
    for (const n of lengths) {
      const operator = fourierOperator(n);
      const x = randomMatrix(n, 1, false, n);
      const back = operator.adjoint(operator.apply(complexVector(n, x.data)));
      const tolerance = 16 * Number.EPSILON * (1 + Math.log2(n)) * norm(x);
      expect(distance(complexMatrix(n, 1, back.data), x), `length ${n}`).toBeLessThanOrEqual(tolerance);
      expect(operator.columnNorms()).toSatisfy((norms: Float64Array) =>
        norms.every((value) => Math.abs(value - 1) <= 4 * Number.EPSILON),
      );
    }
  });

  it("has exact quarter turns", () => {
    const { data } = fourierOperator(4, { normalization: "none" }).atoms([1]);
    expect([...data].map((value) => value + 0)).toEqual([1, 0, 0, -1, -1, 0, 0, 1]);
  });

  it("with chosen rows is the restriction of the whole, bit for bit in its products", () => {
    const rows = [4, 0, 9, 4];
    const partial = fourierOperator(12, { rows });
    const composed = composeOperators(restrictionOperator(12, rows), fourierOperator(12));
    const x = complexVector(12, randomMatrix(12, 1, false, 3).data);
    const y = complexVector(4, randomMatrix(4, 1, false, 4).data);
    expect(partial.apply(x)).toEqual(composed.apply(x));
    expect(partial.adjoint(y)).toEqual(composed.adjoint(y));
  });

  it("takes typed arrays as indices and keeps a copy", () => {
    const rows = Int32Array.of(1, 2);
    const operator = fourierOperator(8, { rows, columns: new Uint8Array([7]) });
    rows[0] = 5;
    expect(operator.atoms([0])).toEqual(fourierOperator(8, { rows: [1, 2] }).atoms([7]));
  });

  it("is real up to length two only", () => {
    expect([1, 2, 3].map((n) => fourierOperator(n).real)).toEqual([true, true, false]);
  });

  it("refuses what it cannot use", async () => {
    const error = (...args: unknown[]) => thrownBy(() => fourierOperator(...(args as [number])));
    expect((await error(0)).code).toBe("shape");
    expect((await error(2.5)).code).toBe("shape");
    expect((await error(8, { rows: [] })).code).toBe("shape");
    expect((await error(8, { rows: [8] })).message).toBe(
      "fourierOperator: rows[0] is 8; expected a whole number from 0 to 7",
    );
    expect((await error(8, { columns: [0, -1] })).code).toBe("range");
    expect((await error(8, { rows: "all" })).code).toBe("option");
    expect((await error(8, { normalisation: "none" })).message).toContain("did you mean normalization?");
    expect((await error(8, { normalization: "forward" })).code).toBe("option");
  });
});
