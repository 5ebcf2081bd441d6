import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Chart, metricPanels } from "../../../simulations/engine/report/charts.js";
import { renderReport } from "../../../simulations/engine/report/page.js";
import { seriesStyles } from "../../../simulations/engine/report/palette.js";
import type { MetricSummary, PlanRecord } from "../../../simulations/engine/result.js";
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
    // Two metrics, one panel for each noise variance or number of samples.
    expect(charts.length).toBeGreaterThan(2);
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
    expect(pageOf(renderReport({ plan, result }))).not.toContain("run time");
  });

  it("escapes whatever a file may hold", async () => {
    const evil = `</script><script>alert("1")</script><img src=x onerror='alert(2)'>`;
    const { plan, result } = await toyRun({ title: evil });
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

describe("seriesStyles", () => {
  it("tells nine estimators apart without colour, and oracles from the rest", () => {
    const styles = seriesStyles([...Array(9).fill(false), true, true] as boolean[]);
    expect(new Set(styles.slice(0, 9).map(({ marker }) => marker)).size).toBe(9);
    expect(styles.slice(0, 9).every(({ dash }) => dash === "solid")).toBe(true);
    expect(styles.slice(9).every(({ dash, marker }) => dash !== "solid" && marker.endsWith("-open"))).toBe(
      true,
    );
  });
});
