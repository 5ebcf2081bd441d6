import { describe, expect, it } from "vitest";
import { planar, split } from "../../../src/complex/planar.js";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/types.js";
import { type Room, withRoom } from "../../../src/kernels/room.js";
import {
  appendColumn,
  type GrowingQr,
  growingQr,
  removeDirection,
  solveTriangleInPlace,
  triangle,
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
import { randomMatrix } from "../../support/linalg-families.js";

const u = Number.EPSILON / 2;

/** Vandermonde columns e^{j m θ} (or cos) at a spacing far below the resolution. */
function almostDependent(rows: number, columns: number, spacing: number, real: boolean): ComplexMatrix {
  return matrixOf(rows, columns, (m, c) => {
    const phase = m * c * spacing;
    return [Math.cos(phase), real ? 0 : Math.sin(phase)];
  });
}

/** One more column may come. */
function factored(matrix: ComplexMatrix, real: boolean, room: Room): GrowingQr {
  const qr = growingQr(matrix.rows, real, matrix.columns + 1, room);
  for (let c = 0; c < matrix.columns; c++) {
    expect(appendColumn(qr, split(columnsOf(matrix, [c]).data, real))).toBe(true);
  }
  return qr;
}

function denseQ({ q, rows, size }: GrowingQr): ComplexMatrix {
  return matrixOf(rows, size, (r, k) => [q.re[k * rows + r], q.im?.[k * rows + r] ?? 0]);
}

function denseR({ r, size }: GrowingQr): ComplexMatrix {
  return matrixOf(size, size, (i, k) =>
    i > k ? [0, 0] : [r.re[triangle(k) + i], r.im?.[triangle(k) + i] ?? 0],
  );
}

const inRoom = (test: (room: Room) => void) => withRoom("growing QR", test);

describe.each([true, false])("growing QR factorisation, real: %s", (real) => {
  // At a spacing of 1e-2 the condition of five columns is above 1e5: Gram–Schmidt done once fails there.
  it.each([1, 1e-1, 1e-2])("is backward stable and orthonormal at a spacing of %f", (spacing) => {
    expectFactored(almostDependent(20, 5, spacing, real));
  });

  // Room is made for 16 columns, then for 32, then for 64.
  it.each([15, 16, 17, 33, 40])(
    "is so too for %i columns, for which there is no room at the start",
    (columns) => {
      expectFactored(randomMatrix(45, columns, real, columns));
      expectFactored(randomMatrix(columns, columns, real, columns));
    },
  );

  function expectFactored(matrix: ComplexMatrix): void {
    const { rows, columns } = matrix;
    inRoom((room) => {
      const qr = factored(matrix, real, room);
      const q = denseQ(qr);
      expect(distance(product(q, denseR(qr)), matrix) / (rows * norm(matrix) * u)).toBeLessThan(30);
      const identity = diagonalOf(new Float64Array(columns).fill(1));
      expect(distance(product(adjointOf(q), q), identity) / (rows * u)).toBeLessThan(30);
    });
  }

  it("refuses a column that depends on those before it, and stays as it was", () => {
    inRoom((room) => {
      const matrix = almostDependent(20, 3, 0.5, real);
      const qr = factored(matrix, real, room);
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
  });

  it("takes directions out of a vector and solves with the triangle along an axis", () => {
    inRoom((room) => {
      const matrix = almostDependent(12, 4, 0.4, real);
      const qr = factored(matrix, real, room);
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

      // Out of the last two columns at once: what is left is nothing, what was taken is in R.
      const v = split(columnsOf(matrix, [2, 3]).data, real);
      const components = planar(8, real);
      for (let k = 0; k < 4; k++) removeDirection(qr, k, v, 2, components, 2 * k);
      expect(Math.hypot(...v.re, ...(v.im ?? []))).toBeLessThan(1e-14);
      for (let k = 0; k < 8; k++) {
        const [re, im] = entry(denseR(qr), Math.floor(k / 2), 2 + (k % 2));
        expect(components.re[k]).toBeCloseTo(re, 14);
        expect(components.im?.[k] ?? 0).toBeCloseTo(im, 14);
      }
    });
  });
});
