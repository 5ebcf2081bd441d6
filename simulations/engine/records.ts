/** The contents of a run's files, made from the plan and its outcome. */
import { availableParallelism, cpus } from "node:os";
import { kernelInfo } from "../../src/kernels/index.js";
import { streamVersion } from "../../src/random/index.js";
import type { Plan } from "./plan.js";
import type { PlanRecord, PointSummary, Result, Timing } from "./result.js";
import type { RunOutcome } from "./run.js";
import { medianSeconds } from "./times.js";
import type { TrialRecord } from "./trial.js";
import { version } from "./version.js";

/** @param command - the command line that runs this plan again */
export function planRecord(plan: Plan, command: string): PlanRecord {
  return {
    schema: "sparsewave.plan/1",
    version,
    streamVersion,
    command,
    configurationHash: plan.configurationHash,
    figure: {
      ...plan.figure,
      configuration: plan.configuration,
      grid: Object.fromEntries(Object.entries(plan.figure.grid).map(([key, values]) => [key, [...values]])),
      estimators: [...plan.figure.estimators],
      metrics: [...plan.figure.metrics],
    },
    estimators: plan.estimators.map((estimator) => ({
      id: estimator.id,
      summary: estimator.summary,
      oracle: "oracle" in estimator,
    })),
    metrics: plan.metrics.map(({ id, unit, summary, scale }) => ({ id, unit, summary, scale })),
  };
}

/** A function of version, plan and trials alone: no times, nothing of the machine, nothing of the workers. */
export function resultRecord(plan: Plan, points: readonly PointSummary[]): Result {
  return {
    schema: "sparsewave.result/1",
    figure: plan.figure.id,
    version,
    configuration: plan.configuration,
    configurationHash: plan.configurationHash,
    seed: plan.figure.seed,
    points: [...points],
  };
}

export function timingRecord(plan: Plan, outcome: RunOutcome, workers: number): Timing {
  return {
    schema: "sparsewave.timing/1",
    node: process.version,
    processor: `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} threads`,
    kernels: kernelInfo().backend,
    workers,
    seconds: outcome.seconds,
    estimators: plan.estimators.map(({ id }, index) => ({
      id,
      seconds: outcome.estimatorSeconds[index],
      medianSeconds: medianSeconds(outcome.runSeconds[index]),
    })),
    points: [...outcome.times],
  };
}

/** The lines of `trials.log` for one trial, one per estimator. NaN and the infinities are spelled as strings. */
export function trialLines(plan: Plan, record: TrialRecord): string {
  const { at } = plan.points[record.point];
  return record.estimators
    .map(({ status, metrics, message }, index) => {
      const values = plan.metrics.map(({ id }, m) => [id, spelled(metrics[m])] as const);
      const estimator = plan.estimators[index].id;
      const line = {
        at,
        trial: record.trial,
        estimator,
        status,
        metrics: Object.fromEntries(values),
        message,
      };
      return `${JSON.stringify(line)}\n`;
    })
    .join("");
}

function spelled(value: number | undefined): number | string | null {
  if (value === undefined) return null;
  return Number.isFinite(value) ? value : String(value);
}
