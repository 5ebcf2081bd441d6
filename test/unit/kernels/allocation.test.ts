/** A solver under way makes no arrays and takes no memory: all it needs is there when its first steps are done. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { complexMatrix } from "../../../src/complex/index.js";
import { kernelInfo, useKernels } from "../../../src/kernels/index.js";
import type { SolverSteps } from "../../../src/solvers/index.js";
import {
  type KroneckerSblOptions,
  kroneckerOmpSteps,
  kroneckerSblSteps,
  neighbourCoupling,
  ompSteps,
  sblSteps,
  sompSteps,
} from "../../../src/solvers/index.js";
import { kroneckerProduct, product } from "../../support/dense-complex.js";
import { backends, useSuiteKernels } from "../../support/kernels.js";
import { randomMatrix } from "../../support/linalg-families.js";
import { typedArraysMadeBy } from "../../support/typed-array-count.js";

const warmUp = 2;
const steps = 8;

interface Case {
  readonly name: string;
  start(): SolverSteps<unknown>;
}

/** Nothing is removed, nothing converges. */
const sblOptions = { noise: { kind: "learned" }, pruneRatio: 0, tolerance: 0 } as const;
const pursuitOptions = { sparsity: 12 } as const;

const data = (rows: number, real: boolean, snapshots = 1) => randomMatrix(rows, snapshots, real, 9);
const kroneckerFactors = (real: boolean) => [
  randomMatrix(10, 16, real, 1),
  randomMatrix(12, 9, real, 2),
  randomMatrix(3, 5, real, 3),
];

const couplingMatrices = [neighbourCoupling(16, 0.5), null, neighbourCoupling(5, 0.8)];
const kroneckerSblCases: readonly {
  readonly name: string;
  readonly options: Partial<KroneckerSblOptions>;
}[] = [
  { name: "mm", options: {} },
  { name: "mm, pruning", options: { pruneRatio: 1e-2 } },
  { name: "mm, coupled", options: { couplingMatrices, pruneRatio: 1e-2 } },
  // The first steps are sweeps and the room of the search, the others attempts.
  { name: "mm, searching", options: { maxIterations: 1, restarts: 30 } },
  { name: "mm, coupled, searching", options: { maxIterations: 1, restarts: 30, couplingMatrices } },
  { name: "svd", options: { method: "svd" } },
  { name: "am", options: { method: "am" } },
  { name: "ksbl", options: { method: "ksbl" } },
  { name: "nnls", options: { coupling: "nnls", couplingMatrices } },
];

const cases: readonly Case[] = [true, false].flatMap((real) => {
  const field = real ? "real" : "complex";
  const [wide, tall] = [randomMatrix(30, 90, real, 1), randomMatrix(90, 40, real, 2)];
  const factors = kroneckerFactors(real);
  return [
    { name: `sbl, measurement side, ${field}`, start: () => sblSteps(wide, data(30, real), sblOptions) },
    { name: `sbl, coefficient side, ${field}`, start: () => sblSteps(tall, data(90, real), sblOptions) },
    {
      name: `sbl, fixed point, 3 snapshots, ${field}`,
      start: () => sblSteps(wide, data(30, real, 3), { ...sblOptions, update: "fixed-point" }),
    },
    ...kroneckerSblCases.map(({ name, options }) => ({
      name: `kroneckerSbl, ${name}, ${field}`,
      start: () => kroneckerSblSteps(factors, data(360, real), { ...sblOptions, ...options }),
    })),
    { name: `omp, ${field}`, start: () => ompSteps(wide, data(30, real), pursuitOptions) },
    { name: `somp, 3 snapshots, ${field}`, start: () => sompSteps(wide, data(30, real, 3), pursuitOptions) },
    {
      name: `kroneckerOmp, ${field}`,
      start: () => {
        const pair = [randomMatrix(20, 24, real, 1), randomMatrix(12, 15, real, 2)];
        const all = kroneckerProduct(pair);
        const x = complexMatrix(all.columns, 1, data(all.columns, real).data);
        return kroneckerOmpSteps(pair, product(all, x), { maxAtomsPerMode: 11 });
      },
    },
  ];
});

describe.each(backends)("on %s", (backend) => {
  beforeEach(() => useKernels({ backend }));
  afterEach(useSuiteKernels);

  it.each(cases)("$name: makes no array from step to step", ({ start }) => {
    const run = start();
    try {
      for (let step = 0; step < warmUp; step++) expect(run.next().done).toBe(false);
      const { memoryUsed } = kernelInfo();
      let taken = 0;
      const made = typedArraysMadeBy(() => {
        while (taken < steps && run.next().done === false) taken++;
      });
      expect(taken).toBe(steps);
      expect(new Set(made)).toEqual(new Set());
      expect(kernelInfo().memoryUsed).toBe(memoryUsed);
    } finally {
      run.return(undefined);
    }
    expect(kernelInfo().memoryUsed).toBe(0);
  });

  it("which would be noticed", () => {
    const array = new Float64Array(4);
    const ways: (() => unknown)[] = [
      () => new Float64Array(1),
      () => new Int32Array(1),
      () => Float64Array.from([1, 2]),
      () => Float64Array.of(1),
      () => array.subarray(1),
      () => array.slice(),
      () => array.map((value) => value),
      () => array.filter((value) => value > 1),
      () => new ArrayBuffer(8),
    ];
    for (const way of ways) expect(typedArraysMadeBy(way).length).toBeGreaterThan(0);
    expect(typedArraysMadeBy(() => array.fill(1))).toEqual([]);
    expect(array.subarray(1)).toHaveLength(3);
  });
});
