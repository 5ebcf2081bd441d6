import { describe, expect, it } from "vitest";
import type {
  EstimatorSummary,
  MetricSummary,
  PlanRecord,
  Result,
} from "../../../simulations/engine/result.js";
import { renderTables, renderTimes } from "../../../simulations/engine/table.js";
import { toyRun } from "../../support/toy-run.js";

const value = (mean: number): MetricSummary => ({
  mean,
  median: mean / 2,
  standardError: mean / 10,
  interval95: [mean * 0.8, mean * 1.2],
});
const unknown: MetricSummary = { mean: null, median: null, standardError: null, interval95: null };

async function tables(
  points: readonly Record<string, number>[],
  estimators: (index: number) => EstimatorSummary[],
  width = 120,
): Promise<string> {
  const { plan, result } = await toyRun();
  const rows = points.map((at, index) => ({ at, estimators: estimators(index) }));
  const metrics: PlanRecord["metrics"] = [{ id: "nmse", unit: "1", summary: "Error", scale: "decibel" }];
  return renderTables({ ...plan, metrics }, { ...result, points: rows } as Result, width);
}

const estimator = (id: string, nmse: MetricSummary, statuses: EstimatorSummary["statuses"] = { ok: 9 }) => ({
  id,
  trials: 9,
  statuses,
  metrics: { nmse },
});

describe("renderTables", () => {
  const grid = [{ snrDb: -5 }, { snrDb: 10 }];

  it("has grid points down and estimators across", async () => {
    const text = await tables(grid, (index) => [
      estimator("omp", value(0.1 ** index)),
      estimator("kronecker-sbl", value(0.01)),
    ]);
    expect(text).toBe(`NMSE [dB]: Error
        omp                               kronecker-sbl
snrDb     mean  95 % interval    median     mean  95 % interval     median
   -5     0.00  [-0.97, 0.79]     -3.01   -20.00  [-20.97, -19.21]  -23.01
   10   -10.00  [-10.97, -9.21]  -13.01   -20.00  [-20.97, -19.21]  -23.01

All trials ended well.
`);
  });

  it("puts estimators that do not fit into a block below, with the coordinates again", async () => {
    const estimators = ["a", "b", "c", "d", "e"].map((id) => estimator(id, value(0.01)));
    for (const width of [60, 80, 100, 140]) {
      const lines = (await tables(grid, () => estimators, width)).split("\n");
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      const perBlock = Math.floor((width - 5) / 36);
      expect(lines.filter((line) => line.startsWith("snrDb")).length).toBe(Math.ceil(5 / perBlock));
    }
  });

  it("shows one block per estimator on a narrow terminal rather than none", async () => {
    const text = await tables(grid, () => [estimator("a", value(1)), estimator("b", value(1))], 10);
    expect(text.split("\n").filter((line) => line.startsWith("snrDb"))).toHaveLength(2);
  });

  it("has estimators down if there is only one grid point", async () => {
    const text = await tables([{}], () => [
      estimator("omp", value(1)),
      estimator("lasso", unknown, { error: 9 }),
    ]);
    expect(text).toBe(`NMSE [dB]: Error
       mean  95 % interval  median
omp    0.00  [-0.97, 0.79]   -3.01
lasso     –  –                   –

Trials that did not end well (averages leave out diverged and error):
  lasso at defaults: 9 error of 9
`);
  });

  it("leaves out an estimator that a metric does not apply to, unless it failed", async () => {
    const text = await tables(grid, () => [
      estimator("omp", value(1)),
      estimator("bound", unknown),
      estimator("broken", unknown, { ok: 3, error: 6 }),
    ]);
    expect(text).not.toContain("bound");
    expect(text).toMatch(/omp +broken\n/);
    expect(text).toContain("  broken at snrDb = -5: 6 error of 9\n");
  });

  it("does not list failures without end", async () => {
    const many = Array.from({ length: 50 }, (_, snrDb) => ({ snrDb }));
    const text = await tables(many, () => [estimator("omp", value(1), { ok: 8, breakdown: 1 })]);
    expect(text.match(/: 1 breakdown of 9/g)).toHaveLength(20);
    expect(text).toContain("… and 30 more");
  });
});

describe("renderTimes", () => {
  async function times(medians: Record<string, number | null | undefined>, width = 120): Promise<string> {
    const { timing } = await toyRun();
    const estimators = Object.entries(medians).map(([id, medianSeconds]) => ({
      id,
      seconds: 1,
      ...(medianSeconds === undefined ? {} : { medianSeconds }),
    }));
    return renderTimes({ ...timing, estimators }, width);
  }

  it("is one line", async () => {
    expect(await times({ omp: 0.0123, sbl: 0.85, broken: null, earlier: undefined })).toBe(
      "Median time per run: omp 12 ms · sbl 0.85 s · broken – · earlier –\n",
    );
  });

  it("is broken between estimators where the terminal ends", async () => {
    const medians = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((id) => [id.repeat(8), 0.01]));
    for (const width of [50, 60, 70]) {
      const text = await times(medians, width);
      const lines = text.trimEnd().split("\n");
      expect(lines.length).toBeGreaterThan(1);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      expect(lines.slice(1).every((line) => line.startsWith("  "))).toBe(true);
      expect(text.match(/[a-f]{8} 10 ms/g)).toHaveLength(6);
    }
  });

  it("has an estimator on every line of the narrowest terminal", async () => {
    expect(await times({ omp: 1, sbl: 2 }, 5)).toBe("Median time per run: omp 1.0 s ·\n  sbl 2.0 s\n");
  });
});
