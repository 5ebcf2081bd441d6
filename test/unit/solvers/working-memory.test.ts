/** Every solver gives its working memory back, however its run ends, and asks for no more than it may have. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SolverStep, SolverSteps, SparseResult } from "../../../src/index.js";
import * as library from "../../../src/index.js";
import { webAssembly } from "../../../src/kernels/backend.js";
import { collectedUntil } from "../../support/garbage.js";
import { backends, useSuiteKernels, withMemoryLimit } from "../../support/kernels.js";
import { solverRuns } from "../../support/library-runs.js";
import { randomMatrix } from "../../support/linalg-families.js";
import { thrownAtOnce } from "../../support/thrown.js";

const { kernelInfo, kroneckerOmp, kroneckerSbl, omp, sbl, sblSteps, somp, useKernels } = library;
const memoryUsed = () => kernelInfo().memoryUsed;

const matrix = randomMatrix(30, 80, false, 1);
const y = randomMatrix(30, 1, false, 2);
const factors = [randomMatrix(5, 9, false, 3), randomMatrix(6, 8, false, 4)];
const noise = { kind: "learned" } as const;

type Extra = Pick<library.SolverOptions, "onIteration" | "signal">;
const iterating: readonly (readonly [name: string, solve: (extra: Extra) => SparseResult])[] = [
  ["sbl", (extra) => sbl(matrix, y, { noise, maxIterations: 5, ...extra })],
  ["kroneckerSbl", (extra) => kroneckerSbl(factors, y, { noise, maxIterations: 5, ...extra })],
  [
    "kroneckerSbl, svd",
    (extra) => kroneckerSbl(factors, y, { noise, method: "svd", maxIterations: 5, ...extra }),
  ],
  ["omp", (extra) => omp(matrix, y, { sparsity: 5, ...extra })],
  ["somp", (extra) => somp(matrix, y, { sparsity: 5, ...extra })],
  ["kroneckerOmp", (extra) => kroneckerOmp(factors, y, { maxAtomsPerMode: 4, ...extra })],
];

describe.each(backends)("on %s", (backend) => {
  beforeEach(() => useKernels({ backend }));
  afterEach(useSuiteKernels);

  it.each(solverRuns)("$name: nothing is left when it returns", ({ run }) => {
    run(library);
    expect(memoryUsed()).toBe(0);
  });

  describe.each(iterating)("%s: nothing is left when it is", (_, solve) => {
    it("stopped by the caller", () => {
      const result = solve({ onIteration: () => (memoryUsed() > 0 ? "stop" : "continue") });
      expect(result.reason).toBe("stopped");
      expect(memoryUsed()).toBe(0);
    });

    it("ended by an error of the caller", () => {
      const onIteration = () => {
        throw new Error("no more");
      };
      expect(thrownAtOnce(() => solve({ onIteration })).message).toBe("no more");
      expect(memoryUsed()).toBe(0);
      expect(thrownAtOnce(() => solve({ onIteration: () => "enough" as never })).code).toBe("option");
      expect(memoryUsed()).toBe(0);
    });

    it("aborted", () => {
      const abort = new AbortController();
      const onIteration = () => {
        abort.abort();
        return "continue" as const;
      };
      expect(thrownAtOnce(() => solve({ onIteration, signal: abort.signal })).name).toBe("AbortError");
      expect(memoryUsed()).toBe(0);
    });
  });

  it("nothing is left when an answer overflows in the caller's units", () => {
    const tiny = randomMatrix(30, 80, false, 1);
    tiny.data.forEach((value, i) => {
      tiny.data[i] = value * 2 ** -900;
    });
    const large = randomMatrix(30, 1, false, 2);
    large.data.forEach((value, i) => {
      large.data[i] = value * 2 ** 400;
    });
    expect(thrownAtOnce(() => omp(tiny, large, { sparsity: 2 })).code).toBe("range");
    expect(memoryUsed()).toBe(0);
  });

  describe("runs that take turns", () => {
    const start = (seed: number, rows = 30): SolverSteps<library.BayesianResult> =>
      sblSteps(randomMatrix(rows, 80, false, seed), randomMatrix(rows, 1, false, seed + 1), {
        noise,
        tolerance: 0,
        maxIterations: 6,
      });

    function finish<Result>(run: SolverSteps<Result>): Result {
      for (;;) {
        const { done, value } = run.next();
        if (done) return value as Result;
      }
    }

    it("give what they give alone, also when one is left early", () => {
      const alone = [1, 5].map((seed) => finish(start(seed)));
      const runs = [start(1), start(5)];
      const left = start(9, 60);
      let last: SolverStep<library.BayesianResult> | undefined;
      for (let step = 0; step < 3; step++) {
        runs[0].next();
        left.next();
        last = runs[1].next().value as SolverStep<library.BayesianResult>;
        // An intermediate answer does not disturb the run either.
        last.current();
      }
      left.return(undefined as never);
      expect(finish(runs[1])).toEqual(alone[1]);
      expect(finish(runs[0])).toEqual(alone[0]);
      expect(memoryUsed()).toBe(0);
    });

    it("can run inside one another", () => {
      const alone = finish(start(1));
      const run = start(1);
      run.next();
      const inner = sbl(matrix, y, {
        noise,
        maxIterations: 3,
        onIteration: () => {
          run.next();
          return "continue";
        },
      });
      expect(inner).toEqual(sbl(matrix, y, { noise, maxIterations: 3 }));
      expect(finish(run)).toEqual(alone);
      expect(memoryUsed()).toBe(0);
    });

    it("give everything back also when nobody holds them any more", async () => {
      (() => {
        const [kept, left, abandoned] = [start(1), start(5), start(9)];
        for (const run of [kept, left, abandoned]) run.next();
        left.return(undefined as never);
        finish(kept);
      })();
      expect(memoryUsed()).toBeGreaterThan(0);
      expect(await collectedUntil(() => memoryUsed() === 0)).toBe(true);
    });
  });

  // The solver, or the part of its dictionary that would need so much, also before the run begins.
  const part = "[\\w-]+\\.(columnNorms|covariance|whitenedNorms|atoms)";
  const sentence = "working memory would be [\\d.]+ \\w+; expected at most [\\d.]+ \\w+ \\(memoryLimit\\)";

  it.each(solverRuns)(
    "$name: beyond the limit it says who and how much, and takes nothing",
    ({ name, run }) => {
      const who = [name.split(",")[0], part, ...(name.includes("Fourier") ? ["kernels"] : [])].join("|");
      let limit = 64;
      let error = errorAt(limit);
      expect(error).toBeDefined();
      while (error !== undefined) {
        expect(error).toMatchObject({ name: "SparseError", code: "limit" });
        expect(error.message).toMatch(new RegExp(`^(${who}): ${sentence}$`));
        limit *= 4;
        error = errorAt(limit);
      }

      function errorAt(memoryLimit: number): Error | undefined {
        const before = webAssembly()?.bytes ?? 0;
        try {
          withMemoryLimit(memoryLimit, () => run(library));
          return undefined;
        } catch (thrown) {
          expect(memoryUsed()).toBe(0);
          // What was within the limit may have been taken and given back.
          expect((webAssembly()?.bytes ?? 0) - before).toBeLessThan(memoryLimit + 2 ** 16);
          return thrown as Error;
        }
      }
    },
  );
});
