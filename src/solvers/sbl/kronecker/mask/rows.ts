/**
 * The matrices of a masked model that have a row for each missing, or each observed, element: I − U_m Θ²
 * U_m^H and σ² I + U_o Λ U_o^H, and the columns of U_m or U_o. A row of U is the Kronecker product of a row
 * of each U_n.
 */
import { multiplyInto } from "../../../../complex/products.js";
import { clear, weightedSquare } from "../../../../kernels/products.js";
import { inverseFromFactor } from "../../../../linalg/hermitian-inverse-kernel.js";
import type { Basis, MaskedModel } from "./model.js";

/** square ← I − U_m Θ² U_m^H on and below the diagonal, which is U_m σ² D U_m^H where U is square. */
export function fillMissingMatrix(model: MaskedModel, bases: readonly Basis[]): void {
  const { square, order, size, mask, weights, rightSides, capacity, signs } = model;
  const isWhole = size === mask.rows;
  clear(square, 0, order * order);
  const { rank } = bases[0];
  const count = size / rank;
  for (let b = 0; b < count; b++) {
    for (let p = 0; p < rank; p++) {
      // Mode 0 varies slowest in D.
      const at = p * count + b;
      weights[b * rank + p] = isWhole ? Math.sqrt(model.noise[at]) : model.theta[at];
    }
  }
  signs.re.fill(isWhole ? 1 : -1);
  const piece = Math.max(1, Math.floor(capacity / (order * rank)));
  for (let first = 0; first < count; first += piece) {
    const blocks = Math.min(piece, count - first);
    rowsRightSides(model, bases, 0, first, blocks);
    const columns = blocks * rank;
    if (weightedSquare(square, rightSides, order, columns, signs, 0)) continue;
    multiplyInto(
      square,
      "plain",
      rightSides,
      "adjoint",
      rightSides,
      order,
      order,
      columns,
      isWhole ? 1 : -1,
      1,
    );
  }
  if (isWhole) return;
  const to = square.re;
  for (let i = 0; i < order; i++) to[i * (order + 1)] += 1;
}

/**
 * square ← σ² I + U_o Λ U_o^H on and below the diagonal: an entry is a product of one from each A_n Γ_n
 * A_n^H.
 */
export function fillObservedMatrix(model: MaskedModel, bases: readonly Basis[], noiseVariance: number): void {
  const { square, order, covariances, indices, mask } = model;
  const modes = bases.length;
  for (let n = 0; n < modes; n++) modeCovariance(model, bases[n], n);
  const { re, im } = square;
  for (let n = 0; n < modes; n++) {
    const { re: factorRe, im: factorIm } = covariances[n];
    const extent = mask.extents[n];
    for (let i = 0; i < order; i++) {
      const row = indices[i * modes + n] * extent;
      for (let j = 0, at = i * order; j <= i; j++, at++) {
        const from = row + indices[j * modes + n];
        const a = n === 0 ? 1 : re[at];
        const c = factorRe[from];
        if (im === undefined) {
          re[at] = a * c;
          continue;
        }
        const b = n === 0 ? 0 : im[at];
        const d = factorIm![from];
        re[at] = a * c - b * d;
        im[at] = a * d + b * c;
      }
    }
  }
  for (let i = 0; i < order; i++) re[i * (order + 1)] += noiseVariance;
}

/** U_n diag(s_n²) U_n^H, [M_n × M_n]. */
function modeCovariance(
  { mask, covariances, modeScratch }: MaskedModel,
  { u, rank, eigenvalues }: Basis,
  n: number,
): void {
  const extent = mask.extents[n];
  const { re, im } = modeScratch;
  const { re: fromRe, im: fromIm } = u;
  for (let i = 0, at = 0; i < extent; i++) {
    for (let p = 0; p < rank; p++, at++) {
      re[at] = fromRe[at] * eigenvalues[p];
      if (im !== undefined) im[at] = fromIm === undefined ? 0 : fromIm[at] * eigenvalues[p];
    }
  }
  multiplyInto(covariances[n], "plain", modeScratch, "adjoint", u, extent, extent, rank);
}

/**
 * rightSides ← columns of U_m or U_o times their weights, [k × (blocks · rank_n)]: for each entry of the
 * other modes from number `first` on, those of mode n.
 */
