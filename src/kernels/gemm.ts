/**
 * Real matrix product: C ← β C + α op(A) op(B), row-major, on parts of larger arrays.
 *
 * Blocked so that a packed block of B stays in the second-level cache, with a 4 × 2 tile whose eight sums fit the
 * processor's registers. Panels are padded with zeros, so no inner loop has an edge case.
 */
const tileRows = 4;
const tileColumns = 2;
const blockDepth = 256;
const blockColumns = 512;

let packedA: Float64Array = new Float64Array(0);
let packedB: Float64Array = new Float64Array(0);

/**
 * C ← β C + α op(A) op(B), where op transposes if its flag is set.
 *
 * @param m - rows of op(A) and C
 * @param n - columns of op(B) and C
 * @param k - columns of op(A), rows of op(B)
 * @param lda - distance between the rows of A as stored (likewise ldb, ldc)
 */
export function gemm(
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: Float64Array,
  aOffset: number,
  lda: number,
  b: Float64Array,
  bOffset: number,
  ldb: number,
  beta: number,
  c: Float64Array,
  cOffset: number,
  ldc: number,
): void {
  scaleBlock(m, n, beta, c, cOffset, ldc);
  if (alpha === 0 || k === 0 || m === 0 || n === 0) return;
  // Steps through A and B: row stride and column stride of op(·).
  const [aRow, aColumn] = transposeA ? [1, lda] : [lda, 1];
  const [bRow, bColumn] = transposeB ? [1, ldb] : [ldb, 1];
  const paddedRows = tileRows * Math.ceil(m / tileRows);
  const depth = Math.min(k, blockDepth);
  const width = Math.min(n, blockColumns);
  packedA = grown(packedA, paddedRows * depth);
  packedB = grown(packedB, tileColumns * Math.ceil(width / tileColumns) * depth);
  for (let k0 = 0; k0 < k; k0 += blockDepth) {
    const kb = Math.min(blockDepth, k - k0);
    pack(packedA, tileRows, m, kb, a, aOffset + k0 * aColumn, aRow, aColumn, alpha);
    for (let n0 = 0; n0 < n; n0 += blockColumns) {
      const nb = Math.min(blockColumns, n - n0);
      pack(packedB, tileColumns, nb, kb, b, bOffset + k0 * bRow + n0 * bColumn, bColumn, bRow, 1);
      multiplyPacked(m, nb, kb, c, cOffset + n0, ldc);
    }
  }
}

/** Panels of `tile` lines, each stored step by step along the depth; lines past the end are zero. */
function pack(
  out: Float64Array,
  tile: number,
  lines: number,
  depth: number,
  source: Float64Array,
  offset: number,
  lineStride: number,
  depthStride: number,
  scale: number,
): void {
  for (let first = 0, panel = 0; first < lines; first += tile, panel += tile * depth) {
    for (let t = 0; t < tile; t++) {
      let to = panel + t;
      if (first + t < lines) {
        let from = offset + (first + t) * lineStride;
        for (let p = 0; p < depth; p++, to += tile, from += depthStride) out[to] = scale * source[from];
      } else {
        for (let p = 0; p < depth; p++, to += tile) out[to] = 0;
      }
    }
  }
}

function multiplyPacked(
  m: number,
  n: number,
  depth: number,
  c: Float64Array,
  cOffset: number,
  ldc: number,
): void {
  const a = packedA;
  const b = packedB;
  for (let i = 0; i < m; i += tileRows) {
    const aPanel = i * depth;
    for (let j = 0; j < n; j += tileColumns) {
      let c00 = 0;
      let c01 = 0;
      let c10 = 0;
      let c11 = 0;
      let c20 = 0;
      let c21 = 0;
      let c30 = 0;
      let c31 = 0;
      let q = j * depth;
      const end = aPanel + tileRows * depth;
      for (let p = aPanel; p < end; p += tileRows, q += tileColumns) {
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
      const at = cOffset + i * ldc + j;
      const rows = m - i;
      if (j + 1 < n) {
        c[at] = c[at] + c00;
        c[at + 1] = c[at + 1] + c01;
        if (rows > 1) {
          c[at + ldc] = c[at + ldc] + c10;
          c[at + ldc + 1] = c[at + ldc + 1] + c11;
        }
        if (rows > 2) {
          c[at + 2 * ldc] = c[at + 2 * ldc] + c20;
          c[at + 2 * ldc + 1] = c[at + 2 * ldc + 1] + c21;
        }
        if (rows > 3) {
          c[at + 3 * ldc] = c[at + 3 * ldc] + c30;
          c[at + 3 * ldc + 1] = c[at + 3 * ldc + 1] + c31;
        }
      } else {
        c[at] = c[at] + c00;
        if (rows > 1) c[at + ldc] = c[at + ldc] + c10;
        if (rows > 2) c[at + 2 * ldc] = c[at + 2 * ldc] + c20;
        if (rows > 3) c[at + 3 * ldc] = c[at + 3 * ldc] + c30;
      }
    }
  }
}

function scaleBlock(m: number, n: number, beta: number, c: Float64Array, offset: number, ldc: number): void {
  if (beta === 1) return;
  for (let i = 0; i < m; i++) {
    const row = offset + i * ldc;
    if (beta === 0) c.fill(0, row, row + n);
    else for (let j = 0; j < n; j++) c[row + j] = beta * c[row + j];
  }
}

function grown(buffer: Float64Array, size: number): Float64Array {
  return buffer.length >= size ? buffer : new Float64Array(size);
}
