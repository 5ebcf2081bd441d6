/** The options of Kronecker-structured sparse Bayesian learning. */
import type { MatrixInput } from "../../../complex/convert.js";
import { optionError } from "../../../errors.js";
import {
  choiceOption,
  numberOption,
  type OptionRule,
  type OptionValues,
  optional,
  withDefault,
} from "../../../options.js";
import type { NoiseModel, SolverOptions } from "../../contract.js";
import { noiseOption } from "../../noise.js";
import { sharedOptionRules } from "../../run.js";
import type { InitialPrior } from "../hyperparameters.js";

/** Options of {@link kroneckerSbl}. */
export interface KroneckerSblOptions extends SolverOptions {
  /** The noise, known or to be learned. Required. */
  readonly noise: NoiseModel;
  /**
   * How the hyperparameters are updated.
   * - `mm`: every γ_n in turn by a majorise-minimise step on the evidence itself; the noise exactly. Default.
   * - `svd`: expectation-maximisation with a sequential rank-one approximation as M-step (SVD-KroSBL, published)
   * - `am`: expectation-maximisation with its exact M-step, by alternating minimisation (AM-KroSBL, published)
   * - `ksbl`: the same with a single sweep of alternating minimisation (KSBL, the baseline in the publication)
   */
  readonly method?: "mm" | "svd" | "am" | "ksbl";
  /**
   * For "mm": γ is multiplied by (S/ν)^exponent. With 0.5 the evidence never decreases; 1 is twice as fast and has
   * not been seen to lower it. Default 1.
   */
  readonly exponent?: 1 | 0.5;
  /**
   * For "mm": how many times the γ of one mode are drawn anew in search of a higher evidence; with a core of low rank, where
   * modes are searched one by one, so many times the number of modes. Default 10; the hardest problems (few rows, many
   * atoms) gain from 30 to 100. With 0, "mm" goes to the nearest maximum of the evidence and removes no atom for its
   * price.
   */
  readonly restarts?: number;
  /**
   * For "mm": what the coefficients on the product of the supports are.
   * - `free`: independent of one another. Default.
   * - a number R: Σ_{r ≤ R} x_1^r ⊗ … ⊗ x_N^r, as for a product of channels (R = 1). Far fewer numbers are to be
   *   estimated, and the errors are smaller by as much; but coefficients of another kind are missed outright.
   * - `auto`: free first; then the core that the data speak for on the support that was found, free or of rank 1, 2 or 3,
   *   by Schwarz's criterion
   *
   * Not free: one snapshot only. With one mode it makes no difference.
   */
  readonly core?: "free" | "auto" | number;
  /**
   * For "mm": which elements of y = (A_1 ⊗ … ⊗ A_R) x + w were observed, as ascending indices. The measurement then has one
   * row for each of them, in this order; several snapshots are all of the same elements. Default: all were observed.
   *
   * Nothing is approximated. Where the elements are all combinations of some rows of each factor, only these rows are used
   * and nothing else changes: prefer such patterns. Otherwise a Hermitian matrix is factored for every update of a γ_n. With
   * k observed and m missing elements of M, and r = ∏ min(M_n, K_n) for the K_n atoms that are left, that takes about
   * k³ multiply-adds if up to about 60 % were observed, else m² r + m³/3, and only r³ once r is smaller than k or m: the first
   * sweeps, before atoms are removed, take most of the time. Memory: 32 q² bytes, with q the smallest of the three at the
   * start, and up to 64 MiB more; half of it if the factors are real. Only with a free core.
   */
  readonly observed?: ArrayLike<number>;
  /**
   * Pattern coupling: for every mode a matrix C_n ≥ 0, [N_n × latents], or null. The prior variances are then
   * C_n γ_n, so that atoms that share a γ appear together; see `neighbourCoupling`.
   */
  readonly couplingMatrices?: readonly (MatrixInput | null)[];
  /**
   * How coupled γ_n are updated: "mm", with the guarantee of `method: "mm"`, or "nnls", by non-negative least
   * squares within "am" as published (PC-KroSBL), which is not a descent step. Default "mm".
   */
  readonly coupling?: "mm" | "nnls";
  /**
   * Where the prior variances of a free core start: "balanced", flat at the level that the energy of the data suggests, so that
   * results do not depend on units, or "ones", flat at 1 in the units of the data, as published. Default
   * "balanced".
   */
  readonly initial?: InitialPrior;
  /**
   * An atom of a mode is removed for good when its γ_n falls below this fraction of the mode's largest. One
   * number, or one per mode. Default: 1e-4 for "mm" (from the sixth sweep on), the published 1e-3 for "svd", 1e-2
   * for "am" and "ksbl". The latter removes true coefficients of less than a tenth of the largest.
   */
  readonly pruneRatio?: number | readonly number[];
  /**
   * Not for "mm": an atom of a mode is removed when its γ_n falls below this value, in the units of the data (all
   * factors but the last have unit norm). Default 0: never, because such a threshold depends on units.
   */
  readonly pruneAbsolute?: number | readonly number[];
  /**
   * Stop when ‖Δγ‖ ≤ tolerance ‖γ‖; for "mm" in every mode by itself; with a core of low rank also when the bound of the
   * evidence moves by no more than so many nats. Default 1e-4.
   */
  readonly tolerance?: number;
  /**
   * The inner loop of "am" stops when ‖Δγ‖ falls below this times the starting level of γ. Default 1e-5, as
   * published.
   */
  readonly innerTolerance?: number;
  /** Sweeps or EM iterations before the restarts, and again after them. Default 150. */
  readonly maxIterations?: number;
}

