/** One trial: draw, estimate, measure. */
import { measureWorkingMemory } from "../../src/kernels/index.js";
import { type RandomStream, randomStream } from "../../src/random/index.js";
import type { AnyEstimator, TrialStatus } from "./contract.js";
import { type GridPoint, type Plan, trialCount } from "./plan.js";

const maxMessage = 300;
/** Beyond this, squares overflow and a mean with its interval is out of reach: as good as infinite. */
const largestValue = 1e150;

/** How one estimator did in one trial. */
export interface EstimatorRecord {
  readonly status: TrialStatus;
  /** One value per metric of the plan; undefined where the metric does not apply or was not reached. */
  readonly metrics: readonly (number | undefined)[];
  /** Time in `estimate`, [s]. Never part of a result. */
  readonly seconds: number;
  /** The most working memory that the kernels had in use in `estimate`, [bytes]; 0 if it threw. Likewise. */
  readonly workingMemory: number;
  readonly message?: string;
}

export interface TrialRecord {
  readonly point: number;
  readonly trial: number;
  /** One record per estimator of the plan, in the plan's order. */
  readonly estimators: readonly EstimatorRecord[];
}

/** The stream of a trial, a function of seed, figure, grid point and trial number and of nothing else. */
export function trialStream(plan: Plan, point: GridPoint, trial: number): RandomStream {
  return randomStream(plan.figure.seed, plan.figure.id, ...Object.entries(point.at).flat(), trial);
}

/**
 * Runs trials `from` … `from + count − 1` of the plan, counted as in {@link trialCount}.
 *
 * @throws if the scenario cannot draw a trial, which is a fault of the scenario: without a draw there is nothing to
 *   record. What an estimator or a metric throws becomes a record with status `error`.
 */
export function runTrials(plan: Plan, from: number, count: number): TrialRecord[] {
  const { trials } = plan.figure;
  const last = Math.min(from + count, trialCount(plan));
  const records: TrialRecord[] = [];
  for (let number = from; number < last; number++) {
    records.push(runTrial(plan, plan.points[Math.floor(number / trials)], number % trials));
  }
  return records;
}

function runTrial(plan: Plan, point: GridPoint, trial: number): TrialRecord {
  const { truth, observation } = draw(plan, point, trial);
  const estimators = plan.estimators.map((estimator) => runEstimator(plan, estimator, truth, observation));
  return { point: point.index, trial, estimators };
}

function draw(plan: Plan, point: GridPoint, trial: number): { truth: unknown; observation: unknown } {
  try {
    return plan.scenario.draw(point.configuration, trialStream(plan, point, trial));
  } catch (error) {
    const where = Object.entries(point.at).map(([key, value]) => `${key} = ${value}, `);
    const message = `${plan.scenario.id}: draw failed at ${where.join("")}trial ${trial}: ${messageOf(error)}`;
    throw new Error(message, { cause: error });
  }
}

function runEstimator(
  plan: Plan,
  estimator: AnyEstimator,
  truth: unknown,
  observation: unknown,
): EstimatorRecord {
  const metrics: (number | undefined)[] = plan.metrics.map(() => undefined);
  const start = performance.now();
  let seconds = 0;
  let workingMemory = 0;
  try {
    const { result, bytes } = measureWorkingMemory(() =>
      "oracle" in estimator ? estimator.estimate(observation, truth) : estimator.estimate(observation),
    );
    seconds = (performance.now() - start) / 1000;
    workingMemory = bytes;
    const { status, estimate } = result;
    plan.metrics.forEach((metric, index) => {
      metrics[index] = metric.measure(truth, estimate);
    });
    const finite = metrics.every((value) => value === undefined || Math.abs(value) <= largestValue);
    return { status: finite ? status : "diverged", metrics, seconds, workingMemory };
  } catch (error) {
    if (seconds === 0) seconds = (performance.now() - start) / 1000;
    return { status: "error", metrics, seconds, workingMemory, message: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replace(/\s+/g, " ").slice(0, maxMessage);
}
