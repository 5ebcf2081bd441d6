/** Looking things up by the names a user wrote. */
import { SparseError } from "../../src/errors.js";
import { nearestName } from "../../src/options.js";

/** `run: estimator "opm" is unknown; did you mean omp?` */
export function unknownNameError(
  who: string,
  kind: string,
  name: string,
  known: readonly string[],
): SparseError {
  const shown = JSON.stringify(name.slice(0, 64));
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? `expected one of ${known.join(", ")}` : `did you mean ${nearest}?`;
  return new SparseError("option", `${who}: ${kind} ${shown} is unknown; ${hint}`, {
    parameter: kind,
    expected: known.join(", "),
    received: shown,
  });
}

/** The entries with the given ids, in the order of the ids; each id must be known and given once. */
export function pick<T extends { readonly id: string }>(
  who: string,
  kind: string,
  entries: readonly T[],
  ids: readonly string[],
): T[] {
  return ids.map((id, index) => {
    const entry = entries.find((candidate) => candidate.id === id);
    if (entry === undefined) {
      throw unknownNameError(
        who,
        kind,
        id,
        entries.map((candidate) => candidate.id),
      );
    }
    if (ids.indexOf(id) !== index) {
      throw new SparseError("option", `${who}: ${kind} ${id} is given twice; expected each once`, {
        parameter: kind,
        expected: "each once",
        received: `${id} twice`,
      });
    }
    return entry;
  });
}
