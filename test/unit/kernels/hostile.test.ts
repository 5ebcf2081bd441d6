/**
 * Iterations end whatever they are given. Public functions refuse NaN and infinities at entry; these tests go below their
 * checks: to the functions that solvers call, and to the kernels themselves.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Planar, planar } from "../../../src/complex/planar.js";
import { webAssembly } from "../../../src/kernels/backend.js";
import * as decomposition from "../../../src/kernels/decomposition.js";
import { cholesky } from "../../../src/kernels/factorisation.js";
import { kernelInfo, useKernels } from "../../../src/kernels/index.js";
import { createHermitianEigenWorkspace, hermitianEigenInto } from "../../../src/linalg/hermitian-eigen.js";
import { createSvdWorkspace, svdInto } from "../../../src/linalg/svd.js";
import { backends, useSuiteKernels } from "../../support/kernels.js";
import { fields, uniformSource } from "../../support/linalg-families.js";
import { thrownAtOnce } from "../../support/thrown.js";

/** Both sides of where blocked and recursive algorithms begin. */
const sizes = [1, 2, 3, 8, 25, 40, 70];
const poisons = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** Whether it was decomposed, and the numbers that came out. */
interface Outcome {
  readonly decomposed: boolean;
  readonly numbers: Float64Array;
}

type Decompose = (a: Planar, n: number) => Outcome;

/** A tall matrix is seen as [2n × n]: the same numbers fill it, and zeros. */
const throughLinalg: Readonly<Record<string, Decompose>> = {
  hermitianEigen: (a, n) => {
    const real = a.im === undefined;
    const values = new Float64Array(n);
    const workspace = createHermitianEigenWorkspace(n, real);
    const decomposed = hermitianEigenInto(a, n, values, planar(n * n, real), workspace);
    return { decomposed, numbers: values };
  },
  svd: (a, n) => {
    const real = a.im === undefined;
    const s = new Float64Array(n);
    const [u, v] = [planar(n * n, real), planar(n * n, real)];
    return { decomposed: svdInto(a, n, n, u, { re: s }, v, createSvdWorkspace(n, n, real)), numbers: s };
  },
  "svd, tall": (a, n) => {
    const real = a.im === undefined;
    const s = new Float64Array(n);
    const [tall, u, v] = [planar(2 * n * n, real), planar(2 * n * n, real), planar(n * n, real)];
    tall.re.set(a.re, n * n);
    tall.im?.set(a.im!, n * n);
    const decomposed = svdInto(tall, 2 * n, n, u, { re: s }, v, createSvdWorkspace(2 * n, n, real));
    return { decomposed, numbers: s };
  },
};

const throughKernels: Readonly<Record<string, Decompose>> = {
  hermitianEigen: (a, n) => {
    const values = planar(n, true);
    const vectors = planar(n * n, a.im === undefined);
    const decomposed = decomposition.hermitianEigen(webAssembly()!, a, n, values, vectors);
    return { decomposed, numbers: values.re };
  },
  svd: (a, n) => {
    const real = a.im === undefined;
    const s = planar(n, true);
    const [u, v] = [planar(n * n, real), planar(n * n, real)];
    return { decomposed: decomposition.svd(webAssembly()!, a, n, n, u, s, v), numbers: s.re };
  },
  "svd, tall": (a, n) => {
    const real = a.im === undefined;
    const s = planar(n, true);
    const [tall, u, v] = [planar(2 * n * n, real), planar(2 * n * n, real), planar(n * n, real)];
    tall.re.set(a.re, n * n);
    tall.im?.set(a.im!, n * n);
    return { decomposed: decomposition.svd(webAssembly()!, tall, 2 * n, n, u, s, v), numbers: s.re };
  },
};

function matrix(n: number, real: boolean, entry: () => number): Planar {
  const parts = planar(n * n, real);
  for (let i = 0; i < n * n; i++) {
    parts.re[i] = entry();
    if (parts.im !== undefined) parts.im[i] = entry();
  }
  return parts;
}

/** It has ended, if it says with success, then with numbers; they may be beyond the largest. */
function expectEnded({ decomposed, numbers }: Outcome, place: string): void {
  // The kernels themselves take matrices whose squares do not overflow; they have only to end.
  if (decomposed && place === "linalg") expect(numbers.some(Number.isNaN)).toBe(false);
}

