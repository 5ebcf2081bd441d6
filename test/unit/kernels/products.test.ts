import { describe, expect, it } from "vitest";
import { type Planar, planar } from "../../../src/complex/planar.js";
import { type Form, modeProductInto, multiplyInto } from "../../../src/complex/products.js";
import { unitRoundoff } from "../../support/dense-linalg.js";
import { uniformSource } from "../../support/linalg-families.js";

const forms: readonly Form[] = ["plain", "transpose", "adjoint", "conjugate"];
/** Whether A and B are real; the product is if both are. */
const kinds = [
  [true, true],
  [true, false],
  [false, true],
  [false, false],
] as const;

function random(size: number, real: boolean, seed: number): Planar {
  const uniform = uniformSource(seed);
  const parts = planar(size, real);
  parts.re.forEach((_, i) => {
    parts.re[i] = uniform();
    if (parts.im !== undefined) parts.im[i] = uniform();
  });
  return parts;
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

describe("multiplyInto", () => {
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
      it(`agrees with the definition for ${formA} A and ${formB} B`, () => {
        for (const [m, n, k] of sizes) {
          for (const [realA, realB] of kinds) {
            for (const [alpha, beta] of [
              [1, 0],
              [-0.5, 0.75],
            ] as const) {
              const a = random(m * k, realA, 1);
              const b = random(k * n, realB, 2);
              const before = random(m * n, realA && realB, 3);
              const c: Planar =
                before.im === undefined
                  ? { re: before.re.slice() }
                  : { re: before.re.slice(), im: before.im.slice() };
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
    }
  }

  it("sets or scales the imaginary parts of a product of real matrices in complex storage", () => {
    const a = random(6, true, 1);
    for (const [beta, expected] of [
      [0, 0],
      [0.5, 1],
      [1, 2],
    ] as const) {
      const c: Planar = { re: new Float64Array(4), im: new Float64Array(4).fill(2) };
      multiplyInto(c, "plain", a, "transpose", a, 2, 2, 3, 1, beta);
      expect([...c.im!]).toEqual([expected, expected, expected, expected]);
    }
  });
});

describe("modeProductInto", () => {
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
    it(`agrees with the definition for ${form} B`, () => {
      for (const { left, size, right, rows } of sizes) {
        for (const [realB, realT] of kinds) {
          const b = random(rows * size, realB, 1);
          const t = random(left * size * right, realT, 2);
          const out = random(left * rows * right, realB && realT, 3);
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
  }

  it("clears the imaginary parts of a product of real tensors in complex storage", () => {
    const out: Planar = { re: new Float64Array(4), im: new Float64Array(4).fill(2) };
    modeProductInto(out, "plain", random(4, true, 1), 2, 2, random(4, true, 2), 1, 2);
    expect([...out.im!]).toEqual([0, 0, 0, 0]);
  });
});
