/**
 * The matrix of a masked model in the range of its dictionary, B = σ² D + Θ U_o^H U_o Θ, and J = U_m^H U_m =
 * I − U_o^H U_o.
 *
 * With U = U_n ⊗ W in one order of the modes, U_o^H U_o is the sum over the rows i of mode n of u_i^H u_i ⊗
 * (Σ w^H w over the elements with that row). For k elements, W of w columns, and U_n of M_n × r_n: k w²/2
 * multiply-adds for the inner sums and M_n (r_n w)²/2 for the products, instead of k (r_n w)².
 */
import { multiplyInto } from "../../../../complex/products.js";
import type { Basis, MaskedModel } from "./model.js";
import { rowOfOthers } from "./rows.js";

/** overlaps ← J, square ← B. */
export function fillBasisMatrix(model: MaskedModel, bases: readonly Basis[]): void {
  const { overlaps, square, size, theta, noise, side } = model;
  if (size === 0) return;
  fillSquares(model, bases);
  const { re, im } = overlaps;
  const { re: toRe, im: toIm } = square;
  // The sum over the elements that are counted is J or I − J.
  const isObserved = side === "observed";
  for (let s = 0, at = 0; s < size; s++) {
    for (let t = 0; t < size; t++, at++) {
      const weight = theta[s] * theta[t];
      const unit = s === t ? 1 : 0;
      const complement = unit - re[at];
      toRe[at] = weight * (isObserved ? re[at] : complement) + unit * noise[s];
      if (isObserved) re[at] = complement;
      if (im === undefined) continue;
      toIm![at] = weight * (isObserved ? im[at] : -im[at]);
      if (isObserved) im[at] = -im[at];
    }
  }
}

/** overlaps ← Σ u^H u over the elements that are counted, for rows u of U. */
function fillSquares(model: MaskedModel, bases: readonly Basis[]): void {
  const { information, modeScratch, size, mask } = model;
  let n = 0;
  for (let m = 1; m < bases.length; m++) if (bases[m].rank > bases[n].rank) n = m;
  const { rank, u } = bases[n];
  const others = size / rank;
  fillRowsOfOthers(model, bases, n, others);
  for (let b = 0; b < others; b++) {
    for (let c = 0; c <= b; c++) {
      sumByRow(model, n, others, b, c);
      weighRows(model, bases[n], mask.extents[n]);
      multiplyInto(information, "adjoint", u, "plain", modeScratch, rank, rank, mask.extents[n]);
      placeBlock(model, bases, n, b, c);
    }
  }
}

/** rightSides ← W, [k × w]. */
function fillRowsOfOthers(model: MaskedModel, bases: readonly Basis[], n: number, others: number): void {
  const { row, positions } = model;
  const { re: fromRe, im: fromIm } = row;
  const { re, im } = model.rightSides;
  for (let k = 0, to = 0; k < positions.length; k++) {
    rowOfOthers(model, bases, n, k);
    for (let b = 0; b < others; b++, to++) {
      re[to] = fromRe[b];
      if (im !== undefined) im[to] = fromIm![b];
    }
  }
}

/** sums[i] ← Σ w_b^* w_c over the elements in row i of mode n. */
function sumByRow(model: MaskedModel, n: number, others: number, b: number, c: number): void {
  const { sums, rightSides, positions, indices, mask } = model;
  const modes = mask.extents.length;
  const { re: wRe, im: wIm } = rightSides;
  const { re, im } = sums;
  const extent = mask.extents[n];
  re.fill(0, 0, extent);
  im?.fill(0, 0, extent);
  for (let k = 0, at = 0; k < positions.length; k++, at += others) {
    const i = indices[k * modes + n];
    const x = wRe[at + b];
    const y = wRe[at + c];
    re[i] = re[i] + x * y;
    if (wIm === undefined) continue;
    const xIm = wIm[at + b];
    const yIm = wIm[at + c];
    re[i] = re[i] + xIm * yIm;
    im![i] = im![i] + (x * yIm - xIm * y);
  }
}

/** modeScratch ← diag(sums) U_n. */
function weighRows({ sums, modeScratch }: MaskedModel, { u, rank }: Basis, extent: number): void {
  const { re: sRe, im: sIm } = sums;
  const { re: uRe, im: uIm } = u;
  const { re, im } = modeScratch;
  for (let i = 0, at = 0; i < extent; i++) {
    const s = sRe[i];
    const sImaginary = sIm === undefined ? 0 : sIm[i];
    for (let p = 0; p < rank; p++, at++) {
      const x = uRe[at];
      const y = uIm === undefined ? 0 : uIm[at];
      re[at] = s * x - sImaginary * y;
      if (im !== undefined) im[at] = s * y + sImaginary * x;
    }
  }
}

/** overlaps ← information at entry b, c of the other modes, and its adjoint at c, b. */
function placeBlock(model: MaskedModel, bases: readonly Basis[], n: number, b: number, c: number): void {
  const { overlaps, information, size } = model;
  const { rank } = bases[n];
  const right = sizeAfter(bases, n);
  const row = cornerOf(b, rank, right);
  const column = cornerOf(c, rank, right);
  const { re: fromRe, im: fromIm } = information;
  const { re, im } = overlaps;
  for (let p = 0, from = 0; p < rank; p++) {
    const s = row + p * right;
    for (let q = 0; q < rank; q++, from++) {
      const t = column + q * right;
      re[s * size + t] = fromRe[from];
      re[t * size + s] = fromRe[from];
      if (im === undefined) continue;
      const imaginary = s === t ? 0 : fromIm![from];
      im[s * size + t] = imaginary;
      im[t * size + s] = -imaginary;
    }
  }
}

/** How many entries the modes after n have. */
export function sizeAfter(bases: readonly Basis[], n: number): number {
  let size = 1;
  for (let m = n + 1; m < bases.length; m++) size *= bases[m].rank;
  return size;
}

/** Where entry 0 of a mode stands beside entry b of the others, of which those after it have `right`. */
export function cornerOf(b: number, rank: number, right: number): number {
  return Math.floor(b / right) * rank * right + (b % right);
}

/** rightSides ← columns of Θ J times their weights, in the order of `rowsRightSides`. */
export function basisRightSides(
  model: MaskedModel,
  bases: readonly Basis[],
  n: number,
  first: number,
  blocks: number,
): void {
  const { rightSides, overlaps, size, theta, weights } = model;
  const { rank } = bases[n];
  const right = sizeAfter(bases, n);
  const { re: fromRe, im: fromIm } = overlaps;
  const { re, im } = rightSides;
  for (let s = 0, to = 0; s < size; s++) {
    for (let b = first, w = first * rank; b < first + blocks; b++) {
      const from = s * size + cornerOf(b, rank, right);
      for (let p = 0; p < rank; p++, w++, to++) {
        const weight = theta[s] * weights[w];
        re[to] = weight * fromRe[from + p * right];
        if (im !== undefined) im[to] = weight * fromIm![from + p * right];
      }
    }
  }
}
