/** Answers that have no number in the caller's units are an error, never an infinity in a result. */
import { describe, expect, it } from "vitest";
import { oracleLeastSquares } from "../../../src/bounds/index.js";
import { kroneckerSbl, lmmse, omp, sbl } from "../../../src/solvers/index.js";

const scaled = (factor: number) => [3, -2, 5, 1].map((value) => value * factor);
const dictionary = [
  [1, 0.5],
  [0, 1],
  [1, -1],
  [0.5, 0],
];

describe("beyond the range of numbers", () => {
  const overflow = /noiseVariance is an overflow in the units of the input; expected a finite number/;
  const learned = { noise: { kind: "learned" } } as const;
  const known = (variance: number) => ({ noise: { kind: "known", variance } }) as const;

  it("a learned noise variance", () => {
    const large = dictionary.map((row) => row.map((value) => value * 1e160));
    expect(() => sbl(large, scaled(1e160), learned)).toThrow(overflow);
    expect(() => kroneckerSbl([large], scaled(1e160), learned)).toThrow(overflow);
    expect(() => sbl(large, scaled(1e150), learned)).not.toThrow();
  });

  it("a known noise variance out of all proportion to the measurement", () => {
    const message = /noise\.variance is \S+; expected one within a factor of about 1e300/;
    for (const [y, variance] of [
      [1e-160, 1],
      [1e150, 1e-100],
    ] as const) {
      expect(() => sbl(dictionary, scaled(y), known(variance))).toThrow(message);
      expect(() => kroneckerSbl([dictionary], scaled(y), known(variance))).toThrow(message);
      expect(() => lmmse(dictionary, scaled(y), { ...known(variance), priorVariance: 1 })).toThrow(message);
    }
  });

  it("the norm of a residual", () => {
    const message = /residualNorm is an overflow/;
    const [atom, y] = [
      [[1], [0], [0]],
      [1e308, 1.7e308, 1.7e308],
    ];
    expect(() => omp(atom, y, { sparsity: 1 })).toThrow(message);
    expect(() => oracleLeastSquares(atom, y, [0])).toThrow(message);
  });
});