/** Numbers of every magnitude, with NaN and infinities among them: random bits. */
function randomBits(seed: number): () => number {
  const uniform = uniformSource(seed);
  const bits = new DataView(new ArrayBuffer(8));
  return () => {
    bits.setInt32(0, uniform() * 2 ** 31);
    bits.setInt32(4, uniform() * 2 ** 31);
    return bits.getFloat64(0);
  };
}

afterEach(useSuiteKernels);

describe.each([
  ...backends.map((backend) => ({ backend, place: "linalg", functions: throughLinalg })),
  { backend: "webassembly", place: "kernels", functions: throughKernels } as const,
])("in $place, on $backend", ({ backend, place, functions }) => {
  beforeEach(() => useKernels({ backend }));

  describe.each(Object.entries(functions))("%s", (name, decompose) => {
    it.each(fields)("fails on one number that is not finite, wherever it is: $field", ({ real }) => {
      for (const n of sizes) {
        const uniform = uniformSource(n);
        for (const poison of poisons) {
          // The first, the last, and some between; of a Hermitian matrix below the diagonal, or on it.
          for (let place = 0; place < 6; place++) {
            const a = matrix(n, real, uniform);
            const row = Math.floor((place * (n - 1)) / 5);
            const column = Math.floor((row * (place % 3)) / 2);
            const part = real || row === column || place % 2 === 0 ? a.re : a.im!;
            part[row * n + column] = poison;
            expect(decompose(a, n).decomposed, `${poison} at ${row}, ${column} of ${n}`).toBe(false);
          }
        }
      }
    });

    it.each(fields)("ends on numbers that are not finite everywhere: $field", ({ real }) => {
      for (const n of sizes) {
        for (const poison of poisons) {
          expect(
            decompose(
              matrix(n, real, () => poison),
              n,
            ).decomposed,
          ).toBe(false);
        }
      }
    });

    it.each(fields)("ends on random bits: $field", ({ real }) => {
      for (const n of sizes) {
        for (let seed = 0; seed < 10; seed++)
          expectEnded(decompose(matrix(n, real, randomBits(seed)), n), place);
      }
    });

    it.each(fields)("ends on numbers from the smallest to the largest: $field", ({ real }) => {
      for (const n of sizes) {
        for (const range of [2, 40, 500, 1000]) {
          const uniform = uniformSource(n + range);
          const entry = () => uniform() * 2 ** Math.round(range * uniform());
          expectEnded(decompose(matrix(n, real, entry), n), place);
        }
        for (const value of [0, -0, 2 ** -1074, 2 ** -1022, 1, 1e300, Number.MAX_VALUE]) {
          const a = matrix(n, real, () => value);
          expectEnded(decompose(a, n), place);
        }
      }
    });

    it("succeeds where nothing is wrong", () => {
      for (const n of sizes) {
        const { decomposed, numbers } = decompose(matrix(n, false, uniformSource(n)), n);
        expect([decomposed, numbers.every(Number.isFinite)], name).toEqual([true, true]);
      }
    });
  });

  it("gives back what it took", () => expect(kernelInfo().memoryUsed).toBe(0));
});

describe("the kernels", () => {
  beforeEach(() => useKernels({ backend: "webassembly" }));

  it.each(fields)("Cholesky names a pivot where a number is not finite: $field", ({ real }) => {
    for (const n of [2, 7, 24, 40, 130]) {
      for (const poison of poisons) {
        const a = matrix(n, real, () => 0);
        for (let i = 0; i < n; i++) a.re[i * n + i] = 2;
        const row = n >> 1;
        a.re[row * n + (row >> 1)] = poison;
        const failed = cholesky(webAssembly()!, a, n);
        expect(failed).toBeGreaterThanOrEqual(row);
        expect(failed).toBeLessThan(n);
      }
    }
  });

  it.each([
    ["hermitianEigen", () => decomposition.hermitianEigen(webAssembly()!, none, 30_000, none, none)],
    ["svd", () => decomposition.svd(webAssembly()!, none, 20_000, 12_000, none, none, none)],
  ])("%s refuses what no memory can hold before it touches anything", (_, call) => {
    const { bytes } = webAssembly()!;
    expect(thrownAtOnce(call)).toMatchObject({ code: "limit" });
    expect(webAssembly()!.bytes).toBe(bytes);
  });
});

const none: Planar = { re: new Float64Array(0), im: new Float64Array(0) };
