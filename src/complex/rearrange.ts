/** Transposed and conjugated matrices, as new ones. */
import { type ComplexMatrix, complexMatrix } from "./types.js";

/** A^T */
export function transposed({ rows, columns, data }: ComplexMatrix): ComplexMatrix {
  const out = complexMatrix(columns, rows);
  for (let r = 0, from = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, from += 2) {
      const to = 2 * (c * rows + r);
      out.data[to] = data[from];
      out.data[to + 1] = data[from + 1];
    }
  }
  return out;
}

/** conj(A) */
export function conjugated({ rows, columns, data }: ComplexMatrix): ComplexMatrix {
  return complexMatrix(
    rows,
    columns,
    data.map((part, i) => (i % 2 === 0 ? part : -part)),
  );
}
