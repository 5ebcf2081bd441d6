/** From trials to the numbers of a figure. The order of summation is that of the trials, whoever ran them. */
import { summarize, toDecibels } from "../../src/metrics/index.js";
import type { TrialStatus } from "./contract.js";
import type { Plan } from "./plan.js";
import type { EstimatorSummary, MetricSummary, PointSummary } from "./result.js";
import type { TrialRecord } from "./trial.js";

const statusOrder: readonly TrialStatus[] = ["ok", "diverged", "breakdown", "error"];

/**
 * Averages run over the trials that gave a finite estimate: `ok`, and `breakdown`, whose last sound answer counts.
 * Trials that diverged or failed with an error are left out, and the counts say how many they were.
 */
function isAveraged(status: TrialStatus): boolean {
  return status === "ok" || status === "breakdown";
}

/** How many trials of these statuses the averages hold. */
export function averagedCount(statuses: EstimatorSummary["statuses"]): number {
  return statusOrder.reduce((count, status) => count + (isAveraged(status) ? (statuses[status] ?? 0) : 0), 0);
}

/** Trials that the averages leave out, over all points and estimators. */
export function leftOutCount(points: readonly PointSummary[]): number {
  const estimators = points.flatMap((point) => point.estimators);
  return estimators.reduce((count, { trials, statuses }) => count + trials - averagedCount(statuses), 0);
}

/** Summary of one grid point, from the records of all its trials in trial order. */
export function reducePoint(plan: Plan, records: readonly TrialRecord[]): PointSummary {
  const point = plan.points[records[0].point];
  return {
    at: point.at,
    estimators: plan.estimators.map((estimator, e): EstimatorSummary => {
      const own = records.map((record) => record.estimators[e]);
      const averaged = own.filter((record) => isAveraged(record.status));
      const metrics = plan.metrics.map(({ id, scale, range }, m) => {
        const values = averaged.map((record) => record.metrics[m]).filter((value) => value !== undefined);
        return [id, summarizeMetric(values, scale === "decibel", range)] as const;
      });
      return {
        id: estimator.id,
        trials: records.length,
        statuses: countStatuses(own.map((record) => record.status)),
        metrics: Object.fromEntries(metrics),
      };
    }),
  };
}

function countStatuses(statuses: readonly TrialStatus[]): Partial<Record<TrialStatus, number>> {
  const counts = statusOrder.map(
    (status) => [status, statuses.filter((other) => other === status).length] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** What so few values leave unknown is null. The decibel value is that of the mean, never a mean of decibels. */
function summarizeMetric(
  values: readonly number[],
  decibel: boolean,
  range: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): MetricSummary {
  if (values.length === 0) {
    const unknown = { mean: null, median: null, standardError: null, interval95: null };
    return decibel ? { ...unknown, db: null } : unknown;
  }
  const { mean, median, standardError, interval95: interval } = summarize(values);
  const interval95 =
    interval === null ? null : ([Math.max(interval[0], range[0]), Math.min(interval[1], range[1])] as const);
  const summary = { mean, median, standardError, interval95 };
  return decibel ? { ...summary, db: mean > 0 ? toDecibels(mean) : null } : summary;
}
