/** What a mask changes in the counts: the information of one mode. */
import { expandOuterProduct } from "../../../../complex/outer.js";
import { multiplyInto } from "../../../../complex/products.js";
import { clear } from "../../../../kernels/products.js";
import { solveLowerInPlace } from "../../../../linalg/triangular-kernel.js";
import { basisRightSides, cornerOf, sizeAfter } from "./basis.js";
import type { Basis, MaskedModel } from "./model.js";
import { informFromInverse, isInvertible, rowsRightSides } from "./rows.js";

/**
 * information ← Σ over the other modes of λ_o Z, for mode n: the counts are ν_j = v F v^H with row j of V_n
 * S_n.
 *
 * Columns of the right-hand side are ordered with the entry of mode n fastest, so that one product adds up a
 * piece.
 */
export function informMasked(
  model: MaskedModel,
  bases: readonly Basis[],
  n: number,
  noiseVariance: number,
): void {
  if (model.informed === n) return;
  model.informed = n;
  if (model.kind === "observed" && isInvertible(model)) {
    informFromInverse(model, bases, n);
    return;
  }
  const { others, weights, information, rightSides, square, order, kind, capacity } = model;
  const { rank, eigenvalues } = bases[n];
  let count = 1;
  others[0] = 1;
  for (let k = 0; k < bases.length; k++) {
    if (k !== n) count = expandOuterProduct(others, count, bases[k].eigenvalues, bases[k].rank);
  }
  for (let b = 0, i = 0; b < count; b++) {
    for (let p = 0; p < rank; p++, i++) {
      const root = Math.sqrt(others[b]);
      const total = noiseVariance + others[b] * eigenvalues[p];
      weights[i] = kind === "observed" ? root : (root * Math.sqrt(noiseVariance)) / total;
    }
  }
  clear(information, 0, rank * rank);
  const sign = kind === "observed" ? 1 : -1;
  const piece = Math.max(1, Math.floor(capacity / (order * rank)));
  for (let first = 0; first < count; first += piece) {
    const blocks = Math.min(piece, count - first);
    if (kind === "basis") basisRightSides(model, bases, n, first, blocks);
    else rowsRightSides(model, bases, n, first, blocks);
    solveLowerInPlace(square, order, rightSides, blocks * rank);
    multiplyInto(
      information,
      "adjoint",
      rightSides,
      "plain",
      rightSides,
      rank,
      rank,
      order * blocks,
      sign,
      1,
    );
  }
  if (kind === "basis") subtractOverlaps(model, bases, n, count);
  if (kind !== "observed") addTraces(model, bases[n], count, noiseVariance);
}

/** information ← information + diag(Σ λ_o D). */
function addTraces(
  { information, others }: MaskedModel,
  { rank, eigenvalues }: Basis,
  count: number,
  noiseVariance: number,
): void {
  const to = information.re;
  for (let p = 0; p < rank; p++) {
    let trace = 0;
    for (let b = 0; b < count; b++) trace += others[b] / (noiseVariance + others[b] * eigenvalues[p]);
    to[p * (rank + 1)] += trace;
  }
}

/** information ← information − Σ λ_o σ² D J D. */
function subtractOverlaps(
  { information, overlaps, weights, size }: MaskedModel,
  bases: readonly Basis[],
  n: number,
  count: number,
): void {
  const { rank } = bases[n];
  const right = sizeAfter(bases, n);
  const { re, im } = overlaps;
  const { re: toRe, im: toIm } = information;
  for (let b = 0; b < count; b++) {
    const corner = cornerOf(b, rank, right);
    for (let p = 0; p < rank; p++) {
      const row = (corner + p * right) * size + corner;
      for (let q = 0; q < rank; q++) {
        const weight = weights[b * rank + p] * weights[b * rank + q];
        toRe[p * rank + q] -= weight * re[row + q * right];
        if (toIm !== undefined) toIm[p * rank + q] -= weight * im![row + q * right];
      }
    }
  }
}
