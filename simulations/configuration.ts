/** Reading a scenario's configuration by its schema, with the library's own errors. */
import * as v from "valibot";
import { describe, optionError, SparseError } from "../src/errors.js";
import { nearestName } from "../src/options.js";

type ConfigurationSchema<Entries extends v.ObjectEntries> = v.StrictObjectSchema<Entries, undefined>;

/**
 * The configuration with defaults filled in. Only own fields count. The message of a field's schema says what was
 * expected, as those of the fields below do.
 *
 * @param scenario - its id, for messages
 * @throws `option` naming the first field that does not fit, or that the schema does not hold
 */
export function readConfiguration<const Entries extends v.ObjectEntries>(
  scenario: string,
  schema: ConfigurationSchema<Entries>,
  input: unknown,
): v.InferOutput<ConfigurationSchema<Entries>> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw optionError(scenario, "configuration", describe(input), "an object");
  }
  const read = v.safeParse(schema, Object.assign(Object.create(null), input), { abortEarly: true });
  if (read.success) return read.output;
  const [issue] = read.issues;
  const field = v.getDotPath(issue)!;
  if (issue.expected !== "never") throw optionError(scenario, field, describe(issue.input), issue.message);
  const known = Object.keys(schema.entries);
  const nearest = nearestName(field, known);
  const hint = nearest === undefined ? `one of ${known.join(", ")}` : `did you mean ${nearest}?`;
  throw new SparseError("option", `${scenario}: option ${field.slice(0, 64)} is unknown; ${hint}`, {
    parameter: field,
    expected: known.join(", "),
    received: field.slice(0, 64),
  });
}

/** An integer from `min` to `max`. */
export function integerField(min: number, max: number) {
  const expected = `an integer from ${min} to ${max}`;
  return v.pipe(
    v.number(expected),
    v.integer(expected),
    v.minValue(min, expected),
    v.maxValue(max, expected),
  );
}

/** A number from `min` to `max`. */
export function numberField(min: number, max: number) {
  const expected = `a number from ${min} to ${max}`;
  return v.pipe(v.number(expected), v.minValue(min, expected), v.maxValue(max, expected));
}

/** true or false. */
export function booleanField() {
  return v.boolean("true or false");
}

/** One of a few words. */
export function wordField<const Words extends readonly string[]>(words: Words) {
  return v.picklist(words, words.map((word) => `"${word}"`).join(" or "));
}
