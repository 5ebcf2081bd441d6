/** From trials to times: what a run of each estimator took. Apart from the results, which no time ever enters. */
import { summarize } from "../../src/metrics/index.js";
import type { Plan } from "./plan.js";
import type { EstimatorTiming, PointTiming } from "./result.js";
import type { EstimatorRecord, TrialRecord } from "./trial.js";

/** An estimator that failed with an error gave up half-way, and its time is that of no run. */
export function isTimed({ status }: EstimatorRecord): boolean {
  return status !== "error";
}

/** Times at one grid point, from the records of all its trials. */
export function timePoint(plan: Plan, records: readonly TrialRecord[]): PointTiming {
  return {
    at: plan.points[records[0].point].at,
    estimators: plan.estimators.map(({ id }, index): EstimatorTiming => {
      const timed = records.map(({ estimators }) => estimators[index]).filter(isTimed);
      if (timed.length === 0) {
        return { id, trials: 0, medianSeconds: null, meanSeconds: null, maxMemoryBytes: null };
      }
      const { median, mean } = summarize(timed.map(({ seconds }) => seconds));
      const maxMemoryBytes = timed.reduce((most, { workingMemory }) => Math.max(most, workingMemory), 0);
      return { id, trials: timed.length, medianSeconds: median, meanSeconds: mean, maxMemoryBytes };
    }),
  };
}

/** The median, or null of nothing. */
export function medianSeconds(seconds: readonly number[]): number | null {
  return seconds.length === 0 ? null : summarize(seconds).median;
}
