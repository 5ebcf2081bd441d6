/** The results as text: one table per metric, grid points down, estimators across. */
import { appliesTo, formatPoint, formatSeconds, formatSummary, metricTitle } from "./format.js";
import type { EstimatorSummary, PlanRecord, PointSummary, Result, Timing } from "./result.js";

const gap = "   ";
const maxFailureLines = 20;

type StoredMetric = PlanRecord["metrics"][number];

/** A column of cells that are padded to one width; numbers to the right, all else to the left. */
interface Column {
  readonly cells: readonly string[];
  readonly align: "left" | "right";
}

/**
 * @param width - columns of the terminal; estimators that do not fit go into a further block below
 */
export function renderTables(plan: PlanRecord, result: Result, width: number): string {
  const sections = plan.metrics.map((metric) => {
    const title = `${metricTitle(metric)}: ${metric.summary}`;
    return [title, ...metricLines(metric, result.points, width)].map((line) => line.trimEnd()).join("\n");
  });
  return `${[...sections, renderFailures(result)].join("\n\n")}\n`;
}

/** A metric's table; the estimators that it does not apply to, such as the support of a bound, are left out. */
function metricLines(metric: StoredMetric, points: readonly PointSummary[], width: number): string[] {
  const shown = points[0].estimators.flatMap(({ id }, index) => {
    const own = points.map((point) => point.estimators[index]);
    return own.some((estimator) => appliesTo(metric, estimator)) ? [{ id, own }] : [];
  });
  if (points.length === 1) {
    const names = columnLines({ align: "left", cells: ["", ...shown.map(({ id }) => id)] });
    const own = shown.map((estimator) => estimator.own[0]);
    return joinColumns([names, ...summaryColumns(own, metric)], "  ");
  }
  const coordinates = Object.keys(points[0].at).map((key): string[] =>
    columnLines({ align: "right", cells: ["", key, ...points.map((point) => String(point.at[key]))] }),
  );
  const left = joinColumns(coordinates, gap);
  const lines: string[] = [];
  let block = left;
  for (const { id, own } of shown) {
    const group = estimatorGroup(id, own, metric);
    const wider = joinColumns([block, group], gap);
    const fits = block === left || lineLength(wider) <= width;
    if (!fits) lines.push(...block, "");
    block = fits ? wider : joinColumns([left, group], gap);
  }
  return [...lines, ...block];
}

function estimatorGroup(id: string, own: readonly EstimatorSummary[], metric: StoredMetric): string[] {
  const lines = joinColumns(summaryColumns(own, metric), "  ");
  const width = Math.max(id.length, lineLength(lines));
  return [id, ...lines].map((line) => line.padEnd(width));
}

function summaryColumns(own: readonly EstimatorSummary[], metric: StoredMetric): string[][] {
  const rows = own.map((estimator) => formatSummary(estimator.metrics[metric.id], metric.scale));
  return [
    columnLines({ align: "right", cells: ["mean", ...rows.map((row) => row.mean)] }),
    columnLines({ align: "left", cells: ["95 % interval", ...rows.map((row) => row.interval)] }),
    columnLines({ align: "right", cells: ["median", ...rows.map((row) => row.median)] }),
  ];
}

function columnLines({ cells, align }: Column): string[] {
  const width = Math.max(...cells.map((cell) => cell.length));
  return cells.map((cell) => (align === "left" ? cell.padEnd(width) : cell.padStart(width)));
}

function joinColumns(columns: readonly (readonly string[])[], between: string): string[] {
  return columns[0].map((_, line) => columns.map((column) => column[line]).join(between));
}

function lineLength(lines: readonly string[]): number {
  return lines[0].length;
}

/** One line per estimator and point with trials that did not end well, and what was done with them. */
function renderFailures(result: Result): string {
  const lines = result.points.flatMap((point) =>
    point.estimators.flatMap(({ id, trials, statuses }) => {
      const { ok: _, ...others } = statuses;
      const counts = Object.entries(others).map(([status, count]) => `${count} ${status}`);
      return counts.length === 0
        ? []
        : [`  ${id} at ${formatPoint(point.at)}: ${counts.join(", ")} of ${trials}`];
    }),
  );
  if (lines.length === 0) return "All trials ended well.";
  const title = "Trials that did not end well (averages leave out diverged and error):";
  const more = lines.length - maxFailureLines;
  return [title, ...lines.slice(0, maxFailureLines), ...(more > 0 ? [`  … and ${more} more`] : [])].join(
    "\n",
  );
}

/** `Median time per run: omp 12 ms · sbl 0.85 s`, over all grid points; broken between estimators if it must be. */
export function renderTimes({ estimators }: Timing, width: number): string {
  const lines: string[] = [];
  let line = "Median time per run:";
  estimators.forEach(({ id, medianSeconds = null }, index) => {
    const last = index === estimators.length - 1;
    const entry = `${id} ${formatSeconds(medianSeconds)}${last ? "" : " ·"}`;
    const fits = index === 0 || line.length + 1 + entry.length <= width;
    if (!fits) lines.push(line);
    line = fits ? `${line} ${entry}` : `  ${entry}`;
  });
  return `${[...lines, line].join("\n")}\n`;
}
