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
  /** Where the y axis begins and ends and what it says in between; without it, that is plotly's choice. */
  readonly yAxis?: AxisTicks;
  readonly series: readonly Series[];
}

export interface AxisTicks {
  readonly range: readonly [number, number];
  readonly values: readonly number[];
  readonly texts: readonly string[];
}

/** One estimator in one chart. Lists are as long as the number of points that can be drawn. */
export interface Series {
  readonly name: string;
  readonly style: SeriesStyle;
  readonly x: readonly (number | string)[];
  /** What is drawn, on the scale of the axis: the mean of a metric. */
  readonly y: readonly number[];
  /** The ends of its 95 % interval; empty if there are none to draw. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Median on the scale of the axis; null where it has no place there. Empty likewise. */
  readonly median: readonly (number | null)[];
  /** What the pointer shows at each point. */
  readonly text: readonly string[];
}

/** What a series draws at the points of a panel. */
export type SeriesValues = Omit<Series, "name" | "style">;

/** A grid point, whatever is known there. */
interface Place {
  readonly at: Readonly<Record<string, number>>;
}

/** The grid points that differ in one coordinate only, and their chart. */
export interface Panel<Point extends Place> {
  /** Where the panel is on the other coordinates; empty if there are none. */
  readonly caption: string;
  /** The coordinate of the x axis; undefined if there is only one point, and the estimators make the axis. */
  readonly coordinate: string | undefined;
  readonly points: readonly Point[];
  readonly chart: Chart;
}

export type MetricPanel = Panel<PointSummary>;

/** What the charts of one quantity have in common. */
interface Quantity<Point> {
  /** Begins the ids of the charts. */
  readonly id: string;
  readonly title: string;
  readonly yType: Chart["yType"];
  /** What to draw for an estimator of the plan; `places` are the points on the x axis. */
  values(estimator: number, places: readonly (number | string)[], points: readonly Point[]): SeriesValues;
}

type StoredMetric = PlanRecord["metrics"][number];

const maxTicks = 12;
/**
 * On a logarithmic axis an interval that reaches zero would have no end: no band goes below this part of its mean,
 * which is 10 dB.
 */
export const lowestFraction = 0.1;

/** The panels of one metric. */
export function metricPanels(plan: PlanRecord, result: Result, metric: StoredMetric): MetricPanel[] {
  return quantityPanels(plan, result.points, {
    id: metric.id,
    title: metricTitle(metric),
    yType: metric.scale === "logarithmic" ? "log" : "linear",
    values: (estimator, places, points) => {
      const summaries = points.map((point) => point.estimators[estimator].metrics[metric.id]);
      return seriesValues(places, summaries, metric);
    },
  });
}

/** The panels of anything that is known of every estimator at every grid point. */
export function quantityPanels<Point extends Place>(
  plan: PlanRecord,
  all: readonly Point[],
  { id, title, yType, values }: Quantity<Point>,
): Panel<Point>[] {
  const styles = seriesStyles(plan.estimators.map((estimator) => estimator.oracle));
  const coordinate = longestCoordinate(all);
  return [...groupByOthers(all, coordinate)].map(([caption, points], index) => {
    const series = plan.estimators.map((estimator, e): Series => {
      const x = points.map((point) => (coordinate === undefined ? estimator.id : point.at[coordinate]));
      return { name: escapeHtml(estimator.id), style: styles[e], ...values(e, x, points) };
    });
    const ticks = coordinate === undefined ? [] : points.map((point) => point.at[coordinate]);
    const chart: Chart = {
      id: `${id}-${index + 1}`,
      // Plotly reads its texts as a kind of HTML.
      xTitle: coordinate === undefined ? "" : escapeHtml(axisTitle(coordinate)),
      yTitle: escapeHtml(title),
      yType,
      ...(ticks.length > 1 && ticks.length <= maxTicks ? { xTicks: ticks } : {}),
      series: series.filter(({ y }) => y.length > 0),
    };
    return { caption, coordinate, points, chart };
  });
}

/** The coordinate with the most values, the first of several; `undefined` if there is only one point. */
function longestCoordinate(points: readonly Place[]): string | undefined {
  let longest: string | undefined;
  let most = 1;
  for (const key of Object.keys(points[0].at)) {
    const count = new Set(points.map((point) => point.at[key])).size;
    if (count > most) [longest, most] = [key, count];
  }
  return longest;
}

/** The points by where they are on the other coordinates, each group in the order of the x axis. */
function groupByOthers<Point extends Place>(
  points: readonly Point[],
  coordinate: string | undefined,
): Map<string, Point[]> {
  const groups = new Map<string, Point[]>();
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
): SeriesValues {
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
