import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SolveFlags, solveCommand } from "../../../simulations/commands/solve.js";
import { resultRecord } from "../../../simulations/commands/solve-output.js";
import { isSparseError, type SparseError } from "../../../src/errors.js";
import { type NpyArray, readMat, readNpy, writeMat, writeNpy } from "../../../src/io/index.js";
import { kroneckerOperator } from "../../../src/operators/index.js";
import { randomStream } from "../../../src/random/index.js";
import { omp, sbl } from "../../../src/solvers/index.js";

// y = (A1 ⊗ A2) x with two active atoms, (1, 2) and (1, 5), which only the right order of the factors gives back.
const stream = randomStream(3, "solve");
const first = complexArray("A1", 4, 6);
const second = complexArray("A2", 5, 7);
const active = new Map([
  [9, [2, -1]],
  [12, [-1, 0.5]],
] as const);
const dictionary = kroneckerOperator([matrixOf(first), matrixOf(second)]);
const coefficients = { length: 42, data: new Float64Array(84) };
for (const [atom, value] of active) coefficients.data.set(value, 2 * atom);
const measurement = dictionary.apply(coefficients).data;

let folder: string;
let flags: SolveFlags;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sparsewave-solve-"));
  const save = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const factors = save(
    "factors.mat",
    writeMat(
      new Map([
        ["A1", first],
        ["A2", second],
      ]),
    ),
  );
  const y = save("y.npy", writeNpy({ shape: [20], complex: true, data: measurement }));
  const atoms = dictionary.atoms(Array.from({ length: 42 }, (_, n) => n));
  save("A.npy", writeNpy({ shape: [20, 42], complex: true, data: atoms.data }));
  // Two snapshots: y and 2 y.
  const both = Float64Array.from(
    { length: 80 },
    (_, i) => (1 + ((i >> 1) & 1)) * measurement[2 * (i >> 2) + (i & 1)],
  );
  save("Y.npy", writeNpy({ shape: [20, 2], complex: true, data: both }));
  save("cube.npy", writeNpy({ shape: [1, 1, 1], complex: false, data: Float64Array.of(1) }));
  flags = { dictionary: [`${factors}:A1`, `${factors}:A2`], measurement: y, set: [] };
});

afterAll(() => rmSync(folder, { recursive: true }));

function complexArray(name: string, rows: number, columns: number): NpyArray {
  return {
    shape: [rows, columns],
    complex: true,
    data: stream.child(name).complexNormals(rows * columns).data,
  };
}

function matrixOf({ shape, data }: NpyArray) {
  return { rows: shape[0], columns: shape[1], data };
}

async function solve(solver: string, changes: Partial<SolveFlags>): Promise<{ out: string; err: string }> {
  const written = { out: "", err: "" };
  await solveCommand(
    solver,
    { ...flags, ...changes },
    {
      out: (text) => {
        written.out += text;
      },
      err: (text) => {
        written.err += text;
      },
    },
  );
  return written;
}

async function solveJson(solver: string, changes: Partial<SolveFlags>): Promise<Record<string, unknown>> {
  const { out, err } = await solve(solver, { ...changes, json: true });
  expect(err).toBe("");
  return JSON.parse(out) as Record<string, unknown>;
}

