import { describe, expect, it } from "vitest";
import { toMatrix } from "../../../src/io/index.js";
import { errorOf } from "../../support/file-bytes.js";

describe("toMatrix", () => {
  it("makes a vector a column and keeps a matrix", () => {
    const data = Float64Array.of(1, 2, 3, 4, 5, 6);
    expect(toMatrix({ shape: [6], complex: false, data })).toEqual({
      rows: 6,
      columns: 1,
      data: Float64Array.of(1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0),
    });
    expect(toMatrix({ shape: [1, 3], complex: true, data })).toEqual({ rows: 1, columns: 3, data });
  });

  it("lets NaN pass, for the solvers to refuse", () => {
    const data = Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY);
    expect(toMatrix({ shape: [1], complex: true, data }).data).toEqual(data);
  });

  it("refuses other numbers of dimensions, by name", () => {
    const number = { shape: [], complex: false, data: Float64Array.of(1) };
    expect(errorOf(() => toMatrix(number)).code).toBe("shape");
    const message = errorOf(() => toMatrix({ ...number, shape: [1, 1, 1] }, "A.npy")).message;
    expect(message).toBe("toMatrix: A.npy has 3 dimensions; expected 1 or 2");
  });
});
