import { Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { complexMatrix, complexVector, identityMatrix } from "../../../src/complex/index.js";
import { kernelInfo } from "../../../src/kernels/index.js";
import { denseOperator } from "../../../src/operators/index.js";
import { withKernels } from "../../support/kernels.js";
import { thrownBy } from "../../support/thrown.js";

describe("denseOperator", () => {
  const re = [
    [1, 0, 2],
    [0, 1, -1],
  ];
  const im = [
    [0, 1, 0],
    [1, 0, 2],
  ];

  it("multiplies as worked out by hand", () => {
    const operator = denseOperator({ re, im });
    const x = complexVector(3, Float64Array.of(1, 1, 2, 0, 0, -1));
    expect([...operator.apply(x).data]).toEqual([1, 1, 3, 2]);
    const y = complexVector(2, Float64Array.of(1, 0, 0, 1));
    expect([...operator.adjoint(y).data]).toEqual([2, 0, 0, 0, 4, -1]);
  });

  it("reads what users have", () => {
    const expected = denseOperator(re).atoms([0, 1, 2]);
    expect(denseOperator(new Matrix(re)).atoms([0, 1, 2])).toEqual(expected);
    expect(denseOperator(complexMatrix(2, 3, expected.data)).atoms([0, 1, 2])).toEqual(expected);
    expect(denseOperator(re).real).toBe(true);
    expect(denseOperator({ re, im }).real).toBe(false);
  });

  it("keeps a copy", () => {
    const matrix = complexMatrix(1, 1, Float64Array.of(3, 0));
    const operator = denseOperator(matrix);
    matrix.data[0] = 4;
    expect([...operator.atoms([0]).data]).toEqual([3, 0]);
  });

  it.each([
    ["webassembly", 0],
    // One strip of 24 weighted rows is kept.
    ["typescript", 24 * 3],
  ] as const)("counts its bytes, without what a call takes and gives back, on %s", (backend, kept) => {
    withKernels(backend, () => {
      for (const [operator, unit] of [
        [denseOperator(re), 8],
        [denseOperator({ re, im }), 16],
      ] as const) {
        expect(operator.memoryBytes).toBe(unit * 6);
        for (let call = 0; call < 2; call++) {
          operator.covariance(new Float64Array(3));
          operator.whitenedNorms(identityMatrix(2));
          expect(operator.memoryBytes).toBe(unit * (6 + kept));
          expect(kernelInfo().memoryUsed).toBe(0);
        }
      }
    });
  });

  it("counts its flops", () => {
    const operator = denseOperator({ re, im });
    operator.apply(complexVector(3));
    operator.adjoint(complexVector(2));
    expect(operator.cost).toEqual({ applies: 1, adjoints: 1, flops: 2 * 8 * 6 });
    const real = denseOperator(re);
    real.apply(complexVector(3));
    expect(real.cost.flops).toBe(4 * 6);
  });

  it("refuses what it cannot use", async () => {
    const error = (matrix: unknown) => thrownBy(() => denseOperator(matrix as never));
    expect((await error([])).code).toBe("shape");
    expect((await error([[]])).code).toBe("shape");
    expect((await error([[1], [2, 3]])).code).toBe("shape");
    expect((await error({ re, im: [[1]] })).code).toBe("shape");
    expect((await error("matrix")).code).toBe("shape");
    expect((await error([[0, Number.POSITIVE_INFINITY]])).message).toBe(
      "denseOperator: matrix is Infinity at index 1; expected finite numbers",
    );
  });
});
