/** What a caller changes in a figure: trials, seed, estimators, and fields of the configuration or the grid. */
import { describe, optionError, SparseError } from "../../src/errors.js";
import type { AnyScenario, FigureConfiguration } from "./contract.js";
import { dottedKeys, valueAt, withoutKey, withValue } from "./dotted-keys.js";
import { evaluateExpression } from "./expression.js";
import { pick, unknownNameError } from "./names.js";

export interface Overrides {
  readonly trials?: number;
  readonly seed?: number;
  /** Any estimators of the scenario, in the order to show. */
  readonly estimators?: readonly string[];
  /** `key=value` each, see {@link overrideFigure}; of two with the same key the later holds. */
  readonly settings?: readonly string[];
}

/** A scenario as a figure: one grid point with the scenario's defaults, all estimators and metrics. */
export function scenarioFigure(scenario: AnyScenario): FigureConfiguration {
  return {
    id: scenario.id,
    title: scenario.summary,
    scenario: scenario.id,
    configuration: {},
    grid: {},
    estimators: scenario.estimators.map((estimator) => estimator.id),
    metrics: scenario.metrics.map((metric) => metric.id),
    trials: 100,
    seed: 1,
  };
}

/**
 * The figure with the overrides applied.
 *
 * In `key=value`, the key is a dotted key of the configuration. A list or range makes it a grid coordinate, or gives
 * the coordinate it already is other values; a single number fixes it. A coordinate that is fixed stays in the grid
 * with one value, so that its trials are those of the same point in the whole figure. `null` unsets a number that
 * may be null. A field whose present value is a word, true or false, or a list takes another of its kind.
 *
 * @throws `option` if a name is unknown or a value cannot be read
 */
export async function overrideFigure(
  figure: FigureConfiguration,
  scenario: AnyScenario,
  overrides: Overrides,
): Promise<FigureConfiguration> {
  let { configuration, grid } = figure;
  const defaults = scenario.parse({});
  const known = [...new Set([...dottedKeys(defaults), ...dottedKeys(configuration), ...Object.keys(grid)])];

  for (const setting of overrides.settings ?? []) {
    const equals = setting.indexOf("=");
    if (equals < 1) {
      throw optionError("run", "set", describe(setting), "key=value, such as snrDb=0:5:30");
    }
    const key = setting.slice(0, equals).trim();
    const text = setting.slice(equals + 1).trim();
    if (!known.includes(key)) throw unknownNameError("run", "key", key, known);
    const present = Object.hasOwn(grid, key) ? 0 : (valueAt(configuration, key) ?? valueAt(defaults, key));
    if (typeof present === "string" || typeof present === "boolean") {
      configuration = withValue(configuration, key, readWord(key, text, present));
      continue;
    }
    if (text === "null") {
      configuration = withValue(configuration, key, null);
      grid = Object.fromEntries(Object.entries(grid).filter(([coordinate]) => coordinate !== key));
      continue;
    }
    const value = await evaluateExpression(key, text);
    if (Array.isArray(present)) {
      configuration = withValue(configuration, key, value.kind === "list" ? value.values : [value.value]);
    } else if (value.kind === "list") {
      grid = { ...grid, [key]: value.values };
      configuration = withoutKey(configuration, key);
    } else if (Object.hasOwn(grid, key)) {
      grid = { ...grid, [key]: [value.value] };
    } else {
      configuration = withValue(configuration, key, value.value);
    }
  }

  if (overrides.estimators !== undefined) {
    pick("run", "estimator", scenario.estimators, overrides.estimators);
  }
  return {
    ...figure,
    configuration,
    grid,
    estimators: overrides.estimators ?? figure.estimators,
    trials: overrides.trials ?? figure.trials,
    seed: overrides.seed ?? figure.seed,
  };
}

function readWord(key: string, text: string, present: string | boolean): string | boolean {
  if (typeof present === "boolean") {
    if (text === "true" || text === "false") return text === "true";
    throw optionError("run", key, describe(text), "true or false");
  }
  if (/^[\w .+-]{1,64}$/.test(text)) return text;
  throw new SparseError("option", `run: option ${key} is ${describe(text)}; expected a word`, {
    parameter: key,
    expected: "a word",
    received: describe(text),
  });
}
