import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMat, writeMat } from "../../../src/io/index.js";
import { errorOf } from "../../support/file-bytes.js";

describe("writeMat", () => {
  it("gives back what it was given", () => {
    const array = fc
      .record({
        rows: fc.integer({ min: 0, max: 5 }),
        columns: fc.integer({ min: 0, max: 5 }),
        complex: fc.boolean(),
        values: fc.infiniteStream(fc.double()),
      })
      .map(({ rows, columns, complex, values }) => ({
        shape: [rows, columns],
        complex,
        data: Float64Array.from({ length: rows * columns * (complex ? 2 : 1) }, () => values.next().value),
      }));
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,62}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, array), { selector: ([key]) => key, maxLength: 4 }),
        (entries) => {
          const variables = new Map(entries);
          expect(readMat(writeMat(variables))).toEqual(variables);
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });

  it("makes a vector a column and a number 1 × 1", () => {
    const data = Float64Array.of(1, 2, 3);
    const read = readMat(
      writeMat(
        new Map([
          ["v", { shape: [3], complex: false, data }],
          ["s", { shape: [], complex: true, data: Float64Array.of(1, -1) }],
        ]),
      ),
    );
    expect(read.get("v")).toEqual({ shape: [3, 1], complex: false, data });
    expect(read.get("s")).toEqual({ shape: [1, 1], complex: true, data: Float64Array.of(1, -1) });
  });

  it("refuses other names, more dimensions and shapes that do not fit", () => {
    const array = { shape: [1], complex: false, data: Float64Array.of(1) };
    for (const name of ["", "1x", "a-b", "größe", "__proto__", "n".repeat(64)]) {
      expect(errorOf(() => writeMat(new Map([[name, array]]))).code).toBe("range");
    }
    expect(errorOf(() => writeMat(new Map([["x", { ...array, shape: [1, 1, 1] }]]))).code).toBe("shape");
    expect(errorOf(() => writeMat(new Map([["x", { ...array, shape: [2] }]]))).code).toBe("shape");
  });
});
