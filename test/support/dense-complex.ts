/**
 * Dense complex matrices the plain way: entry by entry, no blocking, no structure. The independent witness of
 * tests; shares only the storage format with the library.
 */
import { type ComplexMatrix, complexMatrix } from "../../src/complex/types.js";

export type Complex = readonly [number, number];

/** Entry (r, c). */
export function entry({ columns, data }: ComplexMatrix, r: number, c: number): Complex {
  const at = 2 * (r * columns + c);
  return [data[at], data[at + 1]];
}

export function matrixOf(
  rows: number,
  columns: number,
  entryAt: (r: number, c: number) => Complex,
): ComplexMatrix {
  const matrix = complexMatrix(rows, columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) matrix.data.set(entryAt(r, c), 2 * (r * columns + c));
  }
  return matrix;
}

export function times([a, b]: Complex, [c, d]: Complex): Complex {
  return [a * c - b * d, a * d + b * c];
}

export function product(a: ComplexMatrix, b: ComplexMatrix): ComplexMatrix {
  const out = complexMatrix(a.rows, b.columns);
  for (let r = 0; r < a.rows; r++) {
    for (let k = 0; k < a.columns; k++) {
      const re = a.data[2 * (r * a.columns + k)];
      const im = a.data[2 * (r * a.columns + k) + 1];
      for (let c = 0; c < b.columns; c++) {
        const from = 2 * (k * b.columns + c);
        const to = 2 * (r * b.columns + c);
        out.data[to] += re * b.data[from] - im * b.data[from + 1];
        out.data[to + 1] += re * b.data[from + 1] + im * b.data[from];
      }
    }
  }
  return out;
}

export function adjointOf(a: ComplexMatrix): ComplexMatrix {
  return matrixOf(a.columns, a.rows, (r, c) => {
    const [re, im] = entry(a, c, r);
    return [re, -im];
  });
}

export function conjugateOf(a: ComplexMatrix): ComplexMatrix {
  return matrixOf(a.rows, a.columns, (r, c) => {
    const [re, im] = entry(a, r, c);
    return [re, -im];
  });
}

export function kroneckerProduct(factors: readonly ComplexMatrix[]): ComplexMatrix {
  return factors.reduce((a, b) =>
    matrixOf(a.rows * b.rows, a.columns * b.columns, (r, c) =>
      times(entry(a, Math.floor(r / b.rows), Math.floor(c / b.columns)), entry(b, r % b.rows, c % b.columns)),
    ),
  );
}

/** factor · A. */
export function scaled(a: ComplexMatrix, factor: number | Complex): ComplexMatrix {
  const by: Complex = typeof factor === "number" ? [factor, 0] : factor;
  return matrixOf(a.rows, a.columns, (r, c) => times(by, entry(a, r, c)));
}

/** A + factor · B. */
export function sum(a: ComplexMatrix, b: ComplexMatrix, factor = 1): ComplexMatrix {
  return complexMatrix(
    a.rows,
    a.columns,
    a.data.map((value, i) => value + factor * b.data[i]),
  );
}

/** A diag(weights). */
export function weighted(a: ComplexMatrix, weights: ArrayLike<number>): ComplexMatrix {
  return matrixOf(a.rows, a.columns, (r, c) => times([weights[c], 0], entry(a, r, c)));
}

export function diagonalOf(weights: ArrayLike<number>): ComplexMatrix {
  return matrixOf(weights.length, weights.length, (r, c) => [r === c ? weights[r] : 0, 0]);
}

export function columnsOf(a: ComplexMatrix, columns: ArrayLike<number>): ComplexMatrix {
  return matrixOf(a.rows, columns.length, (r, c) => entry(a, r, columns[c]));
}

