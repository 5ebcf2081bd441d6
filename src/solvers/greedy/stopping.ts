/** When a greedy solver stops: the rules that all of them share. */

import { timesPowerOfTwo } from "../../complex/scale.js";
import type { ComplexMatrix } from "../../complex/types.js";
import { SparseError } from "../../errors.js";
import { numberOption, type OptionValues, optional } from "../../options.js";
import type { Units } from "../problem.js";

export interface ResidualOptions {
  /** Stop when ‖R‖ ≤ residualTolerance · ‖Y‖. */
  readonly residualTolerance?: number;
  /** σ² = E|w|² of an element of the noise: stop when ‖R‖² ≤ rows · snapshots · σ². */
  readonly noiseVariance?: number;
}

export const residualRules = {
  residualTolerance: optional(numberOption({ min: 0 })),
  noiseVariance: optional(numberOption({ min: 0 })),
} as const;

/** The norms at which a greedy solver stops, in the units of the normalised problem. */
export interface ResidualTarget {
  /** ‖Y‖. */
  readonly initial: number;
  /**
   * Stop at or below this norm of the residual: the largest that a rule asks for, and no less than rounding.
   */
  readonly norm: number;
  /** 10 rows ε ‖Y‖: a residual, or its component along an atom, that is this small is rounding error. */
  readonly rounding: number;
}

export function residualTarget(
  { rows, columns, data }: ComplexMatrix,
  { residualTolerance = 0, noiseVariance = 0 }: OptionValues<typeof residualRules>,
  { measurementExponent }: Units,
): ResidualTarget {
  let square = 0;
  for (let i = 0; i < data.length; i++) square += data[i] * data[i];
  const initial = Math.sqrt(square);
  const rounding = 10 * rows * Number.EPSILON * initial;
  const noise = Math.sqrt(rows * columns * timesPowerOfTwo(noiseVariance, -2 * measurementExponent));
  return { initial, norm: Math.max(residualTolerance * initial, noise, rounding), rounding };
}

/** @throws `option` unless one of the named options is given */
export function requireStoppingRule<Options extends object>(
  who: string,
  options: Options,
  names: readonly (keyof Options & string)[],
): void {
  if (names.some((name) => options[name] !== undefined)) return;
  const expected = `at least one of ${names.join(", ")}`;
  throw new SparseError("option", `${who}: no stopping rule is given; expected ${expected}`, {
    parameter: names[0],
    expected,
    received: "missing",
  });
}

/** A sum of squares below this is no longer accurate, so its atom counts as zero. */
export const smallestSquare = 2 ** -960;