describe("sparsewave solve", () => {
  const settings: Readonly<Record<string, Partial<SolveFlags>>> = {
    omp: { set: ["sparsity=2"] },
    somp: { set: ["residualTolerance=1e-6"] },
    "kronecker-omp": { noiseVariance: "1e-12" },
    sbl: { noiseVariance: "1e-6", set: ["update=fixed-point", "pruneRatio=1e-2"] },
    "kronecker-sbl": { noiseVariance: "1e-6", set: ["method=svd", "pruneRatio=1e-2,1e-2"] },
    lmmse: { noiseVariance: "1e-6", set: ["priorVariance=1"] },
  };
  const fields = [
    "solver",
    "mean",
    "variance",
    "support",
    "noiseVariance",
    "logEvidence",
    "iterations",
    "converged",
    "reason",
    "seconds",
  ];

  for (const [solver, changes] of Object.entries(settings)) {
    it(`runs ${solver} on factors and prints one JSON object`, async () => {
      const record = await solveJson(solver, changes);
      expect(Object.keys(record)).toEqual(fields);
      const mean = record["mean"] as { re: number[]; im: number[] };
      expect([mean.re.length, mean.im.length]).toEqual([42, 42]);
      expect(record).toMatchObject({ solver, converged: true });
      if (solver === "lmmse") return;
      // Noise-free data with a noise level of 1e-3: the coefficients are right to about that.
      for (const [atom, [re, im]] of active) {
        expect(Math.hypot(mean.re[atom] - re, mean.im[atom] - im)).toBeLessThan(1e-2);
      }
    });
  }

  it("gives the numbers of the solver, and null for what a solver does not have", async () => {
    const matrix = dictionary.atoms(Array.from({ length: 42 }, (_, n) => n));
    const y = { rows: 20, columns: 1, data: measurement };
    const dense = { dictionary: [join(folder, "A.npy")] };
    const greedy = await solveJson("omp", { ...dense, noiseVariance: "1e-12" });
    const pursuit = omp(matrix, y, { noiseVariance: 1e-12 });
    expect(greedy).toEqual({
      ...JSON.parse(JSON.stringify(resultRecord("omp", pursuit, 0))),
      seconds: greedy["seconds"],
    });
    expect(greedy).toMatchObject({
      variance: null,
      noiseVariance: null,
      logEvidence: null,
      support: [9, 12],
    });

    const learned = await solveJson("sbl", { ...dense, learnNoise: true, set: ["maxIterations=20"] });
    const bayesian = sbl(matrix, y, { noise: { kind: "learned" }, maxIterations: 20 });
    expect(learned["variance"]).toEqual(Array.from(bayesian.variance));
    expect(learned).toMatchObject({
      noiseVariance: bayesian.noiseVariance,
      logEvidence: bayesian.logEvidence,
    });
    expect(learned).toMatchObject({ iterations: bayesian.iterations, reason: bayesian.reason });
  });

  it("gives several snapshots row by row", async () => {
    const record = await solveJson("somp", { measurement: join(folder, "Y.npy"), set: ["sparsity=2"] });
    expect(record["snapshots"]).toBe(2);
    const { re } = record["mean"] as { re: number[] };
    expect(re).toHaveLength(84);
    expect(re[18]).toBeCloseTo(2, 10);
    expect(re[19]).toBeCloseTo(4, 10);
  });

  it("prints a summary for people", async () => {
    const { out, err } = await solve("omp", { set: ["sparsity=2"] });
    expect(err).toBe("");
    expect(out).toMatch(/^omp: converged \(\w+\)\n/);
    expect(out).toMatch(/\n {2}support {9}2 of 42 atoms/);
    expect(out).toMatch(/\n +9 {2}2 - 1j\n +12 {2}-1 \+ 0\.5j\n$/);
  });

  it("writes the mean or the whole object, and says so where it does not disturb", async () => {
    const path = (name: string): string => join(folder, name);
    const json = await solve("omp", { set: ["sparsity=2"], json: true, out: path("out.json") });
    expect(readFileSync(path("out.json"), "utf8")).toBe(json.out);
    expect(json.err).toBe(`The result is in ${path("out.json")}\n`);
    const record = JSON.parse(json.out) as { mean: { re: number[]; im: number[] } };
    const mean = Float64Array.from(
      { length: 84 },
      (_, i) => (i % 2 === 0 ? record.mean.re : record.mean.im)[i >> 1],
    );

    const { out } = await solve("omp", { set: ["sparsity=2"], out: path("out.npy") });
    expect(out).toMatch(/The mean is in .*out\.npy\n$/);
    expect(readNpy(readFileSync(path("out.npy")))).toEqual({ shape: [42], complex: true, data: mean });
    await solve("omp", { set: ["sparsity=2"], out: path("out.MAT") });
    const variables = readMat(readFileSync(path("out.MAT")));
    expect([...variables]).toEqual([["mean", { shape: [42, 1], complex: true, data: mean }]]);
    await solve("somp", { measurement: path("Y.npy"), set: ["sparsity=2"], out: path("out.npy") });
    expect(readNpy(readFileSync(path("out.npy"))).shape).toEqual([42, 2]);
  });
});