/** The matrix of `rows` rows that has row k of A at positions[k] and is zero elsewhere. */
export function rowsAt(
  { columns, data }: ComplexMatrix,
  positions: ArrayLike<number>,
  rows: number,
): ComplexMatrix {
  const spread = complexMatrix(rows, columns);
  for (let k = 0; k < positions.length; k++) {
    const row = data.subarray(2 * k * columns, 2 * (k + 1) * columns);
    spread.data.set(row, 2 * positions[k] * columns);
  }
  return spread;
}

/** Frobenius. */
export function norm({ data }: ComplexMatrix): number {
  return Math.sqrt(data.reduce((total, value) => total + value * value, 0));
}

/** Re tr A. */
export function trace(a: ComplexMatrix): number {
  let total = 0;
  for (let i = 0; i < a.rows; i++) total += entry(a, i, i)[0];
  return total;
}

/** A⁻¹ B and ln |det A|, by Gaussian elimination with partial pivoting. */
export function solve(
  a: ComplexMatrix,
  b: ComplexMatrix,
): { readonly solution: ComplexMatrix; readonly logDeterminant: number } {
  const n = a.rows;
  const width = 2 * (n + b.columns);
  const rows = Array.from({ length: n }, (_, r) => {
    const row = new Float64Array(width);
    row.set(a.data.subarray(2 * r * n, 2 * (r + 1) * n));
    row.set(b.data.subarray(2 * r * b.columns, 2 * (r + 1) * b.columns), 2 * n);
    return row;
  });
  const size = (r: number, c: number) => Math.hypot(rows[r][2 * c], rows[r][2 * c + 1]);
  let logDeterminant = 0;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let r = k + 1; r < n; r++) if (size(r, k) > size(pivot, k)) pivot = r;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    const magnitude = size(k, k);
    logDeterminant += Math.log(magnitude);
    const re = rows[k][2 * k] / magnitude;
    const im = -rows[k][2 * k + 1] / magnitude;
    for (let c = 2 * k; c < width; c += 2) {
      const [x, y] = [rows[k][c] / magnitude, rows[k][c + 1] / magnitude];
      rows[k][c] = re * x - im * y;
      rows[k][c + 1] = re * y + im * x;
    }
    for (let r = 0; r < n; r++) if (r !== k) subtractMultiple(rows[r], rows[k], k, width);
  }
  const solution = complexMatrix(n, b.columns);
  rows.forEach((row, r) => {
    solution.data.set(row.subarray(2 * n), 2 * r * b.columns);
  });
  return { solution, logDeterminant };
}

/** row ← row − row[k] · pivotRow, from column k on. */
function subtractMultiple(row: Float64Array, pivotRow: Float64Array, k: number, width: number): void {
  const re = row[2 * k];
  const im = row[2 * k + 1];
  for (let c = 2 * k; c < width; c += 2) {
    row[c] -= re * pivotRow[c] - im * pivotRow[c + 1];
    row[c + 1] -= re * pivotRow[c + 1] + im * pivotRow[c];
  }
}

/** The Frobenius norm of the difference; infinite for different shapes. */
export function distance(a: ComplexMatrix, b: ComplexMatrix): number {
  if (a.rows !== b.rows || a.columns !== b.columns) return Number.POSITIVE_INFINITY;
  return norm(sum(a, b, -1));
}

/** An orthonormal basis of the columns' span, by Gram–Schmidt done twice. */
export function orthonormalised(a: ComplexMatrix): ComplexMatrix {
  const basis = complexMatrix(a.rows, a.columns, a.data.slice());
  for (let c = 0; c < a.columns; c++) {
    for (let pass = 0; pass < 2; pass++) {
      const v = columnsOf(basis, [c]);
      for (let k = 0; k < c; k++) {
        const q = columnsOf(basis, [k]);
        const h = entry(product(adjointOf(q), v), 0, 0);
        v.data.set(sum(v, scaled(q, h), -1).data);
      }
      const length = norm(v);
      for (let r = 0; r < a.rows; r++) {
        const [re, im] = entry(v, r, 0);
        basis.data.set([re / length, im / length], 2 * (r * a.columns + c));
      }
    }
  }
  return basis;
}
