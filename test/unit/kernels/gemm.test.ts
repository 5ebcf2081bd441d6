import { describe, expect, it } from "vitest";
import { addRealProduct } from "../../../src/kernels/gemm.js";
import { unitRoundoff } from "../../support/dense-linalg.js";
import { uniformSource } from "../../support/linalg-families.js";

interface Case {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly alpha: number;
}

/** Distance beyond the width of a row, and offset, of every matrix: the product is of parts of larger arrays. */
const gap = 3;
const offset = 5;

function uniforms(length: number, seed: number): Float64Array {
  const uniform = uniformSource(seed);
  return new Float64Array(length).map(uniform);
}

/** Compares with the definition, entry by entry, and checks that nothing beside the block of C was written. */
function expectProduct({ m, n, k, transposeA, transposeB, alpha }: Case): void {
  const [rowsA, lda] = transposeA ? [k, m + gap] : [m, k + gap];
  const [rowsB, ldb] = transposeB ? [n, k + gap] : [k, n + gap];
  const ldc = n + gap;
  const a = uniforms(offset + rowsA * lda, 1);
  const b = uniforms(offset + rowsB * ldb, 2);
  const before = uniforms(offset + m * ldc, 3);
  const c = before.slice();
  addRealProduct(transposeA, transposeB, m, n, k, alpha, a, offset, lda, b, offset, ldb, c, offset, ldc);
  // Entries are at most one, so a sum of k + 1 terms rounds by at most (k + 2)² u.
  const tolerance = (k + 2) ** 2 * unitRoundoff;
  for (let i = 0; i < before.length; i++) {
    const r = Math.floor((i - offset) / ldc);
    const j = (i - offset) % ldc;
    let expected = before[i];
    if (i >= offset && j < n) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        const x = a[offset + (transposeA ? p * lda + r : r * lda + p)];
        const y = b[offset + (transposeB ? j * ldb + p : p * ldb + j)];
        sum += x * y;
      }
      expected += alpha * sum;
    }
    const difference = Math.abs(c[i] - expected);
    if (!(difference <= tolerance)) expect.fail(`entry ${r}, ${j} differs by ${difference}`);
    if (i < offset || j >= n) expect(c[i]).toBe(before[i]);
  }
}

const forms = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

describe("addRealProduct", () => {
  for (const [transposeA, transposeB] of forms) {
    const name = `${transposeA ? "Aᵀ" : "A"} ${transposeB ? "Bᵀ" : "B"}`;

    it(`${name} agrees with the definition for all small sizes`, () => {
      for (const m of [0, 1, 2, 3, 4, 5, 9]) {
        for (const n of [0, 1, 2, 3, 5, 8]) {
          for (const k of [0, 1, 2, 3, 7]) {
            expectProduct({ m, n, k, transposeA, transposeB, alpha: 1 });
            expectProduct({ m, n, k, transposeA, transposeB, alpha: -0.5 });
          }
        }
      }
    });

    it(`${name} agrees with the definition across the block sizes`, () => {
      for (const [m, n, k] of [
        [5, 3, 255],
        [6, 5, 256],
        [7, 3, 257],
        [4, 3, 600],
        [3, 511, 9],
        [2, 512, 9],
        [5, 513, 8],
        [3, 1030, 260],
        [130, 1, 300],
        [1, 130, 300],
        [65, 66, 67],
        [257, 31, 33],
        [130, 514, 258],
      ] as const) {
        expectProduct({ m, n, k, transposeA, transposeB, alpha: 1 });
        expectProduct({ m, n, k, transposeA, transposeB, alpha: 2 });
      }
    });
  }

  it("gives the same bits whatever was multiplied before", () => {
    const product = (): Float64Array => {
      const c = new Float64Array(35 * 37);
      const [a, b] = [uniforms(35 * 300, 1), uniforms(37 * 300, 2)];
      addRealProduct(false, true, 35, 37, 300, 1, a, 0, 300, b, 0, 300, c, 0, 37);
      return c;
    };
    const first = product();
    const large = new Float64Array(400 * 600).fill(1);
    addRealProduct(false, false, 400, 600, 400, 1, large, 0, 400, large, 0, 600, large.slice(), 0, 600);
    expect(product()).toEqual(first);
  });
});
