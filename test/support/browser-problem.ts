import type { KroneckerSblOptions } from "../../src/solvers/index.js";

/** A small complex problem, plain enough to pass through JSON. */
export function browserProblem() {
  const matrix = (rows: number, columns: number, seed: number) => {
    const entry = (r: number, c: number, part: number) =>
      ((seed * (7 * r + 3 * c + part) * 2654435761) % 1000) / 1000;
    const build = (part: number) =>
      Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => entry(r, c, part)));
    return { re: build(1), im: build(2) };
  };
  const measurement = matrix(12, 1, 5);
  const options: KroneckerSblOptions = { noise: { kind: "known", variance: 0.01 }, method: "svd" };
  return { factors: [matrix(3, 5, 1), matrix(4, 6, 3)], measurement, options };
}
