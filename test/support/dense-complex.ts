/**
 * Dense complex matrices the plain way: entry by entry, no blocking, no structure. The independent witness of tests;
 * shares only the storage format with the library.
 */
import { type ComplexMatrix, complexMatrix } from "../../src/complex/types.js";

export type Complex = readonly [number, number];

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
  return matrixOf(a.rows, b.columns, (r, c) => {
    let re = 0;
    let im = 0;
    for (let k = 0; k < a.columns; k++) {
      const [x, y] = times(entry(a, r, k), entry(b, k, c));
      re += x;
      im += y;
    }
    return [re, im];
  });
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
  const rows = Array.from({ length: n }, (_, r) => [
    ...Array.from({ length: n }, (_, c) => entry(a, r, c)),
    ...Array.from({ length: b.columns }, (_, c) => entry(b, r, c)),
  ]);
  let logDeterminant = 0;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let r = k + 1; r < n; r++) {
      if (Math.hypot(...rows[r][k]) > Math.hypot(...rows[pivot][k])) pivot = r;
    }
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    const [re, im] = rows[k][k];
    const size = Math.hypot(re, im);
    logDeterminant += Math.log(size);
    const inverse: Complex = [re / size / size, -im / size / size];
    rows[k] = rows[k].map((value) => times(inverse, value));
    for (let r = 0; r < n; r++) {
      if (r === k) continue;
      const factor = rows[r][k];
      rows[r] = rows[r].map((value, c) => {
        const [x, y] = times(factor, rows[k][c]);
        return [value[0] - x, value[1] - y];
      });
    }
  }
  return { solution: matrixOf(n, b.columns, (r, c) => rows[r][n + c]), logDeterminant };
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
