import { describe, expect, it, vi } from "vitest";
import type { Estimated } from "../../../simulations/engine/contract.js";
import { observedRows } from "../../../simulations/kronecker/configuration.js";
import type { CoefficientEstimate } from "../../../simulations/kronecker/recovery.js";
import { kroneckerScenario } from "../../../simulations/kronecker/scenario.js";
import { noiseVarianceAt, withNoise } from "../../../src/channels/index.js";
import { complexMatrix, complexVector } from "../../../src/complex/index.js";
import { measureWorkingMemory } from "../../../src/kernels/index.js";
import { kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import { syntheticInstance } from "../../support/golden.js";

const { parse, draw, estimators, metrics } = kroneckerScenario;
const stream = randomStream(1, "kronecker");

/** The lengths of all arrays that are made while `work` runs, without views of others. */
function float64LengthsMadeBy(work: () => void): number[] {
  const lengths: number[] = [];
  const counting = new Proxy(Float64Array, {
    construct(target, parameters, newTarget) {
      const made = Reflect.construct(target, parameters, newTarget) as Float64Array;
      if (!(parameters[0] instanceof ArrayBuffer)) lengths.push(made.length);
      return made;
    },
  });
  vi.stubGlobal("Float64Array", counting);
  try {
    work();
  } finally {
    vi.unstubAllGlobals();
  }
  return lengths;
}

function measure(
  id: string,
  truth: Parameters<(typeof metrics)[number]["measure"]>[0],
  estimate: CoefficientEstimate,
) {
  return metrics.find((metric) => metric.id === id)!.measure(truth, estimate);
}

describe("configuration", () => {
  it("has the defaults of the paper, every field named", () => {
    expect(parse({})).toEqual({
      rows1: 8,
      rows2: 12,
      rows3: 15,
      atoms: 15,
      sparsity: 3,
      snrDb: 25,
      snrReferenceRows: null,
      core: "rank-one",
      field: "real",
    });
  });

  it("says which field is wrong, what was expected and what came", () => {
    const wrong: [object, string, string][] = [
      [{ rows1: 0 }, "rows1", "kronecker: option rows1 is 0; expected an integer from 1 to 512"],
      [{ rows2: 2.5 }, "rows2", "kronecker: option rows2 is 2.5; expected an integer from 1 to 512"],
      [{ atoms: 257 }, "atoms", "kronecker: option atoms is 257; expected an integer from 1 to 256"],
      [
        { rows1: 512, rows2: 512, rows3: 65 },
        "rows1",
        "kronecker: option rows1 is 512 and makes 17039360 rows with 512 and 65 in the other modes; " +
          "expected at most 16777216",
      ],
      [
        { rows1: null, rows2: 512, rows3: null, atoms: 256 },
        "rows1",
        "kronecker: option rows1 is 136 and makes 17825792 rows with 512 and 256 in the other modes; " +
          "expected at most 16777216",
      ],
      [
        { rows1: 64, rows2: 512, rows3: 512, snrReferenceRows: 65 },
        "snrReferenceRows",
        "kronecker: option snrReferenceRows is 65 and makes 17039360 rows with 512 and 512 in the other modes; " +
          "expected at most 16777216",
      ],
      [{ snrDb: "25" }, "snrDb", 'kronecker: option snrDb is "25"; expected a number from -100 to 200'],
      [{ snrDb: Number.NaN }, "snrDb", "kronecker: option snrDb is NaN; expected a number from -100 to 200"],
      [{ core: "free " }, "core", 'kronecker: option core is "free "; expected "rank-one" or "free"'],
      [{ sparsity: 16 }, "sparsity", "kronecker: option sparsity is 16; expected at most 15 (atoms)"],
      [{ sparcity: 3 }, "sparcity", "kronecker: option sparcity is unknown; did you mean sparsity?"],
      [
        JSON.parse('{"__proto__": 3}'),
        "__proto__",
        "kronecker: option __proto__ is unknown; one of rows1, rows2, rows3, atoms, sparsity, snrDb, " +
          "snrReferenceRows, core, field",
      ],
      [[], "configuration", "kronecker: option configuration is an array of 0; expected an object"],
    ];
    for (const [input, parameter, message] of wrong) {
      expect(() => parse(input)).toThrow(expect.objectContaining({ code: "option", parameter, message }));
    }
  });

  it("keeps rows that follow the atoms as they are, so that it can be parsed again at other atoms", () => {
    const scaled = parse({ rows1: null, rows2: null, rows3: null });
    expect(scaled).toEqual({ ...parse({}), rows1: null, rows2: null, rows3: null });
    expect(parse(scaled)).toEqual(scaled);
    // The rows of every mode are those of the defaults, in proportion.
    const rows = [1, 15, 16, 30, 100, 128].map((atoms) =>
      observedRows(parse({ ...scaled, atoms, sparsity: 1 })),
    );
    expect(rows).toEqual([
      [1, 1, 1],
      [8, 12, 15],
      [9, 13, 16],
      [16, 24, 30],
      [53, 80, 100],
      [68, 103, 128],
    ]);
    expect(observedRows(parse({ rows2: null, atoms: 30 }))).toEqual([8, 24, 15]);
  });

  it("goes as far as its limit", () => {
    expect(observedRows(parse({ rows1: 512, rows2: 512, rows3: 64, atoms: 256 }))).toEqual([512, 512, 64]);
    expect(observedRows(parse({ rows1: null, rows2: null, rows3: null, atoms: 256 }))).toEqual([
      136, 205, 256,
    ]);
  });

  it("reads own fields only", () => {
    expect(parse(Object.create({ snrDb: 3 })).snrDb).toBe(25);
  });
});

describe("draw", () => {
  for (const field of ["real", "complex"] as const) {
    for (const core of ["rank-one", "free"] as const) {
      it(`has the model's sizes, support and noise: ${field}, ${core}`, () => {
        const configuration = parse({ field, core, snrDb: 10 });
        const { truth, observation } = draw(configuration, stream);
        const { measurement, factors, noiseVariance } = observation;
        expect(factors.map(({ rows, columns }) => [rows, columns])).toEqual([
          [8, 15],
          [12, 15],
          [15, 15],
        ]);
        const nonzero = [...Array(15 ** 3).keys()].filter(
          (j) => truth.coefficients.data[2 * j] !== 0 || truth.coefficients.data[2 * j + 1] !== 0,
        );
        expect([...truth.support]).toEqual(nonzero);
        expect(nonzero.length).toBe(27);
        const [first, second, third] = truth.supports.map((set) => [...set].sort((a, b) => a - b));
        expect(nonzero).toEqual(
          first!.flatMap((i) => second!.flatMap((j) => third!.map((k) => (i * 15 + j) * 15 + k))),
        );

        const signal = kroneckerOperator(factors).apply(truth.coefficients);
        const power = signal.data.reduce((sum, part) => sum + part * part, 0) / 1440;
        expect(noiseVariance).toBeCloseTo(power / 10, 10);
        expect(truth.noiseVariance).toBe(noiseVariance);
        const noise = measurement.data.map((part, i) => part - signal.data[i]);
        const noisePower = noise.reduce((sum, part) => sum + part * part, 0) / 1440;
        // Standard error √(2/1440) = 3.7 %, less for complex noise; five of them.
        expect(Math.abs(noisePower / noiseVariance - 1)).toBeLessThan(0.19);
        const imaginary = [measurement.data, ...factors.map(({ data }) => data), truth.coefficients.data].map(
          (data) => data.some((part, i) => i % 2 === 1 && part !== 0),
        );
        expect(imaginary).toEqual(Array(5).fill(field === "complex"));
      });
    }
  }

  it("draws a core of rank one, or a free one", () => {
    // The 3 × 9 unfolding of the core has rank one if and only if all its 2 × 2 minors vanish.
    const largestMinor = (core: string) => {
      const { truth } = draw(parse({ core }), stream);
      const value = (i: number, j: number) => truth.coefficients.data[2 * truth.support[9 * i + j]];
      const minors = [];
      for (let i = 1; i < 3; i++) {
        for (let j = 1; j < 9; j++) minors.push(value(0, 0) * value(i, j) - value(0, j) * value(i, 0));
      }
      return Math.max(...minors.map(Math.abs));
    };
    expect(largestMinor("rank-one")).toBeLessThan(1e-14);
    expect(largestMinor("free")).toBeGreaterThan(0.1);
  });

  it("nests supports and their values: K + 1 indices contain the K before", () => {
    const draws = [2, 3, 4, 15].map((sparsity) => draw(parse({ sparsity }), stream).truth);
    for (let k = 1; k < draws.length; k++) {
      draws[k - 1].supports.forEach((smaller, n) => {
        expect([...draws[k].supports[n].subarray(0, smaller.length)]).toEqual([...smaller]);
      });
      for (const j of draws[k - 1].support) {
        expect(draws[k].coefficients.data[2 * j]).toBe(draws[k - 1].coefficients.data[2 * j]);
      }
    }
    expect(draws.at(-1)!.support.length).toBe(15 ** 3);
  });

  it("takes the signal-to-noise ratio over the reference rows", () => {
    const at = (rows1: number) => draw(parse({ rows1, snrReferenceRows: 14 }), stream);
    const [few, all] = [at(6), at(14)];
    const own = draw(parse({ rows1: 14 }), stream);
    expect(all.observation).toEqual(own.observation);
    expect(few.observation.noiseVariance).toBe(all.observation.noiseVariance);
    // Fewer rows are the first of the same measurement.
    expect(few.observation.measurement.data).toEqual(all.observation.measurement.data.slice(0, 2 * 6 * 180));
    expect(few.observation.factors[0].data).toEqual(all.observation.factors[0].data.slice(0, 2 * 6 * 15));
    expect(draw(parse({ rows1: 6 }), stream).observation.noiseVariance).not.toBe(
      few.observation.noiseVariance,
    );
  });

  it("draws the defaults for rows that follow 15 atoms", () => {
    const rows = { rows1: null, rows2: null, rows3: null };
    expect(draw(parse(rows), stream)).toEqual(draw(parse({}), stream));
  });

  // Beyond 2²⁰ coefficients the signal is made of those that are not zero.
  for (const field of ["real", "complex"] as const) {
    it(`has the model's signal where there are too many coefficients for a dense product: ${field}`, () => {
      const rows = { rows1: 5, rows2: 4, rows3: 6, snrReferenceRows: 7 };
      const configuration = parse({ ...rows, field, core: "free", atoms: 102, sparsity: 4, snrDb: 200 });
      const { truth, observation } = draw(configuration, stream);
      expect(truth.coefficients.length).toBe(102 ** 3);
      const signal = kroneckerOperator(observation.factors).apply(truth.coefficients);
      const scale = Math.max(...signal.data.map(Math.abs));
      const errors = signal.data.map((part, i) => Math.abs(part - observation.measurement.data[i]) / scale);
      // Noise of 1e-10 of the signal, and what is wrong besides.
      expect(Math.max(...errors)).toBeLessThan(1e-9);
    });
  }

  it("makes one array of the length of the coefficients for 128 atoms, and few of the measurement's", () => {
    const configuration = parse({ rows1: null, rows2: null, rows3: null, atoms: 128 });
    const lengths: number[] = [];
    const { bytes } = measureWorkingMemory(() =>
      lengths.push(...float64LengthsMadeBy(() => draw(configuration, stream))),
    );
    const [coefficients, rows] = [128 ** 3, 68 * 103 * 128];
    expect(lengths.filter((length) => length >= coefficients)).toEqual([2 * coefficients]);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(2 * coefficients + 10 * rows);
    // The copies that a product makes for itself: an interleaved vector takes twice that.
    expect(bytes).toBeLessThan(8 * coefficients);
  });

  it("is a function of the stream's identity, and other noise levels draw the same", () => {
    expect(draw(parse({}), stream)).toEqual(draw(parse({}), randomStream(1, "kronecker")));
    const other = draw(parse({ snrDb: 0 }), stream);
    const { truth } = draw(parse({}), stream);
    const { noiseVariance } = truth;
    expect(other.truth.noiseVariance / noiseVariance).toBeCloseTo(10 ** 2.5, 10);
    expect({ ...other.truth, noiseVariance }).toEqual(truth);
    expect(draw(parse({}), stream.child(1)).truth).not.toEqual(other.truth);
  });
});

describe("metrics", () => {
  const { truth } = draw(parse({}), stream);
  const scaled = (factor: number): CoefficientEstimate => ({
    coefficients: complexVector(
      15 ** 3,
      truth.coefficients.data.map((part) => factor * part),
    ),
    iterations: 4,
  });

  it("are perfect for the truth", () => {
    const { noiseVariance } = truth;
    expect(metrics.map(({ id }) => id)).toEqual([
      "nmse",
      "supportRecoveryRate",
      "iterations",
      "noiseVarianceRatio",
    ]);
    const learned = { ...scaled(1), noiseVariance };
    expect(metrics.map((metric) => metric.measure(truth, learned))).toEqual([0, 1, 4, 1]);
  });

  it("are as defined for scaled and zero estimates", () => {
    expect(measure("nmse", truth, scaled(0.75))).toBeCloseTo(0.0625, 15);
    expect(measure("nmse", truth, scaled(0))).toBe(1);
    expect(measure("supportRecoveryRate", truth, scaled(0.75))).toBe(1);
    expect(measure("supportRecoveryRate", truth, scaled(0))).toBe(0);
    expect(measure("iterations", truth, { coefficients: truth.coefficients })).toBeUndefined();
    expect(measure("noiseVarianceRatio", truth, scaled(1))).toBeUndefined();
    const noiseVariance = 3 * truth.noiseVariance;
    expect(measure("noiseVarianceRatio", truth, { ...scaled(1), noiseVariance })).toBeCloseTo(3, 12);
  });
});

describe("estimators", () => {
  const published = [
    "omp",
    "kronecker-omp",
    "sbl",
    "sbl-learned",
    "kronecker-sbl-svd",
    "kronecker-sbl-svd-learned",
    "kronecker-sbl-am",
    "kronecker-sbl-am-learned",
    "ksbl",
  ];
  const ours = [
    "kronecker-sbl-mm-0-restarts",
    "kronecker-sbl-mm",
    "kronecker-sbl-mm-100-restarts",
    "kronecker-sbl-mm-learned",
    "kronecker-sbl-mm-rank-one",
    "kronecker-sbl-mm-auto",
    "decomposed-kronecker-sbl",
  ];
  const ids = [...published, ...ours, "oracle-ls"];
  const run = (id: string, drawn: ReturnType<typeof draw>): Estimated<CoefficientEstimate> => {
    const estimator = estimators.find((candidate) => candidate.id === id)!;
    return "oracle" in estimator
      ? estimator.estimate(drawn.observation, drawn.truth)
      : estimator.estimate(drawn.observation);
  };

  it("are those of the paper, those of this library and the oracle", () => {
    expect(estimators.map(({ id }) => id)).toEqual(ids);
  });

  // All coefficients are 1, as the thresholds for pruning remove those below a tenth of the largest.
  const easy = ((): ReturnType<typeof draw> => {
    const { truth, observation } = draw(
      parse({ rows1: 9, rows2: 9, rows3: 9, atoms: 10, sparsity: 2 }),
      stream,
    );
    const coefficients = complexVector(1000);
    for (const j of truth.support) coefficients.data[2 * j] = 1;
    const signal = kroneckerOperator(observation.factors).apply(coefficients);
    const noiseVariance = noiseVarianceAt(40, signal);
    const measurement = withNoise(signal, noiseVariance, stream.child("easy"), "real");
    return {
      truth: { ...truth, coefficients, noiseVariance },
      observation: { ...observation, measurement, noiseVariance },
    };
  })();
  for (const id of ids) {
    it(`${id} solves an easy problem and leaves the observation as it is`, () => {
      const before = structuredClone(easy.observation);
      const { status, estimate } = run(id, easy);
      expect(status).toBe("ok");
      // Least squares on the support has an error near 40 dB below the signal, times 8/729.
      expect(measure("nmse", easy.truth, estimate)).toBeLessThan(1e-4);
      expect(easy.observation).toEqual(before);
      expect(measure("iterations", easy.truth, estimate) === undefined).toBe(id === "oracle-ls");
      expect(measure("noiseVarianceRatio", easy.truth, estimate) === undefined).toBe(
        !id.endsWith("-learned"),
      );
    });
  }

  it.each(ids.filter((id) => id.endsWith("-learned")))("%s learns the power of the noise", (id) => {
    const { truth, observation } = easy;
    const signal = kroneckerOperator(observation.factors).apply(truth.coefficients);
    const noise = observation.measurement.data.map((part, i) => part - signal.data[i]);
    const power = noise.reduce((sum, part) => sum + part * part, 0) / 729;
    const ratio = measure("noiseVarianceRatio", truth, run(id, easy).estimate)!;
    // Eight coefficients of 729 measurements are fitted to the noise: 1.1 %. The power itself has a deviation of √(2/729).
    expect(Math.abs((ratio * truth.noiseVariance) / power - 1)).toBeLessThan(0.02);
    expect(Math.abs(ratio - 1)).toBeLessThan(4 * Math.sqrt(2 / 729));
  });

  it("kronecker-sbl-mm-auto and -rank-one gain from coefficients of rank one", () => {
    const error = (id: string) => measure("nmse", easy.truth, run(id, easy).estimate)!;
    // Rank one has 4 numbers in the place of 8 free ones.
    expect(error("kronecker-sbl-mm-rank-one")).toBeLessThan(0.75 * error("kronecker-sbl-mm"));
    expect(error("kronecker-sbl-mm-auto")).toBe(error("kronecker-sbl-mm-rank-one"));
  });

  it("reproduce the reference implementation on its instance", () => {
    const instance = syntheticInstance("synthetic-25db");
    const { coefficients } = instance;
    const interleaved = new Float64Array(2 * coefficients.length);
    coefficients.forEach((value, j) => {
      interleaved[2 * j] = value;
    });
    const real = (values: readonly number[]) => Float64Array.from(values.flatMap((value) => [value, 0]));
    const support = [...coefficients.keys()].filter((j) => coefficients[j] !== 0);
    const unique = (values: number[]) => Int32Array.from(new Set(values));
    const drawn: ReturnType<typeof draw> = {
      truth: {
        coefficients: complexVector(coefficients.length, interleaved),
        support: Int32Array.from(support),
        supports: [
          unique(support.map((j) => Math.floor(j / 225))),
          unique(support.map((j) => Math.floor(j / 15) % 15)),
          unique(support.map((j) => j % 15)),
        ],
        noiseVariance: instance.noiseVariance,
      },
      observation: {
        measurement: complexVector(instance.measurement.length, real(instance.measurement)),
        factors: instance.factors.map((factor) =>
          complexMatrix(factor.length, factor[0].length, real(factor.flat())),
        ),
        noiseVariance: instance.noiseVariance,
      },
    };
    const { reference } = instance;
    for (const method of ["svd", "am"]) {
      const { estimate } = run(`kronecker-sbl-${method}`, drawn);
      const expected = reference[`${method}-kronecker-sbl`];
      expect(Math.abs(measure("nmse", drawn.truth, estimate)! / expected.nmse - 1)).toBeLessThan(1e-6);
      expect(measure("supportRecoveryRate", drawn.truth, estimate)).toBe(expected.supportRecoveryRate);
      expect(estimate.iterations).toBe(expected.iterations);
    }
    const oracle = measure("nmse", drawn.truth, run("oracle-ls", drawn).estimate)!;
    expect(Math.abs(oracle / reference["oracle-ls"].nmse - 1)).toBeLessThan(1e-6);
  });
});
