/** Figures from files and from the registry: the schema, and the sentence said when something does not fit it. */
import * as v from "valibot";
import { describe, SparseError } from "../../src/errors.js";
import type { FigureConfiguration } from "./contract.js";
import { parseJson } from "./json.js";
import { unknownNameError } from "./names.js";

export const maxGridPoints = 10_000;

const text = v.string("text");
const number = v.pipe(v.number("a number"), v.finite("a finite number"));
const names = v.pipe(v.array(text, "a list of names"), v.minLength(1, "at least one name"));
const fields = v.record(v.string(), v.unknown(), "an object");
const coordinateValues = v.pipe(
  v.array(number, "a list of numbers"),
  v.minLength(1, "at least one number"),
  v.maxLength(maxGridPoints, `at most ${maxGridPoints} numbers`),
);

const figureSchema = v.strictObject({
  id: v.pipe(text, v.regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/, "letters, digits and hyphens, at most 64")),
  title: v.pipe(text, v.maxLength(200, "at most 200 characters")),
  scenario: text,
  configuration: fields,
  grid: v.record(v.string(), coordinateValues, "an object"),
  estimators: names,
  metrics: names,
  trials: v.pipe(number, v.safeInteger("an integer"), v.minValue(1, "an integer at least 1")),
  seed: v.pipe(number, v.safeInteger("an integer"), v.minValue(0, "an integer at least 0")),
});

/**
 * Reads the text of a figure file.
 *
 * @param name - the file's name, for messages
 * @throws `format` if it is not JSON; `option` naming the field that does not fit
 */
export function readFigure(name: string, text: string): FigureConfiguration {
  return checkFigure(name, parseJson("run", name, text));
}

/** Checks the fields of a figure one by one; what the names in it stand for is checked when it is planned. */
export function checkFigure(name: string, input: unknown): FigureConfiguration {
  const checked = v.safeParse(figureSchema, input, { abortEarly: true });
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  const field = v.getDotPath(issue) ?? "the figure";
  const known = Object.keys(figureSchema.entries);
  if (issue.expected === "never") throw unknownNameError(`run: ${name}`, "field", field, known);
  const received = describe(issue.input);
  const expected = received === "missing" ? "a figure with all fields" : issue.message;
  throw new SparseError("option", `run: ${name}: ${field} is ${received}; expected ${expected}`, {
    parameter: field,
    expected,
    received,
  });
}
