/**
 * Products of small or thin matrices, read where they are. `aRow` and `aColumn` are the steps from row to row and
 * from column to column of A (likewise for B and C).
 *
 * Several sums run at once: they share what is loaded and hide the latency of the additions. At an edge the last
 * line stands in for those beyond it and the surplus sums are dropped, so the inner loops have no edge cases.
 */

/** C ← C + α A B for an m × k matrix A and a k × n matrix B. */
export function addProductDirect(
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: Float64Array,
  aAt: number,
  aRow: number,
  aColumn: number,
  b: Float64Array,
  bAt: number,
  bRow: number,
  bColumn: number,
  c: Float64Array,
  cAt: number,
  cRow: number,
): void {
  for (let i = 0; i < m; i += 4) {
    const a0 = aAt + i * aRow;
    const a1 = i + 1 < m ? a0 + aRow : a0;
    const a2 = i + 2 < m ? a1 + aRow : a0;
    const a3 = i + 3 < m ? a2 + aRow : a0;
    for (let j = 0; j < n; j += 2) {
      const b0 = bAt + j * bColumn;
      const bStep = j + 1 < n ? bColumn : 0;
      let c00 = 0;
      let c01 = 0;
      let c10 = 0;
      let c11 = 0;
      let c20 = 0;
      let c21 = 0;
      let c30 = 0;
      let c31 = 0;
      let p = 0;
      let q = b0;
      for (let step = 0; step < k; step++) {
        const y0 = b[q];
        const y1 = b[q + bStep];
        const x0 = a[a0 + p];
        c00 += x0 * y0;
        c01 += x0 * y1;
        const x1 = a[a1 + p];
        c10 += x1 * y0;
        c11 += x1 * y1;
        const x2 = a[a2 + p];
        c20 += x2 * y0;
        c21 += x2 * y1;
        const x3 = a[a3 + p];
        c30 += x3 * y0;
        c31 += x3 * y1;
        p += aColumn;
        q += bRow;
      }
      const at = cAt + i * cRow + j;
      const rows = m - i;
      c[at] = c[at] + alpha * c00;
      if (rows > 1) c[at + cRow] = c[at + cRow] + alpha * c10;
      if (rows > 2) c[at + 2 * cRow] = c[at + 2 * cRow] + alpha * c20;
      if (rows > 3) c[at + 3 * cRow] = c[at + 3 * cRow] + alpha * c30;
      if (j + 1 === n) continue;
      c[at + 1] = c[at + 1] + alpha * c01;
      if (rows > 1) c[at + cRow + 1] = c[at + cRow + 1] + alpha * c11;
      if (rows > 2) c[at + 2 * cRow + 1] = c[at + 2 * cRow + 1] + alpha * c21;
      if (rows > 3) c[at + 3 * cRow + 1] = c[at + 3 * cRow + 1] + alpha * c31;
    }
  }
}

/** y ← y + α A x for an m × k matrix A. */
export function addProductOfVector(
  m: number,
  k: number,
  alpha: number,
  a: Float64Array,
  aAt: number,
  aRow: number,
  aColumn: number,
  x: Float64Array,
  xAt: number,
  xStep: number,
  y: Float64Array,
  yAt: number,
  yStep: number,
): void {
  for (let i = 0; i < m; i += 4) {
    const a0 = aAt + i * aRow;
    const a1 = i + 1 < m ? a0 + aRow : a0;
    const a2 = i + 2 < m ? a1 + aRow : a0;
    const a3 = i + 3 < m ? a2 + aRow : a0;
    let y0 = 0;
    let y1 = 0;
    let y2 = 0;
    let y3 = 0;
    let p = 0;
    let q = xAt;
    for (let step = 0; step < k; step++) {
      const value = x[q];
      y0 += a[a0 + p] * value;
      y1 += a[a1 + p] * value;
      y2 += a[a2 + p] * value;
      y3 += a[a3 + p] * value;
      p += aColumn;
      q += xStep;
    }
    const at = yAt + i * yStep;
    const rows = m - i;
    y[at] = y[at] + alpha * y0;
    if (rows > 1) y[at + yStep] = y[at + yStep] + alpha * y1;
    if (rows > 2) y[at + 2 * yStep] = y[at + 2 * yStep] + alpha * y2;
    if (rows > 3) y[at + 3 * yStep] = y[at + 3 * yStep] + alpha * y3;
  }
}
