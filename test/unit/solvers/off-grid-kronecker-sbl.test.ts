import { describe, expect, it } from "vitest";
import { arrayFromPositions, uniformLinearArray } from "../../../src/arrays/index.js";
import { kroneckerCramerRao } from "../../../src/bounds/index.js";
import {
  directCascade,
  drawIrsChannel,
  drawIrsTraining,
  irsMeasurement,
  irsParametricDictionaries,
  noiseVarianceAt,
  pathCoefficients,
  withNoise,
} from "../../../src/channels/index.js";
import { type ComplexMatrix, complexMatrix, complexVector } from "../../../src/complex/index.js";
import { atomMatrix } from "../../../src/dictionaries/all-atoms.js";
import {
  angleDictionary,
  compressedDictionary,
  type ParametricDictionary,
} from "../../../src/dictionaries/index.js";
import { cosineGrid, type Grid, productGrid, uniformGrid, withPoints } from "../../../src/grids/index.js";
import { kernelInfo } from "../../../src/kernels/index.js";
import { denseOperator, kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import {
  type OffGridKroneckerSblOptions,
  offGridKroneckerSbl,
  offGridKroneckerSblSteps,
} from "../../../src/solvers/index.js";
import { distance, kroneckerProduct, norm, product, scaled } from "../../support/dense-complex.js";
import { expectPosteriorIdentities } from "../../support/dense-posterior.js";
import { backends, withKernels } from "../../support/kernels.js";
import { thrownAtOnce } from "../../support/thrown.js";

const stream = randomStream(1, "off-grid-kronecker-sbl");

const line = (elements: number, points: number) =>
  angleDictionary(uniformLinearArray({ elements }), cosineGrid(points));

const at = (dictionary: ParametricDictionary, ...points: number[]) =>
  dictionary.withGrid(withPoints(dictionary.grid, points));

/** Y = (A_1(u_1) ⊗ …) X + W, and the parts that it is made of. */
function measured(
  dictionaries: readonly ParametricDictionary[],
  coefficients: ComplexMatrix,
  noiseVariance: number,
  seed: string,
) {
  const signal = product(kroneckerProduct(dictionaries.map(atomMatrix)), coefficients);
  const isReal = signal.data.every((part, i) => i % 2 === 0 || part === 0);
  const child = stream.child(seed);
  const size = signal.rows * signal.columns;
  const noise = isReal ? child.normals(size) : child.complexNormals(size).data;
  const measurement = complexMatrix(signal.rows, signal.columns, signal.data.slice());
  noise.forEach((part, i) => {
    measurement.data[isReal ? 2 * i : i] += Math.sqrt(noiseVariance) * part;
  });
  return { signal, measurement };
}

const normals = (rows: number, columns: number, seed: string) =>
  complexMatrix(rows, columns, stream.child(seed).complexNormals(rows * columns).data);

/** What the atoms and coefficients of an answer say the measurement is. */
function fitted(dictionaries: readonly ParametricDictionary[], grids: readonly Grid[], mean: ComplexMatrix) {
  return product(
    kroneckerProduct(dictionaries.map((dictionary, n) => atomMatrix(dictionary.withGrid(grids[n])))),
    mean,
  );
}

const sorted = (points: Float64Array) => points.slice().sort();
const known = (variance: number) => ({ kind: "known", variance }) as const;

/** Bumps e^{−(t − u)²/2 w²}: real atoms. */
function bumps(samples: number, grid: Grid): ParametricDictionary {
  const width = 0.08;
  const build = (derivative: boolean, indices: ArrayLike<number>) => {
    const matrix = complexMatrix(samples, indices.length);
    for (let m = 0; m < samples; m++) {
      for (let k = 0; k < indices.length; k++) {
        const offset = (m / (samples - 1) - grid.points[indices[k]]) / width;
        const value = Math.exp((-offset * offset) / 2);
        matrix.data[2 * (m * indices.length + k)] = derivative ? (value * offset) / width : value;
      }
    }
    return matrix;
  };
  const all = Int32Array.from({ length: grid.size }, (_, k) => k);
  return {
    operator: denseOperator(build(false, all)),
    grid,
    derivatives: (indices) => build(true, indices),
    withGrid: (other) => bumps(samples, other),
  };
}

const places = (points: number) => uniformGrid({ name: "place", unit: "1", start: 0, stop: 1, points });

/** Two modes, K = 2 × 1, all between the points of the grids. */
function twoModes(noiseVariance: number, seed: string) {
  const dictionaries = [line(8, 16), compressedDictionary(normals(4, 10, "pilots"), line(10, 40))];
  const truth = [at(dictionaries[0], -0.437, 0.317), at(dictionaries[1], 0.1234)];
  const coefficients = complexMatrix(2, 1, Float64Array.of(1.2, -0.4, 0.5, 1));
  return {
    dictionaries,
    truth,
    coefficients,
    ...measured(truth, coefficients, noiseVariance, seed),
  };
}

describe("offGridKroneckerSbl", () => {
  it("finds single directions between grid points at the Cramér–Rao bound", () => {
    const dictionary = line(16, 32);
    const noiseVariance = 1e-3;
    const errors: number[] = [];
    for (let draw = 0; draw < 100; draw++) {
      const child = stream.child("single", draw);
      const direction = 1.8 * child.uniform() - 0.9;
      const phase = 2 * Math.PI * child.uniform();
      const coefficients = complexMatrix(1, 1, Float64Array.of(Math.cos(phase), Math.sin(phase)));
      const truth = [at(dictionary, direction)];
      const { measurement } = measured(truth, coefficients, noiseVariance, `single ${draw}`);
      const { grids } = offGridKroneckerSbl([dictionary], measurement, { noise: known(noiseVariance) });
      expect(grids[0].size).toBe(1);
      errors.push(grids[0].points[0] - direction);
    }
    const truth = [at(dictionary, 0.1)];
    const bound = kroneckerCramerRao(truth, [1], {
      noiseVariance,
      core: "free",
    }).coordinateVariances[0][0];
    const mean = errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
    // A mean of 100 squares has a relative standard deviation of 0.14.
    expect(mean / bound).toBeGreaterThan(0.55);
    expect(mean / bound).toBeLessThan(1.45);
  });

  it("is at the bound in both modes of a Kronecker model", () => {
    const noiseVariance = 1e-4;
    const errors = [0, 0, 0];
    const draws = 60;
    for (let draw = 0; draw < draws; draw++) {
      const { dictionaries, measurement } = twoModes(noiseVariance, `bound ${draw}`);
      const { grids } = offGridKroneckerSbl(dictionaries, measurement, { noise: known(noiseVariance) });
      expect(grids.map(({ size }) => size)).toEqual([2, 1]);
      const [low, high] = sorted(grids[0].points);
      errors[0] += (low + 0.437) ** 2 / draws;
      errors[1] += (high - 0.317) ** 2 / draws;
      errors[2] += (grids[1].points[0] - 0.1234) ** 2 / draws;
    }
    const { truth, coefficients } = twoModes(noiseVariance, "bound");
    const bound = kroneckerCramerRao(truth, complexVector(2, coefficients.data), {
      noiseVariance,
      core: "free",
    });
    const expected = [...bound.coordinateVariances[0], bound.coordinateVariances[1][0]];
    // Standard deviation 0.18 of each, and 0.1 of all three together.
    const ratios = errors.map((error, k) => error / expected[k]);
    expect(Math.max(...ratios)).toBeLessThan(1.65);
    expect(ratios.reduce((sum, ratio) => sum + ratio / 3, 0)).toBeLessThan(1.35);
    expect(Math.min(...ratios)).toBeGreaterThan(0.45);
  });

  it("finds the directions of a reflecting surface's channel, three by one by three", () => {
    const geometry = { msAntennas: 6, bsAntennas: 16, irsElements: 256, gridPoints: 18 };
    const child = stream.child("surface");
    const channel = drawIrsChannel({ ...geometry, pathsMsIrs: 3, pathsIrsBs: 3, offGrid: true }, child);
    const training = drawIrsTraining(channel, { irsPatterns: 10, pilots: 4 }, child);
    const signal = irsMeasurement(directCascade(channel, training.patterns), training.pilots);
    const variance = noiseVarianceAt(25, signal);
    const measurement = withNoise(signal, variance, child.child("noise"));
    const dictionaries = irsParametricDictionaries(geometry, training, [512, 36, 36]);
    const { grids } = offGridKroneckerSbl(dictionaries, measurement, { noise: known(variance) });
    const { cosines, coefficients } = pathCoefficients(channel);
    const truth = dictionaries.map((dictionary, n) => at(dictionary, ...cosines[n]));
    const bound = kroneckerCramerRao(truth, coefficients, { noiseVariance: variance, core: "free" });
    grids.forEach((grid, n) => {
      expect(grid.size).toBe(cosines[n].length);
      cosines[n].forEach((cosine, k) => {
        const errors = grid.points.map((value) =>
          Math.abs(value - cosine - 2 * Math.round((value - cosine) / 2)),
        );
        expect(Math.min(...errors)).toBeLessThan(4 * Math.sqrt(bound.coordinateVariances[n][k]));
      });
    });
  });

  it("leaves a truth on the grid there, to the accuracy of the noise", () => {
    const dictionaries = [line(8, 16), line(6, 12)];
    const truth = [at(dictionaries[0], -0.5, 0.25), at(dictionaries[1], 0.5)];
    const coefficients = complexMatrix(2, 1, Float64Array.of(1, 0, 0, -1));
    const { measurement } = measured(truth, coefficients, 1e-12, "on grid");
    const { grids, mean } = offGridKroneckerSbl(dictionaries, measurement, { noise: known(1e-12) });
    const points = grids.map((grid) => sorted(grid.points));
    expect(points.map(({ length }) => length)).toEqual([2, 1]);
    for (const [n, expected] of [[-0.5, 0.25], [0.5]].entries()) {
      expected.forEach((value, k) => {
        expect(Math.abs(points[n][k] - value)).toBeLessThan(2e-6);
      });
    }
    expect(Math.abs(norm(mean) ** 2 - 2)).toBeLessThan(1e-4);
  });

  it("resolves two directions closer than a grid cell where the data can", () => {
    // The cell of this grid is 0.125, as the resolution of the array is.
    const dictionary = line(16, 16);
    const truth = [at(dictionary, 0.03, 0.11)];
    const { measurement } = measured(truth, normals(2, 8, "close"), 1e-4, "close");
    const { grids } = offGridKroneckerSbl([dictionary], measurement, { noise: known(1e-4) });
    const bound = kroneckerCramerRao(truth, [1, 1], { noiseVariance: 1e-4, core: "free" });
    const points = sorted(grids[0].points);
    expect(points).toHaveLength(2);
    [0.03, 0.11].forEach((value, k) => {
      expect(Math.abs(points[k] - value)).toBeLessThan(5 * Math.sqrt(bound.coordinateVariances[0][k]));
    });
  });

  it("takes for one what the data cannot resolve", () => {
    const dictionary = line(8, 32);
    const { measurement } = measured([at(dictionary, 0.3, 0.303)], normals(2, 1, "same"), 1e-2, "same");
    const { grids } = offGridKroneckerSbl([dictionary], measurement, { noise: known(1e-2) });
    expect(grids[0].size).toBe(1);
    expect(Math.abs(grids[0].points[0] - 0.3)).toBeLessThan(0.05);
  });

  it("finds the directions of several snapshots of one array, and their powers, with noise to be learned", () => {
    const dictionary = line(10, 20);
    const directions = [-0.71, 0.055, 0.377];
    const snapshots = 50;
    const truth = at(dictionary, ...directions);
    const { measurement } = measured([truth], normals(3, snapshots, "sources"), 0.01, "snapshots");
    const result = offGridKroneckerSbl([dictionary], measurement, { noise: { kind: "learned" } });
    const points = sorted(result.grids[0].points);
    expect(points).toHaveLength(3);
    directions.forEach((value, k) => {
      expect(Math.abs(points[k] - value)).toBeLessThan(0.006);
    });
    expect(result.noiseVariance).toBeGreaterThan(0.0085);
    expect(result.noiseVariance).toBeLessThan(0.0115);
    expect(result.mean).toMatchObject({ rows: 3, columns: snapshots });
    expect(result.reason).toBe("tolerance");
  });

  it("moves azimuth and elevation of every atom", () => {
    const positions = Array.from({ length: 25 }, (_, k) => [
      0.02 * (k % 3),
      (k % 5) / 2,
      Math.floor(k / 5) / 2,
    ]);
    const axis = (name: string, points: number) =>
      uniformGrid({ name, unit: "rad", start: -1, stop: 1, points });
    const grid = productGrid(axis("azimuth", 13), axis("elevation", 11));
    const plane = angleDictionary(arrayFromPositions(positions), grid);
    const truth = [at(plane, 0.381, -0.234, -0.449, 0.333), at(line(4, 8), 0.18)];
    const { measurement } = measured(truth, normals(2, 1, "plane"), 1e-4, "plane");
    const { grids } = offGridKroneckerSbl([plane, line(4, 8)], measurement, { noise: known(1e-4) });
    expect(grids[0]).toMatchObject({ size: 2, axes: grid.axes });
    const points = [grids[0].points.subarray(0, 2), grids[0].points.subarray(2)].sort((a, b) => a[0] - b[0]);
    [-0.449, 0.333, 0.381, -0.234].forEach((value, k) => {
      expect(Math.abs(points[k >> 1][k & 1] - value)).toBeLessThan(0.01);
    });
    expect(Math.abs(grids[1].points[0] - 0.18)).toBeLessThan(0.01);
  });

  it("stays real with real atoms, and within the values of an axis without period", () => {
    const dictionary = bumps(30, places(25));
    const coefficients = complexMatrix(2, 1, Float64Array.of(1, 0, -0.7, 0));
    const inside = measured([at(dictionary, 0.277, 0.689)], coefficients, 1e-4, "bumps");
    const { grids, mean, logEvidence, ...rest } = offGridKroneckerSbl([dictionary], inside.measurement, {
      noise: known(1e-4),
    });
    const points = sorted(grids[0].points);
    expect(points).toHaveLength(2);
    expect(Math.abs(points[0] - 0.277)).toBeLessThan(2e-3);
    expect(Math.abs(points[1] - 0.689)).toBeLessThan(3e-3);
    expect(mean.data.every((part, i) => i % 2 === 0 || part === 0)).toBe(true);
    expectPosteriorIdentities(
      { ...rest, mean, logEvidence },
      atomMatrix(dictionary.withGrid(grids[0])),
      inside.measurement,
    );

    const beyond = measured(
      [at(dictionary, 1.02)],
      complexMatrix(1, 1, Float64Array.of(1, 0)),
      1e-4,
      "beyond",
    );
    const held = offGridKroneckerSbl([dictionary], beyond.measurement, { noise: known(1e-4) });
    expect(Math.max(...held.grids[0].points)).toBe(1);
  });

  it("is complex where atoms become so when they move", () => {
    // At direction cosine 0 every atom is real.
    const dictionary = at(line(6, 12), 0);
    const measurement = complexMatrix(6, 1, Float64Array.of(1, 0, 1.1, 0, 0.8, 0, 1, 0, 0.9, 0, 1.2, 0));
    const result = offGridKroneckerSbl([dictionary], measurement, { noise: known(1e-3) });
    measurement.data[1] = 1e-300;
    expectPosteriorIdentities(result, atomMatrix(dictionary.withGrid(result.grids[0])), measurement);
  });

  it("returns the Gaussian posterior of the atoms that are left, indexed over these", () => {
    const { dictionaries, measurement } = twoModes(1e-2, "posterior");
    const result = offGridKroneckerSbl(dictionaries, measurement, { noise: { kind: "learned" } });
    const size = result.grids.reduce((count, grid) => count * grid.size, 1);
    expect(result.mean.rows).toBe(size);
    expect(result.variance).toHaveLength(size);
    expect([...result.support]).toEqual(Array.from({ length: size }, (_, k) => k));
    const atoms = result.grids.map((grid, n) => atomMatrix(dictionaries[n].withGrid(grid)));
    expectPosteriorIdentities(result, kroneckerProduct(atoms), measurement);
    expect(
      result.hyperparameters.kind === "kronecker" && result.hyperparameters.factors.map((f) => f.length),
    ).toEqual(result.grids.map((grid) => grid.size));
    expect(structuredClone(result)).toEqual(result);
    expect(Object.isFrozen(result) && Object.isFrozen(result.grids)).toBe(true);
  });

  it("does far better than the grid", () => {
    const { dictionaries, measurement, signal } = twoModes(1e-4, "better");
    const onGrid: { last?: number } = {};
    const steps = offGridKroneckerSblSteps(dictionaries, measurement, { noise: known(1e-4), restarts: 0 });
    let evidence = Number.NEGATIVE_INFINITY;
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done) {
        const error =
          distance(fitted(dictionaries, step.value.grids, step.value.mean), signal) / norm(signal);
        expect(error).toBeLessThan(0.012);
        expect(step.value.logEvidence).toBeGreaterThan(evidence + 20);
        break;
      }
      // As long as a point of the grid is chosen by all atoms, they have not moved.
      const { grids } = step.value.current();
      const isOnGrid = grids.every((grid, n) =>
        grid.points.every((value) => dictionaries[n].grid.points.includes(value)),
      );
      if (!isOnGrid) continue;
      onGrid.last = step.value.iteration;
      evidence = step.value.current().logEvidence;
    }
    expect(onGrid.last).toBeGreaterThan(5);
  });

  it("never lowers the evidence while the number of atoms stays", () => {
    for (const noise of [known(1e-3), { kind: "learned" }] as const) {
      const { dictionaries, measurement } = twoModes(1e-3, "monotonic");
      const steps = offGridKroneckerSblSteps(dictionaries, measurement, {
        noise,
        restarts: 0,
        exponent: 0.5,
      });
      let before = { evidence: Number.NEGATIVE_INFINITY, sizes: "" };
      for (const { current } of { [Symbol.iterator]: () => steps }) {
        const { logEvidence, grids } = current();
        const sizes = grids.map(({ size }) => size).join();
        if (sizes === before.sizes) expect(logEvidence).toBeGreaterThanOrEqual(before.evidence - 1e-9);
        before = { evidence: logEvidence, sizes };
      }
      expect(before.sizes).toBe("2,1");
    }
  });

  it("gives the same answer in other units", () => {
    const { dictionaries, measurement } = twoModes(1e-3, "units");
    const options = { noise: known(1e-3) } as const;
    const expected = offGridKroneckerSbl(dictionaries, measurement, options);
    for (const exponent of [-300, 7, 400]) {
      const noise = known(1e-3 * 2 ** (2 * exponent));
      const other = offGridKroneckerSbl(dictionaries, scaled(measurement, 2 ** exponent), { noise });
      expect(other.grids).toEqual(expected.grids);
      expect(other.mean).toEqual(scaled(expected.mean, 2 ** exponent));
    }
    const [first, second] = dictionaries;
    const map = complexMatrix(8, 8);
    for (let k = 0; k < 8; k++) map.data[2 * k * 9] = 2 ** 600;
    const large = offGridKroneckerSbl([compressedDictionary(map, first), second], measurement, options);
    expect(large.grids).toEqual(expected.grids);
    expect(large.mean).toEqual(scaled(expected.mean, 2 ** -600));
  });

  it("gives coordinates with a period within it", () => {
    const dictionary = line(12, 24);
    const { measurement } = measured([at(dictionary, 0.9987)], normals(1, 1, "period"), 1e-3, "period");
    const { grids } = offGridKroneckerSbl([dictionary], measurement, { noise: known(1e-3) });
    expect(grids[0].size).toBe(1);
    const [value] = grids[0].points;
    expect(value).toBeGreaterThanOrEqual(-1);
    expect(value).toBeLessThan(1);
    const difference = value - 0.9987;
    expect(Math.abs(difference - 2 * Math.round(difference / 2))).toBeLessThan(0.02);
  });

  it("has no atoms for y = 0", () => {
    const dictionaries = [line(4, 8), line(3, 6)];
    const result = offGridKroneckerSbl(dictionaries, new Float64Array(12), { noise: known(1) });
    expect(result).toMatchObject({ reason: "zero-measurement", mean: { rows: 0 }, converged: true });
    expect(result.grids.map(({ size, points }) => [size, points.length])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("stops when it is told to, with the atoms as they stand, and gives its memory back", () => {
    const { dictionaries, measurement } = twoModes(1e-3, "stop");
    const run = (iterations: number) =>
      offGridKroneckerSbl(dictionaries, measurement, {
        noise: known(1e-3),
        onIteration: ({ iteration }) => (iteration < iterations ? "continue" : "stop"),
      });
    const { iterations } = run(Number.POSITIVE_INFINITY);
    for (const wanted of [12, iterations - 1]) {
      const result = run(wanted);
      expect(result).toMatchObject({ reason: "stopped", iterations: wanted, converged: false });
      const atoms = result.grids.map((grid, n) => atomMatrix(dictionaries[n].withGrid(grid)));
      expectPosteriorIdentities(result, kroneckerProduct(atoms), measurement);
      expect(kernelInfo().memoryUsed).toBe(0);
    }
    const few = offGridKroneckerSbl(dictionaries, measurement, { noise: known(1e-3), maxIterations: 2 });
    expect(few).toMatchObject({ reason: "max-iterations", converged: false });
  });

  it("finds the same on both kinds of kernels", () => {
    const { dictionaries, measurement } = twoModes(1e-3, "kernels");
    const [first, second] = backends.map((backend) =>
      withKernels(backend, () => offGridKroneckerSbl(dictionaries, measurement, { noise: known(1e-3) })),
    );
    expect(second.grids.map(({ size }) => size)).toEqual(first.grids.map(({ size }) => size));
    expect(distance(first.mean, second.mean) / norm(first.mean)).toBeLessThan(1e-6);
  });

  it("refuses what it cannot use", () => {
    const dictionary = line(4, 8);
    const y = complexMatrix(4, 1, Float64Array.of(1, 0, 0, 1, 1, 1, 0, 0));
    const noise = known(1);
    const codeOf = (dictionaries: unknown, measurement: unknown, options: object) =>
      thrownAtOnce(() =>
        offGridKroneckerSbl(
          dictionaries as ParametricDictionary[],
          measurement as ComplexMatrix,
          options as OffGridKroneckerSblOptions,
        ),
      ).code;
    expect(codeOf([], y, { noise })).toBe("shape");
    expect(codeOf(dictionary, y, { noise })).toBe("shape");
    expect(codeOf([dictionary.operator], y, { noise })).toBe("shape");
    expect(codeOf([dictionary, null], y, { noise })).toBe("shape");
    expect(codeOf([dictionary, dictionary], y, { noise })).toBe("shape");
    expect(codeOf([dictionary], y, {})).toBe("option");
    expect(codeOf([dictionary], y, { noise, method: "mm" })).toBe("option");
    expect(codeOf([dictionary], y, { noise, pruneRatio: [0.1, 0.1] })).toBe("option");
    expect(codeOf([dictionary], y, { noise, restarts: -1 })).toBe("option");
    expect(codeOf([dictionary], y, { noise: known(0) })).toBe("range");
    expect(codeOf([dictionary], complexMatrix(4, 1, y.data.fill(Number.NaN)), { noise })).toBe("non-finite");
  });

  it("agrees with its operators", () => {
    const { dictionaries, measurement } = twoModes(1e-3, "operators");
    const { grids, mean, residualNorm } = offGridKroneckerSbl(dictionaries, measurement, {
      noise: known(1e-3),
    });
    const operator = kroneckerOperator(
      dictionaries.map((dictionary, n) => atomMatrix(dictionary.withGrid(grids[n]))),
    );
    const fit = complexMatrix(
      measurement.rows,
      1,
      operator.apply({ length: mean.rows, data: mean.data }).data,
    );
    expect(Math.abs(distance(measurement, fit) - residualNorm)).toBeLessThan(1e-9);
  });
});
