/** The section of the report on what a run of each estimator takes. */
import { formatBytes, formatSeconds } from "../format.js";
import type { EstimatorTiming, PlanRecord, Timing } from "../result.js";
import { panelHtml, panelTable } from "./panels.js";
import type { TimePanel } from "./time-charts.js";

export function timeSection(plan: PlanRecord, timing: Timing, panels: readonly TimePanel[]): string {
  const beside = timing.workers === 1 ? "one at a time" : `${timing.workers} at a time`;
  const notes = [
    `Wall time of one run of an estimator on this machine, ${beside}; runs that failed with an error do not count.`,
    "Memory is the most working memory that the kernels had in use during a run; inputs and results are not in it.",
    "Times are not the same again when the study is repeated; everything above is.",
  ];
  const parts = panels.map((panel) =>
    panelHtml(
      panel,
      "Median and mean time, and memory",
      panelTable(plan, panel, (index) => panel.points.map((point) => timeCell(point.estimators[index]))),
    ),
  );
  return `<section>
<h2>Time per run</h2>
<p class="quiet">${notes.join(" ")}</p>
${parts.join("\n")}
</section>`;
}

function timeCell({ medianSeconds, meanSeconds, maxMemoryBytes }: EstimatorTiming): string {
  const mean = `<small>mean ${formatSeconds(meanSeconds)}</small>`;
  return `<td>${formatSeconds(medianSeconds)}${mean}<small>memory ${formatBytes(maxMemoryBytes)}</small></td>`;
}
