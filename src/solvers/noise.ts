/** Reading the noise model of a Bayesian solver. */
import { describe, nonFiniteError, optionError, rangeError } from "../errors.js";
import type { OptionRule } from "../options.js";
import type { NoiseModel } from "./contract.js";

const expected = '{ kind: "known", variance } or { kind: "learned", initial? }';

/** The rule of the required option `noise`; the numbers inside are checked by {@link readNoise}. */
export const noiseOption: OptionRule<NoiseModel> = {
  expected,
  read: (value) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, "kind")) return undefined;
    const noise = value as NoiseModel;
    if (noise.kind === "known") return Object.hasOwn(noise, "variance") ? noise : undefined;
    return noise.kind === "learned" ? noise : undefined;
  },
};

/** Whether the noise variance is learned, and what it is or starts from (`undefined`: the solver's own start). */
export interface NoiseStart {
  readonly learned: boolean;
  readonly variance: number | undefined;
}

/**
 * @throws `option` if a variance is not a number or a property is unknown; `non-finite` if it is NaN or infinite; `range` if it is not
 *   positive. A known variance of zero is refused: use a small one, relative to the power of the measurement.
 */
export function readNoise(who: string, noise: NoiseModel): NoiseStart {
  const property = noise.kind === "known" ? "variance" : "initial";
  for (const name of Object.keys(noise)) {
    if (name !== "kind" && name !== property) throw optionError(who, `noise.${name}`, "unknown", expected);
  }
  const name = `noise.${property}`;
  const value: unknown = Object.hasOwn(noise, property)
    ? (noise as Record<string, unknown>)[property]
    : undefined;
  if (noise.kind === "learned" && value === undefined) return { learned: true, variance: undefined };
  if (typeof value !== "number") throw optionError(who, name, describe(value), "a positive number");
  if (!Number.isFinite(value)) throw nonFiniteError(who, name, value, 0);
  if (value <= 0) throw rangeError(who, name, String(value), "a positive number");
  return { learned: noise.kind === "learned", variance: value };
}
