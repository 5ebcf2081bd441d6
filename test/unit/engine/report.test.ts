import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Chart, metricPanels } from "../../../simulations/engine/report/charts.js";
import { renderReport } from "../../../simulations/engine/report/page.js";
import { seriesStyles } from "../../../simulations/engine/report/palette.js";
import { timePanels } from "../../../simulations/engine/report/time-charts.js";
import type { MetricSummary, PlanRecord, PointTiming } from "../../../simulations/engine/result.js";
import type { StoredRun } from "../../../simulations/engine/result-files.js";
import { toyRun } from "../../support/toy-run.js";

const scriptsOf = (html: string): string[] =>
  [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1]);
/** What is neither plotly nor the program, so that a failing test does not print a megabyte. */
const pageOf = (html: string): string => html.replace(/<script>[\s\S]*?<\/script>/g, "");
const embeddedCharts = (html: string): Chart[] =>
  JSON.parse(/<script type="application\/json" id="charts">([\s\S]*?)<\/script>/.exec(html)![1]);

/** The same run with other numbers for one metric of every estimator. */
function withMetric(run: StoredRun, scale: PlanRecord["metrics"][number]["scale"], summary: MetricSummary) {
  const metric = { id: "rate", unit: "1", summary: "A rate", scale };
  const points = run.result.points.map((point) => ({
    ...point,
    estimators: point.estimators.map((estimator) => ({ ...estimator, metrics: { rate: summary } })),
  }));
  return { metric, plan: { ...run.plan, metrics: [metric] }, result: { ...run.result, points } };
}

