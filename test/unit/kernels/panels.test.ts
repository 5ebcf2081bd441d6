import { describe, expect, it } from "vitest";
import {
  blockColumns,
  blockDepth,
  blockRows,
  multiplyPanel,
  type Panels,
  panelLines,
} from "../../../src/kernels/panels.js";
import { uniformSource } from "../../support/linalg-families.js";

function panelsOf(entry: (i: number) => number): Panels {
  return {
    a: new Float64Array(blockRows * blockDepth).map((_, i) => entry(i)),
    b: new Float64Array(blockColumns * blockDepth).map((_, i) => entry(i + 1)),
    sums: new Float64Array(panelLines * blockColumns).fill(7),
  };
}

describe("multiplyPanel", () => {
  it.each([
    [0, 1, 1],
    [4, 2, 1],
    [40, 5, 3],
    [1024, 100, 30],
    [(blockRows - panelLines) * blockDepth, blockDepth, blockColumns / panelLines],
  ])(
    "sums a panel of A at %i and panels of B, depth %i × %i, in the order of the depth",
    (at, depth, panels) => {
      const values = panelsOf(uniformSource(1));
      multiplyPanel(values, at, depth, panels);
      const { a, b, sums } = values;
      for (let i = 0; i < 16 * panels; i++) {
        const [panel, r, c] = [Math.floor(i / 16), Math.floor(i / panelLines) % panelLines, i % panelLines];
        let sum = 0;
        for (let p = 0; p < depth; p++) {
          sum += a[at + panelLines * p + r] * b[panelLines * (panel * depth + p) + c];
        }
        if (sums[i] !== sum) expect.fail(`sum ${i} is ${sums[i]}, not ${sum}`);
      }
      expect(sums.subarray(16 * panels).every((value) => value === 7)).toBe(true);
    },
  );

  it("keeps infinities, NaN, zeros with a sign and subnormal numbers", () => {
    const special = [Number.NaN, Number.POSITIVE_INFINITY, -0, 2 ** -1074, 1e308, 1];
    const values = panelsOf((i) => special[i % 6]);
    multiplyPanel(values, 0, 1, 6);
    for (let i = 0; i < 16 * 6; i++) {
      const b = special[(panelLines * Math.floor(i / 16) + (i % panelLines) + 1) % 6];
      expect(values.sums[i]).toBe(0 + special[Math.floor(i / panelLines) % panelLines] * b);
    }
  });
});
