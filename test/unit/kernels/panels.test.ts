import { afterEach, describe, expect, it, vi } from "vitest";
import {
  blockColumns,
  blockDepth,
  blockRows,
  createTypeScriptKernel,
  type PanelKernel,
  panelLines,
} from "../../../src/kernels/panels.js";
import { createWebAssemblyKernel } from "../../../src/kernels/webassembly.js";
import { uniformSource } from "../../support/linalg-families.js";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

function fill(kernel: PanelKernel): PanelKernel {
  const uniform = uniformSource(1);
  kernel.a.forEach((_, i) => {
    kernel.a[i] = uniform();
  });
  kernel.b.forEach((_, i) => {
    kernel.b[i] = uniform();
  });
  return kernel;
}

describe("panel kernels", () => {
  const plain = fill(createTypeScriptKernel());

  it("sum the products of a panel of A and panels of B in the order of the depth", () => {
    const [depth, panels, at] = [5, 3, 40];
    plain.multiply(at, depth, panels);
    for (let panel = 0; panel < panels; panel++) {
      for (let r = 0; r < panelLines; r++) {
        for (let c = 0; c < panelLines; c++) {
          let sum = 0;
          for (let p = 0; p < depth; p++) {
            sum += plain.a[at + panelLines * p + r] * plain.b[panelLines * (panel * depth + p) + c];
          }
          expect(plain.sums[16 * panel + panelLines * r + c]).toBe(sum);
        }
      }
    }
  });

  it("give the same bits in WebAssembly as in TypeScript", () => {
    const fast = fill(createWebAssemblyKernel()!);
    for (const [at, depth, panels] of [
      [0, 1, 1],
      [4, 2, 1],
      [8, 7, 5],
      [1024, 100, 30],
      [(blockRows - panelLines) * blockDepth, blockDepth, blockColumns / panelLines],
    ] as const) {
      for (const kernel of [plain, fast]) {
        kernel.sums.fill(7);
        kernel.multiply(at, depth, panels);
      }
      expect(fast.sums).toEqual(plain.sums);
    }
  });

  it("keep infinities, NaN, zeros with a sign and subnormal numbers", () => {
    const special = [Number.NaN, Number.POSITIVE_INFINITY, -0, 2 ** -1074, 1e308, 1];
    const fast = createWebAssemblyKernel()!;
    const slow = createTypeScriptKernel();
    for (const kernel of [fast, slow]) {
      kernel.a.forEach((_, i) => {
        kernel.a[i] = special[i % 6];
        kernel.b[i] = special[Math.floor(i / 6) % 6];
      });
      for (let depth = 1; depth < 9; depth++) kernel.multiply(36, depth, 6);
    }
    expect(fast.sums).toEqual(slow.sums);
  });
});

describe("where WebAssembly is missing or forbidden", () => {
  const forbidden = {
    Module: class {
      constructor() {
        throw new Error("forbidden by the content security policy");
      }
    },
  };

  it("there is no WebAssembly kernel", () => {
    for (const value of [undefined, forbidden]) {
      vi.stubGlobal("WebAssembly", value);
      expect(createWebAssemblyKernel()).toBeUndefined();
    }
  });

  it("products have the same bits", async () => {
    const product = async (): Promise<{ name: string; c: Float64Array }> => {
      vi.resetModules();
      const { kernels } = await import("../../../src/kernels/kernels.js");
      const uniform = uniformSource(2);
      const [m, n, k] = [131, 517, 259];
      const a = new Float64Array(m * k).map(uniform);
      const b = new Float64Array(k * n).map(uniform);
      const c = new Float64Array(m * n).map(uniform);
      kernels.gemm(true, false, m, n, k, -1, a, 0, m, b, 0, n, 1, c, 0, n);
      return { name: kernels.name, c };
    };
    const fast = await product();
    vi.stubGlobal("WebAssembly", undefined);
    const slow = await product();
    expect([fast.name, slow.name]).toEqual(["webassembly", "typescript"]);
    expect(slow.c).toEqual(fast.c);
  });
});
