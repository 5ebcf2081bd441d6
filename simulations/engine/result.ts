/**
 * The files of a run as data: `plan.json`, `result.json` and `timing.json`. One schema per file gives the type and
 * checks a file that is read back.
 */
import * as v from "valibot";

const nullable = v.nullable(v.number());
const byName = <S extends v.GenericSchema>(schema: S) => v.record(v.string(), schema);

const metricSummary = v.object({
  mean: nullable,
  median: nullable,
  standardError: nullable,
  /** The 95 % interval of the mean. */
  interval95: v.nullable(v.pipe(v.tuple([v.number(), v.number()]), v.readonly())),
  /** 10 log₁₀ of the mean; only for metrics on a decibel scale. */
  db: v.optional(nullable),
});

const estimatorSummary = v.object({
  id: v.string(),
  trials: v.number(),
  statuses: v.object({
    ok: v.optional(v.number()),
    diverged: v.optional(v.number()),
    breakdown: v.optional(v.number()),
    error: v.optional(v.number()),
  }),
  metrics: byName(metricSummary),
});

const pointSummary = v.object({ at: byName(v.number()), estimators: v.array(estimatorSummary) });

export const resultSchema = v.object({
  schema: v.literal("sparsewave.result/1"),
  figure: v.string(),
  version: v.string(),
  configuration: byName(v.unknown()),
  configurationHash: v.string(),
  seed: v.number(),
  points: v.array(pointSummary),
});

export const planSchema = v.object({
  schema: v.literal("sparsewave.plan/1"),
  version: v.string(),
  streamVersion: v.number(),
  /** The command that runs it again. */
  command: v.string(),
  configurationHash: v.string(),
  figure: v.object({
    id: v.string(),
    title: v.string(),
    scenario: v.string(),
    configuration: byName(v.unknown()),
    grid: byName(v.array(v.number())),
    estimators: v.array(v.string()),
    metrics: v.array(v.string()),
    trials: v.number(),
    seed: v.number(),
  }),
  /** What the names stand for, so that a report needs nothing but this folder. */
  estimators: v.array(v.object({ id: v.string(), summary: v.string(), oracle: v.boolean() })),
  metrics: v.array(
    v.object({
      id: v.string(),
      unit: v.string(),
      summary: v.string(),
      scale: v.picklist(["decibel", "logarithmic", "linear"]),
    }),
  ),
});

const estimatorTiming = v.object({
  id: v.string(),
  /** Trials that were timed: all but those that failed with an error. Without any, the numbers are null. */
  trials: v.number(),
  /** Wall time of one run of the estimator, [s]. */
  medianSeconds: nullable,
  meanSeconds: nullable,
  /** The most working memory that the kernels had in use at one time in any of the runs, [bytes]. */
  maxMemoryBytes: nullable,
});

const pointTiming = v.object({ at: byName(v.number()), estimators: v.array(estimatorTiming) });

export const timingSchema = v.object({
  schema: v.literal("sparsewave.timing/1"),
  node: v.string(),
  processor: v.string(),
  /** Those that computed; absent from files of versions that had one kind. */
  kernels: v.optional(v.string()),
  workers: v.number(),
  /** From the first trial to the last, [s]. */
  seconds: v.number(),
  estimators: v.array(
    v.object({
      id: v.string(),
      /** Time in the estimator, summed over all trials and workers, [s]. */
      seconds: v.number(),
      /** The median time of one run over all grid points, [s]; null if none was timed, absent as `points` are. */
      medianSeconds: v.optional(nullable),
    }),
  ),
  /** In the order of the result's points; absent from files of versions that did not time every run. */
  points: v.optional(v.array(pointTiming)),
});

export type MetricSummary = v.InferOutput<typeof metricSummary>;
export type EstimatorSummary = v.InferOutput<typeof estimatorSummary>;
export type PointSummary = v.InferOutput<typeof pointSummary>;
export type Result = v.InferOutput<typeof resultSchema>;
export type PlanRecord = v.InferOutput<typeof planSchema>;
export type Timing = v.InferOutput<typeof timingSchema>;
export type EstimatorTiming = v.InferOutput<typeof estimatorTiming>;
export type PointTiming = v.InferOutput<typeof pointTiming>;
