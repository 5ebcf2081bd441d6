/** The plan of a run: every trial it will hold, and a hash of all that decides its numbers. */
import { createHash } from "node:crypto";
import { describe, isSparseError, optionError, SparseError } from "../../src/errors.js";
import type { AnyEstimator, AnyMetric, AnyScenario, FigureConfiguration } from "./contract.js";
import { withoutKey, withValue } from "./dotted-keys.js";
import { checkFigure, maxGridPoints } from "./figure.js";
import { canonicalJson } from "./json.js";
import { pick } from "./names.js";

const maxTrials = 1e6;

/** One point of the grid: where it is, and the scenario's configuration there. */
export interface GridPoint {
  readonly index: number;
  readonly at: Readonly<Record<string, number>>;
  readonly configuration: object;
}

export interface Plan {
  readonly figure: FigureConfiguration;
  readonly scenario: AnyScenario;
  readonly estimators: readonly AnyEstimator[];
  readonly metrics: readonly AnyMetric[];
  /** The configuration that all points share, as plain data: the scenario's, without the grid coordinates. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** The product of the grid coordinates; the last coordinate changes fastest. */
  readonly points: readonly GridPoint[];
  /** SHA-256 of the canonical JSON of the figure with all defaults filled in. */
  readonly configurationHash: string;
}

/**
 * Plans a figure. Every configuration of the grid is parsed, so nothing that a run needs is refused half-way.
 *
 * @throws `limit` beyond 10⁶ trials or 10,000 grid points; `option` if a name is unknown or a field is wrong
 */
export function createPlan(input: FigureConfiguration, scenario: AnyScenario): Plan {
  const figure = checkFigure(`figure ${describe(input.id)}`, input);
  const estimators = pick("run", "estimator", scenario.estimators, figure.estimators);
  const metrics = pick("run", "metric", scenario.metrics, figure.metrics);
  checkSize(figure);

  const points = gridCoordinates(figure.grid).map((at, index): GridPoint => {
    let configuration: object = figure.configuration;
    for (const [key, value] of Object.entries(at)) configuration = withValue(configuration, key, value);
    return { index, at, configuration: parseConfiguration(scenario, configuration) };
  });
  let shared: object = points[0].configuration;
  for (const key of Object.keys(figure.grid)) shared = withoutKey(shared, key);
  const configuration = JSON.parse(canonicalJson(shared)) as Record<string, unknown>;

  const { id, grid, trials, seed } = figure;
  const hashed = {
    figure: id,
    scenario: scenario.id,
    configuration,
    // An array keeps the order of the coordinates, which the order of the points follows.
    grid: Object.entries(grid),
    estimators: figure.estimators,
    metrics: figure.metrics,
    trials,
    seed,
  };
  const configurationHash = createHash("sha256").update(canonicalJson(hashed)).digest("hex");
  return Object.freeze({ figure, scenario, estimators, metrics, configuration, points, configurationHash });
}

/** How many trials a plan holds; trial t of point p is number p · trials + t. */
export function trialCount(plan: Plan): number {
  return plan.points.length * plan.figure.trials;
}

function checkSize({ grid, trials }: FigureConfiguration): void {
  let points = 1;
  for (const [key, values] of Object.entries(grid)) {
    if (new Set(values).size < values.length) {
      throw optionError("run", key, "a list that repeats a value", "different values");
    }
    points *= values.length;
  }
  refuseBeyond("the grid", points, maxGridPoints, "points");
  refuseBeyond("the figure", points * trials, maxTrials, "trials (grid points times trials per point)");
}

function refuseBeyond(what: string, size: number, limit: number, unit: string): void {
  if (size <= limit) return;
  const expected = `at most ${limit} ${unit}`;
  throw new SparseError("limit", `run: ${what} has ${size}; expected ${expected}`, {
    parameter: what,
    expected,
    received: String(size),
  });
}

function gridCoordinates(grid: FigureConfiguration["grid"]): Record<string, number>[] {
  let coordinates: Record<string, number>[] = [{}];
  for (const [key, values] of Object.entries(grid)) {
    coordinates = coordinates.flatMap((at) => values.map((value) => ({ ...at, [key]: value })));
  }
  return coordinates.map((at) => Object.freeze(at));
}

function parseConfiguration(scenario: AnyScenario, input: object): object {
  try {
    return deepFreeze(scenario.parse(input));
  } catch (error) {
    if (isSparseError(error)) throw error;
    throw new Error(`${scenario.id}: the configuration cannot be parsed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function deepFreeze<T extends object>(value: T): T {
  for (const field of Object.values(value)) {
    if (typeof field === "object" && field !== null && !ArrayBuffer.isView(field))
      deepFreeze(field as object);
  }
  return Object.freeze(value);
}