export function rowsRightSides(
  model: MaskedModel,
  bases: readonly Basis[],
  n: number,
  first: number,
  blocks: number,
): void {
  const { rightSides, row, indices, positions, weights } = model;
  const { rank, u } = bases[n];
  const modes = bases.length;
  const { re: rowRe, im: rowIm } = row;
  const { re: uRe, im: uIm } = u;
  const { re, im } = rightSides;
  for (let k = 0, to = 0; k < positions.length; k++) {
    rowOfOthers(model, bases, n, k);
    const own = indices[k * modes + n] * rank;
    for (let b = first, w = first * rank; b < first + blocks; b++) {
      const x = rowRe[b];
      const y = rowIm![b];
      for (let p = 0; p < rank; p++, w++, to++) {
        const c = uRe[own + p] * weights[w];
        const d = uIm === undefined ? 0 : uIm[own + p] * weights[w];
        re[to] = x * c - y * d;
        if (im !== undefined) im[to] = x * d + y * c;
      }
    }
  }
}

/** row ← the Kronecker product over all modes but n of the rows of U_n at element k; returns its size. */
export function rowOfOthers(
  { row, indices }: MaskedModel,
  bases: readonly Basis[],
  n: number,
  k: number,
): number {
  const { re, im } = row;
  const modes = bases.length;
  re[0] = 1;
  im![0] = 0;
  let size = 1;
  for (let m = 0; m < modes; m++) {
    if (m === n) continue;
    const { u, rank } = bases[m];
    const { re: uRe, im: uIm } = u;
    const from = indices[k * modes + m] * rank;
    for (let i = size - 1; i >= 0; i--) {
      const x = re[i];
      const y = im![i];
      for (let p = rank - 1; p >= 0; p--) {
        const c = uRe[from + p];
        const d = uIm === undefined ? 0 : uIm[from + p];
        re[i * rank + p] = x * c - y * d;
        im![i * rank + p] = x * d + y * c;
      }
    }
    size *= rank;
  }
  return size;
}

/** Whether the inverse of C has digits enough. */
export function isInvertible({ square, order, inversionLimit }: MaskedModel): boolean {
  const factor = square.re;
  let smallest = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < order; i++) {
    const pivot = factor[i * (order + 1)];
    smallest = Math.min(smallest, pivot);
    largest = Math.max(largest, pivot);
  }
  return (largest / smallest) ** 2 <= inversionLimit;
}

/**
 * information ← Σ over the other modes of λ_o U_o^H C⁻¹ U_o without any column of U_o: with K_n = A_n Γ_n
 * A_n^H it is U_n^H Φ U_n, where Φ adds up C⁻¹ ∘ conj(∏_{m ≠ n} K_m) over the elements with the same two rows
 * of mode n.
 */
export function informFromInverse(model: MaskedModel, bases: readonly Basis[], n: number): void {
  const { square, order, overlaps, sums, modeScratch, information, mask } = model;
  const { u, rank } = bases[n];
  const extent = mask.extents[n];
  inverseFromFactor(square, order, overlaps);
  for (let m = 0; m < bases.length; m++) if (m !== n) weighInverse(model, m);
  sumByRows(model, n);
  multiplyInto(modeScratch, "plain", sums, "plain", u, extent, rank, extent);
  multiplyInto(information, "adjoint", u, "plain", modeScratch, rank, rank, extent);
}

/** overlaps ← overlaps ∘ conj(K_m) of the elements, on and below the diagonal. */
function weighInverse({ overlaps, covariances, indices, order, mask }: MaskedModel, m: number): void {
  const modes = mask.extents.length;
  const extent = mask.extents[m];
  const { re: factorRe, im: factorIm } = covariances[m];
  const { re, im } = overlaps;
  for (let i = 0; i < order; i++) {
    const row = indices[i * modes + m] * extent;
    for (let j = 0, at = i * order; j <= i; j++, at++) {
      const from = row + indices[j * modes + m];
      const a = re[at];
      const c = factorRe[from];
      if (im === undefined) {
        re[at] = a * c;
        continue;
      }
      const b = im[at];
      const d = factorIm![from];
      re[at] = a * c + b * d;
      im[at] = b * c - a * d;
    }
  }
}

/** sums ← the sums of overlaps over the elements with the same two rows of mode n. */
function sumByRows({ overlaps, sums, indices, order, mask }: MaskedModel, n: number): void {
  const modes = mask.extents.length;
  const extent = mask.extents[n];
  const { re: fromRe, im: fromIm } = overlaps;
  const { re, im } = sums;
  re.fill(0, 0, extent * extent);
  im?.fill(0, 0, extent * extent);
  for (let i = 0; i < order; i++) {
    const row = indices[i * modes + n];
    for (let j = 0, at = i * order; j <= i; j++, at++) {
      const column = indices[j * modes + n];
      const to = row * extent + column;
      const mirrored = column * extent + row;
      re[to] = re[to] + fromRe[at];
      if (im !== undefined) im[to] = im[to] + fromIm![at];
      if (i === j) continue;
      re[mirrored] = re[mirrored] + fromRe[at];
      if (im !== undefined) im[mirrored] = im[mirrored] - fromIm![at];
    }
  }
}
