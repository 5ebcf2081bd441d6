import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cascadedChannels,
  cascadeFactors,
  directCascade,
  drawIrsChannel,
  drawIrsTraining,
  irsDictionary,
  irsMeasurement,
} from "../../../src/channels/index.js";
import { type ComplexMatrix, complexMatrix } from "../../../src/complex/index.js";
import { isSparseError } from "../../../src/errors.js";
import { kroneckerOperator } from "../../../src/operators/kronecker.js";
import { randomStream } from "../../../src/random/index.js";
import { distance, norm } from "../../support/dense-complex.js";
import { irsInstance } from "../../support/golden.js";

const published = { msAntennas: 6, bsAntennas: 16, irsElements: 256, gridPoints: 18 };

// Cosines are rounded by up to 2⁻⁵⁴, phases multiply that by up to 256π: 4e-14. 1e-12 leaves room for the sums.
const tolerance = 1e-12;

function expectSame(actual: readonly ComplexMatrix[], expected: readonly ComplexMatrix[]): void {
  expect(actual.length).toBe(expected.length);
  // Relative to all of them, because one pattern may happen to reflect little.
  const error = Math.hypot(...actual.map((matrix, i) => distance(matrix, expected[i])));
  expect(error).toBeLessThan(tolerance * Math.hypot(...expected.map(norm)));
}

describe("the Kronecker form of the cascaded channel", () => {
  it("equals H_IB diag(φ) H_MI, multiplied out, for channels and measurement", () => {
    const parameters = fc.record({
      msAntennas: fc.integer({ min: 1, max: 5 }),
      bsAntennas: fc.integer({ min: 1, max: 6 }),
      irsElements: fc.integer({ min: 2, max: 40 }),
      gridPoints: fc.integer({ min: 3, max: 9 }),
      pathsMsIrs: fc.integer({ min: 1, max: 3 }),
      pathsIrsBs: fc.integer({ min: 1, max: 3 }),
    });
    const counts = fc.record({
      irsPatterns: fc.integer({ min: 1, max: 4 }),
      pilots: fc.integer({ min: 1, max: 3 }),
    });
    let wrapped = 0;
    fc.assert(
      fc.property(parameters, counts, fc.nat(), (sizes, trainingSizes, seed) => {
        const stream = randomStream(seed);
        const channel = drawIrsChannel(sizes, stream);
        const { geometry, sparse, paths } = channel;
        const training = drawIrsTraining(channel, trainingSizes, stream);
        const direct = directCascade(channel, training.patterns);
        if (paths.cells.irsArrivals.some((arrival) => arrival > paths.cells.irsDeparture)) wrapped++;

        const { coefficients } = sparse!;
        expectSame(cascadedChannels(cascadeFactors(geometry, training.patterns), coefficients), direct);
        const measurement = kroneckerOperator(irsDictionary(geometry, training)).apply(coefficients);
        expectSame([column(measurement.data)], [column(irsMeasurement(direct, training.pilots).data)]);
      }),
      { seed: 1, numRuns: 60 },
    );
    // Differences of departure and arrival that wrap around the grid were among them.
    expect(wrapped).toBeGreaterThan(10);
  });

  it("holds at the sizes of the paper, and for reflections of any phase and magnitude", () => {
    const channel = drawIrsChannel({ ...published, pathsMsIrs: 3, pathsIrsBs: 3 }, randomStream(3));
    const { patterns } = drawIrsTraining(channel, { irsPatterns: 6, pilots: 3 }, randomStream(4));
    const free = complexMatrix(2, 256, randomStream(5).complexNormals(512).data);
    for (const phi of [patterns, free]) {
      const viaSparse = cascadedChannels(cascadeFactors(published, phi), channel.sparse!.coefficients);
      expectSame(viaSparse, directCascade(channel, phi));
    }
  });

  it("has P1 · P2 coefficients in a product of index sets", () => {
    const { sparse, paths } = drawIrsChannel({ ...published, pathsMsIrs: 3, pathsIrsBs: 2 }, randomStream(6));
    const { support, coefficients } = sparse!;
    expect(support.length).toBe(6);
    for (let j = 0; j < coefficients.length; j++) {
      const zero = coefficients.data[2 * j] === 0 && coefficients.data[2 * j + 1] === 0;
      expect(zero).toBe(!support.includes(j));
    }
    const first = new Set(Array.from(support, (j) => Math.floor(j / 18 ** 2)));
    const second = new Set(Array.from(support, (j) => Math.floor(j / 18) % 18));
    const third = new Set(Array.from(support, (j) => j % 18));
    expect([first.size, [...second], [...third]]).toEqual([
      3,
      [paths.cells.msDeparture],
      [...paths.cells.bsArrivals],
    ]);
  });
});

