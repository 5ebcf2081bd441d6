/** What an estimator of scenario `irs` answers. */
import {
  cascadedChannels,
  cascadeFactorsAt,
  type IrsGeometry,
  type ThreeCosines,
  type ThreeFactors,
} from "../../src/channels/index.js";
import { type ComplexMatrix, complexMatrix } from "../../src/complex/index.js";
import type { CoefficientEstimate } from "../kronecker/recovery.js";

export interface IrsEstimate extends CoefficientEstimate {
  /**
   * Where the atoms of each mode are, for an estimator that moves them: K1, K2, K3 direction cosines. The coefficients,
   * [K1 · K2 · K3], are then those of these atoms; without cosines, those of the whole grid.
   */
  readonly cosines?: ThreeCosines;
  /** Of a bound, which has no estimate: its values, by the ids of the metrics that they bound. No metric else applies. */
  readonly bounds?: Readonly<Record<string, number>>;
}

/** What takes coefficients to channels. */
export interface Cascade {
  readonly geometry: IrsGeometry;
  /** φ_i^T as rows. */
  readonly patterns: ComplexMatrix;
  /** For coefficients on the estimators' grid. */
  readonly cascade: ThreeFactors;
  /** H_i, the channels themselves. */
  readonly channels: readonly ComplexMatrix[];
}

/** Ĥ_i; zero for an estimate without atoms. */
export function estimatedChannels(
  { geometry, patterns, cascade, channels }: Cascade,
  { coefficients, cosines }: IrsEstimate,
): ComplexMatrix[] {
  if (coefficients.length === 0) return channels.map(({ rows, columns }) => complexMatrix(rows, columns));
  const factors = cosines === undefined ? cascade : cascadeFactorsAt(geometry, patterns, cosines);
  return cascadedChannels(factors, coefficients);
}
