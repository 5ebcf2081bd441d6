/**
 * Witnesses for the linear algebra: products from the definition, norms, and the residual ratios of LAPACK's own
 * tests (norm of a residual over dimension, norm and unit roundoff). Written apart from the library; shares only the
 * storage format with it.
 */
import { type ComplexMatrix, complexMatrix, identityMatrix } from "../../src/complex/types.js";

/** Unit roundoff. */
export const unitRoundoff = 2 ** -53;

/** Products with at most this many terms per entry are summed in twice the working precision. */
const compensatedTerms = 10;

/** A B from the definition. */
export function times(a: ComplexMatrix, b: ComplexMatrix): ComplexMatrix {
  if (a.columns !== b.rows) throw new Error(`${a.rows} × ${a.columns} times ${b.rows} × ${b.columns}`);
  return a.columns <= compensatedTerms ? compensatedProduct(a, b) : plainProduct(a, b);
}

function plainProduct(a: ComplexMatrix, b: ComplexMatrix): ComplexMatrix {
  const out = complexMatrix(a.rows, b.columns);
  for (let r = 0; r < a.rows; r++) {
    for (let k = 0; k < a.columns; k++) {
      const x = a.data[2 * (r * a.columns + k)];
      const y = a.data[2 * (r * a.columns + k) + 1];
      for (let c = 0; c < b.columns; c++) {
        const p = b.data[2 * (k * b.columns + c)];
        const q = b.data[2 * (k * b.columns + c) + 1];
        const at = 2 * (r * b.columns + c);
        out.data[at] = out.data[at] + (x * p - y * q);
        out.data[at + 1] = out.data[at + 1] + (x * q + y * p);
      }
    }
  }
  return out;
}

/** Each product and each sum with its rounding error: Ogita, Rump and Oishi, Accurate sum and dot product, 2005. */
function compensatedProduct(a: ComplexMatrix, b: ComplexMatrix): ComplexMatrix {
  const out = complexMatrix(a.rows, b.columns);
  for (let r = 0; r < a.rows; r++) {
    for (let c = 0; c < b.columns; c++) {
      const at = 2 * (r * b.columns + c);
      for (const part of [0, 1]) {
        const sum = { value: 0, error: 0 };
        for (let k = 0; k < a.columns; k++) {
          const i = 2 * (r * a.columns + k);
          const j = 2 * (k * b.columns + c);
          addExactly(sum, a.data[i], b.data[j + part]);
          addExactly(sum, part === 0 ? -a.data[i + 1] : a.data[i + 1], b.data[j + 1 - part]);
        }
        out.data[at + part] = sum.value + sum.error;
      }
    }
  }
  return out;
}

function addExactly(sum: { value: number; error: number }, x: number, y: number): void {
  const product = x * y;
  const xHigh = highHalf(x);
  const yHigh = highHalf(y);
  const [xLow, yLow] = [x - xHigh, y - yHigh];
  sum.error += xLow * yLow - (product - xHigh * yHigh - xLow * yHigh - xHigh * yLow);
  const next = sum.value + product;
  const back = next - sum.value;
  sum.error += sum.value - (next - back) + (product - back);
  sum.value = next;
}

function highHalf(x: number): number {
  const c = (2 ** 27 + 1) * x;
  return c - (c - x);
}

export function adjoint(a: ComplexMatrix): ComplexMatrix {
  const out = complexMatrix(a.columns, a.rows);
  for (let r = 0; r < a.rows; r++) {
    for (let c = 0; c < a.columns; c++) {
      out.data[2 * (c * a.rows + r)] = a.data[2 * (r * a.columns + c)];
      out.data[2 * (c * a.rows + r) + 1] = -a.data[2 * (r * a.columns + c) + 1];
    }
  }
  return out;
}

export function minus(a: ComplexMatrix, b: ComplexMatrix): ComplexMatrix {
  if (a.rows !== b.rows || a.columns !== b.columns) {
    throw new Error(`${a.rows} × ${a.columns} minus ${b.rows} × ${b.columns}`);
  }
  return complexMatrix(
    a.rows,
    a.columns,
    a.data.map((value, i) => value - b.data[i]),
  );
}

/** A · 2^exponent; exact but at the ends of the range. */
export function timesPower(a: ComplexMatrix, exponent: number): ComplexMatrix {
  const half = Math.trunc(exponent / 2);
  return complexMatrix(
    a.rows,
    a.columns,
    a.data.map((value) => value * 2 ** half * 2 ** (exponent - half)),
  );
}

/** A diag(weights). */
export function scaledColumns(a: ComplexMatrix, weights: ArrayLike<number>): ComplexMatrix {
  return complexMatrix(
    a.rows,
    a.columns,
    a.data.map((value, i) => value * weights[Math.floor(i / 2) % a.columns]),
  );
}

/** The largest column sum of magnitudes, which are taken to be far from the ends of the range. */
export function norm1(a: ComplexMatrix): number {
  const sums = new Float64Array(a.columns);
  for (let i = 0; i < a.rows * a.columns; i++) {
    sums[i % a.columns] += Math.sqrt(a.data[2 * i] ** 2 + a.data[2 * i + 1] ** 2);
  }
  return sums.reduce((largest, sum) => (sum > largest || Number.isNaN(sum) ? sum : largest), 0);
}

/** ‖actual − expected‖₁ / (dimension · size · u); 0 for two equal matrices, whatever their size. */
export function ratio(
  actual: ComplexMatrix,
  expected: ComplexMatrix,
  dimension: number,
  size: number,
): number {
  const residual = norm1(minus(actual, expected));
  return residual === 0 ? 0 : residual / (dimension * size * unitRoundoff);
}

/** ‖I − Q^H Q‖₁ / (rows · u). */
export function orthogonalityRatio(q: ComplexMatrix): number {
  return ratio(times(adjoint(q), q), identityMatrix(q.columns), Math.max(1, q.rows), 1);
}

export function isRealMatrix({ data }: ComplexMatrix): boolean {
  return data.every((value, i) => i % 2 === 0 || Object.is(value, 0));
}

/** Whether all entries below (or above) the diagonal are zero. */
export function isTriangular(a: ComplexMatrix, kind: "lower" | "upper"): boolean {
  return a.data.every((value, i) => {
    const r = Math.floor(i / 2 / a.columns);
    const c = Math.floor(i / 2) % a.columns;
    return value === 0 || (kind === "lower" ? r >= c : r <= c);
  });
}
