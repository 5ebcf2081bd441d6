/** Scenario `irs` between the points of a grid: other grids for estimators, angles, the oracle and the bound. */
import { describe, expect, it } from "vitest";
import type { Estimated } from "../../../simulations/engine/contract.js";
import { angleRmse, atomStrengths } from "../../../simulations/irs/angle-error.js";
import type { IrsEstimate } from "../../../simulations/irs/estimate.js";
import { irsScenario } from "../../../simulations/irs/scenario.js";
import type { ThreeCosines } from "../../../src/channels/index.js";
import { type ComplexMatrix, complexMatrix, complexVector } from "../../../src/complex/index.js";
import { withPoints } from "../../../src/grids/index.js";
import { leastSquares } from "../../../src/linalg/index.js";
import { kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import { distance, kroneckerProduct, matrixOf, norm, times } from "../../support/dense-complex.js";
import { range } from "../../support/operator-cases.js";

const { parse, draw, estimators, metrics } = irsScenario;
const stream = randomStream(1, "irs");
type Drawn = ReturnType<typeof draw>;

function measure(id: string, truth: Drawn["truth"], estimate: IrsEstimate): number | undefined {
  return metrics.find((metric) => metric.id === id)!.measure(truth, estimate);
}

function run(id: string, { observation, truth }: Drawn): Estimated<IrsEstimate> {
  const estimator = estimators.find((candidate) => candidate.id === id)!;
  return "oracle" in estimator ? estimator.estimate(observation, truth) : estimator.estimate(observation);
}

const vectorOf = ({ rows, data }: ComplexMatrix) => complexVector(rows, data);

describe("dictionaryPoints", () => {
  const coarse = draw(parse({ offGrid: true }), stream);

  it("changes what estimators use, and nothing that is drawn", () => {
    const fine = draw(parse({ offGrid: true, dictionaryPoints: 72 }), stream);
    for (const key of ["channels", "patterns", "paths", "transmission"] as const) {
      expect(fine.truth[key]).toEqual(coarse.truth[key]);
    }
    expect(fine.observation.measurement).toEqual(coarse.observation.measurement);
    expect(fine.observation.noiseVariance).toBe(coarse.observation.noiseVariance);
    expect(fine.observation.factors.map(({ columns }) => columns)).toEqual([72, 72, 72]);
    expect(fine.truth.cascade.map(({ columns }) => columns)).toEqual([72, 72, 72]);
    expect(coarse.observation.factors.map(({ columns }) => columns)).toEqual([18, 18, 18]);
  });

  it("makes the error of the whole grid smaller off the grid", () => {
    const errors = [18, 36].map((dictionaryPoints) => {
      const drawn = draw(parse({ offGrid: true, dictionaryPoints, snrDb: 30 }), stream);
      const { estimate } = run("omp", drawn);
      expect(estimate.coefficients.length).toBe(dictionaryPoints ** 3);
      return measure("nmse", drawn.truth, estimate)!;
    });
    expect(errors[1]).toBeLessThan(errors[0] / 2);
  });

  it("leaves no sparse truth where it is not the grid of the directions", () => {
    const other = draw(parse({ dictionaryPoints: 36 }), stream).truth;
    expect([other.coefficients, other.support]).toEqual([undefined, undefined]);
    const same = draw(parse({ dictionaryPoints: 18 }), stream);
    expect(same).toEqual(draw(parse({}), stream));
    expect(same.truth.support?.length).toBe(9);
  });

  it("gives dictionaries at any size, and factors up to 128 points", () => {
    const { observation } = draw(parse({ dictionaryPoints: 129 }), stream);
    expect(observation.dictionaries.map(({ grid }) => grid.size)).toEqual([129, 129, 129]);
    expect(observation.dictionaries).toBe(observation.dictionaries);
    expect(() => observation.factors).toThrow(
      expect.objectContaining({
        code: "option",
        message:
          "irs: option dictionaryPoints is 129; expected at most 128 for an estimator that uses the whole grid",
      }),
    );
    const { observation: finest } = draw(parse({ dictionaryPoints: 128 }), stream);
    expect(finest.factors[0].columns).toBe(128);
  });

  it("has dictionaries with the atoms of the factors", () => {
    const { observation } = coarse;
    observation.dictionaries.forEach(({ operator }, n) => {
      const factor = observation.factors[n];
      expect(distance(operator.atoms(range(18)), factor)).toBeLessThan(1e-12 * norm(factor));
    });
  });
});

describe("an estimate with cosines", () => {
  const { truth } = draw(parse({ offGrid: true }), stream);
  const { cosines, coefficients } = truth.paths;
  const exact: IrsEstimate = { cosines, coefficients, iterations: 3 };

  it("is perfect at the truth", () => {
    expect(measure("nmse", truth, exact)).toBeLessThan(1e-24);
    expect(measure("spectralEfficiency", truth, exact)).toBeCloseTo(Math.log2(1 + 100 * 96), 10);
    expect(measure("iterations", truth, exact)).toBe(3);
    for (const name of ["bs", "ms", "irs"]) expect(measure(`angleRmse.${name}`, truth, exact)).toBe(0);
  });

  it("has no support on a grid, and one on the grid has no angles", () => {
    const onGrid = draw(parse({}), stream).truth;
    const { paths, coefficients: x } = onGrid;
    expect(measure("supportRecoveryRate", onGrid, { ...paths })).toBeUndefined();
    expect(measure("supportRecoveryRate", onGrid, { coefficients: x! })).toBe(1);
    for (const name of ["bs", "ms", "irs"]) {
      expect(measure(`angleRmse.${name}`, onGrid, { coefficients: x! })).toBeUndefined();
      expect(measure(`angleRmse.${name}`, onGrid, { ...paths })).toBe(0);
    }
  });

  it("has the errors of its own angles, mode by mode", () => {
    const moved = (mode: number) =>
      cosines.map((values, n) =>
        n === mode ? values.map((value) => value + 0.01) : values,
      ) as unknown as ThreeCosines;
    for (const [mode, name] of ["irs", "ms", "bs"].entries()) {
      const estimate = { coefficients, cosines: moved(mode) };
      for (const other of ["irs", "ms", "bs"]) {
        expect(measure(`angleRmse.${other}`, truth, estimate)).toBeCloseTo(name === other ? 0.01 : 0, 12);
      }
      expect(measure("nmse", truth, estimate)).toBeGreaterThan(1e-6);
    }
  });

  it("may have found nothing", () => {
    const none = new Float64Array(0);
    const nothing: IrsEstimate = { coefficients: complexVector(0), cosines: [none, none, none] };
    expect(measure("nmse", truth, nothing)).toBe(1);
    expect(measure("spectralEfficiency", truth, nothing)).toBe(0);
    expect(measure("angleRmse.bs", truth, nothing)).toBe(1);
  });
});

describe("oracle-ls", () => {
  it.each([{ offGrid: true }, { dictionaryPoints: 200 }])(
    "with %o is least squares on the atoms at the true angles",
    (input) => {
      const { truth, observation } = draw(parse(input), stream);
      const { cosines } = truth.paths;
      const { status, estimate } = run("oracle-ls", { truth, observation });
      expect(status).toBe("ok");
      expect(estimate.cosines).toEqual(cosines);
      expect(measure("iterations", truth, estimate)).toBeUndefined();
      const atoms = kroneckerProduct(
        observation.dictionaries.map((dictionary, n) =>
          dictionary
            .withGrid(withPoints(dictionary.grid, cosines[n]))
            .operator.atoms(range(cosines[n].length)),
        ),
      );
      const fit = leastSquares(atoms, complexMatrix(288, 1, observation.measurement.data));
      expect(distance(complexMatrix(9, 1, estimate.coefficients.data), fit)).toBeLessThan(1e-11 * norm(fit));
      expect(measure("nmse", truth, estimate)).toBeLessThan(0.1);
    },
  );
});

describe.each(["kronecker-sbl-off-grid", "kronecker-sbl-off-grid-rank-one"])("%s", (estimator) => {
  const easy = {
    offGrid: true,
    irsElements: 64,
    gridPoints: 8,
    irsPatterns: 8,
    pilots: 6,
    bsAntennas: 8,
    snrDb: 40,
    pathsMsIrs: 1,
    pathsIrsBs: 2,
  };
  const angles = ["angleRmse.bs", "angleRmse.ms", "angleRmse.irs"];

  it.each([0, 1, 2, 3, 4, 5])("finds the directions of an easy problem to within the bound, draw %i", (k) => {
    const drawn = draw(parse(easy), stream.child("easy", k));
    const { status, estimate } = run(estimator, drawn);
    expect(status).toBe("ok");
    expect(estimate.cosines!.map(({ length }) => length)).toEqual([1, 1, 2]);
    expect(estimate.coefficients.length).toBe(2);
    expect(estimate.iterations).toBeGreaterThan(0);
    expect(measure("noiseVarianceRatio", drawn.truth, estimate)).toBeUndefined();
    const bound = run("crb", drawn).estimate;
    for (const id of angles) {
      // Nearly normal, and the bound is their deviation.
      const error = measure(id, drawn.truth, estimate)! / measure(id, drawn.truth, bound)!;
      expect(error, id).toBeLessThan(4);
    }
    expect(measure("nmse", drawn.truth, estimate)! / measure("nmse", drawn.truth, bound)!).toBeLessThan(4);
  });

  it("ends in the same places from coarse grids and from those beyond estimators of all coefficients", () => {
    const [coarse, fine] = [8, 200].map((dictionaryPoints) => {
      const drawn = draw(parse({ ...easy, dictionaryPoints }), stream.child("easy", 0));
      return run(estimator, drawn).estimate;
    });
    coarse.cosines!.forEach((cosines, mode) => {
      // A hundredth of the bounds, which are 1e-5 to 2e-4.
      expect(
        angleRmse(
          cosines,
          fine.cosines![mode],
          fine.cosines![mode].map(() => 1),
        ),
      ).toBeLessThan(mode === 0 ? 1e-7 : 1e-6);
    });
  });
});

describe("angleRmse", () => {
  const rmse = (truth: number[], estimated: number[], strengths = estimated.map(() => 1)) =>
    angleRmse(Float64Array.from(truth), Float64Array.from(estimated), strengths);

  it("assigns so that the error is least, on a circle of circumference 2", () => {
    expect(rmse([0.5, -0.5], [-0.4, 0.5])).toBeCloseTo(Math.sqrt(0.01 / 2), 14);
    expect(rmse([-0.95], [0.95])).toBeCloseTo(0.1, 14);
    expect(rmse([1.99], [0.01])).toBeCloseTo(0.02, 14);
    expect(rmse([0], [1])).toBe(1);
    expect(rmse([0.25], [-5.75])).toBe(0);
    // Every direction moves on by one place, across the end.
    expect(rmse([-0.9, 0, 0.9], [-0.1, 0.8, 1])).toBeCloseTo(0.1, 14);
  });

  it("is the least over all permutations", () => {
    const permutations = (list: number[]): number[][] =>
      list.length === 0
        ? [[]]
        : list.flatMap((value, i) => permutations(list.toSpliced(i, 1)).map((rest) => [value, ...rest]));
    const random = stream.child("angles");
    for (let trial = 0; trial < 200; trial++) {
      const [truth, estimated] = [0, 1].map(() => Array.from({ length: 4 }, () => 4 * random.uniform() - 2));
      const errors = permutations(estimated).map((order) => {
        const square = (a: number, b: number) =>
          Math.min(...[-4, -2, 0, 2, 4].map((turn) => (a - b + turn) ** 2));
        return Math.sqrt(truth.reduce((sum, cosine, k) => sum + square(cosine, order[k]), 0) / 4);
      });
      expect(rmse(truth, estimated)).toBeCloseTo(Math.min(...errors), 12);
    }
  });

  it("takes the strongest, and the nearest if there are too few", () => {
    expect(rmse([0.1], [0.1, 0.5, 0.6], [1, 3, 2])).toBeCloseTo(0.4, 14);
    expect(rmse([0.1, 0.6], [0.1, 0.5, 0.6], [3, 1, 2])).toBe(0);
    expect(rmse([0.1, 0.3], [0.2])).toBeCloseTo(0.1, 14);
    expect(rmse([0.1, 0.3], [])).toBe(1);
  });

  it("knows how strong an atom is from all coefficients with a share in it", () => {
    const coefficients = complexVector(6, Float64Array.of(1, 0, 0, 2, 0, 0, 3, 4, 0, 0, 1, 1));
    // |c|² is [1, 4, 0; 25, 0, 2].
    expect([...atomStrengths(coefficients, [2, 3], 0)]).toEqual([5, 27]);
    expect([...atomStrengths(coefficients, [2, 3], 1)]).toEqual([26, 4, 2]);
    expect([...atomStrengths(coefficients, [1, 2, 3], 1)]).toEqual([5, 27]);
  });
});

describe("crb", () => {
  const configuration = { gridPoints: 6, pathsMsIrs: 2, pathsIrsBs: 2, irsElements: 32 };

  it("bounds angles and channels, and nothing else, on the grid and off it", () => {
    for (const offGrid of [false, true]) {
      const at = (snrDb: number) => {
        const drawn = draw(parse({ ...configuration, offGrid, snrDb }), stream);
        const { status, estimate } = run("crb", drawn);
        expect(status).toBe("ok");
        return metrics.map(({ id, measure }) => [id, measure(drawn.truth, estimate)] as const);
      };
      const low = at(0);
      const high = new Map(at(20));
      for (const [id, value] of low) {
        if (id === "nmse") expect(value! / high.get(id)!).toBeCloseTo(100, 8);
        else if (id.startsWith("angleRmse.")) expect(value! / high.get(id)!).toBeCloseTo(10, 8);
        else expect(value).toBeUndefined();
      }
    }
  });

  it("does not depend on the estimators' grid", () => {
    const bounds = [6, 40].map((dictionaryPoints) => {
      const { bounds } = run(
        "crb",
        draw(parse({ ...configuration, offGrid: true, dictionaryPoints }), stream),
      ).estimate;
      return bounds!;
    });
    for (const id of Object.keys(bounds[0])) expect(bounds[0][id] / bounds[1][id]).toBeCloseTo(1, 8);
  });

  it("is reached by maximum likelihood when the noise is weak", () => {
    const { truth, observation } = draw(parse({ ...configuration, offGrid: true, snrDb: 80 }), stream);
    const { cosines, coefficients } = truth.paths;
    // Angles, c_1, and c_3 but for its first entry, as only the product of the two matters.
    const [re, im] = coefficients.data;
    const ratio = times(
      [coefficients.data[2], coefficients.data[3]],
      [re / (re ** 2 + im ** 2), -im / (re ** 2 + im ** 2)],
    );
    const start = [
      ...cosines.flatMap((values) => [...values]),
      re,
      im,
      ...coefficients.data.slice(4, 6),
      ...ratio,
    ];
    const model = (parameters: ArrayLike<number>) => {
      const at = (from: number, count: number) =>
        Float64Array.from({ length: count }, (_, k) => parameters[from + k]);
      const c3 = Float64Array.of(1, 0, ...at(9, 2));
      const estimate: IrsEstimate = {
        cosines: [at(0, 2), at(2, 1), at(3, 2)],
        coefficients: vectorOf(kroneckerProduct([complexMatrix(2, 1, at(5, 4)), complexMatrix(2, 1, c3)])),
      };
      return estimate;
    };
    const signal = (parameters: ArrayLike<number>) => {
      const { cosines, coefficients } = model(parameters);
      const atoms = observation.dictionaries.map((dictionary, n) =>
        dictionary
          .withGrid(withPoints(dictionary.grid, cosines![n]))
          .operator.atoms(range(cosines![n].length)),
      );
      return kroneckerOperator(atoms).apply(coefficients).data;
    };
    const steps = start.map((value) => 1e-6 * Math.max(1, Math.abs(value)));
    const size = 2 * observation.measurement.length;
    const slopes = start.map((_, i) => {
      const moved = (by: number) => signal(start.map((value, k) => (k === i ? value + by : value)));
      const [above, below] = [moved(steps[i]), moved(-steps[i])];
      // Per step of a millionth, so that all parameters are of one size.
      return above.map((value, k) => (value - below[k]) / 2);
    });
    const jacobian = matrixOf(size, start.length, (r, i) => [slopes[i][r], 0]);

    const trials = 1000;
    const noise = Array.from(
      { length: trials },
      (_, trial) => stream.child("ml", trial).complexNormals(size / 2).data,
    );
    const scale = Math.sqrt(observation.noiseVariance);
    // The step of Gauss and Newton from the truth: maximum likelihood up to terms of the order of the error, 1e-3.
    const moves = leastSquares(
      jacobian,
      matrixOf(size, trials, (r, trial) => [scale * noise[trial][r], 0]),
    );
    const estimates = noise.map((_, trial) =>
      model(start.map((value, i) => value + steps[i] * moves.data[2 * (i * trials + trial)])),
    );
    const { bounds } = run("crb", { truth, observation }).estimate;
    const meanOf = (value: (estimate: IrsEstimate) => number) =>
      estimates.reduce((sum, estimate) => sum + value(estimate), 0) / trials;
    // The mean of 1000 squares of normal numbers is off by 4.5 %: four and a half deviations.
    const mse = meanOf((estimate) => measure("nmse", truth, estimate)!);
    expect(Math.abs(mse / bounds!.nmse - 1)).toBeLessThan(0.2);
    for (const id of ["angleRmse.irs", "angleRmse.ms", "angleRmse.bs"]) {
      const square = meanOf((estimate) => measure(id, truth, estimate)! ** 2);
      expect(Math.abs(square / bounds![id] ** 2 - 1), id).toBeLessThan(0.2);
    }
  });
});
