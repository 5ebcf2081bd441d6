import { describe, expect, it } from "vitest";
import { planar, split } from "../../../src/complex/planar.js";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/types.js";
import {
  appendColumn,
  type GrowingQr,
  growingQr,
  removeDirection,
  solveTriangleInPlace,
} from "../../../src/solvers/greedy/growing-qr.js";
import {
  adjointOf,
  columnsOf,
  diagonalOf,
  distance,
  entry,
  matrixOf,
  norm,
  product,
  sum,
} from "../../support/dense-complex.js";

const u = Number.EPSILON / 2;

/** Vandermonde columns e^{j m θ} (or cos) at a spacing far below the resolution. */
function almostDependent(rows: number, columns: number, spacing: number, real: boolean): ComplexMatrix {
  return matrixOf(rows, columns, (m, c) => {
    const phase = m * c * spacing;
    return [Math.cos(phase), real ? 0 : Math.sin(phase)];
  });
}

function factored(matrix: ComplexMatrix, real: boolean): GrowingQr {
  const qr = growingQr(matrix.rows, real);
  for (let c = 0; c < matrix.columns; c++) {
    expect(appendColumn(qr, split(columnsOf(matrix, [c]).data, real))).toBe(true);
  }
  return qr;
}

function denseQ({ q, rows, size }: GrowingQr): ComplexMatrix {
  return matrixOf(rows, size, (r, k) => [q.re[k * rows + r], q.im?.[k * rows + r] ?? 0]);
}

function denseR({ r, size }: GrowingQr): ComplexMatrix {
  return matrixOf(size, size, (i, k) => (i > k ? [0, 0] : [r[k].re[i], r[k].im?.[i] ?? 0]));
}

describe.each([true, false])("growing QR factorisation, real: %s", (real) => {
  // At a spacing of 1e-2 the condition of five columns is above 1e5: Gram–Schmidt done once fails there.
  it.each([1, 1e-1, 1e-2])("is backward stable and orthonormal at a spacing of %f", (spacing) => {
    const matrix = almostDependent(20, 5, spacing, real);
    const qr = factored(matrix, real);
    const q = denseQ(qr);
    expect(distance(product(q, denseR(qr)), matrix) / (20 * norm(matrix) * u)).toBeLessThan(30);
    const identity = diagonalOf(new Float64Array(5).fill(1));
    expect(distance(product(adjointOf(q), q), identity) / (20 * u)).toBeLessThan(30);
  });

  it("refuses a column that depends on those before it, and stays as it was", () => {
    const matrix = almostDependent(20, 3, 0.5, real);
    const qr = factored(matrix, real);
    const before = denseQ(qr);
    const combination = product(
      matrix,
      matrixOf(3, 1, (r) => [r + 1, real ? 0 : 2 - r]),
    );
    for (const column of [columnsOf(matrix, [1]), combination, complexMatrix(20, 1)]) {
      expect(appendColumn(qr, split(column.data, real))).toBe(false);
    }
    expect(qr.size).toBe(3);
    expect(denseQ(qr)).toEqual(before);
    const independent = sum(
      combination,
      matrixOf(20, 1, (r) => [Math.cos(r * r), 0]),
      1e-10,
    );
    expect(appendColumn(qr, split(independent.data, real))).toBe(true);
  });

  it("takes directions out of a vector and solves with the triangle along an axis", () => {
    const matrix = almostDependent(12, 4, 0.4, real);
    const qr = factored(matrix, real);
    // Two tensors of [2 × 4 × 3], one of solutions, one of right-hand sides made from them.
    const x = matrixOf(4, 6, (r, c) => [Math.sin(r + 5 * c), real ? 0 : Math.cos(r - c)]);
    const t = product(denseR(qr), x);
    const tensor = planar(24, real);
    const at = (l: number, k: number, r: number) => (l * 4 + k) * 3 + r;
    for (let l = 0; l < 2; l++) {
      for (let k = 0; k < 4; k++) {
        for (let r = 0; r < 3; r++) {
          const [re, im] = entry(t, k, 3 * l + r);
          tensor.re[at(l, k, r)] = re;
          if (tensor.im !== undefined) tensor.im[at(l, k, r)] = im;
        }
      }
    }
    solveTriangleInPlace(qr, tensor, 2, 3);
    for (let l = 0; l < 2; l++) {
      for (let k = 0; k < 4; k++) {
        for (let r = 0; r < 3; r++) {
          const [re, im] = entry(x, k, 3 * l + r);
          expect(tensor.re[at(l, k, r)]).toBeCloseTo(re, 13);
          expect(tensor.im?.[at(l, k, r)] ?? 0).toBeCloseTo(im, 13);
        }
      }
    }

    const v = split(columnsOf(matrix, [3]).data, real);
    const components = planar(4, real);
    for (let k = 0; k < 4; k++) removeDirection(qr, k, v, 0, components, k);
    expect(Math.hypot(...v.re, ...(v.im ?? []))).toBeLessThan(1e-14);
    for (let k = 0; k < 4; k++) {
      expect(components.re[k]).toBeCloseTo(qr.r[3].re[k], 14);
      expect(components.im?.[k] ?? 0).toBeCloseTo(qr.r[3].im?.[k] ?? 0, 14);
    }
  });
});
