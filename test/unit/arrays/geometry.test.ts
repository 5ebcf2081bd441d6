import { describe, expect, it } from "vitest";
import { arrayFromPositions, uniformLinearArray, uniformPlanarArray } from "../../../src/arrays/index.js";
import { thrownBy } from "../../support/thrown.js";

describe("uniformLinearArray", () => {
  it("starts at the origin and goes along y", () => {
    const array = uniformLinearArray({ elements: 3 });
    expect(array.elements).toBe(3);
    expect([...array.positions]).toEqual([0, 0, 0, 0, 0.5, 0, 0, 1, 0]);
    expect(Object.isFrozen(array)).toBe(true);
  });

  it("takes a spacing and can be centred", () => {
    const array = uniformLinearArray({ elements: 2, spacingWavelengths: 3, reference: "center" });
    expect([...array.positions]).toEqual([0, -1.5, 0, 0, 1.5, 0]);
  });

  it("survives structuredClone", () => {
    const array = uniformLinearArray({ elements: 4 });
    expect(structuredClone(array)).toEqual(array);
  });

  it("refuses what it cannot use, and names it", async () => {
    const error = (options: unknown) => thrownBy(() => uniformLinearArray(options as never));
    expect((await error({ elements: 0 })).parameter).toBe("elements");
    expect((await error({ elements: 1.5 })).code).toBe("option");
    expect((await error({})).parameter).toBe("elements");
    expect((await error({ elements: 2, spacingWavelengths: 0 })).parameter).toBe("spacingWavelengths");
    expect((await error({ elements: 2, spacing: 1 })).code).toBe("option");
    expect((await error({ elements: 2, reference: "middle" })).parameter).toBe("reference");
  });
});

describe("uniformPlanarArray", () => {
  it("lies in the y–z plane, the vertical index fastest", () => {
    const array = uniformPlanarArray({ horizontalElements: 2, verticalElements: 3 });
    const [y, z] = [1, 2].map((axis) => [...array.positions].filter((_, i) => i % 3 === axis));
    expect(y).toEqual([0, 0, 0, 0.5, 0.5, 0.5]);
    expect(z).toEqual([0, 0.5, 1, 0, 0.5, 1]);
  });

  it("centred has its mean at the origin", () => {
    const { positions } = uniformPlanarArray({
      horizontalElements: 4,
      verticalElements: 3,
      reference: "center",
    });
    expect(positions.reduce((sum, value) => sum + value, 0)).toBe(0);
  });

  it("refuses what it cannot use, and names it", async () => {
    const options = { horizontalElements: 2, verticalElements: -1 };
    expect((await thrownBy(() => uniformPlanarArray(options))).parameter).toBe("verticalElements");
  });
});

describe("arrayFromPositions", () => {
  it("copies the positions", () => {
    const position = [1, 2, 3];
    const array = arrayFromPositions([position, Float64Array.of(4, 5, 6)]);
    position[0] = 9;
    expect([...array.positions]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("refuses what it cannot use, and names it", async () => {
    const error = (positions: unknown) => thrownBy(() => arrayFromPositions(positions as never));
    expect((await error([])).code).toBe("shape");
    expect(
      (
        await error([
          [0, 0, 0],
          [1, 2],
        ])
      ).message,
    ).toBe("arrayFromPositions: positions[1] has 2 coordinates; expected 3 (x, y, z)");
    expect(
      (
        await error([
          [0, 0, 0],
          [1, 2, Number.NaN],
        ])
      ).message,
    ).toContain("positions is NaN at index 1");
  });
});
