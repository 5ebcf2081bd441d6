import { afterEach, describe, expect, it } from "vitest";
import { type Planar, planar } from "../../../src/complex/planar.js";
import { type Form, modeProductInto, multiplyInto } from "../../../src/complex/products.js";
import { useKernels } from "../../../src/kernels/index.js";
import { addProduct, clear, weightedSquare } from "../../../src/kernels/products.js";
import { type Room, withRoom } from "../../../src/kernels/room.js";
import { unitRoundoff } from "../../support/dense-linalg.js";
import { type Backend, useSuiteKernels } from "../../support/kernels.js";
import { uniformSource } from "../../support/linalg-families.js";

afterEach(useSuiteKernels);

/** Arrays of a caller, which kernels copy, and arrays in working memory, which they use where they are. */
const settings: readonly { backend: Backend; place: "arrays" | "room" }[] = [
  { backend: "typescript", place: "arrays" },
  { backend: "webassembly", place: "arrays" },
  { backend: "webassembly", place: "room" },
];

/** Runs a test in one setting; `make` gives zeros. */
function inSetting(
  { backend, place }: (typeof settings)[number],
  test: (make: Room["planar"]) => void,
): () => void {
  return () => {
    useKernels({ backend });
    if (place === "arrays") test(planar);
    else withRoom("products", (room) => test((size, real) => room.planar(size, real)));
  };
}

const forms: readonly Form[] = ["plain", "transpose", "adjoint", "conjugate"];
/** Whether A and B are real; the product is if both are. */
const kinds = [
  [true, true],
  [true, false],
  [false, true],
  [false, false],
] as const;

function random(size: number, real: boolean, seed: number, make: Room["planar"] = planar): Planar {
  const uniform = uniformSource(seed);
  const parts = make(size, real);
  const { re, im } = parts;
  for (let i = 0; i < size; i++) {
    re[i] = uniform();
    if (im !== undefined) im[i] = uniform();
  }
  return parts;
}

function copyOf({ re, im }: Planar): Planar {
  return { re: re.slice(), im: im?.slice() };
}

/** Entry (r, c) of op(X) for X stored with the rows and columns that give op(X) `rows` × `columns`. */
function entry(x: Planar, form: Form, rows: number, columns: number, r: number, c: number): [number, number] {
  const transposed = form === "transpose" || form === "adjoint";
  const at = transposed ? c * rows + r : r * columns + c;
  const im = x.im === undefined ? 0 : x.im[at];
  return [x.re[at], form === "adjoint" || form === "conjugate" ? -im : im];
}

function expectClose(actual: Planar, at: number, [re, im]: readonly [number, number], terms: number): void {
  // Terms are below two, so a sum of this many rounds by at most 2 (terms + 2)² u in each of two parts.
  const tolerance = 4 * (terms + 2) ** 2 * unitRoundoff;
  const difference = Math.max(
    Math.abs(actual.re[at] - re),
    actual.im === undefined ? 0 : Math.abs(actual.im[at] - im),
  );
  if (!(difference <= tolerance)) expect.fail(`entry ${at} differs by ${difference}`);
}

