import { describe, expect, it } from "vitest";
import { kernelInfo } from "../../../src/kernels/index.js";
import { hermitianEigen, svd } from "../../../src/linalg/index.js";
import { withMemoryLimit } from "../../support/kernels.js";
import { randomMatrix } from "../../support/linalg-families.js";

describe.each([
  ["hermitianEigen", hermitianEigen],
  ["svd", svd],
])("%s", (name, decompose) => {
  it("names itself where working memory would exceed its limit, and gives back what it took", () => {
    const matrix = randomMatrix(100, 100, false, 1);
    expect(() => withMemoryLimit(2 ** 18, () => decompose(matrix))).toThrow(
      new RegExp(`^${name}: working memory would be .* KiB; expected at most 256.0 KiB`),
    );
    expect(kernelInfo().memoryUsed).toBe(0);
    expect(() => decompose(matrix)).not.toThrow();
    expect(kernelInfo().memoryUsed).toBe(0);
  });
});
