/** What the flags of `sparsewave solve` mean to a solver. */
import { describe, optionError } from "../../src/errors.js";
import { withValue } from "../engine/dotted-keys.js";

/** The flags as the command line gives them. */
export interface SolveFlags {
  /** One file, or the factors of a Kronecker dictionary in order. */
  readonly dictionary: readonly string[];
  readonly measurement: string;
  readonly noiseVariance?: string;
  readonly learnNoise?: boolean;
  /** `key=value` each. */
  readonly set: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

type Setting = readonly [key: string, value: unknown];

const who = "solve";
const numberForm = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The options object of a solver: `--set`, and the noise as the solver takes it. Whether options exist and are in
 * range is the solver's to say.
 *
 * @param bayesian - takes `noise`, known or learned; others take a `noiseVariance` that ends the run
 * @throws `option` if a setting is not `key=value`, is given twice or has a value that cannot be read, or if the
 *   noise of a Bayesian solver is missing
 */
export function solverOptions(
  solver: string,
  bayesian: boolean,
  flags: Pick<SolveFlags, "noiseVariance" | "learnNoise" | "set">,
): Record<string, unknown> {
  const settings = [...flags.set.map(readSetting), ...noiseSettings(solver, bayesian, flags)];
  let options: Record<string, unknown> = {};
  const taken: string[] = [];
  for (const [key, value] of settings) {
    const rival = taken.find((other) => `${key}.`.startsWith(`${other}.`) || other.startsWith(`${key}.`));
    if (rival !== undefined)
      throw optionError(who, key, rival === key ? "given twice" : `given beside ${rival}`, "one");
    taken.push(key);
    options = withValue(options, key, value);
  }
  if (bayesian && !taken.some((key) => key === "noise" || key.startsWith("noise."))) {
    throw optionError(who, "noise", "missing", "--noise-variance V or --learn-noise");
  }
  return options;
}

function noiseSettings(
  solver: string,
  bayesian: boolean,
  { noiseVariance, learnNoise = false }: Pick<SolveFlags, "noiseVariance" | "learnNoise">,
): Setting[] {
  if (learnNoise && noiseVariance !== undefined) {
    throw optionError(who, "learn-noise", "given beside noise-variance", "one of the two");
  }
  if (learnNoise && !bayesian) {
    throw optionError(who, "learn-noise", `given to ${solver}`, "a Bayesian solver, which can learn it");
  }
  if (learnNoise) return [["noise.kind", "learned"]];
  if (noiseVariance === undefined) return [];
  const variance = readNumber("noise-variance", noiseVariance);
  if (!bayesian) return [["noiseVariance", variance]];
  return [
    ["noise.kind", "known"],
    ["noise.variance", variance],
  ];
}

function readSetting(text: string): Setting {
  const equals = text.indexOf("=");
  const key = text.slice(0, Math.max(0, equals)).trim();
  if (!/^[a-z]\w*(\.[a-z]\w*)*$/i.test(key)) {
    throw optionError(who, "set", describe(text), "key=value, such as maxIterations=100");
  }
  return [key, readValue(key, text.slice(equals + 1).trim())];
}

/** A number, true or false, a list of numbers with or without brackets, or else a word. */
function readValue(key: string, text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  if (numberForm.test(text)) return readNumber(key, text);
  const bracketed = text.startsWith("[") && text.endsWith("]");
  if (!bracketed && !text.includes(",")) {
    if (text === "") throw optionError(who, key, "empty", "a number, a list of numbers or a word");
    return text;
  }
  const items = bracketed ? text.slice(1, -1) : text;
  return items.trim() === "" ? [] : items.split(",").map((item) => readNumber(key, item.trim()));
}

function readNumber(key: string, text: string): number {
  const value = numberForm.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw optionError(who, key, describe(text), "a finite number");
  return value;
}
