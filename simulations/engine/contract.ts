/**
 * The three roles of a study. A scenario knows the truth; an estimator sees what a receiver would see; a metric
 * compares the two. The types keep the truth from leaking into an estimator; an oracle, which may see it, says so.
 */
import type { RandomStream } from "../../src/random/index.js";

/** Draws truth and observation of one trial from a keyed stream. */
export interface Scenario<Configuration extends object, Truth, Observation, Estimate> {
  readonly id: string;
  /** One line for `sparsewave list`. */
  readonly summary: string;
  /**
   * Defaults filled in, limits checked; throws a SparseError with code `option` naming the field, also for a field
   * it does not know. The configuration is plain data that JSON can hold and has every field, so that
   * `parse({})` lists what can be set.
   */
  parse(input: unknown): Configuration;
  /** A function of its arguments alone: all chance comes from the stream, and neither argument is written to. */
  draw(configuration: Configuration, stream: RandomStream): { truth: Truth; observation: Observation };
  readonly estimators: readonly (Estimator<Observation, Estimate> | Oracle<Truth, Observation, Estimate>)[];
  readonly metrics: readonly Metric<Truth, Estimate>[];
}

/** Sees the observation only, and does not write to it: the other estimators of the trial see the same one. */
export interface Estimator<Observation, Estimate> {
  readonly id: string;
  readonly summary: string;
  estimate(observation: Observation): Estimated<Estimate>;
}

/** A bound or an oracle: sees the truth, and is drawn as such. */
export interface Oracle<Truth, Observation, Estimate> {
  readonly id: string;
  readonly summary: string;
  readonly oracle: true;
  estimate(observation: Observation, truth: Truth): Estimated<Estimate>;
}

/** How a trial ended: an estimator that gives no finite answer is `diverged`, one that throws is `error`. */
export type TrialStatus = "ok" | "diverged" | "breakdown" | "error";

export interface Estimated<Estimate> {
  readonly status: "ok" | "diverged" | "breakdown";
  readonly estimate: Estimate;
}

export interface Metric<Truth, Estimate> {
  readonly id: string;
  readonly unit: string;
  readonly summary: string;
  /** How the report draws it: decibels, a logarithmic or a linear axis. */
  readonly scale: "decibel" | "logarithmic" | "linear";
  /** The smallest and the largest value there can be; the interval of the mean is cut there. */
  readonly range?: readonly [number, number];
  /** `undefined` if the estimate has no such property, as a bound has no support; NaN makes the trial `diverged`. */
  measure(truth: Truth, estimate: Estimate): number | undefined;
}

/** A figure: a scenario, a grid of its configuration, estimators and metrics. One file each in `figures/`. */
export interface FigureConfiguration {
  /** Letters, digits and hyphens; names the folder of the results. */
  readonly id: string;
  readonly title: string;
  readonly scenario: string;
  /** Configuration shared by all grid points, beyond the scenario's defaults. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** Grid coordinates: dotted keys of the configuration and the values they take; the product of all is run. */
  readonly grid: Readonly<Record<string, readonly number[]>>;
  readonly estimators: readonly string[];
  readonly metrics: readonly string[];
  readonly trials: number;
  readonly seed: number;
}

/** A scenario of any kind, as the engine sees it: it never looks inside truth, observation or estimate. */
export type AnyScenario = Scenario<object, unknown, unknown, unknown>;
export type AnyEstimator = AnyScenario["estimators"][number];
export type AnyMetric = AnyScenario["metrics"][number];

/** What the engine can run. */
export interface Registry {
  readonly scenarios: readonly AnyScenario[];
  readonly figures: readonly FigureConfiguration[];
}
