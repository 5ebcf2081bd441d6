/** Blocked Householder QR on columns that are contiguous in memory. */
import type { Planar } from "../complex/planar.js";
import { applyBlock, type BlockReflector, formTriangle, panelSize } from "./block-reflector.js";
import { setUnitVectors } from "./columns.js";
import { applyReflection, makeReflection } from "./householder.js";

/**
 * Factors A = Q R. `x` holds the `count` columns of A, of the given length, as rows; it is overwritten by R (entries
 * up to the diagonal) and the reflections.
 */
export function factorColumns(
  x: Planar,
  count: number,
  length: number,
  tau: Planar,
  block: BlockReflector,
): void {
  const steps = Math.min(count, length);
  for (let first = 0; first < steps; first += panelSize) {
    const last = Math.min(first + panelSize, steps);
    for (let k = first; k < last; k++) {
      makeReflection(x, k, length, tau);
      applyReflection(x, k, length, tau, true, x, k + 1, last);
    }
    if (last === count) continue;
    const tail = length - first;
    loadPanel(x, first, last, length, tau, block);
    applyBlock(block, last - first, tail, true, x, last * length + first, length, count - last);
  }
}

/** The first `count` columns of Q as the rows of `q`, from the reflections that {@link factorColumns} left in `x`. */
export function formThinQ(
  x: Planar,
  count: number,
  length: number,
  tau: Planar,
  q: Planar,
  block: BlockReflector,
): void {
  setUnitVectors(q, count, length);
  for (let first = panelSize * Math.floor((count - 1) / panelSize); first >= 0; first -= panelSize) {
    const last = Math.min(first + panelSize, count);
    loadPanel(x, first, last, length, tau, block);
    // Earlier columns are unit vectors that this panel leaves alone.
    applyBlock(block, last - first, length - first, false, q, first * length + first, length, count - first);
  }
}

/** Reflections first … last − 1 with their zeros and ones written out, from entry `first` on, and their triangle. */
function loadPanel(
  x: Planar,
  first: number,
  last: number,
  length: number,
  tau: Planar,
  block: BlockReflector,
): void {
  const tail = length - first;
  for (let k = first; k < last; k++) {
    loadVector(x.re, k * length + k, length - k, block.v.re, (k - first) * tail, k - first, 1);
    if (x.im !== undefined) {
      loadVector(x.im, k * length + k, length - k, block.v.im!, (k - first) * tail, k - first, 0);
    }
  }
  formTriangle(block, last - first, tail, tau, first, 1);
}

function loadVector(
  from: Float64Array,
  at: number,
  count: number,
  to: Float64Array,
  toAt: number,
  zeros: number,
  head: number,
): void {
  to.fill(0, toAt, toAt + zeros);
  to[toAt + zeros] = head;
  for (let i = 1; i < count; i++) to[toAt + zeros + i] = from[at + i];
}