describe("renderReport", () => {
  it("allows exactly the scripts it holds, and nothing from anywhere else", async () => {
    const html = renderReport(await toyRun());
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1];
    const scripts = scriptsOf(html);
    expect(scripts.length).toBe(2);
    const hashes = scripts.map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src ${hashes.join(" ")};`);
    expect(policy).not.toMatch(/unsafe-eval|https?:|\*/);
    const page = pageOf(html);
    expect(page).not.toMatch(/\b(?:src|href)=/);
    expect(page).not.toMatch(/https?:\/\//);
  });

  it("has a place for every chart, and the tables, failures, configuration, versions and command", async () => {
    const run = await toyRun();
    const html = pageOf(renderReport(run));
    const charts = embeddedCharts(html);
    // Two metrics and the time, one panel for each number of samples.
    expect(charts).toHaveLength(6);
    for (const { id } of charts) expect(html).toContain(`<div class="chart" id="${id}"></div>`);
    expect(html).toContain("<h1>Estimating a mean</h1>");
    expect(html).toContain("npx sparsewave run toy-figure");
    expect(html).toContain(run.result.configurationHash);
    expect(html).toContain(process.version);
    expect(html).toContain("&quot;trials&quot;: 12");
    expect(html).toMatch(
      /<td class="left">fragile<\/td><td class="left">noise\.variance = [\d.]+, samples = \d+<\/td>/,
    );
    expect(html).toMatch(/\d of 12 left out/);
  });

  it("says so if every trial ended well", async () => {
    expect(pageOf(renderReport(await toyRun({ estimators: ["average"] })))).toContain(
      "Every trial of every estimator ended well.",
    );
  });

  it("renders without the times", async () => {
    const { plan, result } = await toyRun();
    const page = pageOf(renderReport({ plan, result }));
    expect(page).not.toContain("run time");
    expect(page).not.toContain("Time per run");
    expect(embeddedCharts(page)).toHaveLength(4);
  });

  it("leaves the time per run out if only the run as a whole was timed", async () => {
    const { plan, result, timing } = await toyRun();
    const { points: _, ...earlier } = timing;
    const page = pageOf(renderReport({ plan, result, timing: earlier }));
    expect(page).toContain("run time");
    expect(page).not.toContain("Time per run");
  });

  it("has the time and the memory of every estimator at every point", async () => {
    const run = await toyRun();
    const points = run.timing.points!.map((point, p) => ({
      ...point,
      estimators: point.estimators.map((estimator, e) => ({
        ...estimator,
        medianSeconds: 0.001 * (10 * p + e + 11),
        meanSeconds: 1 + p + e,
        maxMemoryBytes: 2 ** 10 * (p + 1),
      })),
    }));
    const page = pageOf(renderReport({ ...run, timing: { ...run.timing, points, workers: 3 } }));
    const section = /<h2>Time per run<\/h2>[\s\S]*?<\/section>/.exec(page)![0];
    expect(section).toContain("3 at a time");
    for (const { estimators } of points) {
      for (const { medianSeconds, meanSeconds, maxMemoryBytes } of estimators) {
        expect(section).toContain(
          `<td>${Math.round(1000 * medianSeconds)} ms<small>mean ${meanSeconds}.0 s</small>` +
            `<small>memory ${maxMemoryBytes / 2 ** 10}.0 KiB</small></td>`,
        );
      }
    }
    const ids = embeddedCharts(page).map(({ id }) => id);
    expect(ids.slice(-2)).toEqual(["time-per-run-1", "time-per-run-2"]);
    for (const id of ids.slice(-2)) expect(section).toContain(`<div class="chart" id="${id}"></div>`);
  });

  it("escapes whatever a file may hold", async () => {
    const evil = `</script><script>alert("1")</script><img src=x onerror='alert(2)'>`;
    const { plan, result, timing } = await toyRun({ title: evil });
    const poisoned: StoredRun = {
      plan: {
        ...plan,
        command: evil,
        figure: { ...plan.figure, configuration: { [evil]: evil } },
        estimators: plan.estimators.map((estimator) => ({ ...estimator, id: evil, summary: evil })),
        metrics: plan.metrics.map((metric) => ({
          ...metric,
          id: `${evil}${metric.id}`,
          summary: evil,
          unit: evil,
        })),
      },
      result: {
        ...result,
        points: result.points.map(({ estimators }, index) => ({
          at: { [evil]: index },
          estimators: estimators.map((estimator) => ({
            ...estimator,
            id: evil,
            metrics: Object.fromEntries(
              Object.entries(estimator.metrics).map(([id, summary]) => [`${evil}${id}`, summary]),
            ),
          })),
        })),
      },
      timing: {
        ...timing,
        points: timing.points!.map(({ estimators }, index) => ({
          at: { [evil]: index },
          estimators: estimators.map((estimator) => ({ ...estimator, id: evil })),
        })),
      },
    };
    const html = renderReport(poisoned);
    expect(scriptsOf(html).length).toBe(2);
    expect(html.includes("<script>alert")).toBe(false);
    expect(pageOf(html)).not.toContain("<img");
    // Plotly reads its texts as a kind of HTML.
    for (const { series, xTitle, yTitle } of embeddedCharts(html)) {
      expect([xTitle, yTitle, ...series.map(({ name }) => name)].join("")).not.toContain("<");
    }
  });
});

describe("metricPanels", () => {
  it("takes the coordinate with the most values as the axis, and a panel for each of the others", async () => {
    const { plan, result } = await toyRun();
    const panels = metricPanels(plan, result, plan.metrics[0]);
    expect(panels.map(({ caption }) => caption)).toEqual(["samples = 4", "samples = 16"]);
    for (const { chart, coordinate, points } of panels) {
      expect(coordinate).toBe("noise.variance");
      expect(points).toHaveLength(3);
      expect(chart.xTicks).toEqual([0.5, 1, 2]);
      expect(chart.series[0].x).toEqual([0.5, 1, 2]);
    }
    expect(panels[1].chart.series[0].y[2]).toBe(result.points[5].estimators[0].metrics["nmse"].db);
  });

  it("draws points in the order of the axis, whatever the order of the grid", async () => {
    const { plan, result } = await toyRun({ grid: { samples: [16, 2, 8] } });
    const [panel] = metricPanels(plan, result, plan.metrics[0]);
    expect(panel!.chart.series[0].x).toEqual([2, 8, 16]);
  });

  it("makes the estimators the axis if there is only one point", async () => {
    const { plan, result } = await toyRun({ grid: { samples: [16] } });
    const [panel] = metricPanels(plan, result, plan.metrics[0]);
    expect(panel).toMatchObject({ caption: "", coordinate: undefined });
    expect(panel!.chart.series.map(({ x }) => x)).toEqual([["average"], ["first"], ["fragile"], ["truth"]]);
  });

  it.each(["decibel", "logarithmic"] as const)(
    "keeps a band finite whose interval reaches below zero: %s",
    async (scale) => {
      const summary = { mean: 0.01, median: 0.001, standardError: 0.02, interval95: [-0.03, 0.05] as const };
      const { plan, result, metric } = withMetric(await toyRun(), scale, summary);
      const { y, low, high, median } = metricPanels(plan, result, metric)[0].chart.series[0];
      const onAxis = scale === "decibel" ? -30 : 0.001;
      expect(median[0]).toBeCloseTo(onAxis, 12);
      expect([...y, ...low, ...high].every(Number.isFinite)).toBe(true);
      // A tenth of the mean: 10 dB or one decade below it.
      expect(pageOf(renderReport({ plan, result }))).toContain("Bands are cut 10 dB");
      expect(low[0]).toBeCloseTo(scale === "decibel" ? -30 : 0.001, 12);
    },
  );

  it.each(["decibel", "logarithmic"] as const)("leaves a mean of zero out of the axis: %s", async (scale) => {
    const summary = { mean: 0, median: 0, standardError: 0, interval95: [0, 0] as const };
    const { plan, result, metric } = withMetric(await toyRun(), scale, summary);
    const [panel] = metricPanels(plan, result, metric);
    expect(panel!.chart.series).toEqual([]);
    expect(pageOf(renderReport({ plan, result }))).toContain("No value to draw.");
  });

  it("does not touch a band on a linear axis, and draws a single trial without one", async () => {
    const run = await toyRun();
    const below = { mean: 0.01, median: 0, standardError: 0.02, interval95: [-0.03, 0.05] as const };
    const linear = withMetric(run, "linear", below);
    expect(metricPanels(linear.plan, linear.result, linear.metric)[0].chart.series[0].low[0]).toBe(-0.03);
    const single = withMetric(run, "decibel", { mean: 1, median: 1, standardError: null, interval95: null });
    expect(metricPanels(single.plan, single.result, single.metric)[0].chart.series[0].low[0]).toBe(0);
  });
});

describe("timePanels", () => {
  /** The toy run with these median times: of a point, for each estimator. */
  async function panelsWith(seconds: (point: number, estimator: number) => number | null) {
    const { plan, result, timing } = await toyRun();
    const points = timing.points!.map(
      (point, p): PointTiming => ({
        ...point,
        estimators: point.estimators.map((own, e) => ({ ...own, medianSeconds: seconds(p, e) })),
      }),
    );
    return { panels: timePanels(plan, points), metric: metricPanels(plan, result, plan.metrics[0]) };
  }

  it("have the axis, the panels and the colours of the metrics", async () => {
    const { panels, metric } = await panelsWith((p, e) => 0.001 * (p + 1) * (e + 1));
    expect(panels.map(({ caption, coordinate }) => [caption, coordinate])).toEqual(
      metric.map(({ caption, coordinate }) => [caption, coordinate]),
    );
    panels.forEach(({ chart }, index) => {
      const other = metric[index].chart;
      expect(chart.yType).toBe("log");
      expect([chart.xTitle, chart.xTicks]).toEqual([other.xTitle, other.xTicks]);
      expect(chart.series.map(({ name, style }) => [name, style])).toEqual(
        other.series.map(({ name, style }) => [name, style]),
      );
      for (const { low, high, median } of chart.series) expect([low, high, median]).toEqual([[], [], []]);
    });
    // The second panel has points 1, 3 and 5: 16 samples.
    expect(panels[1].chart.series[2].y).toEqual(
      [0.006, 0.012, 0.018].map((value) => expect.closeTo(value, 12)),
    );
  });

  it("leave out what was not timed, and what has no place on a logarithmic axis", async () => {
    const { panels } = await panelsWith((p, e) => (e === 0 ? null : e === 1 && p < 2 ? 0 : 1));
    expect(panels[0].chart.series.map(({ name, x }) => [name, x])).toEqual([
      ["first", [1, 2]],
      ["fragile", [0.5, 1, 2]],
      ["truth", [0.5, 1, 2]],
    ]);
    const nothing = await panelsWith(() => null);
    for (const { chart } of nothing.panels) {
      expect(chart.series).toEqual([]);
      expect(chart).not.toHaveProperty("yAxis");
    }
  });

  it.each([
    ["a narrow range", [0.012, 0.017], ["10 ms", "20 ms"]],
    ["a single value", [0.03], ["20 ms", "50 ms"]],
    ["a value on a tick", [0.02], ["20 ms", "50 ms"]],
    ["values on ticks", [0.05, 0.5], ["50 ms", "0.1 s", "0.2 s", "0.5 s"]],
    ["a wide range", [3e-7, 0.4], ["1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "0.1 s"]],
    ["long times", [40, 900], ["20 s", "50 s", "100 s", "200 s", "500 s", "1000 s"]],
  ])("have ticks on both sides of %s", async (_, values, texts) => {
    const { panels } = await panelsWith((_p, e) => values[Math.min(e, values.length - 1)]);
    const axis = panels[0].chart.yAxis!;
    expect(axis.texts).toEqual(texts);
    expect(axis.values).toHaveLength(texts.length);
    expect(axis.range[0]).toBeLessThanOrEqual(Math.min(...values));
    expect(axis.range[1]).toBeGreaterThanOrEqual(Math.max(...values));
    expect(axis.range[1]).toBeGreaterThan(axis.range[0]);
  });
});

describe("seriesStyles", () => {
  it("tells nine estimators apart without colour, and oracles from the rest", () => {
    const styles = seriesStyles([...Array(9).fill(false), true, true] as boolean[]);
    expect(new Set(styles.slice(0, 9).map(({ marker }) => marker)).size).toBe(9);
    expect(styles.slice(0, 7).every(({ dash }) => dash === "solid")).toBe(true);
    // A colour that comes again has another line.
    expect(styles[7].color).toBe(styles[0].color);
    expect(styles[7].dash).not.toBe("solid");
    expect(styles.slice(9).every(({ dash, marker }) => dash !== "solid" && marker.endsWith("-open"))).toBe(
      true,
    );
  });
});
