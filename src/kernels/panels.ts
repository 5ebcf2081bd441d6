/**
 * The innermost loop of large products: one panel of four rows of A times panels of four columns of B. A panel holds
 * its four lines step by step along the depth: entry (line t, step p) is number 4 p + t.
 */

/** Lines of a panel. */
export const panelLines = 4;
/** Rows of A, steps along the depth and columns of B that are packed at a time: 256 KiB of A and 1 MiB of B. */
export const blockRows = 128;
export const blockDepth = 256;
export const blockColumns = 512;

/** Room for packed blocks and their products. */
export interface Panels {
  /** Panels of A, [blockRows / 4 × blockDepth × 4] or less deep and then without gaps. */
  readonly a: Float64Array;
  /** Panels of B, likewise. */
  readonly b: Float64Array;
  /** The sums, 4 × 4 numbers for each panel of B, row-major. */
  readonly sums: Float64Array;
}

/**
 * Multiplies the panel of A that begins at number `at` by the first `panels` panels of B. Every sum adds its products in
 * the order of the depth.
 */
export function multiplyPanel({ a, b, sums }: Panels, at: number, depth: number, panels: number): void {
  for (let panel = 0; panel < panels; panel++) {
    const from = panel * panelLines * depth;
    multiplyHalf(a, at, b, from, depth, sums, 16 * panel);
    multiplyHalf(a, at, b, from + 2, depth, sums, 16 * panel + 2);
  }
}

/** Two columns of the tile: eight sums fit the registers of the processor, sixteen do not. */
function multiplyHalf(
  a: Float64Array,
  aAt: number,
  b: Float64Array,
  bAt: number,
  depth: number,
  sums: Float64Array,
  at: number,
): void {
  let c00 = 0;
  let c01 = 0;
  let c10 = 0;
  let c11 = 0;
  let c20 = 0;
  let c21 = 0;
  let c30 = 0;
  let c31 = 0;
  const end = aAt + panelLines * depth;
  for (let p = aAt, q = bAt; p < end; p += panelLines, q += panelLines) {
    const b0 = b[q];
    const b1 = b[q + 1];
    const a0 = a[p];
    c00 += a0 * b0;
    c01 += a0 * b1;
    const a1 = a[p + 1];
    c10 += a1 * b0;
    c11 += a1 * b1;
    const a2 = a[p + 2];
    c20 += a2 * b0;
    c21 += a2 * b1;
    const a3 = a[p + 3];
    c30 += a3 * b0;
    c31 += a3 * b1;
  }
  sums[at] = c00;
  sums[at + 1] = c01;
  sums[at + 4] = c10;
  sums[at + 5] = c11;
  sums[at + 8] = c20;
  sums[at + 9] = c21;
  sums[at + 12] = c30;
  sums[at + 13] = c31;
}
