import { Matrix } from "ml-matrix";
import { type ComplexMatrix, complexMatrix } from "../src/complex/index.js";
import { nmse } from "../src/metrics/index.js";
import { kroneckerOperator } from "../src/operators/index.js";
import { type RandomStream, randomStream } from "../src/random/index.js";
import { kroneckerSbl, omp, type SparseResult, sbl } from "../src/solvers/index.js";
import { irsInstance, syntheticInstance } from "../test/support/golden.js";
import { textbookKroneckerSbl } from "../test/support/textbook-kronecker-sbl.js";
import { measure, measureOnce } from "./measure.js";
import type { Benchmark, Row } from "./row.js";

const published = { initial: "ones", tolerance: 1e-4, maxIterations: 150 } as const;
const constants = {
  svd: { method: "svd", pruneRatio: 1e-3 },
  am: { method: "am", pruneRatio: 1e-2, innerTolerance: 1e-5 },
} as const;

/** A solver on one problem, repeated. */
function timed(
  name: string,
  size: Row["size"],
  run: () => SparseResult,
  truth: ComplexMatrix,
  seconds?: number,
): Benchmark {
  return {
    group: "solvers",
    name,
    *run(): Iterable<Row> {
      const { iterations, mean } = run();
      yield {
        group: "solvers",
        name,
        size,
        seconds: measure(run, seconds),
        iterations,
        nmse: nmse(mean, truth),
      };
    },
  };
}

function synthetic(): readonly Benchmark[] {
  const { factors, measurement, coefficients, noiseVariance } = syntheticInstance("synthetic-25db");
  const truth = complexMatrix(coefficients.length, 1);
  coefficients.forEach((value, j) => {
    truth.data[2 * j] = value;
  });
  const noise = { kind: "known", variance: noiseVariance } as const;
  const size = { rows: 1440, atoms: 3375 };
  const solve = (method: "svd" | "am") => () =>
    kroneckerSbl(factors, measurement, { noise, ...published, ...constants[method] });
  const operator = kroneckerOperator(factors);
  return [
    timed("kronecker-sbl-svd", size, solve("svd"), truth),
    timed("kronecker-sbl-am", size, solve("am"), truth),
    timed("omp", size, () => omp(operator, measurement, { noiseVariance }), truth),
  ];
}

function irs(): readonly Benchmark[] {
  const { factors, measurement, coefficients, noiseVariance } = irsInstance();
  const noise = { kind: "known", variance: noiseVariance } as const;
  const size = { rows: 288, atoms: 5832 };
  const operator = kroneckerOperator(factors);
  const solve = (method: "svd" | "am") => () =>
    kroneckerSbl(factors, measurement, {
      noise,
      ...published,
      pruneAbsolute: 1e-4,
      ...(method === "svd" ? { method, pruneRatio: 0 } : { method, pruneRatio: [1e-2, 1e-1, 1e-3] }),
    });
  return [
    timed("kronecker-sbl-svd", size, solve("svd"), coefficients),
    timed("kronecker-sbl-am", size, solve("am"), coefficients),
    timed(
      "sbl",
      size,
      () => sbl(operator, measurement, { noise, pruneRatio: 1e-4, maxIterations: 150 }),
      coefficients,
    ),
    timed("omp", size, () => omp(operator, measurement, { noiseVariance }), coefficients),
  ];
}

/** A real problem with N atoms per mode, three of them active, M_n = (8, 12, 15)/15 N, at 25 dB. */
function drawProblem(n: number, stream: RandomStream) {
  const rows = [8, 12, 15].map((share) => Math.round((share * n) / 15));
  const factors = rows.map((m, mode) => stream.child("dictionary", mode).normals(m * n));
  const vectors = rows.map((_, mode) => {
    const x = new Float64Array(n);
    const values = stream.child("values", mode).normals(3);
    stream
      .child("support", mode)
      .sample(n, 3)
      .forEach((atom, k) => {
        x[atom] = values[k];
      });
    return x;
  });
  const images = factors.map((factor, mode) =>
    Array.from({ length: rows[mode] }, (_, m) =>
      vectors[mode].reduce((sum, value, j) => sum + value * factor[m * n + j], 0),
    ),
  );
  const clean = images.reduce<number[]>((left, right) => left.flatMap((a) => right.map((b) => a * b)), [1]);
  const power = clean.reduce((sum, value) => sum + value * value, 0) / clean.length;
  const noiseVariance = power / 10 ** 2.5;
  const w = stream.child("noise").normals(clean.length, noiseVariance);
  return { rows, factors, measurement: clean.map((value, i) => value + w[i]), noiseVariance };
}

/** The published method, dense and by modes: the first iterations of the same problem, in the same run. */
const againstTextbook: Benchmark = {
  group: "solvers",
  name: "textbook",
  *run(): Iterable<Row> {
    const n = 12;
    const { rows, factors, measurement, noiseVariance } = drawProblem(n, randomStream("bench", "textbook"));
    const matrices = factors.map((factor, mode) => Matrix.from1DArray(rows[mode], n, [...factor]));
    const noise = { kind: "known", variance: noiseVariance } as const;
    const size = { rows: rows.reduce((a, b) => a * b, 1), atoms: n ** 3 };
    const stopping = { tolerance: 0, maxIterations: 3 } as const;
    for (const method of ["svd", "am"] as const) {
      const { pruneRatio } = constants[method];
      const textbook = measureOnce(() =>
        textbookKroneckerSbl(matrices, measurement, {
          method,
          noiseVariance,
          pruneRatio,
          innerTolerance: 1e-5,
          ...stopping,
        }),
      );
      const iterations = stopping.maxIterations;
      yield { group: "solvers", name: `textbook-${method}`, size, seconds: textbook, iterations };
      const options = { noise, method, initial: "ones", pruneRatio, ...stopping } as const;
      const seconds = measure(() => kroneckerSbl(matrices, measurement, options));
      const ratioToTextbook = textbook / seconds;
      yield { group: "solvers", name: `kronecker-sbl-${method}`, size, seconds, iterations, ratioToTextbook };
    }
  },
};

const growth: Benchmark = {
  group: "growth",
  name: "kronecker-sbl-svd",
  *run(): Iterable<Row> {
    for (const n of [15, 30, 60, 100]) {
      const { rows, factors, measurement, noiseVariance } = drawProblem(
        n,
        randomStream("bench", "growth", n),
      );
      const matrices = factors.map((factor, mode) => Matrix.from1DArray(rows[mode], n, [...factor]));
      const noise = { kind: "known", variance: noiseVariance } as const;
      const run = () => kroneckerSbl(matrices, measurement, { noise, method: "svd" });
      const { iterations } = run();
      yield {
        group: "growth",
        name: "kronecker-sbl-svd",
        size: { atoms: n ** 3 },
        seconds: measure(run),
        iterations,
      };
    }
  },
};

export const solverBenchmarks: readonly Benchmark[] = [...synthetic(), ...irs(), againstTextbook, growth];
