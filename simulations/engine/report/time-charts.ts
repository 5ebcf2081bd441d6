/** The plots of the time that a run of each estimator takes. */
import { formatBytes, formatRoundSeconds, formatSeconds } from "../format.js";
import type { EstimatorTiming, PlanRecord, PointTiming } from "../result.js";
import { type AxisTicks, type Panel, quantityPanels } from "./charts.js";

export type TimePanel = Panel<PointTiming>;

/** More ticks than these are thinned out to powers of ten. */
const maxTicks = 8;

/** One panel for each combination of the coordinates beside the x axis, as for a metric. */
export function timePanels(plan: PlanRecord, times: readonly PointTiming[]): TimePanel[] {
  const panels = quantityPanels(plan, times, {
    id: "time-per-run",
    title: "Median time per run",
    yType: "log",
    values: (estimator, places, points) => {
      const drawn = points.flatMap((point, index) => {
        const timing = point.estimators[estimator];
        const seconds = timing.medianSeconds;
        return seconds === null || seconds <= 0 ? [] : [{ x: places[index], seconds, timing }];
      });
      return {
        x: drawn.map(({ x }) => x),
        y: drawn.map(({ seconds }) => seconds),
        low: [],
        high: [],
        median: [],
        text: drawn.map(({ timing }) => timeText(timing)),
      };
    },
  });
  return panels.map(({ chart, ...panel }) => {
    const values = chart.series.flatMap(({ y }) => y);
    return { ...panel, chart: values.length === 0 ? chart : { ...chart, yAxis: timeTicks(values) } };
  });
}

function timeText({ medianSeconds, meanSeconds, maxMemoryBytes }: EstimatorTiming): string {
  const times = `${formatSeconds(medianSeconds)}, mean ${formatSeconds(meanSeconds)}`;
  return `${times}, memory ${formatBytes(maxMemoryBytes)}`;
}

/** From one to another of 1, 2, 5, 10, … around all values, with units, which plotly would not write. */
function timeTicks(values: readonly number[]): AxisTicks {
  const high = Math.max(...values);
  const low = Math.min(...values);
  let first = 3 * Math.floor(Math.log10(low));
  while (roundNumber(first + 1) <= low) first++;
  let last = first + 1;
  while (roundNumber(last) < high) last++;
  const steps = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const shown = (steps.length > maxTicks ? steps.filter((step) => step % 3 === 0) : steps).map(roundNumber);
  return {
    range: [roundNumber(first), roundNumber(last)],
    values: shown,
    texts: shown.map(formatRoundSeconds),
  };
}

/** 1 is number 0; 2, 5, 10, 20, … come after it, 0.5, 0.2, 0.1, … before. */
function roundNumber(step: number): number {
  const decade = Math.floor(step / 3);
  return Number(`${[1, 2, 5][step - 3 * decade]}e${decade}`);
}
