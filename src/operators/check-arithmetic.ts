/** Plain arithmetic for checking operators: nothing here is shared with what is being checked. Interleaved data. */
import { type ComplexMatrix, type ComplexVector, complexMatrix, complexVector } from "../complex/types.js";

/** An additive sequence on (−1, 1): 2 frac(k √prime) − 1. */
export function testReals(length: number, prime: number): Float64Array {
  const step = Math.sqrt(prime);
  return Float64Array.from({ length }, (_, k) => 2 * (((k + 1) * step) % 1) - 1);
}

export function testVector(length: number, prime: number): ComplexVector {
  return complexVector(length, testReals(2 * length, prime));
}

/** A well-conditioned lower triangular matrix with a positive diagonal. */
export function testFactor(size: number, real: boolean): ComplexMatrix {
  const factor = complexMatrix(size, size);
  const entries = testReals(2 * size, 17);
  for (let i = 0; i < size; i++) {
    factor.data[2 * (i * size + i)] = 2 + entries[2 * i];
    for (const j of i === 0 ? [] : [i - 1, i >> 1]) {
      factor.data[2 * (i * size + j)] += 0.4 * entries[2 * i];
      if (!real) factor.data[2 * (i * size + j) + 1] += 0.4 * entries[2 * i + 1];
    }
  }
  return factor;
}

/** b ← L⁻¹ b for a factor with a real diagonal. */
export function forwardSubstitute({ rows, data }: ComplexMatrix, b: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0, at = 2 * i * rows; j < i; j++, at += 2) {
      b[2 * i] -= data[at] * b[2 * j] - data[at + 1] * b[2 * j + 1];
      b[2 * i + 1] -= data[at] * b[2 * j + 1] + data[at + 1] * b[2 * j];
    }
    const pivot = data[2 * (i * rows + i)];
    b[2 * i] /= pivot;
    b[2 * i + 1] /= pivot;
  }
}

/** aᴴ b as re, im. */
export function innerProduct(a: Float64Array, b: Float64Array): [number, number] {
  let re = 0;
  let im = 0;
  for (let i = 0; i < a.length; i += 2) {
    re += a[i] * b[i] + a[i + 1] * b[i + 1];
    im += a[i] * b[i + 1] - a[i + 1] * b[i];
  }
  return [re, im];
}

export function norm(data: Float64Array): number {
  return Math.sqrt(innerProduct(data, data)[0]);
}

/** deviation / scale, where nothing deviates by nothing. */
export function relative(deviation: number, scale: number): number {
  return deviation === 0 ? 0 : deviation / scale;
}

/** ‖a − b‖ / ‖b‖. */
export function distance(a: Float64Array, b: Float64Array): number {
  return relative(norm(a.map((value, i) => value - b[i])), norm(b));
}

/** (re + i im) x + z. */
export function combine(re: number, im: number, x: Float64Array, z: Float64Array): Float64Array {
  const result = z.slice();
  for (let i = 0; i < x.length; i += 2) {
    result[i] += re * x[i] - im * x[i + 1];
    result[i + 1] += re * x[i + 1] + im * x[i];
  }
  return result;
}

/** A v. */
export function multiply({ rows, columns, data }: ComplexMatrix, v: ComplexVector): Float64Array {
  const result = new Float64Array(2 * rows);
  for (let r = 0, at = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, at += 2) {
      result[2 * r] += data[at] * v.data[2 * c] - data[at + 1] * v.data[2 * c + 1];
      result[2 * r + 1] += data[at] * v.data[2 * c + 1] + data[at + 1] * v.data[2 * c];
    }
  }
  return result;
}

export function columnOf({ rows, columns, data }: ComplexMatrix, k: number): Float64Array {
  const column = new Float64Array(2 * rows);
  for (let r = 0; r < rows; r++) {
    column[2 * r] = data[2 * (r * columns + k)];
    column[2 * r + 1] = data[2 * (r * columns + k) + 1];
  }
  return column;
}

/** Whether every entry is exactly the conjugate of its mirror image. */
export function isHermitian({ rows, columns, data }: ComplexMatrix): boolean {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c <= r; c++) {
      const at = 2 * (r * columns + c);
      const mirrored = 2 * (c * columns + r);
      if (data[at] !== data[mirrored] || data[at + 1] !== -data[mirrored + 1]) return false;
    }
  }
  return rows === columns;
}

export function sameNumbers(a: Float64Array, b: Float64Array): boolean {
  return a.every((value, i) => value === b[i]);
}
