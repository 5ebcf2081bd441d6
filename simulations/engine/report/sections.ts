/** The sections of the report, each a piece of HTML. */
import { appliesTo, formatDuration, formatPoint, formatSummary, metricTitle } from "../format.js";
import { averagedCount } from "../reduce.js";
import type { EstimatorSummary, PlanRecord, Result } from "../result.js";
import type { StoredRun } from "../result-files.js";
import { lowestFraction, type MetricPanel } from "./charts.js";
import { escapeHtml, typographic } from "./html.js";
import { panelHtml, panelTable } from "./panels.js";

type StoredMetric = PlanRecord["metrics"][number];

export function header({ plan, result }: StoredRun): string {
  const { figure } = plan;
  const points = result.points.length === 1 ? "1 grid point" : `${result.points.length} grid points`;
  const facts = [
    `Figure ${figure.id}`,
    `scenario ${figure.scenario}`,
    points,
    `${figure.trials} trials per point`,
    `seed ${figure.seed}`,
  ];
  const oracles = plan.estimators.some((estimator) => estimator.oracle);
  const note = [
    result.points.length === 1
      ? "Markers are means over the trials, bars their 95&nbsp;% intervals."
      : "Lines are means over the trials, shaded bands their 95&nbsp;% intervals, dotted lines medians (in the tables alone where there are more than eight lines).",
    ...(oracles ? ["Bounds and oracles, which see the truth, are dashed in black or grey."] : []),
    "All estimators see the same draws.",
    ...(result.points.length === 1 ? [] : ["Click a name in a legend to hide or show it."]),
  ];
  return `<header>
<h1>${escapeHtml(figure.title)}</h1>
<ul class="facts">${facts.map((fact) => `<li>${escapeHtml(fact)}</li>`).join("")}</ul>
<p class="quiet">${note.join(" ")}</p>
<noscript><p class="alert">The plots need JavaScript; the tables do not.</p></noscript>
</header>`;
}

export function metricSection(
  { plan, result }: StoredRun,
  metric: StoredMetric,
  panels: readonly MetricPanel[],
): string {
  const parts = panels.map((panel) =>
    panelHtml(panel, "Mean, 95&nbsp;% interval and median", metricTable(plan, metric, panel)),
  );
  return `<section>
<h2>${escapeHtml(metricTitle(metric))} <code>${escapeHtml(metric.id)}</code></h2>
${metricNote(result, metric)}
${parts.join("\n")}
</section>`;
}

function metricNote({ points }: Result, metric: StoredMetric): string {
  const notes = [`${escapeHtml(metric.summary)}.`];
  if (metric.scale === "decibel") {
    notes.push("The mean is taken of the ratios and then turned into decibels.");
  }
  const summaries = points.flatMap(({ estimators }) => estimators.map(({ metrics }) => metrics[metric.id]));
  if (metric.scale !== "linear") {
    if (
      summaries.some(
        ({ mean, interval95 }) =>
          mean !== null && interval95 !== null && interval95[0] < lowestFraction * mean,
      )
    ) {
      notes.push("Bands are cut 10 dB (one decade) below the mean; the tables have their true ends.");
    }
    if (summaries.some(({ mean }) => mean !== null && mean <= 0)) {
      notes.push("A mean of zero has no place on a logarithmic axis; see the table.");
    }
  }
  return `<p class="quiet">${notes.join(" ")}</p>`;
}

function metricTable(plan: PlanRecord, metric: StoredMetric, panel: MetricPanel): string {
  return panelTable(plan, panel, (index) => {
    const own = panel.points.map((point) => point.estimators[index]);
    if (!own.some((estimator) => appliesTo(metric, estimator))) return undefined;
    return own.map((estimator) => metricCell(estimator, metric));
  });
}

function metricCell({ metrics, trials, statuses }: EstimatorSummary, metric: StoredMetric): string {
  const { mean, interval, median } = formatSummary(metrics[metric.id], metric.scale);
  const leftOut = trials - averagedCount(statuses);
  const note = leftOut === 0 ? "" : `<small class="alert">${leftOut} of ${trials} left out</small>`;
  return `<td>${typographic(mean)}<small>${typographic(interval)}</small><small>median ${typographic(median)}</small>${note}</td>`;
}

export function failureSection(result: Result): string {
  const rows = result.points.flatMap((point) =>
    point.estimators.flatMap(({ id, trials, statuses }) => {
      const { ok = 0, diverged = 0, breakdown = 0, error = 0 } = statuses;
      if (ok === trials) return [];
      const counts = [ok, breakdown, diverged, error].map((count) => `<td>${count}</td>`);
      const place = typographic(formatPoint(point.at));
      return [
        `<tr><td class="left">${escapeHtml(id)}</td><td class="left">${escapeHtml(place)}</td>${counts.join("")}</tr>`,
      ];
    }),
  );
  const body =
    rows.length === 0
      ? "<p>Every trial of every estimator ended well.</p>"
      : `<p>Averages hold the trials that ended ok or in a breakdown, whose last sound answer counts; they leave out those that
diverged or failed with an error.</p>
<div class="scroll"><table>
<thead><tr><th class="left">estimator</th><th class="left">grid point</th><th>ok</th><th>breakdown</th><th>diverged</th><th>error</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>`;
  return `<section>\n<h2>Failures</h2>\n${body}\n</section>`;
}

export function reproduceSection({ plan, result, timing }: StoredRun): string {
  const facts: [string, string][] = [
    ["sparsewave", result.version],
    ["streams", `version ${plan.streamVersion}`],
    ["configuration hash", result.configurationHash],
  ];
  if (timing !== undefined) {
    const workers = timing.workers === 1 ? "1 worker" : `${timing.workers} workers`;
    facts.push(["Node", timing.node], ["processor", timing.processor]);
    if (timing.kernels !== undefined) facts.push(["kernels", timing.kernels]);
    const time = timing.seconds < 60 ? `${timing.seconds.toPrecision(2)} s` : formatDuration(timing.seconds);
    facts.push(["run time", `${time} with ${workers}`]);
  }
  const rows = facts.map(
    ([name, value]) => `<tr><th class="left">${name}</th><td class="left">${escapeHtml(value)}</td></tr>`,
  );
  return `<section>
<h2>Run it again</h2>
<pre>npx ${escapeHtml(plan.command)}</pre>
<p class="quiet">The same version with the same configuration gives the same bytes, on any number of workers, with the same kernels.</p>
<div class="scroll"><table><tbody>
${rows.join("\n")}
</tbody></table></div>
</section>`;
}

export function configurationSection({ plan }: StoredRun): string {
  const described = plan.estimators.map(
    ({ id, summary, oracle }) =>
      `<tr><th class="left">${escapeHtml(id)}</th><td class="left">${escapeHtml(summary)}${oracle ? " (sees the truth)" : ""}</td></tr>`,
  );
  return `<section>
<h2>Estimators</h2>
<div class="scroll"><table><tbody>
${described.join("\n")}
</tbody></table></div>
<h2>Configuration</h2>
<pre>${escapeHtml(JSON.stringify(plan.figure, undefined, 2))}</pre>
</section>`;
}
