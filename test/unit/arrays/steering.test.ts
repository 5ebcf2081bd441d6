import { describe, expect, it } from "vitest";
import {
  arrayFromPositions,
  directionVector,
  steeringVector,
  uniformLinearArray,
  uniformPlanarArray,
} from "../../../src/arrays/index.js";
import { complexMatrix } from "../../../src/complex/index.js";
import { distance, kroneckerProduct } from "../../support/dense-complex.js";
import { thrownBy } from "../../support/thrown.js";

describe("directionVector", () => {
  it("points along the axes", () => {
    const near = (actual: Float64Array, expected: number[]) =>
      expected.forEach((value, axis) => {
        expect(Math.abs(actual[axis] - value)).toBeLessThanOrEqual(Number.EPSILON);
      });
    near(directionVector(0), [1, 0, 0]);
    near(directionVector(Math.PI / 2), [0, 1, 0]);
    near(directionVector(0.3, Math.PI / 2), [0, 0, 1]);
    near(directionVector(Math.PI / 2, Math.PI / 6), [0, Math.cos(Math.PI / 6), 0.5]);
  });
});

describe("steeringVector", () => {
  it("has phase +2π u·p: an element nearer to the source leads", () => {
    // A quarter of a wavelength towards the source, and as much away from it.
    const array = arrayFromPositions([
      [0, 0, 0],
      [0.25, 0, 0],
      [-0.25, 0, 0],
    ]);
    const { data } = steeringVector(array, [1, 0, 0]);
    const scale = 1 / Math.sqrt(3);
    const expected = [scale, 0, 0, scale, 0, -scale];
    expected.forEach((value, i) => {
      expect(Math.abs(data[i] - value)).toBeLessThanOrEqual(2 * Number.EPSILON);
    });
  });

  it("has unit norm", () => {
    const { data } = steeringVector(uniformLinearArray({ elements: 7 }), directionVector(0.4));
    expect(Math.abs(data.reduce((sum, value) => sum + value * value, 0) - 1)).toBeLessThanOrEqual(
      8 * Number.EPSILON,
    );
  });

  it("of a planar array is the Kronecker product of its lines", () => {
    const direction = directionVector(0.7, -0.3);
    const planar = steeringVector(
      uniformPlanarArray({ horizontalElements: 4, verticalElements: 3 }),
      direction,
    );
    const horizontal = steeringVector(uniformLinearArray({ elements: 4 }), direction);
    const vertical = steeringVector(
      arrayFromPositions([
        [0, 0, 0],
        [0, 0, 0.5],
        [0, 0, 1],
      ]),
      direction,
    );
    const expected = kroneckerProduct([
      complexMatrix(4, 1, horizontal.data),
      complexMatrix(3, 1, vertical.data),
    ]);
    expect(distance(complexMatrix(12, 1, planar.data), expected)).toBeLessThanOrEqual(16 * Number.EPSILON);
  });

  it("keeps its digits a million wavelengths from the origin", () => {
    // 2^20 + 1/8 wavelengths are an eighth of a turn, exactly.
    const { data } = steeringVector(arrayFromPositions([[2 ** 20 + 0.125, 0, 0]]), [1, 0, 0]);
    expect(Math.abs(data[0] - Math.SQRT1_2)).toBeLessThanOrEqual(Number.EPSILON);
    expect(Math.abs(data[1] - Math.SQRT1_2)).toBeLessThanOrEqual(Number.EPSILON);
  });

  it("refuses what it cannot use", async () => {
    const array = uniformLinearArray({ elements: 2 });
    const error = (direction: unknown) => thrownBy(() => steeringVector(array, direction as never));
    expect((await error([1, 0])).code).toBe("shape");
    expect((await error([1, 1, 0])).code).toBe("range");
    expect((await error([0, Number.NaN, 0])).message).toContain("direction is NaN at index 1");
    const malformed = { elements: 2, positions: new Float64Array(5) };
    expect((await thrownBy(() => steeringVector(malformed, [1, 0, 0]))).message).toContain(
      "5 numbers; expected 6",
    );
    const infinite = { elements: 1, positions: Float64Array.of(0, Number.POSITIVE_INFINITY, 0) };
    expect((await thrownBy(() => steeringVector(infinite, [1, 0, 0]))).code).toBe("non-finite");
  });
});
