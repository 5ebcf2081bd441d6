/** The configuration of scenario `kronecker`. */
import * as v from "valibot";
import { optionError } from "../../src/errors.js";
import { integerField, numberField, readConfiguration, wordField } from "../configuration.js";

const rows = integerField(1, 100);

const schema = v.strictObject({
  /** M1, M2, M3: rows of the factors. */
  rows1: v.optional(rows, 8),
  rows2: v.optional(rows, 12),
  rows3: v.optional(rows, 15),
  /** N, columns of every factor. */
  atoms: v.optional(integerField(1, 100), 15),
  /** K, size of the support in every mode; K³ coefficients are not zero. */
  sparsity: v.optional(integerField(1, 100), 3),
  /** Mean signal power per element of the measurement over the noise variance. */
  snrDb: v.optional(numberField(-100, 200), 25),
  /** The rows of A1 over which the mean signal power is taken; null for those that are observed. */
  snrReferenceRows: v.optional(v.nullable(rows), null),
  /** Whether the nonzero coefficients are x1 ⊗ x2 ⊗ x3 or independent. */
  core: v.optional(wordField(["rank-one", "free"]), "rank-one"),
  field: v.optional(wordField(["real", "complex"]), "real"),
});

export type KroneckerConfiguration = Readonly<v.InferOutput<typeof schema>>;

/** @throws `option` naming the field that does not fit */
export function parseKroneckerConfiguration(input: unknown): KroneckerConfiguration {
  const configuration = readConfiguration("kronecker", schema, input);
  const { sparsity, atoms } = configuration;
  if (sparsity > atoms)
    throw optionError("kronecker", "sparsity", String(sparsity), `at most ${atoms} (atoms)`);
  return configuration;
}
