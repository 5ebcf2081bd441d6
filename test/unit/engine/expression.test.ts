import { describe, expect, it } from "vitest";
import { evaluateExpression } from "../../../simulations/engine/expression.js";
import { isSparseError } from "../../../src/errors.js";
import { thrownBy } from "../../support/thrown.js";

describe("evaluateExpression", () => {
  it.each([
    ["20", 20],
    ["-3.5e-2", -0.035],
    ["2*pi", 2 * Math.PI],
    ["(1 + 2)^2 / 4 - 1", 1.25],
    ["sqrt(2)/2", Math.SQRT2 / 2],
    ["10*log10(2)", 10 * Math.log10(2)],
    ["abs(-7)", 7],
    ["-0", 0],
  ])("reads %s as one number", async (text, value) => {
    expect(await evaluateExpression("snrDb", text)).toEqual({ kind: "number", value });
  });

  it.each([
    ["0:5:30", [0, 5, 10, 15, 20, 25, 30]],
    ["0:4", [0, 1, 2, 3, 4]],
    ["0:7:20", [0, 7, 14]],
    ["10:-5:0", [10, 5, 0]],
    ["-10:5:5", [-10, -5, 0, 5]],
    ["0:0.1:0.5", [0, 0.1, 0.2, 0.3, 0.4, 0.5]],
    ["0:1/3:1", [0, 1 / 3, 2 / 3, 1]],
    ["4,8,12", [4, 8, 12]],
    ["[4, 8]", [4, 8]],
    ["[4]", [4]],
    ["3:3", [3]],
    ["0:5:10, 40", [0, 5, 10, 40]],
  ])("reads %s as a list", async (text, values) => {
    expect(await evaluateExpression("snrDb", text)).toEqual({ kind: "list", values });
  });

  it.each([
    "",
    "[]",
    "a = 1",
    "f(x) = x",
    "lambda/2",
    "28 GHz",
    "import(1)",
    "evaluate(2)",
    "sqrt(1, 2)",
    "exp(1)",
    "constructor",
    "pi.constructor",
    '"4"',
    "true",
    "1 ? 2 : 3",
    "1; 2",
    "1] + [2",
    "[[1, 2]]",
    "{a: 1}",
    "3!",
    "5'",
    "7 % 4",
    "1 < 2",
    "not 1",
    "1/0",
    "NaN",
    "1e999",
    "sqrt(-1)",
    "0:0:5",
    "5:1",
    "0:1e-9:1",
    "1 +",
    "1".repeat(257),
  ])("refuses %s", async (text) => {
    const error = await thrownBy(() => evaluateExpression("snrDb", text));
    expect(isSparseError(error, "option")).toBe(true);
    expect(error.message).toMatch(/^run: option snrDb is .*; expected /);
  });
});
