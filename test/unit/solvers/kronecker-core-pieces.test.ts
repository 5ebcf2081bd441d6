import { describe, expect, it } from "vitest";
import { type Planar, planar, split } from "../../../src/complex/planar.js";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/types.js";
import { withRoom } from "../../../src/kernels/room.js";
import { randomStream } from "../../../src/random/index.js";
import {
  createComponents,
  fillProducts,
  meanMisfit,
  spreadMisfit,
} from "../../../src/solvers/sbl/kronecker/core/components.js";
import { fitComponents } from "../../../src/solvers/sbl/kronecker/core/fit.js";
import { createCoreMode, enterMode, leaveMode } from "../../../src/solvers/sbl/kronecker/core/mode.js";
import { corePosterior } from "../../../src/solvers/sbl/kronecker/core/posterior.js";
import {
  adjointOf,
  type Complex,
  conjugateOf,
  diagonalOf,
  entry,
  kroneckerProduct,
  matrixOf,
  product,
  solve,
  sum,
  times,
  trace,
} from "../../support/dense-complex.js";
import { gaussianMatrix } from "../../support/model-draws.js";
import type { Field } from "../../support/problem-families.js";

const fields: readonly Field[] = ["real", "complex"];

describe("one mode of the mean-field posterior", () => {
  const sizes = [4, 3, 5];
  const atoms = 6;
  const noiseVariance = 0.3;
  const rank = 2;

  for (const field of fields) {
    for (const n of [0, 1, 2]) {
      it(`is that of a dense evaluation: mode ${n}, ${field}`, () => {
        const stream = randomStream(5, "mode", field, n);
        const tensor = gaussianMatrix(60, 1, field, stream.child("tensor"));
        const dictionary = gaussianMatrix(sizes[n], atoms, field, stream.child("dictionary"));
        const vectors = sizes.map((size, m) => gaussianMatrix(size, rank, field, stream.child("b", m)));
        const roots = sizes.map((_, m) => gaussianMatrix(rank, rank, field, stream.child("spread", m)));
        const spreads = roots.map((root) => product(root, adjointOf(root)));
        const gamma = Float64Array.from({ length: atoms }, (_, j) => 0.2 + j);

        const found = withRoom("test", (room) => {
          const real = field === "real";
          const y = room.planar(60, real);
          assign(y, split(tensor.data, real));
          const components = createComponents(y, sizes, rank, real, room);
          for (let m = 0; m < sizes.length; m++) {
            for (let r = 0; r < rank; r++) {
              assign(components.vectors[m][r], split(columnOf(vectors[m], r).data, real));
            }
            fillProducts(components, m);
            assign(components.spreads[m], split(spreads[m].data, real));
          }
          const factor = { rows: sizes[n], columns: atoms, parts: split(dictionary.data, real) };
          const core = createCoreMode(
            { factor, rank, real },
            { exponent: 1, learnNoise: false, noiseFloor: 0, pruneRatio: 0, coupling: undefined },
            room,
          );
          // For atoms of unit norm.
          core.mode.priorVariance.set(gamma.map((value, j) => value * core.norms[j] ** 2));
          core.ascent.marginal.modes[1].priorVariance.fill(1);
          expect(enterMode(components, n, core, noiseVariance)).toBe(true);
          leaveMode(components, n, core);
          const parts = (of: Planar) => ({ re: of.re.slice(), im: of.im?.slice() });
          return {
            vectors: components.vectors[n].map(parts),
            spread: parts(components.spreads[n]),
            divergence: core.divergence,
            misfit: meanMisfit(components) + spreadMisfit(components),
          };
        });

        // All of x_n at once: the precision of vec X is Γ⁻¹ ⊗ I + (AᴴA) ⊗ Gᵀ/σ².
        const others = [0, 1, 2].filter((m) => m !== n);
        const moment = (m: number) =>
          sum(product(transposeOf(vectors[m]), conjugateOf(vectors[m])), spreads[m]);
        const gram = matrixOf(rank, rank, (r, s) => {
          const [a, b] = others.map((m) => entry(moment(m), r, s));
          return [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
        });
        const normal = kroneckerProduct([product(adjointOf(dictionary), dictionary), transposeOf(gram)]);
        const prior = Float64Array.from({ length: atoms * rank }, (_, i) => gamma[Math.floor(i / rank)]);
        const precision = sum(diagonalOf(prior.map((value) => 1 / value)), normal, 1 / noiseVariance);
        const unit = diagonalOf(new Float64Array(atoms * rank).fill(1));
        const covariance = solve(precision, unit).solution;
        const contracted = matrixOf(sizes[n], rank, (i, r) => {
          let [re, im] = [0, 0];
          for (let at = 0; at < 60; at++) {
            const index = [Math.floor(at / 15), Math.floor(at / 5) % 3, at % 5];
            if (index[n] !== i) continue;
            const [a, b] = others.map((m) => entry(vectors[m], index[m], r));
            const [x, y] = [a[0] * b[0] - a[1] * b[1], -(a[0] * b[1] + a[1] * b[0])];
            re += tensor.data[2 * at] * x - tensor.data[2 * at + 1] * y;
            im += tensor.data[2 * at] * y + tensor.data[2 * at + 1] * x;
          }
          return [re, im];
        });
        const right = product(adjointOf(dictionary), contracted);
        const mean = product(
          covariance,
          complexMatrix(
            atoms * rank,
            1,
            right.data.map((v) => v / noiseVariance),
          ),
        );
        const image = product(dictionary, complexMatrix(atoms, rank, mean.data));
        const lifted = kroneckerProduct([dictionary, diagonalOf(new Float64Array(rank).fill(1))]);
        const imageCovariance = product(product(lifted, covariance), adjointOf(lifted));

        for (let r = 0; r < rank; r++) {
          for (let i = 0; i < sizes[n]; i++) {
            const [re, im] = entry(image, i, r);
            expect(found.vectors[r].re[i]).toBeCloseTo(re, 10);
            expect(found.vectors[r].im?.[i] ?? 0).toBeCloseTo(im, 10);
          }
          for (let s = 0; s < rank; s++) {
            let [re, im] = [0, 0];
            for (let i = 0; i < sizes[n]; i++) {
              const [x, y] = entry(imageCovariance, i * rank + r, i * rank + s);
              [re, im] = [re + x, im + y];
            }
            expect(found.spread.re[r * rank + s]).toBeCloseTo(re, 10);
            expect(found.spread.im?.[r * rank + s] ?? 0).toBeCloseTo(im, 10);
          }
        }
        const scaled = product(diagonalOf(prior.map((value) => 1 / value)), covariance);
        let quadratic = 0;
        for (let i = 0; i < prior.length; i++) {
          quadratic += (mean.data[2 * i] ** 2 + mean.data[2 * i + 1] ** 2) / prior[i];
        }
        const divergence = trace(scaled) - prior.length - solve(scaled, unit).logDeterminant + quadratic;
        expect(found.divergence).toBeCloseTo(divergence, 8);

        const all = vectors.map((matrix, m) => (m === n ? image : matrix));
        const fit = [0, 1]
          .map((r) => kroneckerProduct(all.map((matrix) => columnOf(matrix, r))))
          .reduce((total, one) => sum(total, one));
        const difference = sum(tensor, fit, -1);
        const moments = [0, 1, 2].map((m) =>
          m === n
            ? matrixOf(rank, rank, (r, s) => {
                const [a, b] = entry(product(transposeOf(image), conjugateOf(image)), r, s);
                return [a + found.spread.re[r * rank + s], b + (found.spread.im?.[r * rank + s] ?? 0)];
              })
            : moment(m),
        );
        const means = all.map((matrix) => product(transposeOf(matrix), conjugateOf(matrix)));
        const total = sumOfHadamard(moments) - sumOfHadamard(means);
        const energy = difference.data.reduce((square, part) => square + part * part, 0);
        expect(found.misfit).toBeCloseTo(energy + total, 8);
      });
    }
  }
});

describe("corePosterior", () => {
  it.each(fields)("has the moments of sums of products of independent vectors: %s", (field) => {
    const stream = randomStream(6, "posterior", field);
    const real = field === "real";
    const rank = 3;
    const counts = [2, 3, 2];
    const factors = counts.map((count, n) => {
      const mean = gaussianMatrix(count, rank, field, stream.child("mean", n));
      const covariances = Array.from({ length: count }, (_, j) => {
        const root = gaussianMatrix(rank, rank, field, stream.child("covariance", n, j));
        return product(root, adjointOf(root));
      });
      const pick = (get: (j: number) => Complex) => split(matrixOf(count, 1, (j) => get(j)).data, real);
      return {
        dense: { mean, covariances },
        count,
        mean: range(rank).map((r) => pick((j) => entry(mean, j, r))),
        covariance: range(rank).map((r) => range(rank).map((s) => pick((j) => entry(covariances[j], r, s)))),
      };
    });
    const { mean, variance } = corePosterior(factors, real);
    range(12).forEach((at) => {
      const index = [Math.floor(at / 6), Math.floor(at / 2) % 3, at % 2];
      let [re, im, second] = [0, 0, 0];
      for (const r of range(rank)) {
        const x = timesAll(factors.map(({ dense }, n) => entry(dense.mean, index[n], r)));
        [re, im] = [re + x[0], im + x[1]];
        for (const s of range(rank)) {
          second += timesAll(
            factors.map(({ dense }, n) => {
              const [a, b] = entry(dense.mean, index[n], r);
              const [c, d] = entry(dense.mean, index[n], s);
              const [u, v] = entry(dense.covariances[index[n]], r, s);
              return [a * c + b * d + u, b * c - a * d + v];
            }),
          )[0];
        }
      }
      expect(mean.re[at]).toBeCloseTo(re, 11);
      expect(mean.im?.[at] ?? 0).toBeCloseTo(im, 11);
      expect(variance[at]).toBeCloseTo(second - re * re - im * im, 9);
    });
  });
});

describe("fitComponents", () => {
  it.each(fields)("finds the components of a tensor that has few: %s", (field) => {
    const stream = randomStream(8, "fit", field);
    for (const rank of [1, 2, 3]) {
      const vectors = [5, 4, 6].map((size, n) =>
        gaussianMatrix(size, rank, field, stream.child("b", rank, n)),
      );
      const tensor = range(rank)
        .map((r) => kroneckerProduct(vectors.map((matrix) => columnOf(matrix, r))))
        .reduce((total, one) => sum(total, one));
      const energy = tensor.data.reduce((square, part) => square + part * part, 0);
      const misfit = withRoom("test", (room) => {
        const real = field === "real";
        const y = room.planar(120, real);
        assign(y, split(tensor.data, real));
        return fitComponents(createComponents(y, [5, 4, 6], rank, real, room), 1e-12 * energy, room);
      });
      expect(misfit).toBeLessThan(1e-7 * energy);
    }
  });
});

function assign(to: Planar, from: Planar): void {
  to.re.set(from.re);
  if (to.im !== undefined) to.im.set(from.im ?? planar(from.re.length, true).re);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k);
}

function columnOf(matrix: ComplexMatrix, c: number): ComplexMatrix {
  return matrixOf(matrix.rows, 1, (r) => entry(matrix, r, c));
}

function transposeOf(matrix: ComplexMatrix): ComplexMatrix {
  return matrixOf(matrix.columns, matrix.rows, (r, c) => entry(matrix, c, r));
}

function timesAll(numbers: readonly Complex[]): Complex {
  return numbers.reduce(times);
}

/** Σ_{r,s} of the entrywise product; real. */
function sumOfHadamard(matrices: readonly ComplexMatrix[]): number {
  const { rows, columns } = matrices[0];
  let total = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) total += timesAll(matrices.map((matrix) => entry(matrix, r, c)))[0];
  }
  return total;
}
