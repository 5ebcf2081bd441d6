/**
 * The expressions of `--set`: numbers, arithmetic, lists `4,8,12` and ranges `0:5:30`. The text is parsed by mathjs
 * and the tree is evaluated here, node by node from a fixed list, so nothing else can be called or assigned.
 */
import type {
  ConstantNode,
  FunctionNode,
  MathNode,
  OperatorNode,
  ParenthesisNode,
  RangeNode,
  SymbolNode,
} from "mathjs";
import { describe, optionError, type SparseError } from "../../src/errors.js";

const maxLength = 256;
const maxValues = 10_000;
const allowed =
  "numbers, + - * / ^, pi, sqrt, log10, abs, a list such as 4,8,12, or a range such as 0:5:30 (start:step:stop)";

const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  pow: (a, b) => a ** b,
  unaryMinus: (a) => -a,
  unaryPlus: (a) => a,
};
const functions: Readonly<Record<string, (a: number) => number>> = {
  sqrt: Math.sqrt,
  log10: Math.log10,
  abs: Math.abs,
};

/** One number, or the numbers of a list or range. */
export type NumberExpression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "list"; readonly values: readonly number[] };

/**
 * Evaluates an expression. A range includes its stop, as in MATLAB.
 *
 * @param key - what is being set, for messages
 * @throws `option` if the text is longer than 256 characters, is anything but numbers and arithmetic, gives more
 *   than 10,000 numbers or none, or a number that is not finite
 */
export async function evaluateExpression(key: string, text: string): Promise<NumberExpression> {
  if (text.length > maxLength) {
    throw optionError("run", key, `${text.length} characters long`, `at most ${maxLength} characters`);
  }
  const { parse } = await import("mathjs/number");
  let root: MathNode;
  try {
    // Inside brackets commas separate items, so that a list needs no brackets of its own.
    root = parse(`[${text}]`);
  } catch {
    throw notAllowed();
  }
  let items = itemsOf(root);
  const bracketed = items.length === 1 && items[0].type === "ArrayNode";
  if (bracketed) items = itemsOf(items[0]);
  const values: number[] = [];
  for (const item of items) {
    if (item.type === "RangeNode") appendRange(item as RangeNode);
    else values.push(finite(evaluate(item)));
    if (values.length > maxValues) throw tooMany(values.length);
  }
  if (values.length === 0) throw optionError("run", key, "an empty list", "at least one number");
  const single = values.length === 1 && !bracketed && items[0].type !== "RangeNode";
  return single ? { kind: "number", value: values[0] } : { kind: "list", values };

  function itemsOf(node: MathNode): readonly MathNode[] {
    if (node.type !== "ArrayNode") throw notAllowed();
    return (node as MathNode & { readonly items: readonly MathNode[] }).items;
  }

  function evaluate(node: MathNode): number {
    switch (node.type) {
      case "ConstantNode": {
        const { value } = node as ConstantNode;
        if (typeof value === "number") return value;
        break;
      }
      case "SymbolNode":
        if ((node as SymbolNode).name === "pi") return Math.PI;
        break;
      case "ParenthesisNode":
        return evaluate((node as ParenthesisNode).content);
      case "OperatorNode": {
        const { fn, args } = node as OperatorNode;
        if (!Object.hasOwn(operators, fn)) break;
        return operators[fn](evaluate(args[0]), args.length > 1 ? evaluate(args[1]) : 0);
      }
      case "FunctionNode": {
        const { fn, args } = node as FunctionNode;
        const name = fn.type === "SymbolNode" ? fn.name : "";
        if (!Object.hasOwn(functions, name) || args.length !== 1) break;
        return functions[name](evaluate(args[0]));
      }
    }
    throw notAllowed();
  }

  function appendRange(range: RangeNode): void {
    const start = finite(evaluate(range.start));
    const stop = finite(evaluate(range.end));
    const step = range.step === null ? 1 : finite(evaluate(range.step));
    // A stop that rounding has put just out of reach still counts.
    const count = step === 0 ? 0 : Math.floor((stop - start) / step + 1e-10) + 1;
    if (count > maxValues) throw tooMany(count);
    if (count < 1) throw optionError("run", key, describe(text), "a range that is not empty");
    const digits = Math.max(decimals(start), decimals(step));
    for (let i = 0; i < count; i++) values.push(rounded(start + i * step, digits));
  }

  function finite(value: number): number {
    if (!Number.isFinite(value)) throw optionError("run", key, describe(text), "a finite number");
    return value === 0 ? 0 : value;
  }

  function tooMany(count: number): SparseError {
    return optionError("run", key, `a list of ${count}`, `at most ${maxValues} numbers`);
  }

  function notAllowed(): SparseError {
    return optionError("run", key, describe(text), allowed);
  }
}

/** Digits after the point in the shortest decimal form; 0:0.1:1 then gives 0.3 and not 0.30000000000000004. */
function decimals(value: number): number {
  const [mantissa, exponent = "0"] = String(value).split("e");
  return Math.max(0, (mantissa!.split(".")[1] ?? "").length - Number(exponent));
}

function rounded(value: number, digits: number): number {
  return digits <= 12 ? Number(value.toFixed(digits)) + 0 : value;
}
