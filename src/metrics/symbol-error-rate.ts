import { nonFiniteError, shapeError } from "../errors.js";

/**
 * The fraction of decided symbols that differ from those sent.
 *
 * @param sent - indices of the symbols sent
 * @param decided - indices of the symbols decided on, as many
 *
 * @throws `shape` if the lengths differ or are 0; `non-finite` if an index is NaN or infinite
 */
export function symbolErrorRate(sent: ArrayLike<number>, decided: ArrayLike<number>): number {
  const count = sent.length;
  if (count === 0) throw shapeError("symbolErrorRate", "sent", "0 elements", "at least 1");
  if (decided.length !== count) {
    throw shapeError("symbolErrorRate", "decided", `${decided.length} elements`, `${count} as in sent`);
  }
  let errors = 0;
  for (let i = 0; i < count; i++) {
    checkSymbol("sent", sent[i], i);
    checkSymbol("decided", decided[i], i);
    if (sent[i] !== decided[i]) errors++;
  }
  return errors / count;
}

function checkSymbol(parameter: string, value: number, index: number): void {
  if (!Number.isFinite(value)) throw nonFiniteError("symbolErrorRate", parameter, value, index);
}
