import { describe, expect, it } from "vitest";
import { kroneckerOperator } from "../../../src/operators/kronecker.js";
import type { SparseResult } from "../../../src/solvers/contract.js";
import { omp, ompSteps } from "../../../src/solvers/greedy/omp.js";
import {
  adjointOf,
  columnsOf,
  distance,
  kroneckerProduct,
  matrixOf,
  norm,
  orthonormalised,
  product,
} from "../../support/dense-complex.js";
import { errorOf } from "../../support/file-bytes.js";
import { syntheticInstance } from "../../support/golden.js";
import { problemFamilies } from "../../support/problem-families.js";
import {
  denseLeastSquares,
  exactRecoveryCoefficient,
  textbookPursuit,
} from "../../support/textbook-pursuit.js";

const family = (name: string) => problemFamilies.find((candidate) => candidate.name === name)!;
const fields = ["real", "complex"] as const;

describe("omp", () => {
  it("recovers the support in K steps wherever Tropp's condition promises it", () => {
    for (const { name, draw, recoverable, tied } of problemFamilies) {
      for (const field of fields) {
        const { factors, support, measurement, coefficients } = draw(field, 1);
        const dictionary = kroneckerProduct(factors);
        expect([name, field, exactRecoveryCoefficient(dictionary, support) < 1]).toEqual([
          name,
          field,
          recoverable,
        ]);
        if (!recoverable) continue;
        const result = omp(dictionary, measurement, { residualTolerance: 1e-12 });
        expect(tied).toBe(false);
        expect(result.reason).toBe("residual");
        expect(result.iterations).toBe(support.length);
        expect(result.support).toEqual(support);
        // The chosen atoms are well conditioned: a few units of rounding per row.
        expect(distance(result.mean, coefficients)).toBeLessThan(1e-13 * norm(coefficients));
      }
    }
  });

  it.each(fields)("takes the same atoms as dense least squares from scratch, %s", (field) => {
    for (const name of ["tall", "wide", "square", "coherent steering vectors"]) {
      const { factors, measurement } = family(name).draw(field, 1, 10);
      const dictionary = factors[0];
      const reference = textbookPursuit(dictionary, measurement, 6);
      const order: number[] = [];
      for (const step of ompSteps(dictionary, measurement, { sparsity: 6 })) {
        const { support } = step.current();
        order.push(support.find((atom) => !order.includes(atom))!);
        expect(support.length).toBe(step.supportSize);
      }
      expect(order).toEqual(reference.atoms);
      const result = omp(dictionary, measurement, { sparsity: 6 });
      // The normal equations of the reference lose the square of the condition of at most 6 atoms, below 1e2.
      expect(distance(result.mean, reference.mean)).toBeLessThan(1e-11 * norm(reference.mean));
      expect(result.residualNorm).toBeCloseTo(norm(reference.residual), 11);
    }
  });

  it("agrees with NumPy on the reference instances of Kronecker recovery", () => {
    // Selection by H.T @ r / norm(H, axis=0), coefficients by numpy.linalg.lstsq, until norm(r)² ≤ M σ²
    // (NumPy 2.4).
    const expected = {
      "synthetic-25db": { steps: 24, nmse: 7.901435200509404e-5 },
      "synthetic-5db": { steps: 26, nmse: 6.281412484774777e-2 },
    } as const;
    for (const name of ["synthetic-25db", "synthetic-5db"] as const) {
      const { factors, measurement, noiseVariance, coefficients } = syntheticInstance(name);
      const operator = kroneckerOperator(factors);
      const { mean, iterations } = omp(operator, measurement, { noiseVariance });
      const truth = matrixOf(coefficients.length, 1, (r) => [coefficients[r], 0]);
      expect(iterations).toBe(expected[name].steps);
      const nmse = (distance(mean, truth) / norm(truth)) ** 2;
      expect(Math.abs(nmse / expected[name].nmse - 1)).toBeLessThan(1e-12);
      // The structure is used: one adjoint for each step and nothing else.
      expect(operator.cost.adjoints).toBe(iterations);
      expect(operator.cost.applies).toBe(0);
    }
  });

  it("solves a small example worked by hand", () => {
    // Normalised correlations of y = (4, 3, 0): 4, 3, 7/√2 = 4.95, so atom 2 comes first, with residual (½,
    // −½, 0). Atoms 0 and 1 then tie at ½; atom 0 wins and leaves nothing: y = 1·(1, 0, 0) + 3·(1, 1, 0).
    const dictionary = [
      [1, 0, 1],
      [0, 1, 1],
      [0, 0, 0],
    ];
    const { mean, support, history } = omp(dictionary, [4, 3, 0], { sparsity: 2, history: true });
    expect([...support]).toEqual([0, 2]);
    expect(mean.data[0]).toBeCloseTo(1, 14);
    expect(mean.data[4]).toBeCloseTo(3, 14);
    expect(history).toHaveLength(2);
    expect(history![0].change).toBeCloseTo(Math.SQRT1_2 / 5, 14);
    expect(history![0]).toMatchObject({ iteration: 1, supportSize: 1 });
  });

  it.each(fields)("is least squares when it takes all atoms, %s", (field) => {
    const { factors, measurement } = family("tall").draw(field, 1, 0);
    const dictionary = factors[0];
    const result = omp(dictionary, measurement, { sparsity: dictionary.columns });
    const expected = denseLeastSquares(dictionary, measurement);
    expect(result.reason).toBe("sparsity");
    expect(distance(result.mean, expected)).toBeLessThan(1e-13 * norm(expected));
  });

  it.each(fields)("takes the largest correlations when the atoms are orthonormal, %s", (field) => {
    const { factors, measurement } = family("square").draw(field, 1, 0);
    const dictionary = orthonormalised(factors[0]);
    const correlation = product(adjointOf(dictionary), measurement);
    const order = Array.from({ length: 18 }, (_, n) => n).sort(
      (a, b) =>
        Math.hypot(correlation.data[2 * b], correlation.data[2 * b + 1]) -
        Math.hypot(correlation.data[2 * a], correlation.data[2 * a + 1]),
    );
    const { support, mean } = omp(dictionary, measurement, { sparsity: 5 });
    const largest = order.slice(0, 5).sort((a, b) => a - b);
    expect([...support]).toEqual(largest);
    for (const n of largest) {
      expect(mean.data[2 * n]).toBeCloseTo(correlation.data[2 * n], 13);
      expect(mean.data[2 * n + 1]).toBeCloseTo(correlation.data[2 * n + 1], 13);
    }
  });

  it("does not mind the scale of single atoms", () => {
    const { factors, measurement } = family("wide").draw("complex", 1, 20);
    const plain = omp(factors[0], measurement, { sparsity: 4 });
    const weight = (c: number) => 2 ** ((7 * c) % 41) * 2 ** -20;
    const rescaled = matrixOf(24, 36, (r, c) => {
      const at = 2 * (r * 36 + c);
      return [factors[0].data[at] * weight(c), factors[0].data[at + 1] * weight(c)];
    });
    const result = omp(rescaled, measurement, { sparsity: 4 });
    expect(result.support).toEqual(plain.support);
    for (const n of plain.support) {
      // Powers of two: the same bits.
      expect(result.mean.data[2 * n] * weight(n)).toBe(plain.mean.data[2 * n]);
    }
  });

  describe("stopping", () => {
    const { factors, measurement, noiseVariance } = family("wide").draw("complex", 1, 20);
    const dictionary = factors[0];
    const run = (options: Parameters<typeof omp>[2]): SparseResult => omp(dictionary, measurement, options);

    it("ends at the first residual below the relative tolerance", () => {
      const { history, reason, residualNorm, converged } = run({ residualTolerance: 0.05, history: true });
      expect([reason, converged]).toEqual(["residual", true]);
      expect(residualNorm).toBeLessThanOrEqual(0.05 * norm(measurement));
      expect(history!.slice(0, -1).every(({ change }) => change > 0.05)).toBe(true);
    });

    it("ends at the first residual below the noise", () => {
      const { residualNorm, iterations, reason } = run({ noiseVariance });
      expect(reason).toBe("residual");
      expect(residualNorm ** 2).toBeLessThanOrEqual(24 * noiseVariance);
      expect(run({ sparsity: iterations - 1 }).residualNorm ** 2).toBeGreaterThan(24 * noiseVariance);
    });

    it("takes no atom if the measurement is below the noise", () => {
      const result = run({ noiseVariance: norm(measurement) ** 2 / 20 });
      expect(result).toMatchObject({ iterations: 0, reason: "residual", converged: true });
      expect(result.residualNorm).toBeCloseTo(norm(measurement), 12);
    });

    it("ends by whichever rule holds first", () => {
      expect(run({ sparsity: 1, residualTolerance: 0.05 }).reason).toBe("sparsity");
      expect(run({ sparsity: 9, residualTolerance: 0.5 }).reason).toBe("residual");
      expect(run({ sparsity: 9, maxIterations: 3 })).toMatchObject({
        reason: "max-iterations",
        iterations: 3,
        converged: false,
      });
    });

    it("fits every measurement exactly with as many atoms as rows", () => {
      const result = run({ residualTolerance: 0 });
      expect(result.reason).toBe("residual");
      expect(result.iterations).toBe(24);
    });

    it("wants a rule", () => {
      const error = errorOf(() => run({ maxIterations: 3 }));
      expect(error.code).toBe("option");
      expect(error.message).toContain("sparsity, residualTolerance, noiseVariance");
    });

    it("refuses more atoms than there are rows or atoms", () => {
      const error = errorOf(() => run({ sparsity: 25 }));
      expect(error).toMatchObject({ code: "option", parameter: "sparsity", received: "25" });
      expect(error.message).toContain("24");
    });
  });

  describe("dependent atoms", () => {
    it("takes the first of two equal atoms and never the second", () => {
      const { factors, measurement, support } = family("wide").draw("complex", 1, 20);
      const doubled = columnsOf(factors[0], [...Array(36).keys(), ...support]);
      const result = omp(doubled, measurement, { sparsity: 20 });
      const plain = omp(factors[0], measurement, { sparsity: 20 });
      expect(result.support).toEqual(plain.support);
      expect(result.mean.data.subarray(0, 72)).toEqual(plain.mean.data);
    });

    it("breaks down when the rest of the measurement is out of reach", () => {
      const dictionary = [
        [1, 0, 1, 2],
        [0, 1, 1, 2],
        [0, 0, 0, 0],
      ];
      const result = omp(dictionary, [1, 2, 2], { residualTolerance: 0.1 });
      expect(result).toMatchObject({ reason: "breakdown", converged: false, iterations: 2 });
      expect(result.residualNorm).toBeCloseTo(2, 14);
      expect([...result.support]).toEqual([1, 2]);
    });

    it("does not take atoms for correlations that are rounding errors", () => {
      // Orthonormal atoms 0, 1, 2 and a measurement made of atom 0 and of what no atom has.
      const basis = orthonormalised(family("square").draw("complex", 1).factors[0]);
      const dictionary = columnsOf(basis, [0, 1, 2]);
      const measurement = product(
        columnsOf(basis, [0, 17]),
        matrixOf(2, 1, () => [1, 1]),
      );
      const result = omp(dictionary, measurement, { sparsity: 3 });
      expect([...result.support]).toEqual([0]);
      expect(result.reason).toBe("breakdown");
    });

    it("breaks down at once when no atom sees the measurement", () => {
      const result = omp(
        [
          [1, 0],
          [0, 0],
        ],
        [0, 1],
        { sparsity: 1 },
      );
      expect(result).toMatchObject({ reason: "breakdown", iterations: 0, residualNorm: 1 });
      expect(result.support).toHaveLength(0);
    });
  });

  it("asks for somp when there are several snapshots", () => {
    const error = errorOf(() =>
      omp(
        [
          [1, 0],
          [0, 1],
        ],
        [
          [1, 2],
          [3, 4],
        ],
        { sparsity: 1 },
      ),
    );
    expect(error).toMatchObject({ code: "shape", received: "2 snapshots" });
    expect(error.message).toContain("somp");
  });

  it("checks the input of the iterator form before the first step", () => {
    expect(errorOf(() => ompSteps([[1]], [1], {})).code).toBe("option");
    expect(errorOf(() => ompSteps([[1]], [1, 2], { sparsity: 1 })).code).toBe("shape");
  });

  it("says so when the coefficients overflow", () => {
    const error = errorOf(() => omp([[2 ** -600]], [2 ** 600], { sparsity: 1 }));
    expect(error.code).toBe("range");
    expect(error.message).toContain("overflow");
  });
});
