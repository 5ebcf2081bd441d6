import { describe, expect, it } from "vitest";
import type { Estimated } from "../../../simulations/engine/contract.js";
import { symbolErrorFraction } from "../../../simulations/irs/beamforming.js";
import { irsScenario } from "../../../simulations/irs/scenario.js";
import type { CoefficientEstimate } from "../../../simulations/kronecker/recovery.js";
import { cascadedChannels } from "../../../src/channels/index.js";
import { complexMatrix, complexVector } from "../../../src/complex/index.js";
import { fromDecibels } from "../../../src/metrics/index.js";
import { kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import { kroneckerSbl, neighbourCoupling } from "../../../src/solvers/index.js";
import { irsInstance } from "../../support/golden.js";

const { parse, draw, estimators, metrics } = irsScenario;
const stream = randomStream(1, "irs");
type Drawn = ReturnType<typeof draw>;

function measure(id: string, truth: Drawn["truth"], estimate: CoefficientEstimate): number | undefined {
  return metrics.find((metric) => metric.id === id)?.measure(truth, estimate);
}

function run(id: string, { observation, truth }: Drawn): Estimated<CoefficientEstimate> {
  const estimator = estimators.find((candidate) => candidate.id === id);
  if (estimator === undefined) throw new Error(id);
  return "oracle" in estimator ? estimator.estimate(observation, truth) : estimator.estimate(observation);
}

describe("configuration", () => {
  it("has the defaults of the paper, every field named", () => {
    expect(parse({})).toEqual({
      msAntennas: 6,
      bsAntennas: 16,
      irsElements: 256,
      gridPoints: 18,
      dictionaryPoints: null,
      pilots: 3,
      irsPatterns: 6,
      pathsMsIrs: 3,
      pathsIrsBs: 3,
      snrDb: 20,
      offGrid: false,
      symbols: 1000,
    });
  });

  it("says which field is wrong, what was expected and what came", () => {
    const wrong: [object, string, string][] = [
      [{ msAntennas: 65 }, "msAntennas", "irs: option msAntennas is 65; expected an integer from 1 to 64"],
      [{ offGrid: 1 }, "offGrid", "irs: option offGrid is 1; expected true or false"],
      [
        { symbols: 1e9 },
        "symbols",
        "irs: option symbols is 1000000000; expected an integer from 1 to 100000",
      ],
      [
        { dictionaryPoints: 513 },
        "dictionaryPoints",
        "irs: option dictionaryPoints is 513; expected an integer from 1 to 512",
      ],
      [{ gridPoints: 2 }, "pathsMsIrs", "irs: option pathsMsIrs is 3; expected at most 2 (gridPoints)"],
      [
        { snr: 20 },
        "snr",
        "irs: option snr is unknown; one of msAntennas, bsAntennas, irsElements, gridPoints, " +
          "dictionaryPoints, pilots, irsPatterns, pathsMsIrs, pathsIrsBs, snrDb, offGrid, symbols",
      ],
    ];
    for (const [input, parameter, message] of wrong) {
      expect(() => parse(input)).toThrow(expect.objectContaining({ code: "option", parameter, message }));
    }
  });
});

describe("draw", () => {
  it("has the model's sizes, support and noise", () => {
    const { truth, observation } = draw(parse({ snrDb: 10 }), stream);
    const { measurement, factors, noiseVariance } = observation;
    expect(factors.map(({ rows, columns }) => [rows, columns])).toEqual([
      [6, 18],
      [3, 18],
      [16, 18],
    ]);
    expect(measurement.length).toBe(288);
    expect(truth.channels.map(({ rows, columns }) => [rows, columns])).toEqual(Array(6).fill([16, 6]));
    expect(truth.support?.length).toBe(9);

    const signal = kroneckerOperator(factors).apply(truth.coefficients!);
    const power = signal.data.reduce((sum, part) => sum + part * part, 0) / 288;
    expect(noiseVariance / power).toBeCloseTo(0.1, 10);
    expect(truth.noiseVariance).toBe(noiseVariance);
    const noisePower = signal.data.reduce((sum, part, i) => sum + (measurement.data[i] - part) ** 2, 0) / 288;
    // Standard error 1/√288 = 6 %; five of them.
    expect(Math.abs(noisePower / noiseVariance - 1)).toBeLessThan(0.3);
  });

  it("is a function of the stream's identity, and other noise levels draw the same", () => {
    const configuration = parse({});
    expect(draw(configuration, stream)).toEqual(draw(configuration, randomStream(1, "irs")));
    const other = draw(parse({ snrDb: 0 }), stream);
    const { truth } = draw(configuration, stream);
    const { noiseVariance } = truth;
    expect(other.truth.noiseVariance / noiseVariance).toBeCloseTo(100, 10);
    const transmission = { ...other.truth.transmission, snr: 100 };
    expect({ ...other.truth, noiseVariance, transmission }).toEqual(truth);
    expect(draw(configuration, stream.child(1)).truth.channels).not.toEqual(truth.channels);
  });

  it("keeps all but the directions off the grid, where there is no sparse truth", () => {
    const on = draw(parse({}), stream);
    const off = draw(parse({ offGrid: true }), stream);
    expect(off.truth.coefficients).toBeUndefined();
    expect(off.truth.support).toBeUndefined();
    expect(off.observation.factors).toEqual(on.observation.factors);
    expect(off.truth.transmission).toEqual(on.truth.transmission);
    expect(off.truth.channels).not.toEqual(on.truth.channels);
    expect(
      measure("supportRecoveryRate", off.truth, { coefficients: complexVector(18 ** 3) }),
    ).toBeUndefined();
  });
});

describe("metrics", () => {
  const snrDb = 12;
  const snr = fromDecibels(snrDb);
  const { truth } = draw(parse({ snrDb, symbols: 20_000 }), stream);
  const scaled = (re: number, im = 0): CoefficientEstimate => {
    const { data, length } = truth.coefficients!;
    const product = complexVector(length);
    for (let i = 0; i < data.length; i += 2) {
      product.data[i] = re * data[i] - im * data[i + 1];
      product.data[i + 1] = re * data[i + 1] + im * data[i];
    }
    return { coefficients: product, iterations: 7 };
  };

  it("are perfect for the truth", () => {
    // Squares of the rounding of the Kronecker form, below 1e-12.
    expect(measure("nmse", truth, scaled(1))).toBeLessThan(1e-24);
    expect(measure("supportRecoveryRate", truth, scaled(1))).toBe(1);
    // The channels have rank one, so the beams collect all of ‖H‖².
    expect(measure("spectralEfficiency", truth, scaled(1))).toBeCloseTo(Math.log2(1 + snr * 96), 10);
    expect(measure("iterations", truth, scaled(1))).toBe(7);
    const { noiseVariance } = truth;
    expect(measure("noiseVarianceRatio", truth, { ...scaled(1), noiseVariance })).toBe(1);
  });

  it("are as defined for scaled and zero estimates", () => {
    expect(measure("nmse", truth, scaled(0.5))).toBeCloseTo(0.25, 10);
    expect(measure("nmse", truth, scaled(0, 1))).toBeCloseTo(2, 10);
    expect(measure("nmse", truth, scaled(0))).toBe(1);
    // A positive factor changes neither beams nor decisions.
    for (const id of ["spectralEfficiency", "symbolErrorRate"]) {
      expect(measure(id, truth, scaled(0.5))).toBeCloseTo(measure(id, truth, scaled(1))!, 10);
    }
    expect(measure("supportRecoveryRate", truth, scaled(0))).toBe(0);
    expect(measure("spectralEfficiency", truth, scaled(0))).toBe(0);
    expect(measure("symbolErrorRate", truth, scaled(0))).toBe(0.75);
    expect(measure("noiseVarianceRatio", truth, scaled(1))).toBeUndefined();
    const noiseVariance = truth.noiseVariance / 4;
    expect(measure("noiseVarianceRatio", truth, { ...scaled(1), noiseVariance })).toBe(0.25);
  });

  it("average the error over the patterns, each relative to its own channel", () => {
    // An estimate that is right for all patterns but one, where the truth has another scale.
    const channels = truth.channels.map((channel, i) =>
      i === 2
        ? complexMatrix(
            16,
            6,
            channel.data.map((part) => part / 3),
          )
        : channel,
    );
    expect(measure("nmse", { ...truth, channels }, scaled(1))).toBeCloseTo(4 / 6, 10);
  });

  it("see nothing through a beam that is orthogonal to the channel", () => {
    // With as many antennas as grid points the directions of the grid are orthogonal.
    const orthogonal = draw(parse({ bsAntennas: 16, gridPoints: 16 }), stream).truth;
    const cells = new Set(Array.from(orthogonal.support!, (j) => j % 16));
    const [elsewhere] = [...Array(16).keys()].filter((k) => !cells.has(k));
    const [first] = orthogonal.support!;
    const coefficients = complexVector(16 ** 3);
    coefficients.data[2 * (first - (first % 16) + elsewhere)] = 1;
    expect(measure("spectralEfficiency", orthogonal, { coefficients })).toBeLessThan(1e-20);
    // Together with an arrival of the channel, the beam collects that arrival's share of the power.
    coefficients.data[2 * first] = 1e6;
    const powers = [...cells].map((_, q) => {
      const at = 2 * orthogonal.support![q];
      return orthogonal.coefficients!.data[at] ** 2 + orthogonal.coefficients!.data[at + 1] ** 2;
    });
    const share = powers[0] / powers.reduce((sum, power) => sum + power, 0);
    expect(measure("spectralEfficiency", orthogonal, { coefficients })).toBeCloseTo(
      Math.log2(1 + 100 * share * 96),
      5,
    );
  });

  it("count symbol errors as the closed form says, with and without a phase error", () => {
    // The symbol at angle π/4 + θ keeps its quadrant with probability Φ(√(2 SNR) cos) Φ(√(2 SNR) sin).
    const symbols = 200_000;
    const transmission = {
      snr: fromDecibels(4),
      symbols: Uint8Array.from({ length: symbols }, (_, k) => k % 4),
      noise: randomStream(2).complexNormals(symbols),
    };
    for (const phase of [0, 0.3, -0.6, 2]) {
      const gain = { re: 1e-3 * Math.cos(phase), im: 1e-3 * Math.sin(phase) };
      const amplitude = Math.sqrt(2 * transmission.snr);
      const expected =
        1 -
        normalDistribution(amplitude * Math.cos(Math.PI / 4 + phase)) *
          normalDistribution(amplitude * Math.sin(Math.PI / 4 + phase));
      const error = Math.sqrt((expected * (1 - expected)) / symbols);
      expect(Math.abs(symbolErrorFraction(gain, transmission, 0, 1) - expected)).toBeLessThan(4 * error);
    }
  });

  it("use every pattern's own symbols", () => {
    const perPattern = truth.channels.map((_, i) =>
      symbolErrorFraction({ re: 1, im: 0.7 }, truth.transmission, i, 6),
    );
    expect(new Set(perPattern).size).toBe(6);
  });
});

describe("estimators", () => {
  const ids = [
    "omp",
    "kronecker-omp",
    "sbl",
    "sbl-learned",
    "pattern-coupled-sbl",
    "kronecker-sbl-svd",
    "kronecker-sbl-svd-learned",
    "kronecker-sbl-am",
    "kronecker-sbl-am-learned",
    "kronecker-sbl-svd-balanced",
    "kronecker-sbl-coupled-nnls",
    "kronecker-sbl-mm",
    "kronecker-sbl-mm-learned",
    "kronecker-sbl-mm-coupled",
    "kronecker-sbl-mm-rank-one",
    "kronecker-sbl-mm-rank-one-learned",
    "kronecker-sbl-mm-auto",
    "decomposed-kronecker-sbl",
    "kronecker-sbl-off-grid",
    "kronecker-sbl-off-grid-rank-one",
    "oracle-ls",
    "crb",
  ];

  it("are those of the papers, those of this library, the oracle and the bound", () => {
    expect(estimators.map(({ id }) => id)).toEqual(ids);
  });

  const small = {
    irsElements: 64,
    gridPoints: 8,
    irsPatterns: 8,
    pilots: 6,
    bsAntennas: 8,
    snrDb: 40,
    pathsMsIrs: 1,
    pathsIrsBs: 2,
  };
  const easy = draw(parse(small), stream);
  // 1536 measurements of 512 coefficients: with 384 the learned noise of `sbl` takes a coefficient with it.
  const easier = draw(parse({ ...small, irsPatterns: 16, bsAntennas: 16 }), stream);
  for (const id of ids) {
    const problem = id === "sbl-learned" ? easier : easy;
    it(`${id} solves an easy problem and leaves the observation as it is`, () => {
      const seen = ({ observation }: Drawn) => ({
        data: observation,
        factors: observation.factors,
        atoms: observation.dictionaries.map(({ operator }) => operator.atoms([0, 1, 2])),
      });
      const before = structuredClone(seen(problem));
      const { status, estimate } = run(id, problem);
      expect(status).toBe("ok");
      expect(measure("nmse", problem.truth, estimate)).toBeLessThan(1e-3);
      expect(seen(problem)).toEqual(before);
      expect(measure("noiseVarianceRatio", problem.truth, estimate) === undefined).toBe(
        !id.endsWith("-learned"),
      );
    });
  }

  it.each(ids.filter((id) => id.endsWith("-learned")))("%s learns the power of the noise", (id) => {
    const { truth, observation } = easier;
    const signal = kroneckerOperator(observation.factors).apply(truth.coefficients!);
    const noise = observation.measurement.data.map((part, i) => part - signal.data[i]);
    const power = noise.reduce((sum, part) => sum + part * part, 0) / 1536;
    const ratio = measure("noiseVarianceRatio", truth, run(id, easier).estimate)!;
    // Two coefficients of 1536 measurements are fitted to the noise. Its power itself has a deviation of 1/√1536.
    expect(Math.abs((ratio * truth.noiseVariance) / power - 1)).toBeLessThan(5e-3);
    expect(Math.abs(ratio - 1)).toBeLessThan(4 / Math.sqrt(1536));
  });

  it.each([12, 18])("couple neighbours at the surface and the base station, grids of %i", (points) => {
    const drawn = draw(parse({ dictionaryPoints: points, snrDb: 10 }), stream);
    const { factors, measurement, noiseVariance } = drawn.observation;
    const neighbours = neighbourCoupling(points, 0.8);
    expect([neighbours.rows, neighbours.columns]).toEqual([points, points]);
    const expected = kroneckerSbl(factors, measurement, {
      noise: { kind: "known", variance: noiseVariance },
      couplingMatrices: [neighbours, null, neighbours],
    });
    const { estimate } = run("kronecker-sbl-mm-coupled", drawn);
    expect(estimate.coefficients.data).toEqual(expected.mean.data);
    expect(estimate.iterations).toBe(expected.iterations);
    expect(run("kronecker-sbl-mm", drawn).estimate.coefficients.data).not.toEqual(expected.mean.data);
    expect(run("kronecker-sbl-coupled-nnls", drawn).estimate.coefficients.length).toBe(points ** 3);
  });

  it("reproduce the reference implementation on its instance", () => {
    const instance = irsInstance();
    const { measurement, factors, noiseVariance, reference } = instance;
    const [surface, , bs] = factors as Drawn["truth"]["cascade"];
    const cascade = [surface, instance.arrayResponse, bs] as const;
    const coefficients = complexVector(18 ** 3, instance.coefficients.data);
    const support = [...Array(18 ** 3).keys()].filter((j) => coefficients.data[2 * j] !== 0);
    const any = draw(parse({}), stream);
    const drawn: Drawn = {
      truth: {
        ...any.truth,
        channels: cascadedChannels(cascade, coefficients),
        cascade,
        coefficients,
        support: Int32Array.from(support),
        noiseVariance,
      },
      observation: {
        measurement: complexVector(
          288,
          Float64Array.from(measurement.re.flatMap((re, i) => [re, measurement.im[i]])),
        ),
        factors,
        dictionaries: any.observation.dictionaries,
        geometry: any.observation.geometry,
        training: any.observation.training,
        noiseVariance,
      },
    };
    const published = {
      "kronecker-sbl-svd": "svd-kronecker-sbl",
      "kronecker-sbl-am": "am-kronecker-sbl",
      "kronecker-sbl-coupled-nnls": "pc-kronecker-sbl-0.8",
      sbl: "classic-sbl",
    };
    for (const [id, key] of Object.entries(published)) {
      const { estimate } = run(id, drawn);
      const expected = reference[key];
      expect(Math.abs(measure("nmse", drawn.truth, estimate)! / expected.nmse - 1), id).toBeLessThan(1e-6);
      expect(estimate.iterations, id).toBe(expected.iterations);
      if (expected.supportRecoveryRate === undefined) continue;
      const recovered = measure("supportRecoveryRate", drawn.truth, estimate);
      expect(recovered, id).toBeCloseTo(expected.supportRecoveryRate, 14);
    }
    const closedForm = run("oracle-ls", drawn).estimate;
    const oracle = measure("nmse", drawn.truth, closedForm)!;
    expect(measure("iterations", drawn.truth, closedForm)).toBeUndefined();
    expect(Math.abs(oracle / reference["oracle-ls"].nmse - 1)).toBeLessThan(1e-6);
  });
});

/** Φ(x), by Simpson's rule on 2000 intervals: good to 1e-12. */
function normalDistribution(x: number): number {
  const n = 2000;
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(x);
  for (let i = 1; i < n; i++) sum += (i % 2 === 1 ? 4 : 2) * density((i * x) / n);
  return 0.5 + (sum * x) / n / 3;
}
