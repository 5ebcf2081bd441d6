/** The configuration of scenario `irs`. */
import * as v from "valibot";
import { optionError } from "../../src/errors.js";
import { booleanField, integerField, numberField, readConfiguration } from "../configuration.js";

const paths = integerField(1, 128);

const schema = v.strictObject({
  /** T */
  msAntennas: v.optional(integerField(1, 64), 6),
  /** R */
  bsAntennas: v.optional(integerField(1, 256), 16),
  /** L */
  irsElements: v.optional(integerField(1, 4096), 256),
  /** G, points of the angular grids that directions are drawn on. */
  gridPoints: v.optional(integerField(1, 128), 18),
  /** Points of the angular grids of the estimators; null for G. */
  dictionaryPoints: v.optional(v.nullable(integerField(1, 512)), null),
  /** K_P, pilot vectors under every reflection pattern. */
  pilots: v.optional(integerField(1, 64), 3),
  /** K_I, reflection patterns. */
  irsPatterns: v.optional(integerField(1, 64), 6),
  /** P1 */
  pathsMsIrs: v.optional(paths, 3),
  /** P2 */
  pathsIrsBs: v.optional(paths, 3),
  /** Mean signal power per element of the measurement over the noise variance; also that of the data symbols. */
  snrDb: v.optional(numberField(-100, 200), 20),
  /** Directions between the grid points. */
  offGrid: v.optional(booleanField(), false),
  /** Data symbols under every pattern, for the symbol error rate. */
  symbols: v.optional(integerField(1, 100_000), 1000),
});

export type IrsConfiguration = Readonly<v.InferOutput<typeof schema>>;

/** @throws `option` naming the field that does not fit */
export function parseIrsConfiguration(input: unknown): IrsConfiguration {
  const configuration = readConfiguration("irs", schema, input);
  const { gridPoints } = configuration;
  for (const name of ["pathsMsIrs", "pathsIrsBs"] as const) {
    const value = configuration[name];
    if (value > gridPoints)
      throw optionError("irs", name, String(value), `at most ${gridPoints} (gridPoints)`);
  }
  return configuration;
}