describe("irsDictionary", () => {
  // An instance made by other programs; see the README beside it.
  const file = JSON.parse(readFileSync("test/golden/kronecker-sbl/irs-20db.json", "utf8"));
  const instance = irsInstance();
  const patterns = matrixOf(file.patternSigns.map((row: number[]) => row.map((sign) => [sign / 16, 0])));
  const pilots = matrixOf(
    file.pilots.re.map((row: number[], t: number) => row.map((re, k) => [re, file.pilots.im[t][k]])),
  );

  it("reproduces the factors and the check values of a published setting", () => {
    const factors = irsDictionary(published, { patterns, pilots });
    factors.forEach((factor, n) => {
      expectSame([factor], [instance.factors[n]]);
    });
    for (const [n, check] of [file.check.H1_row0_first3, file.check.H2_row0_first3].entries()) {
      for (let k = 0; k < 3; k++) {
        expect(factors[n].data[2 * k]).toBeCloseTo(check.re[k], 13);
        expect(factors[n].data[2 * k + 1]).toBeCloseTo(check.im[k], 13);
      }
    }
  });

  it("explains the measurement of that setting up to the noise", () => {
    const x = { length: 18 ** 3, data: instance.coefficients.data };
    const channels = cascadedChannels(cascadeFactors(published, patterns), x);
    const y = irsMeasurement(channels, pilots);
    let energy = 0;
    for (let i = 0; i < y.length; i++) {
      energy += (file.measurement.re[i] - y.data[2 * i]) ** 2;
      energy += (file.measurement.im[i] - y.data[2 * i + 1]) ** 2;
    }
    // 2 · energy / σ² is chi-squared with 576 degrees of freedom: 20 % are 3.4 deviations.
    expect(energy / y.length / instance.noiseVariance).toBeGreaterThan(0.8);
    expect(energy / y.length / instance.noiseVariance).toBeLessThan(1.2);
  });

  it("has the mean of each pattern over √L in its first column", () => {
    const [surface] = cascadeFactors(published, patterns);
    file.patternSigns.forEach((row: number[], i: number) => {
      const sum = row.reduce((total, sign) => total + sign, 0);
      expect(surface.data[2 * i * 18]).toBe(sum / 16 / 256);
      expect(surface.data[2 * i * 18 + 1]).toBe(0);
    });
  });

  it("refuses a training that does not fit the geometry", () => {
    const wrong: [() => unknown, string][] = [
      [() => irsDictionary({ ...published, irsElements: 255 }, { patterns, pilots }), "patterns"],
      [() => irsDictionary({ ...published, msAntennas: 7 }, { patterns, pilots }), "pilots"],
    ];
    for (const [call, parameter] of wrong) {
      expect(errorOf(call)).toMatchObject({ code: "shape", parameter });
    }
    const factors = cascadeFactors(published, patterns);
    expect(errorOf(() => cascadedChannels(factors, { length: 5, data: new Float64Array(10) }))).toMatchObject(
      {
        code: "shape",
      },
    );
    expect(errorOf(() => cascadeFactors({ ...published, gridPoints: 0 }, patterns))).toMatchObject({
      code: "option",
      parameter: "gridPoints",
    });
  });
});

describe("irsMeasurement", () => {
  it("is in the order pattern, pilot, antenna", () => {
    const channels = [1, 10].map((scale) => complexMatrix(2, 1, Float64Array.of(scale, 0, 2 * scale, 0)));
    const pilots = complexMatrix(1, 3, Float64Array.of(1, 0, 0, 1, -1, 0));
    // H x for x = 1, i, −1.
    const expected = [1, 0, 2, 0, 0, 1, 0, 2, -1, 0, -2, 0];
    expect([...irsMeasurement(channels, pilots).data]).toEqual([
      ...expected,
      ...expected.map((part) => 10 * part),
    ]);
  });

  it("refuses channels that do not fit", () => {
    const pilots = complexMatrix(2, 1);
    expect(errorOf(() => irsMeasurement([], pilots))).toMatchObject({ code: "shape" });
    expect(errorOf(() => irsMeasurement([complexMatrix(4, 2), complexMatrix(3, 2)], pilots))).toMatchObject({
      code: "shape",
      parameter: "channels[1]",
    });
  });
});

function column(data: Float64Array): ComplexMatrix {
  return complexMatrix(data.length / 2, 1, data);
}

function matrixOf(rows: readonly (readonly (readonly number[])[])[]): ComplexMatrix {
  return complexMatrix(rows.length, rows[0].length, Float64Array.from(rows.flat(2)));
}

function errorOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    if (isSparseError(error)) return error;
    throw error;
  }
  return undefined;
}
