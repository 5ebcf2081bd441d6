/**
 * Option tables. A solver declares its options once: name, check, default. The same table validates, supplies
 * defaults and lists what is allowed, so nothing is checked in two places.
 */
import { describe, optionError, SparseError } from "./errors.js";

/** One option: how its value is read, and its default if it may be left out. */
export interface OptionRule<T> {
  /** What is allowed, as the end of "expected …". */
  readonly expected: string;
  /** Returns the value to use, or `undefined` if the input is not acceptable. */
  readonly read: (value: unknown) => T | undefined;
  /** Used when the option is absent; a rule without it is required. */
  readonly fallback?: { readonly value: T };
}

export type OptionTable = Readonly<Record<string, OptionRule<unknown>>>;

export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends OptionRule<infer T> ? T : never;
};

interface NumberRange {
  readonly min?: number;
  readonly max?: number;
  /** The value must be above `min`, not equal to it. */
  readonly above?: boolean;
  readonly integer?: boolean;
}

/** A finite number within a range. */
export function numberOption(range: NumberRange): OptionRule<number> {
  const {
    min = Number.NEGATIVE_INFINITY,
    max = Number.POSITIVE_INFINITY,
    above = false,
    integer = false,
  } = range;
  const limits = [
    ...(min > Number.NEGATIVE_INFINITY ? [`${above ? "above" : "at least"} ${min}`] : []),
    ...(max < Number.POSITIVE_INFINITY ? [`at most ${max}`] : []),
  ];
  return {
    expected: `${integer ? "an integer" : "a number"} ${limits.join(" and ")}`.trim(),
    read: (value) => {
      if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
      if (integer && !Number.isSafeInteger(value)) return undefined;
      return value < min || value > max || (above && value === min) ? undefined : value;
    },
  };
}

/** One of a fixed list of words. */
export function choiceOption<const T extends string>(choices: readonly T[]): OptionRule<T> {
  return {
    expected: choices.map((choice) => `"${choice}"`).join(" or "),
    read: (value) => choices.find((choice) => choice === value),
  };
}

export const booleanOption: OptionRule<boolean> = {
  expected: "true or false",
  read: (value) => (typeof value === "boolean" ? value : undefined),
};

/** The same rule, with a value to use when the option is absent. */
export function withDefault<T>(rule: OptionRule<T>, value: T): OptionRule<T> {
  return { ...rule, fallback: { value } };
}

/** The same rule; an absent option reads as `undefined`. */
export function optional<T>(rule: OptionRule<T>): OptionRule<T | undefined> {
  return { ...rule, fallback: { value: undefined } };
}

/** The word of the list that is closest to what was written, for "did you mean"; `undefined` if none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = 1 + Math.floor(name.length / 2);
  for (const candidate of known) {
    const distance = editDistance(name.slice(0, 64).toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substituted, previous[j] + 1, current[j - 1] + 1));
    }
    previous = current;
  }
  return previous[b.length];
}

/**
 * Reads an options object by its table. Only own properties count, so a polluted prototype has no effect; a name
 * that the table does not hold is refused with the nearest known one.
 *
 * @throws `option` naming the option, what was expected and what came
 */
export function readOptions<const Table extends OptionTable>(
  who: string,
  table: Table,
  options: unknown,
): OptionValues<Table> {
  if (options !== undefined && (typeof options !== "object" || options === null || Array.isArray(options))) {
    throw new SparseError("option", `${who}: options is ${describe(options)}; expected an object`, {
      parameter: "options",
      expected: "an object",
      received: describe(options),
    });
  }
  const given = (options ?? {}) as Record<string, unknown>;
  const names = Object.keys(table);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(table, name)) continue;
    const nearest = nearestName(name, names);
    const hint = nearest === undefined ? `one of ${names.join(", ")}` : `did you mean ${nearest}?`;
    throw new SparseError("option", `${who}: option ${name.slice(0, 64)} is unknown; ${hint}`, {
      parameter: name,
      expected: names.join(", "),
      received: name.slice(0, 64),
    });
  }
  const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const name of names) {
    const rule = table[name];
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined && rule.fallback !== undefined) {
      values[name] = rule.fallback.value;
      continue;
    }
    const read = rule.read(value);
    if (read === undefined) throw optionError(who, name, describe(value), rule.expected);
    values[name] = read;
  }
  return values as OptionValues<Table>;
}
