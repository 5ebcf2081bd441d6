import { describe, rangeError } from "../errors.js";
import { numberOption, type OptionRule, readOptions } from "../options.js";
import { type Grid, gridOfAxes } from "./grid.js";

export interface UniformGridOptions {
  /** What the coordinate is: "azimuth", "delay", … */
  readonly name: string;
  /** "rad", "s", "Hz", "m", or "1". */
  readonly unit: string;
  /** The first and the last value. */
  readonly start: number;
  readonly stop: number;
  readonly points: number;
}

const word: OptionRule<string> = {
  expected: "a word",
  read: (value) => (typeof value === "string" && value !== "" ? value : undefined),
};
const count = numberOption({ min: 1, max: 2 ** 24, integer: true });
const table = { name: word, unit: word, start: numberOption({}), stop: numberOption({}), points: count };

/**
 * A grid on one axis with equally spaced values from `start` to `stop`, both included; one point is `start`.
 *
 * @throws `option` if one is missing or not finite; `range` if several points do not go upwards
 *
 * @example
 * uniformGrid({ name: "azimuth", unit: "rad", start: -Math.PI / 3, stop: Math.PI / 3, points: 121 });
 */
export function uniformGrid(options: UniformGridOptions): Grid {
  const { name, unit, start, stop, points } = readOptions("uniformGrid", table, options);
  if (points > 1 && !(stop > start)) {
    throw rangeError("uniformGrid", "stop", String(stop), `a number above start, ${start}`);
  }
  const values = Float64Array.from({ length: points }, (_, k) =>
    k === points - 1 && k > 0 ? stop : start + (k * (stop - start)) / Math.max(1, points - 1),
  );
  return gridOfAxes([Object.freeze({ name, unit, values })]);
}

/**
 * The grid of direction cosines ψ_k = 2k/G − 1, k = 0 … G − 1, of arrays with elements half a wavelength apart. For
 * these, ψ and ψ + 2 have the same response, so the axis has period 2; with G elements the atoms are orthonormal.
 *
 * @param points - G
 * @throws `range` if it is not a whole number of at least 1
 */
export function cosineGrid(points: number): Grid {
  if (count.read(points) === undefined)
    throw rangeError("cosineGrid", "points", describe(points), count.expected);
  const values = Float64Array.from({ length: points }, (_, k) => (2 * k) / points - 1);
  return gridOfAxes([Object.freeze({ name: "directionCosine", unit: "1", values, period: 2 })]);
}