/** A number from 0 to `max`, or an array of such numbers, one per mode. */
function perModeOption(max: number): OptionRule<number | readonly number[]> {
  const { expected, read } = numberOption({ min: 0, max });
  return {
    expected: `${expected}, or an array of such numbers, one per mode`,
    read: (value) => {
      if (!Array.isArray(value)) return read(value);
      return value.every((entry) => read(entry) !== undefined) ? (value as number[]) : undefined;
    },
  };
}

const exponentOption: OptionRule<1 | 0.5> = {
  expected: "1 or 0.5",
  read: (value) => (value === 1 || value === 0.5 ? value : undefined),
};

const rankOption = numberOption({ min: 1, max: 100, integer: true });

const coreOption: OptionRule<"free" | "auto" | number> = {
  expected: `"free", "auto" or ${rankOption.expected}`,
  read: (value) => (value === "free" || value === "auto" ? value : rankOption.read(value)),
};

const couplingMatricesOption: OptionRule<readonly (MatrixInput | null)[]> = {
  expected: "an array with a matrix or null for each mode",
  read: (value) => (Array.isArray(value) ? (value as (MatrixInput | null)[]) : undefined),
};

const observedOption: OptionRule<ArrayLike<number>> = {
  expected: "an array of at least one index",
  read: (value) => {
    const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
    return isList && (value as unknown as ArrayLike<number>).length > 0
      ? (value as unknown as ArrayLike<number>)
      : undefined;
  },
};

export const kroneckerOptionTable = {
  noise: noiseOption,
  method: optional(choiceOption(["mm", "svd", "am", "ksbl"])),
  exponent: optional(exponentOption),
  core: optional(coreOption),
  restarts: optional(numberOption({ min: 0, max: 1e6, integer: true })),
  observed: optional(observedOption),
  couplingMatrices: optional(couplingMatricesOption),
  coupling: optional(choiceOption(["mm", "nnls"])),
  initial: withDefault(choiceOption(["balanced", "ones"]), "balanced" as const),
  pruneRatio: optional(perModeOption(1)),
  pruneAbsolute: optional(perModeOption(Number.POSITIVE_INFINITY)),
  tolerance: withDefault(numberOption({ min: 0 }), 1e-4),
  innerTolerance: optional(numberOption({ min: 0 })),
  maxIterations: withDefault(numberOption({ min: 1, integer: true }), 150),
  ...sharedOptionRules,
} as const;

export type KroneckerSettings = OptionValues<typeof kroneckerOptionTable>;

/** Which options a method takes besides those that all take. */
const ownOptions = {
  mm: ["exponent", "restarts", "core", "observed", "couplingMatrices", "coupling"],
  svd: ["pruneAbsolute"],
  am: ["pruneAbsolute", "innerTolerance"],
  ksbl: ["pruneAbsolute"],
  nnls: ["pruneAbsolute", "couplingMatrices", "coupling"],
} as const;

/**
 * The method that the options ask for; "nnls" for coupling as published.
 *
 * @throws `option` for an option that the method does not take
 */
export function methodOf(who: string, settings: KroneckerSettings): keyof typeof ownOptions {
  const { coupling, couplingMatrices } = settings;
  if (coupling !== undefined && couplingMatrices === undefined) {
    throw optionError(who, "coupling", `"${coupling}" without couplingMatrices`, "couplingMatrices as well");
  }
  const isPublished = coupling === "nnls";
  const method = settings.method ?? (isPublished ? "am" : "mm");
  if (isPublished && method !== "am") {
    throw optionError(who, "coupling", `"nnls" with method "${method}"`, 'method "am"');
  }
  const kind = isPublished ? "nnls" : method;
  for (const name of new Set(Object.values(ownOptions).flat())) {
    if (settings[name] === undefined || (ownOptions[kind] as readonly string[]).includes(name)) continue;
    const takers = Object.entries(ownOptions).filter(([, names]) =>
      (names as readonly string[]).includes(name),
    );
    const methods = takers.map(([taker]) => (taker === "nnls" ? 'coupling "nnls"' : `method "${taker}"`));
    throw optionError(who, name, `given with ${describeKind(kind)}`, `${methods.join(" or ")}`);
  }
  return kind;
}

function describeKind(kind: string): string {
  return kind === "nnls" ? 'coupling "nnls"' : `method "${kind}"`;
}

/** @throws `option` if there is not one number for each mode */
export function perMode(
  who: string,
  name: string,
  value: number | readonly number[],
  modes: number,
): readonly number[] {
  if (typeof value === "number") return new Array<number>(modes).fill(value);
  if (value.length !== modes) {
    throw optionError(who, name, `an array of ${value.length}`, `one number, or ${modes}, one per mode`);
  }
  return value;
}