describe.each(settings)("multiplyInto on $backend, in $place", (setting) => {
  const sizes = [
    [0, 3, 2],
    [3, 0, 2],
    [3, 2, 0],
    [1, 1, 1],
    [1, 7, 5],
    [7, 1, 5],
    [5, 7, 1],
    [6, 5, 7],
    [9, 13, 260],
    [3, 515, 4],
    [33, 34, 35],
  ] as const;

  for (const formA of forms) {
    for (const formB of forms) {
      const title = `agrees with the definition for ${formA} A and ${formB} B`;
      const test = inSetting(setting, (make) => {
        for (const [m, n, k] of sizes) {
          for (const [realA, realB] of kinds) {
            for (const [alpha, beta] of [
              [1, 0],
              [-0.5, 0.75],
            ] as const) {
              const a = random(m * k, realA, 1, make);
              const b = random(k * n, realB, 2, make);
              const c = random(m * n, realA && realB, 3, make);
              const before = copyOf(c);
              multiplyInto(c, formA, a, formB, b, m, n, k, alpha, beta);
              for (let i = 0; i < m * n; i++) {
                const [r, j] = [Math.floor(i / n), i % n];
                let re = 0;
                let im = 0;
                for (let p = 0; p < k; p++) {
                  const [x, y] = entry(a, formA, m, k, r, p);
                  const [v, w] = entry(b, formB, k, n, p, j);
                  re += x * v - y * w;
                  im += x * w + y * v;
                }
                const kept = before.im === undefined ? 0 : before.im[i];
                expectClose(c, i, [beta * before.re[i] + alpha * re, beta * kept + alpha * im], k);
              }
            }
          }
        }
      });
      it(title, test);
    }
  }

  it(
    "sets or scales the imaginary parts of a product of real matrices in complex storage",
    inSetting(setting, (make) => {
      for (const n of [2, 9]) {
        const a = random(3 * n, true, 1, make);
        for (const [beta, expected] of [
          [0, 0],
          [0.5, 1],
          [1, 2],
        ] as const) {
          const c = make(n * n, false);
          c.im!.fill(2);
          multiplyInto(c, "plain", a, "transpose", a, n, n, 3, 1, beta);
          expect(new Set(c.im)).toEqual(new Set([expected]));
        }
      }
    }),
  );

  it(
    "conjugates the product, to the bit, if both factors are conjugated",
    inSetting(setting, (make) => {
      const conjugated = (parts: Planar, size: number): Planar => {
        const out = make(size, false);
        out.re.set(parts.re);
        for (let i = 0; i < size; i++) out.im![i] = -parts.im![i];
        return out;
      };
      for (const [m, n, k] of sizes) {
        const [a, b, c] = [m * k, k * n, m * n].map((size, i) => random(size, false, i, make));
        const [p, q, d] = [conjugated(a, m * k), conjugated(b, k * n), conjugated(c, m * n)];
        for (const form of forms) {
          multiplyInto(c, "plain", a, form, b, m, n, k, 1, 1);
          multiplyInto(d, "plain", p, form, q, m, n, k, 1, 1);
        }
        expect(d.re).toEqual(c.re);
        expect(d.im).toEqual(c.im!.map((value) => -value));
      }
    }),
  );
});

describe.each(settings)("modeProductInto on $backend, in $place", (setting) => {
  const sizes = [
    { left: 1, size: 1, right: 1, rows: 1 },
    { left: 1, size: 5, right: 7, rows: 3 },
    { left: 4, size: 5, right: 1, rows: 6 },
    { left: 3, size: 2, right: 5, rows: 4 },
    { left: 2, size: 300, right: 3, rows: 5 },
    { left: 2, size: 3, right: 520, rows: 2 },
    { left: 0, size: 3, right: 2, rows: 2 },
    { left: 2, size: 3, right: 2, rows: 0 },
  ];

  for (const form of forms) {
    const test = inSetting(setting, (make) => {
      for (const { left, size, right, rows } of sizes) {
        for (const [realB, realT] of kinds) {
          const b = random(rows * size, realB, 1, make);
          const t = random(left * size * right, realT, 2, make);
          const out = random(left * rows * right, realB && realT, 3, make);
          modeProductInto(out, form, b, rows, size, t, left, right);
          for (let i = 0; i < left * rows * right; i++) {
            const [l, p, r] = [Math.floor(i / (rows * right)), Math.floor(i / right) % rows, i % right];
            let re = 0;
            let im = 0;
            for (let q = 0; q < size; q++) {
              const [x, y] = entry(b, form, rows, size, p, q);
              const from = (l * size + q) * right + r;
              const v = t.re[from];
              const w = t.im === undefined ? 0 : t.im[from];
              re += x * v - y * w;
              im += x * w + y * v;
            }
            expectClose(out, i, [re, im], size);
          }
        }
      }
    });
    it(`agrees with the definition for ${form} B`, test);
  }

  it(
    "clears the imaginary parts of a product of real tensors in complex storage",
    inSetting(setting, (make) => {
      const out = make(4, false);
      out.im!.fill(2);
      modeProductInto(out, "plain", random(4, true, 1, make), 2, 2, random(4, true, 2, make), 1, 2);
      expect([...out.im!]).toEqual([0, 0, 0, 0]);
    }),
  );
});

