/** JSON from strangers, and JSON with one spelling only. */
import { SparseError } from "../../src/errors.js";

const maxDepth = 64;
const reservedKeys = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Parses JSON into objects without a prototype.
 *
 * @param who - begins the message of an error
 * @param name - what the text is, for messages
 * @throws `format` if the text is not JSON, nests deeper than 64 levels, or holds a reserved key or a number
 *   beyond the range of a double
 */
export function parseJson(who: string, name: string, text: string): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    // The engine's own message may quote the file, so only the position is taken from it.
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    throw formatError(who, name, position === undefined ? "other text" : `an error at position ${position}`);
  }
  return cleanCopy(parsed, 0);

  function cleanCopy(value: unknown, depth: number): unknown {
    if (depth > maxDepth) throw formatError(who, name, `more than ${maxDepth} levels of nesting`);
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw formatError(who, name, "a number that is too large");
    }
    if (Array.isArray(value)) return value.map((item) => cleanCopy(item, depth + 1));
    if (typeof value !== "object" || value === null) return value;
    const copy = Object.create(null) as Record<string, unknown>;
    for (const [key, item] of Object.entries(value)) {
      if (reservedKeys.has(key)) throw formatError(who, name, `the reserved key ${key}`);
      copy[key] = cleanCopy(item, depth + 1);
    }
    return copy;
  }
}

/**
 * The JSON of plain data with the keys of all objects sorted, so that equal data give equal text. NaN and the
 * infinities are spelled as strings, where `JSON.stringify` would write null; undefined fields are left out.
 *
 * @param indent - spaces per level; without it, everything is on one line
 */
export function canonicalJson(value: unknown, indent?: number): string {
  return JSON.stringify(sortKeys(value), undefined, indent);
}

function sortKeys(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const sorted = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(value).sort())
    sorted[key] = sortKeys((value as Record<string, unknown>)[key]);
  return sorted;
}

function formatError(who: string, name: string, received: string): SparseError {
  return new SparseError("format", `${who}: ${name} holds ${received}; expected JSON`, {
    parameter: name,
    expected: "JSON",
    received,
  });
}
