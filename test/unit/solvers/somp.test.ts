import { describe, expect, it } from "vitest";
import { complexMatrix } from "../../../src/complex/types.js";
import { omp } from "../../../src/solvers/greedy/omp.js";
import { somp, sompSteps } from "../../../src/solvers/greedy/somp.js";
import { distance, kroneckerProduct, matrixOf, norm, product, sum } from "../../support/dense-complex.js";
import { errorOf } from "../../support/file-bytes.js";
import { problemFamilies } from "../../support/problem-families.js";
import { textbookPursuit } from "../../support/textbook-pursuit.js";

const fields = ["real", "complex"] as const;
const untied = problemFamilies.filter(({ tied }) => !tied);

describe("somp", () => {
  it.each(fields)("is omp when there is one snapshot, bit for bit, %s", (field) => {
    for (const { draw } of problemFamilies) {
      const { factors, measurement, support } = draw(field, 1, 20);
      const options = { sparsity: support.length, history: true };
      const several = somp(kroneckerProduct(factors), measurement, options);
      const one = omp(kroneckerProduct(factors), measurement, options);
      expect({ ...several, solver: "omp" }).toEqual(one);
    }
  });

  it.each(fields)("takes the same atoms as dense least squares from scratch, %s", (field) => {
    for (const { draw } of untied) {
      const { factors, measurement } = draw(field, 4, 10);
      const dictionary = kroneckerProduct(factors);
      const sparsity = Math.min(5, dictionary.columns);
      const result = somp(dictionary, measurement, { sparsity });
      const reference = textbookPursuit(dictionary, measurement, sparsity);
      expect([...result.support]).toEqual([...reference.atoms].sort((a, b) => a - b));
      // The normal equations of the reference lose the square of the condition of at most 5 atoms, below 1e2.
      expect(distance(result.mean, reference.mean)).toBeLessThan(1e-11 * norm(reference.mean));
      expect(result.residualNorm).toBeCloseTo(norm(reference.residual), 11);
      expect(result.residualNorm).toBeCloseTo(
        norm(sum(measurement, product(dictionary, result.mean), -1)),
        12,
      );
    }
  });

  it("finds a support that no single snapshot shows", () => {
    // The wrong atom, (1, 1)/√2, wins on every snapshot alone: 1.2/√2 against 1 + small. Summed, the
    // snapshots differ.
    const dictionary = matrixOf(2, 3, (r, c) => [c === 2 ? Math.SQRT1_2 : r === c ? 1 : 0, 0]);
    const first = matrixOf(2, 1, (r) => [r === 0 ? 1 : 0.5, 0]);
    const second = matrixOf(2, 1, (r) => [r === 0 ? 1 : -0.5, 0]);
    expect([...omp(dictionary, first, { sparsity: 1 }).support]).toEqual([2]);
    const both = matrixOf(2, 2, (r, l) => [(l === 0 ? first : second).data[2 * r], 0]);
    expect([...somp(dictionary, both, { sparsity: 1 }).support]).toEqual([0]);
  });

  it("counts the noise of all snapshots", () => {
    const { factors, measurement, noiseVariance } = untied[1].draw("complex", 5, 20);
    const { rows, columns } = measurement;
    const { residualNorm, iterations } = somp(factors[0], measurement, { noiseVariance });
    expect(residualNorm ** 2).toBeLessThanOrEqual(rows * columns * noiseVariance);
    const before = somp(factors[0], measurement, { sparsity: iterations - 1 });
    expect(before.residualNorm ** 2).toBeGreaterThan(rows * columns * noiseVariance);
  });

  it("takes more snapshots than there are rows", () => {
    const measurement = matrixOf(2, 7, (r, l) => [r === 0 ? l + 1 : 0, 0]);
    const { mean, support, reason } = somp(
      [
        [0, 2],
        [1, 0],
      ],
      measurement,
      { residualTolerance: 1e-12 },
    );
    expect([[...support], reason]).toEqual([[1], "residual"]);
    expect(mean).toEqual(matrixOf(2, 7, (n, l) => [n === 1 ? (l + 1) / 2 : 0, 0]));
  });

  it("yields after every atom and checks its input before the first", () => {
    const { factors, measurement } = untied[1].draw("real", 3, 10);
    const steps = [...sompSteps(factors[0], measurement, { sparsity: 4 })];
    expect(steps.map(({ supportSize }) => supportSize)).toEqual([1, 2, 3, 4]);
    expect(steps.map(({ change }) => change)).toEqual(
      somp(factors[0], measurement, { sparsity: 4, history: true }).history!.map(({ change }) => change),
    );
    const error = errorOf(() => sompSteps(factors[0], complexMatrix(3, 2), { sparsity: 1 }));
    expect(error.message).toBe("somp: measurement has 3 rows; expected 24 (dictionary.rows)");
  });
});
