import { describe, expect, it } from "vitest";
import { dottedKeys, valueAt, withoutKey, withValue } from "../../../simulations/engine/dotted-keys.js";

const fields = { snrDb: 10, array: { antennas: 8, shape: { kind: "ula" } }, angles: [1, 2], rows: null };

describe("dotted keys", () => {
  it("lists the fields that are not groups", () => {
    expect(dottedKeys(fields)).toEqual(["snrDb", "array.antennas", "array.shape.kind", "angles", "rows"]);
  });

  it("finds values by key, and only own fields", () => {
    expect(valueAt(fields, "array.shape.kind")).toBe("ula");
    expect(valueAt(fields, "array.elements")).toBeUndefined();
    expect(valueAt(fields, "array.constructor")).toBeUndefined();
    expect(valueAt(fields, "snrDb.toString")).toBeUndefined();
  });

  it("replaces a value without touching the rest or the original", () => {
    const copy = withValue(fields, "array.shape.kind", "uca");
    expect(copy).toEqual({ ...fields, array: { antennas: 8, shape: { kind: "uca" } } });
    expect(fields.array.shape.kind).toBe("ula");
  });

  it("makes groups that are missing", () => {
    expect(withValue({}, "array.antennas", 4)).toEqual({ array: { antennas: 4 } });
  });

  it("sets a reserved name as a field, not as a prototype", () => {
    const copy = withValue({}, "__proto__.polluted", 1);
    expect(Object.keys(copy)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("removes a key, and a group with its last field", () => {
    expect(withoutKey(fields, "array.antennas")).toEqual({ ...fields, array: { shape: { kind: "ula" } } });
    expect(withoutKey({ a: { b: 1 }, c: 2 }, "a.b")).toEqual({ c: 2 });
    expect(withoutKey({ c: 2 }, "a.b")).toEqual({ c: 2 });
  });
});
