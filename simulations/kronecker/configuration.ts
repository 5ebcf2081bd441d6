/** The configuration of scenario `kronecker`. */
import * as v from "valibot";
import { optionError } from "../../src/errors.js";
import { integerField, numberField, readConfiguration, wordField } from "../configuration.js";

const rows = integerField(1, 512);
/** M1 M2 M3 is at most this, and so is N³: a vector of that size takes 256 MiB. */
const maxLength = 2 ** 24;
/** Rows for each atom of a mode, in hundredths, where the configuration has null: as many as the defaults have. */
const rowsPerHundredAtoms = [53, 80, 100] as const;

const schema = v.strictObject({
  /** M1, M2, M3: rows of the factors; null for 53 %, 80 % and 100 % of the atoms, rounded up. */
  rows1: v.optional(v.nullable(rows), 8),
  rows2: v.optional(v.nullable(rows), 12),
  rows3: v.optional(v.nullable(rows), 15),
  /** N, columns of every factor. */
  atoms: v.optional(integerField(1, 256), 15),
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
  const [rows1, rows2, rows3] = drawnRows(configuration);
  const length = rows1 * rows2 * rows3;
  if (length > maxLength) {
    const name = rows1 === configuration.snrReferenceRows ? "snrReferenceRows" : "rows1";
    const received = `${rows1} and makes ${length} rows with ${rows2} and ${rows3} in the other modes`;
    throw optionError("kronecker", name, received, `at most ${maxLength}`);
  }
  return configuration;
}

/** M1, M2, M3, the rows that are observed. */
export function observedRows({ rows1, rows2, rows3, atoms }: KroneckerConfiguration): number[] {
  return [rows1, rows2, rows3].map((rows, n) => rows ?? Math.ceil((rowsPerHundredAtoms[n] * atoms) / 100));
}

/** The same with the rows of A1 that are drawn: those observed and those that the signal-to-noise ratio refers to. */
export function drawnRows(configuration: KroneckerConfiguration): number[] {
  const [first, second, third] = observedRows(configuration);
  return [Math.max(first, configuration.snrReferenceRows ?? first), second, third];
}
