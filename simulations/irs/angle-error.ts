/** How far estimated directions are from true ones. */
import type { ComplexVector } from "../../src/complex/index.js";

/** The modes of the dictionary by whose angles they are: A1, A2, A3. */
export const angleModes = { irs: 0, ms: 1, bs: 2 } as const;

const period = 2;

/**
 * The root of the mean squared distance between true direction cosines and the strongest estimated ones, as many as
 * there are true ones, assigned to each other so that it is least. Distances are those on a circle of circumference 2,
 * at most 1. If fewer are estimated, every true one is compared with the nearest; if none is, the error is 1.
 *
 * @param strengths - one per estimated cosine
 */
export function angleRmse(
  truth: Float64Array,
  estimated: Float64Array,
  strengths: ArrayLike<number>,
): number {
  if (estimated.length === 0) return period / 2;
  if (estimated.length < truth.length) {
    return Math.sqrt(
      mean(Array.from(truth, (cosine) => Math.min(...estimated.map((other) => square(cosine, other))))),
    );
  }
  const strongest = [...estimated.keys()].sort((a, b) => strengths[b] - strengths[a]);
  const around = (cosines: readonly number[]) => cosines.map(principal).sort((a, b) => a - b);
  const left = around([...truth]);
  const right = around(strongest.slice(0, truth.length).map((k) => estimated[k]));
  // On a circle, the best assignment for a convex cost of the distance keeps the cyclic order.
  const errors = left.map((_, shift) =>
    mean(left.map((cosine, k) => square(cosine, right[(k + shift) % right.length]))),
  );
  return Math.sqrt(Math.min(...errors));
}

/** Per atom of a mode, the energy of all coefficients that have a share in it. */
export function atomStrengths({ data }: ComplexVector, sizes: readonly number[], mode: number): Float64Array {
  const strengths = new Float64Array(sizes[mode]);
  const stride = sizes.slice(mode + 1).reduce((product, size) => product * size, 1);
  for (let i = 0; i < data.length; i += 2) {
    strengths[Math.floor(i / 2 / stride) % sizes[mode]] += data[i] ** 2 + data[i + 1] ** 2;
  }
  return strengths;
}

function principal(cosine: number): number {
  return cosine - period * Math.floor(cosine / period);
}

/** The squared distance on the circle. */
function square(a: number, b: number): number {
  const turns = (a - b) / period;
  return (period * (turns - Math.round(turns))) ** 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
