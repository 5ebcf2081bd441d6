import { describe, expect, it } from "vitest";
import { canonicalJson, parseJson } from "../../../simulations/engine/json.js";
import { isSparseError } from "../../../src/errors.js";
import { thrownBy } from "../../support/thrown.js";

describe("parseJson", () => {
  it("gives objects without a prototype", () => {
    const parsed = parseJson("run", "file", '{"a": {"b": [1, {"c": null}]}}') as Record<string, object>;
    expect(Object.getPrototypeOf(parsed)).toBeNull();
    expect(Object.getPrototypeOf(parsed["a"])).toBeNull();
    expect(JSON.stringify(parsed)).toBe('{"a":{"b":[1,{"c":null}]}}');
  });

  it.each([
    ["a prototype", '{"__proto__": {"trials": 9}}', "reserved key __proto__"],
    ["a nested constructor", '{"a": [{"constructor": 1}]}', "reserved key constructor"],
    ["a number beyond the doubles", '{"a": 1e999}', "too large"],
    ["deep nesting", "[".repeat(100) + "]".repeat(100), "64 levels"],
    ["very deep nesting", "[".repeat(100_000) + "]".repeat(100_000), "levels"],
    ["nothing", "", "expected JSON"],
    ["a comment", "// hello\n{}", "expected JSON"],
  ])("refuses %s", async (_, text, part) => {
    const error = await thrownBy(() => parseJson("run", "figure.json", text));
    expect(isSparseError(error, "format")).toBe(true);
    expect(error.message).toMatch(/^run: figure\.json holds .*; expected JSON$/);
    expect(error.message).toContain(part);
  });

  it("does not quote the file in its message", async () => {
    const error = await thrownBy(() => parseJson("run", "file", '{"secret": hunter2}'));
    expect(error.message).not.toContain("hunter2");
  });
});

describe("canonicalJson", () => {
  it("sorts keys at every level and keeps the order of arrays", () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }, 0], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1},0]}');
  });

  it("spells what JSON has no number for, and leaves out what is undefined", () => {
    expect(canonicalJson([Number.NaN, Number.POSITIVE_INFINITY, -1e-300, { a: undefined }])).toBe(
      '["NaN","Infinity",-1e-300,{}]',
    );
  });
});
