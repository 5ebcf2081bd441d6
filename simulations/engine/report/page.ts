/**
 * The report: one HTML file that opens from disk with no network. The two scripts inside are named by their hashes in
 * the page's content security policy, so nothing that a configuration might smuggle in could run.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { StoredRun } from "../result-files.js";
import { metricPanels } from "./charts.js";
import { drawCharts } from "./draw.js";
import { embeddedJson, escapeHtml } from "./html.js";
import { configurationSection, failureSection, header, metricSection, reproduceSection } from "./sections.js";
import { styleSheet } from "./style.js";
import { timePanels } from "./time-charts.js";
import { timeSection } from "./time-section.js";

/** The text of `report.html`. */
export function renderReport(run: StoredRun): string {
  const { plan, result, timing } = run;
  const plotly = plotlySource();
  const program = `(${drawCharts.toString()})(Plotly, document, window);`;
  const metrics = plan.metrics.map((metric) => ({ metric, panels: metricPanels(plan, result, metric) }));
  const times = timing?.points === undefined ? [] : timePanels(plan, timing.points);
  const charts = [...metrics.flatMap(({ panels }) => panels), ...times].map((panel) => panel.chart);
  const title = escapeHtml(plan.figure.title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy([plotly, program])}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – sparsewave</title>
<style>${styleSheet}</style>
</head>
<body>
<main>
${header(run)}
${metrics.map(({ metric, panels }) => metricSection(run, metric, panels)).join("\n")}
${timing === undefined || times.length === 0 ? "" : timeSection(plan, timing, times)}
${failureSection(result)}
${reproduceSection(run)}
${configurationSection(run)}
</main>
<script type="application/json" id="charts">${embeddedJson(charts)}</script>
<script>${plotly}</script>
<script>${program}</script>
</body>
</html>
`;
}

/** Only these scripts; styles and images from the page itself, which plotly makes; nothing from anywhere else. */
function contentSecurityPolicy(scripts: readonly string[]): string {
  const hashes = scripts.map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  return [
    "default-src 'none'",
    `script-src ${hashes.join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function plotlySource(): string {
  const file = createRequire(import.meta.url).resolve("plotly.js-basic-dist-min");
  return readFileSync(file, "utf8").replaceAll("</script", "<\\/script");
}