describe("mistakes of the caller", () => {
  async function errorFor(solver: string, changes: Partial<SolveFlags>): Promise<SparseError> {
    const before = readdirSync(folder);
    const written: string[] = [];
    const streams = { out: (text: string) => written.push(text), err: (text: string) => written.push(text) };
    const error: unknown = await solveCommand(solver, { ...flags, ...changes }, streams).catch(
      (e: unknown) => e,
    );
    expect(written).toEqual([]);
    expect(readdirSync(folder)).toEqual(before);
    if (!isSparseError(error)) throw new Error("expected one of our errors", { cause: error });
    return error;
  }

  it("are found before anything is loaded", async () => {
    const missing = { dictionary: ["missing.npy"], measurement: "missing.npy" };
    expect((await errorFor("lmse", missing)).message).toMatch(/"lmse" is unknown; did you mean lmmse\?$/);
    expect((await errorFor("constructor", missing)).parameter).toBe("solver");
    expect((await errorFor("sbl", missing)).parameter).toBe("noise");
    expect((await errorFor("omp", { ...missing, set: ["sparsity"] })).parameter).toBe("set");
    expect((await errorFor("omp", { ...missing, dictionary: [] })).parameter).toBe("dictionary");
    for (const out of [
      "out.csv",
      "out",
      folder,
      join(folder, "nowhere", "out.npy"),
      join(folder, "y.npy", "out.npy"),
    ]) {
      expect((await errorFor("omp", { ...missing, out })).parameter).toBe("out");
    }
    mkdirSync(join(folder, "taken.npy"), { recursive: true });
    expect((await errorFor("omp", { ...missing, out: join(folder, "taken.npy") })).parameter).toBe("out");
    expect((await errorFor("omp", missing)).message).toMatch(/"missing\.npy" does not exist/);
  });

  it("are found by the solver otherwise", async () => {
    expect((await errorFor("omp", { set: ["sparsty=2"] })).message).toMatch(/did you mean sparsity\?/);
    expect((await errorFor("omp", {})).code).toBe("option");
    expect((await errorFor("omp", { set: ["sparsity=2"], measurement: join(folder, "A.npy") })).code).toBe(
      "shape",
    );
    expect(
      (await errorFor("omp", { set: ["sparsity=2"], measurement: join(folder, "cube.npy") })).message,
    ).toMatch(/cube\.npy has 3 dimensions; expected 1 or 2$/);
    expect((await errorFor("sbl", { noiseVariance: "-1" })).code).toBe("range");
  });
});

describe("the rank of the coefficients", () => {
  const noiseVariance = "1e-6";

  it("is told where there is one", async () => {
    expect(await solveJson("kronecker-sbl", { noiseVariance, set: ["core=1"] })).toMatchObject({ core: 1 });
    expect((await solve("kronecker-sbl", { noiseVariance, set: ["core=1"] })).out).toMatch(
      /^ {2}core +rank 1$/m,
    );
    expect(await solveJson("kronecker-sbl", { noiseVariance })).not.toHaveProperty("core");
  });
});

describe("the record", () => {
  it("holds no number that JSON cannot spell", () => {
    const mean = { rows: 1, columns: 1, data: Float64Array.of(1, 0) };
    const result = {
      solver: "sbl",
      mean,
      support: Int32Array.of(0),
      residualNorm: 0,
      iterations: 3,
      converged: false,
      reason: "breakdown" as const,
      logEvidence: Number.NEGATIVE_INFINITY,
      noiseVariance: Number.NaN,
    };
    const text = JSON.stringify(resultRecord("sbl", result, 0.5));
    expect(JSON.parse(text)).toMatchObject({
      logEvidence: null,
      noiseVariance: null,
      variance: null,
      seconds: 0.5,
    });
  });
});
