import type { ComplexMatrix } from "../complex/types.js";
import type { ParametricDictionary } from "./parametric-dictionary.js";

/** The indices of all atoms. */
export function allAtoms({ operator }: ParametricDictionary): Int32Array {
  return Int32Array.from({ length: operator.columns }, (_, k) => k);
}

/** All atoms as columns. */
export function atomMatrix(dictionary: ParametricDictionary): ComplexMatrix {
  return dictionary.operator.atoms(allAtoms(dictionary));
}
