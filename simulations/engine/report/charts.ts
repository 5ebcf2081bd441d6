/** The plots of a report as data: per metric one panel for each combination of the coordinates beside the x axis. */
import { toDecibels } from "../../../src/metrics/index.js";
import { axisTitle, formatPoint, formatSummary, metricTitle } from "../format.js";
import type { MetricSummary, PlanRecord, PointSummary, Result } from "../result.js";
import { escapeHtml, typographic } from "./html.js";
import { type SeriesStyle, seriesStyles } from "./palette.js";

export interface Chart {
  readonly id: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly yType: "linear" | "log";
  /** Ticks at the grid values, if they are few. */
  readonly xTicks?: readonly number[];
  readonly series: readonly Series[];
}

/** One estimator in one chart. Lists are as long as the number of points that can be drawn. */
export interface Series {
  readonly name: string;
  readonly style: SeriesStyle;
  readonly x: readonly (number | string)[];
  /** Mean on the scale of the axis, and the ends of its 95 % interval. */
  readonly y: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Median on the scale of the axis; null where it has no place there. */
  readonly median: readonly (number | null)[];
  /** What the pointer shows at each point. */
  readonly text: readonly string[];
}

/** The grid points that differ in one coordinate only, and their chart. */
export interface Panel {
  /** Where the panel is on the other coordinates; empty if there are none. */
  readonly caption: string;
  /** The coordinate of the x axis; undefined if there is only one point, and the estimators make the axis. */
  readonly coordinate: string | undefined;
  readonly points: readonly PointSummary[];
  readonly chart: Chart;
}

type StoredMetric = PlanRecord["metrics"][number];

const maxTicks = 12;
/**
 * On a logarithmic axis an interval that reaches zero would have no end: no band goes below this part of its mean,
 * which is 10 dB.
 */
export const lowestFraction = 0.1;

/** The panels of one metric. */
export function metricPanels(plan: PlanRecord, result: Result, metric: StoredMetric): Panel[] {
  const styles = seriesStyles(plan.estimators.map((estimator) => estimator.oracle));
  const coordinate = longestCoordinate(result.points);
  return [...groupByOthers(result.points, coordinate)].map(([caption, points], index) => {
    const series = plan.estimators.map(({ id }, e): Series => {
      const summaries = points.map((point) => point.estimators[e].metrics[metric.id]);
      const x = points.map((point) => (coordinate === undefined ? id : point.at[coordinate]));
      return { name: escapeHtml(id), style: styles[e], ...seriesValues(x, summaries, metric) };
    });
    const ticks = coordinate === undefined ? [] : points.map((point) => point.at[coordinate]);
    const chart: Chart = {
      id: `${metric.id}-${index + 1}`,
      // Plotly reads its texts as a kind of HTML.
      xTitle: coordinate === undefined ? "" : escapeHtml(axisTitle(coordinate)),
      yTitle: escapeHtml(metricTitle(metric)),
      yType: metric.scale === "logarithmic" ? "log" : "linear",
      ...(ticks.length > 1 && ticks.length <= maxTicks ? { xTicks: ticks } : {}),
      series: series.filter(({ y }) => y.length > 0),
    };
    return { caption, coordinate, points, chart };
  });
}

/** The coordinate with the most values, the first of several; `undefined` if there is only one point. */
function longestCoordinate(points: readonly PointSummary[]): string | undefined {
  let longest: string | undefined;
  let most = 1;
  for (const key of Object.keys(points[0].at)) {
    const count = new Set(points.map((point) => point.at[key])).size;
    if (count > most) [longest, most] = [key, count];
  }
  return longest;
}

/** The points by where they are on the other coordinates, each group in the order of the x axis. */
function groupByOthers(
  points: readonly PointSummary[],
  coordinate: string | undefined,
): Map<string, PointSummary[]> {
  const groups = new Map<string, PointSummary[]>();
  for (const point of points) {
    const others = Object.entries(point.at).filter(([key]) => coordinate !== undefined && key !== coordinate);
    const caption = others.length === 0 ? "" : formatPoint(Object.fromEntries(others));
    groups.set(caption, [...(groups.get(caption) ?? []), point]);
  }
  if (coordinate !== undefined) {
    for (const group of groups.values()) group.sort((a, b) => a.at[coordinate] - b.at[coordinate]);
  }
  return groups;
}

function seriesValues(
  places: readonly (number | string)[],
  summaries: readonly MetricSummary[],
  metric: StoredMetric,
): Omit<Series, "name" | "style"> {
  const x: (number | string)[] = [];
  const y: number[] = [];
  const low: number[] = [];
  const high: number[] = [];
  const medians: (number | null)[] = [];
  const text: string[] = [];
  const positive = metric.scale !== "linear";
  const onAxis = metric.scale === "decibel" ? toDecibels : (value: number): number => value;
  summaries.forEach((summary, index) => {
    const { mean, median, interval95 } = summary;
    if (mean === null || (positive && mean <= 0)) return;
    const [bottom, top] = interval95 ?? [mean, mean];
    x.push(places[index]);
    y.push(onAxis(mean));
    low.push(onAxis(positive ? Math.max(bottom, lowestFraction * mean) : bottom));
    high.push(onAxis(top));
    medians.push(median === null || (positive && median <= 0) ? null : onAxis(median));
    const shown = formatSummary(summary, metric.scale);
    text.push(typographic(`${shown.mean} ${shown.interval}, median ${shown.median}`));
  });
  return { x, y, low, high, median: medians, text };
}