describe.each(settings)("addProduct on $backend, in $place", (setting) => {
  /** Distance beyond the width of a row, and where a matrix begins in its array. */
  const [gap, start] = [3, 5];

  for (const form of forms) {
    const test = inSetting(setting, (make) => {
      for (const [m, n, k] of [
        [1, 9, 11],
        [9, 1, 11],
        [9, 11, 1],
        [1, 1, 70],
        [7, 9, 11],
        [40, 30, 20],
      ] as const) {
        for (const real of [true, false]) {
          const transposed = form === "transpose" || form === "adjoint";
          const [rowsA, lda] = transposed ? [k, m + gap] : [m, k + gap];
          const [ldb, ldc] = [n + gap, n + gap];
          // One array of A, B and C, as in a factorisation: the product is of blocks of one matrix.
          const atA = start;
          const atB = atA + rowsA * lda;
          const atC = atB + k * ldb;
          const all = random(atC + m * ldc, real, 1, make);
          const before = copyOf(all);
          addProduct(-2, all, atC, ldc, form, all, atA, lda, "plain", all, atB, ldb, m, n, k);
          for (let i = 0; i < before.re.length; i++) {
            const [r, j] = [Math.floor((i - atC) / ldc), (i - atC) % ldc];
            let [re, im] = [before.re[i], before.im?.[i] ?? 0];
            const outside = i < atC || j >= n;
            for (let p = 0; p < k && !outside; p++) {
              const from = atA + (transposed ? p * lda + r : r * lda + p);
              const sign = form === "adjoint" || form === "conjugate" ? -1 : 1;
              const [x, y] = [before.re[from], sign * (before.im?.[from] ?? 0)];
              const q = atB + p * ldb + j;
              const [v, w] = [before.re[q], before.im?.[q] ?? 0];
              re -= 2 * (x * v - y * w);
              im -= 2 * (x * w + y * v);
            }
            if (outside) expect([all.re[i], all.im?.[i] ?? 0]).toEqual([re, im]);
            else expectClose(all, i, [re, im], 2 * k);
          }
        }
      }
    });
    it(`agrees with the definition for parts of larger arrays and ${form} A`, test);
  }

  it(
    "does nothing if there is nothing to add",
    inSetting(setting, (make) => {
      const nan = make(4, true);
      nan.re.fill(Number.NaN);
      const c = random(4, true, 1, make);
      const before = copyOf(c);
      addProduct(0, c, 0, 2, "plain", nan, 0, 2, "plain", nan, 0, 2, 2, 2, 2);
      addProduct(1, c, 0, 2, "plain", nan, 0, 2, "plain", nan, 0, 2, 2, 2, 0);
      expect(c.re).toEqual(before.re);
    }),
  );

  it(
    "clears a part of an array",
    inSetting(setting, (make) => {
      const parts = random(9, false, 1, make);
      const before = copyOf(parts);
      clear(parts, 2, 5);
      for (const [part, old] of [
        [parts.re, before.re],
        [parts.im!, before.im!],
      ] as const) {
        expect([...part]).toEqual([...old.subarray(0, 2), 0, 0, 0, 0, 0, ...old.subarray(7)]);
      }
    }),
  );
});

describe("weightedSquare", () => {
  const wasm = settings.slice(1);

  it("leaves the work to TypeScript where that is in use", () => {
    useKernels({ backend: "typescript" });
    const a = random(64, true, 1);
    expect(weightedSquare(planar(64, true), a, 8, 8, random(8, true, 2), 0)).toBe(false);
  });

  // A complex C for a real A: what is there of imaginary parts stays.
  describe.each(wasm)("in $place", (setting) => {
    it.each([
      { realA: true, realC: true },
      { realA: true, realC: false },
      { realA: false, realC: false },
    ])("agrees with the definition, real A: $realA, real C: $realC", ({ realA, realC }) => {
      inSetting(setting, (make) => {
        for (const [m, n] of [
          [1, 1],
          [2, 5],
          [8, 8],
          [9, 30],
          [33, 65],
          [70, 300],
        ] as const) {
          const a = random(m * n, realA, 1, make);
          const weights = make(n + 3, true);
          weights.re.set(random(n + 3, true, 2).re.map(Math.abs));
          weights.re[3] = 0;
          const c = random(m * m, realC, 3, make);
          const before = copyOf(c);
          expect(weightedSquare(c, a, m, n, weights, 3)).toBe(true);
          for (let i = 0; i < m; i++) {
            for (let j = 0; j <= i; j++) {
              let [re, im] = [before.re[i * m + j], before.im?.[i * m + j] ?? 0];
              for (let p = 0; p < n; p++) {
                const [x, y] = [a.re[i * n + p], a.im?.[i * n + p] ?? 0];
                const [v, w] = [a.re[j * n + p], -(a.im?.[j * n + p] ?? 0)];
                re += weights.re[3 + p] * (x * v - y * w);
                im += weights.re[3 + p] * (x * w + y * v);
              }
              // The imaginary part of the diagonal is nobody's: it is zero, or read as zero.
              if (i === j && c.im !== undefined) im = c.im[i * m + j];
              expectClose(c, i * m + j, [re, im], n);
            }
          }
        }
      })();
    });
  });
});
