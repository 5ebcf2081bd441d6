import { describe, expect, it } from "vitest";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/types.js";
import { denseOperator } from "../../../src/operators/dense.js";
import { kroneckerOperator } from "../../../src/operators/kronecker.js";
import { randomStream } from "../../../src/random/index.js";
import { kroneckerOmp, kroneckerOmpSteps } from "../../../src/solvers/greedy/kronecker-omp.js";
import { omp } from "../../../src/solvers/greedy/omp.js";
import {
  columnsOf,
  distance,
  kroneckerProduct,
  matrixOf,
  norm,
  orthonormalised,
  product,
  rowsAt,
  scaled,
  sum,
} from "../../support/dense-complex.js";
import { errorOf } from "../../support/file-bytes.js";
import { syntheticInstance } from "../../support/golden.js";
import { type Field, problemFamilies, productIndices } from "../../support/problem-families.js";
import { textbookKroneckerPursuit } from "../../support/textbook-kronecker-pursuit.js";

const fields = ["real", "complex"] as const;

function random(rows: number, columns: number, field: Field, ...path: (string | number)[]): ComplexMatrix {
  const { data } = randomStream(2, ...path).complexNormals(rows * columns);
  return complexMatrix(
    rows,
    columns,
    data.map((value, i) => (field === "real" && i % 2 === 1 ? 0 : value)),
  );
}

