import { product } from "../complex/matrix-product.js";
import { type ComplexMatrix, complexMatrix } from "../complex/types.js";
import { allAtoms, atomMatrix } from "../dictionaries/all-atoms.js";
import type { ParametricDictionary } from "../dictionaries/index.js";
import { svd } from "../linalg/svd.js";

/** What one mode of a parametric Kronecker model contributes to its Fisher information. */
export interface ModeTangents {
  /** D = (I − A A⁺) A', where the columns of A' are ∂a_k/∂(coordinate d) at place k · coordinates + d. */
  readonly free: ComplexMatrix;
  /** B' − B A⁺ A', [P × K · coordinates]. */
  readonly image: ComplexMatrix;
  /** ‖B A⁺‖_F² */
  readonly gain: number;
}

/**
 * @param image - the same atoms seen through another map; the dictionary itself if absent
 * @returns undefined if the atoms are dependent to rounding, as two at the same place are
 */
export function modeTangents(
  dictionary: ParametricDictionary,
  image: ParametricDictionary | undefined,
): ModeTangents | undefined {
  const atoms = atomMatrix(dictionary);
  const { rows, columns } = atoms;
  if (rows < columns) return undefined;
  const { u, s, v } = svd(atoms);
  if (!(s[columns - 1] > rows * Number.EPSILON * s[0])) return undefined;
  const derivatives = derivativeMatrix(dictionary);
  const free = complement(u, derivatives);
  if (image === undefined) return { free, image: free, gain: columns };
  // B A⁺ = (B V S⁻¹) U^H.
  const map = product("plain", atomMatrix(image), "plain", v);
  for (let i = 0; i < map.data.length; i++) map.data[i] /= s[(i >> 1) % columns];
  const reached = product("plain", map, "plain", product("adjoint", u, "plain", derivatives));
  return {
    free,
    image: difference(derivativeMatrix(image), reached),
    gain: squaredNorm(map.data),
  };
}

function derivativeMatrix(dictionary: ParametricDictionary): ComplexMatrix {
  const { rows, columns } = dictionary.operator;
  const coordinates = dictionary.grid.axes.length;
  const all = allAtoms(dictionary);
  const out = complexMatrix(rows, columns * coordinates);
  for (let d = 0; d < coordinates; d++) {
    const { data } = dictionary.derivatives(all, d);
    for (let i = 0; i < rows * columns; i++) {
      out.data[2 * (i * coordinates + d)] = data[2 * i];
      out.data[2 * (i * coordinates + d) + 1] = data[2 * i + 1];
    }
  }
  return out;
}

/** (I − U U^H) A, done twice to be orthogonal to U in floating point; what is left as rounding becomes zero. */
function complement(u: ComplexMatrix, a: ComplexMatrix): ComplexMatrix {
  const once = difference(a, product("plain", u, "plain", product("adjoint", u, "plain", a)));
  const out = difference(once, product("plain", u, "plain", product("adjoint", u, "plain", once)));
  const { rows, columns } = a;
  for (let c = 0; c < columns; c++) {
    if (columnNorm(out, c) > 16 * rows * Number.EPSILON * columnNorm(a, c)) continue;
    for (let r = 0; r < rows; r++) out.data.fill(0, 2 * (r * columns + c), 2 * (r * columns + c + 1));
  }
  return out;
}

function columnNorm({ rows, columns, data }: ComplexMatrix, c: number): number {
  let sum = 0;
  for (let r = 0; r < rows; r++)
    sum += data[2 * (r * columns + c)] ** 2 + data[2 * (r * columns + c) + 1] ** 2;
  return Math.sqrt(sum);
}

function difference({ rows, columns, data }: ComplexMatrix, other: ComplexMatrix): ComplexMatrix {
  return complexMatrix(
    rows,
    columns,
    data.map((part, i) => part - other.data[i]),
  );
}

/** ‖·‖² of interleaved data. */
export function squaredNorm(data: Float64Array): number {
  return data.reduce((sum, part) => sum + part * part, 0);
}
