import { describe, expect, it } from "vitest";
import type { Row } from "../../../bench/row.js";
import { formatRatio, formatSeconds, formatSize, tableLines } from "../../../bench/table.js";

const kernel: Row = {
  group: "kernels",
  name: "gemm-adjoint",
  size: { n: 512 },
  seconds: 0.0522,
  gflops: 20.583,
  peakShare: 0.7599,
  ratioToNumpy: 0.426,
};

describe("table", () => {
  it("aligns names to the left and numbers to the right, and leaves out what no row has", () => {
    const small = {
      ...kernel,
      name: "svd",
      size: { n: 8 },
      seconds: 2.61e-6,
      gflops: 3.126,
      peakShare: 0.115,
    };
    expect(tableLines([kernel, small])).toEqual([
      "name          size      time  GFLOP/s  of peak  vs NumPy",
      "gemm-adjoint  n=512  52.2 ms    20.58     76 %      0.43",
      "svd           n=8    2.61 µs     3.13     12 %      0.43",
    ]);
  });

  it("keeps a column that only one row has, and ends no line with blanks", () => {
    const { ratioToNumpy: _, ...without } = kernel;
    const [title, first, second] = tableLines([without, { ...kernel, ratioToNumpy: 1.5 }]);
    expect(title).toContain("vs NumPy");
    expect(first).toMatch(/76 %$/);
    expect(second).toMatch(/ {6}1\.50$/);
  });

  it("shows every fact of a solver", () => {
    const row: Row = {
      group: "solvers",
      name: "sbl",
      size: { rows: 64, columns: 256 },
      seconds: 1.5,
      iterations: 20,
      nmse: 0.01,
      flops: 1_700_000,
      peakMemoryBytes: 3.5 * 2 ** 20,
      ratioToTextbook: 70_005,
    };
    expect(tableLines([row])).toEqual([
      "name  size                    time  iterations       NMSE  Mflop   memory  vs textbook",
      "sbl   rows=64 columns=256  1.50 s           20  -20.00 dB   1.70  3.5 MiB        70005",
    ]);
  });

  it("shows the error over that of the oracle, the memory of a process and the ratios to the published methods", () => {
    const row: Row = {
      group: "growth",
      name: "sbl",
      size: { n: 2 },
      seconds: 2,
      nmseToOracle: 1.034,
      processMemoryBytes: 150 * 2 ** 20,
      ratioToSvd: 0.5,
      ratioToAm: 101,
    };
    expect(tableLines([row])).toEqual([
      "name  size     time  vs oracle    process  vs svd  vs am",
      "sbl   n=2   2.00 s        1.03  150.0 MiB    0.50    101",
    ]);
  });
});

describe("formats", () => {
  it.each([
    [0.0949, "0.09"],
    [1, "1.00"],
    [99.99, "99.99"],
    [72833.4, "72833"],
  ])("the ratio %d is %s", (ratio, text) => {
    expect(formatRatio(ratio)).toBe(text);
  });

  it.each([
    [2.3e-6, "2.30 µs"],
    [0.00099, "990 µs"],
    [0.001, "1.00 ms"],
    [0.1234, "123 ms"],
    [12.3, "12.3 s "],
    [123.4, "123 s "],
  ])("%d s is %s", (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it("a size has its names", () => {
    expect(formatSize({ rows: 3, columns: 4 })).toBe("rows=3 columns=4");
  });
});