describe("kroneckerOmp", () => {
  it.each(fields)("recovers a product of supports with free coefficients, %s", (field) => {
    const factors = [random(9, 12, field, "a"), random(8, 10, field, "b"), random(6, 7, field, "c")];
    const support = productIndices([[2, 11], [0, 5], [6]], factors);
    const coefficients = rowsAt(random(4, 1, field, "x"), support, 840);
    const measurement = product(kroneckerProduct(factors), coefficients);
    const result = kroneckerOmp(factors, measurement, { residualTolerance: 1e-10 });
    expect(result.reason).toBe("residual");
    expect(result.support).toEqual(support);
    expect(distance(result.mean, coefficients)).toBeLessThan(1e-13 * norm(coefficients));
  });

  it.each(fields)("takes the same indices as a dense search with least squares from scratch, %s", (field) => {
    const factors = [random(5, 6, field, "d"), random(4, 7, field, "e"), random(3, 2, field, "f")];
    const measurement = random(60, 1, field, "y");
    for (const steps of [1, 2, 3]) {
      const options = { maxAtomsPerMode: 3, maxIterations: steps };
      const result = kroneckerOmp(factors, measurement, options);
      const reference = textbookKroneckerPursuit(factors, measurement, steps, 3);
      expect(result.iterations).toBe(steps);
      expect(result.support).toEqual(reference.support);
      // The normal equations of the reference lose the square of the condition of the chosen atoms, below
      // 1e2.
      expect(distance(result.mean, reference.mean)).toBeLessThan(1e-11 * norm(reference.mean));
      expect(result.residualNorm).toBeCloseTo(norm(reference.residual), 11);
    }
  });

  it("agrees with NumPy on the reference instances of Kronecker recovery", () => {
    // Correlations by numpy.einsum with normalised factors, coefficients by numpy.linalg.pinv (NumPy 2.4).
    const expected = { "synthetic-25db": 1.7228480374354274, "synthetic-5db": 12.632935201668841 } as const;
    for (const name of ["synthetic-25db", "synthetic-5db"] as const) {
      const { factors, measurement, coefficients } = syntheticInstance(name);
      const options = { maxAtomsPerMode: 10, residualTolerance: 1e-2 };
      const { mean, support, iterations, reason } = kroneckerOmp(factors, measurement, options);
      const truth = matrixOf(coefficients.length, 1, (r) => [coefficients[r], 0]);
      expect({ iterations, reason, size: support.length }).toEqual({
        iterations: 15,
        reason: "sparsity",
        size: 800,
      });
      const nmse = (distance(mean, truth) / norm(truth)) ** 2;
      // The condition of eight of fifteen columns of eight rows is about 1e2.
      expect(Math.abs(nmse / expected[name] - 1)).toBeLessThan(1e-12);
    }
  });

  it.each(fields)("is omp on a dictionary of one factor, %s", (field) => {
    for (const { draw, tied } of problemFamilies) {
      if (tied) continue;
      const { factors, measurement, noiseVariance } = draw(field, 1, 20);
      const dictionary = kroneckerProduct(factors);
      const one = omp(dictionary, measurement, { noiseVariance });
      const kronecker = kroneckerOmp([dictionary], measurement, { noiseVariance });
      expect(kronecker.support).toEqual(one.support);
      expect(kronecker.reason).toBe(one.reason);
      expect(distance(kronecker.mean, one.mean)).toBeLessThan(1e-12 * norm(one.mean));
    }
  });

  it("does not mind factors of one row and column, or of one column", () => {
    const factors = [random(6, 9, "complex", "g"), random(5, 4, "complex", "h")];
    const measurement = random(30, 1, "complex", "i");
    const plain = kroneckerOmp(factors, measurement, { maxAtomsPerMode: 2 });
    const unit = complexMatrix(1, 1, Float64Array.of(0, 2));
    const padded = kroneckerOmp([factors[0], unit, factors[1]], measurement, { maxAtomsPerMode: 2 });
    expect(padded.support).toEqual(plain.support);
    expect(distance(scaled(padded.mean, [0, 2]), plain.mean)).toBeLessThan(1e-13 * norm(plain.mean));
    const column = kroneckerOmp([factors[0], columnsOf(factors[1], [2])], measurement, {
      maxAtomsPerMode: 1,
    });
    expect(column.reason).toBe("sparsity");
    expect(column.support).toHaveLength(1);
  });

  it("gives the same bits when the factors trade powers of two", () => {
    const factors = [random(6, 9, "complex", "g"), random(5, 4, "complex", "h")];
    const measurement = random(30, 1, "complex", "i");
    const options = { maxAtomsPerMode: 2 };
    const traded = [scaled(factors[0], 2 ** 300), scaled(factors[1], 2 ** -300)];
    expect(kroneckerOmp(traded, measurement, options)).toEqual(kroneckerOmp(factors, measurement, options));
  });

  it("takes an operator that has factors and refuses one that has not", () => {
    const factors = [random(6, 9, "real", "g"), random(5, 4, "real", "h")];
    const measurement = random(30, 1, "real", "i");
    const options = { residualTolerance: 0.5 };
    expect(kroneckerOmp(kroneckerOperator(factors), measurement, options)).toEqual(
      kroneckerOmp(factors, measurement, options),
    );
    const error = errorOf(() => kroneckerOmp(denseOperator(factors[0]), measurement, options));
    expect(error.code).toBe("unsupported");
  });

  describe("stopping", () => {
    const factors = [random(6, 9, "complex", "k"), random(5, 4, "complex", "l")];
    const measurement = random(30, 1, "complex", "m");

    it("ends when every mode is full", () => {
      const result = kroneckerOmp(factors, measurement, { maxAtomsPerMode: 3 });
      expect(result).toMatchObject({ reason: "sparsity", converged: true });
      expect(result.support).toHaveLength(9);
    });

    it("breaks down when the modes are as full as they can be and nobody asked for that", () => {
      const result = kroneckerOmp(factors, measurement, { residualTolerance: 0 });
      expect(result).toMatchObject({ reason: "breakdown", converged: false });
    });

    it("ends at the first residual below the noise", () => {
      const steps = [...kroneckerOmpSteps(factors, measurement, { noiseVariance: 0.4 })];
      const last = steps.at(-1)!.change * norm(measurement);
      expect(last ** 2).toBeLessThanOrEqual(30 * 0.4);
      expect((steps.at(-2)!.change * norm(measurement)) ** 2).toBeGreaterThan(30 * 0.4);
    });

    it("wants a rule, one snapshot, and at least one atom", () => {
      expect(errorOf(() => kroneckerOmp(factors, measurement, {})).message).toContain(
        "maxAtomsPerMode, residualTolerance, noiseVariance",
      );
      const options = { residualTolerance: 0.1 };
      expect(errorOf(() => kroneckerOmp(factors, complexMatrix(30, 2), options))).toMatchObject({
        code: "shape",
        received: "2 snapshots",
      });
      expect(errorOf(() => kroneckerOmp(factors, measurement, { maxAtomsPerMode: 0 })).code).toBe("option");
    });
  });

  it("takes the first of two equal atoms of a mode and passes over dependent ones", () => {
    const first = [
      [1, 1, 0, 1],
      [0, 0, 1, 1],
      [0, 0, 0, 0],
    ];
    const second = [[2]];
    const result = kroneckerOmp([first, second], [3, 1, 0.5], { residualTolerance: 0 });
    expect(result.reason).toBe("breakdown");
    expect(result.support).toHaveLength(2);
    expect(result.support).not.toContain(1);
    expect(result.residualNorm).toBeCloseTo(0.5, 14);
  });

  it("does not take atoms for correlations that are rounding errors", () => {
    // Orthonormal atoms in both modes, and a measurement made of atom (0, 0) and of what no atom has.
    for (let draw = 0; draw < 10; draw++) {
      const bases = [6, 5].map((size) => orthonormalised(random(size, size, "complex", "basis", draw, size)));
      const factors = [columnsOf(bases[0], [0, 1]), columnsOf(bases[1], [0, 1, 2])];
      const seen = kroneckerProduct(factors.map((factor) => columnsOf(factor, [0])));
      const unseen = kroneckerProduct([columnsOf(bases[0], [5]), columnsOf(bases[1], [4])]);
      const result = kroneckerOmp(factors, sum(seen, unseen), { residualTolerance: 0 });
      expect([...result.support]).toEqual([0]);
      expect(result).toMatchObject({ reason: "breakdown", iterations: 1 });
    }
  });
});
