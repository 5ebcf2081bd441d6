/**
 * Products of large matrices: blocks of both factors are copied into panels of four lines, in the order in which the
 * innermost loop reads them, so that they stay in the caches. Panels are padded with zeros: no edge cases inside.
 */
import { blockColumns, blockDepth, blockRows, multiplyPanel, type Panels, panelLines } from "./panels.js";

/** Made when first needed. */
let buffers: Panels | undefined;

function panelBuffers(): Panels {
  buffers ??= {
    a: new Float64Array(blockRows * blockDepth),
    b: new Float64Array(blockColumns * blockDepth),
    sums: new Float64Array(panelLines * blockColumns),
  };
  return buffers;
}

/** C ← C + α A B for an m × k matrix A and a k × n matrix B, with steps as in direct.ts. */
export function addProductPacked(
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
  const panels = panelBuffers();
  for (let k0 = 0; k0 < k; k0 += blockDepth) {
    const depth = Math.min(blockDepth, k - k0);
    for (let n0 = 0; n0 < n; n0 += blockColumns) {
      const columns = Math.min(blockColumns, n - n0);
      packBlock(panels.b, columns, depth, b, bAt + k0 * bRow + n0 * bColumn, bColumn, bRow, 1);
      for (let m0 = 0; m0 < m; m0 += blockRows) {
        const rows = Math.min(blockRows, m - m0);
        packBlock(panels.a, rows, depth, a, aAt + m0 * aRow + k0 * aColumn, aRow, aColumn, alpha);
        for (let i = 0; i < rows; i += panelLines) {
          multiplyPanel(panels, i * depth, depth, Math.ceil(columns / panelLines));
          addTiles(panels.sums, Math.min(panelLines, rows - i), columns, c, cAt + (m0 + i) * cRow + n0, cRow);
        }
      }
    }
  }
}

/** Copies lines, times `scale`, into panels; lines past the end are zero. */
function packBlock(
  out: Float64Array,
  lines: number,
  depth: number,
  source: Float64Array,
  at: number,
  lineStep: number,
  depthStep: number,
  scale: number,
): void {
  let to = 0;
  let from = at;
  let line = 0;
  for (; line + panelLines <= lines; line += panelLines) {
    for (let p = 0; p < depth; p++) {
      const entry = from + p * depthStep;
      out[to] = scale * source[entry];
      out[to + 1] = scale * source[entry + lineStep];
      out[to + 2] = scale * source[entry + 2 * lineStep];
      out[to + 3] = scale * source[entry + 3 * lineStep];
      to += panelLines;
    }
    from += panelLines * lineStep;
  }
  if (line === lines) return;
  for (let p = 0; p < depth; p++) {
    for (let t = 0; t < panelLines; t++) {
      out[to++] = line + t < lines ? scale * source[from + t * lineStep + p * depthStep] : 0;
    }
  }
}

/** Adds a row of tiles to the first `rows` rows and `columns` columns of a block of C. */
function addTiles(
  sums: Float64Array,
  rows: number,
  columns: number,
  c: Float64Array,
  at: number,
  cRow: number,
): void {
  const whole = columns - (columns % panelLines);
  for (let r = 0; r < rows; r++) {
    const row = at + r * cRow;
    let from = panelLines * r;
    for (let j = 0; j < whole; j += panelLines) {
      const to = row + j;
      c[to] = c[to] + sums[from];
      c[to + 1] = c[to + 1] + sums[from + 1];
      c[to + 2] = c[to + 2] + sums[from + 2];
      c[to + 3] = c[to + 3] + sums[from + 3];
      from += panelLines * panelLines;
    }
    for (let j = whole; j < columns; j++) c[row + j] = c[row + j] + sums[from + j - whole];
  }
}
