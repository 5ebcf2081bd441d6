/**
 * Masked observations of a Kronecker-structured problem: y = P (A_1 ⊗ … ⊗ A_R) x + w, where P keeps some of
 * the elements of the full grid.
 */
import { type ComplexMatrix, complexMatrix } from "../../../../complex/types.js";
import { optionError, shapeError } from "../../../../errors.js";
import {
  factorProblem,
  type KroneckerDictionary,
  type KroneckerProblem,
  readFactors,
} from "../../../kronecker-problem.js";
import { type MeasurementInput, readMeasurement } from "../../../problem.js";

/** Which elements of a grid, [M_1 × … × M_R] in row-major order, were observed. */
export interface Mask {
  /** M_n, of the rows of which anything was observed. */
  readonly extents: readonly number[];
  /** ∏ M_n. */
  readonly rows: number;
  /** Ascending; fewer than all. */
  readonly observed: Int32Array;
}

/** A Kronecker-structured problem; with a mask its measurement has one row for each observed element. */
export interface MaskedProblem extends KroneckerProblem {
  readonly mask?: Mask;
}

/**
 * Reads factors, measurement and mask. The factors are reduced to the rows of which anything was observed;
 * where all combinations of these were, no mask is left.
 *
 * @throws as `readKroneckerProblem`; `option` if the observed indices are not ascending integers within the grid
 */
export function readMaskedProblem(
  who: string,
  dictionary: KroneckerDictionary,
  measurement: MeasurementInput,
  indices: ArrayLike<number>,
): MaskedProblem {
  const y = readMeasurement(who, measurement);
  const matrices = readFactors(who, dictionary);
  const extents = matrices.map((matrix) => matrix.rows);
  checkIndices(who, indices, product(extents));
  if (y.measurement.rows !== indices.length) {
    const expected = `${indices.length} (observed.length)`;
    throw shapeError(who, "measurement", `${y.measurement.rows} rows`, expected);
  }
  const kept = observedRows(indices, extents);
  const selected = matrices.map((matrix, n) => selectRows(matrix, kept[n]));
  const problem = factorProblem(y, selected);
  const remaining = selected.map((matrix) => matrix.rows);
  const rows = product(remaining);
  if (rows === indices.length) return problem;
  return { ...problem, mask: { extents: remaining, rows, observed: renumber(indices, extents, kept) } };
}

function product(extents: readonly number[]): number {
  return extents.reduce((total, extent) => total * extent, 1);
}

function checkIndices(who: string, indices: ArrayLike<number>, rows: number): void {
  let previous = -1;
  for (let k = 0; k < indices.length; k++) {
    const index = indices[k];
    if (!Number.isInteger(index) || index < 0 || index >= rows) {
      const expected = `integers from 0 to ${rows - 1} (dictionary.rows − 1)`;
      throw optionError(who, "observed", `${index} at index ${k}`, expected);
    }
    if (index <= previous) {
      throw optionError(who, "observed", `${index} after ${previous} at index ${k}`, "ascending indices");
    }
    previous = index;
  }
}

/** The rows of every mode of which anything was observed, ascending. */
function observedRows(
  indices: ArrayLike<number>,
  extents: readonly number[],
): readonly (readonly number[])[] {
  const used = extents.map((extent) => new Uint8Array(extent));
  for (let k = 0; k < indices.length; k++) {
    let rest = indices[k];
    for (let n = extents.length - 1; n >= 0; n--) {
      used[n][rest % extents[n]] = 1;
      rest = Math.floor(rest / extents[n]);
    }
  }
  return used.map((flags) => [...flags.keys()].filter((index) => flags[index] === 1));
}

/** Where the elements are in the grid of the rows that are kept. */
function renumber(
  indices: ArrayLike<number>,
  extents: readonly number[],
  kept: readonly (readonly number[])[],
): Int32Array {
  const places = extents.map((extent, n) => {
    const place = new Int32Array(extent);
    kept[n].forEach((row, k) => {
      place[row] = k;
    });
    return place;
  });
  return Int32Array.from(indices, (index) => {
    let rest = index;
    let at = 0;
    for (let n = extents.length - 1, stride = 1; n >= 0; n--) {
      at += stride * places[n][rest % extents[n]];
      stride *= kept[n].length;
      rest = Math.floor(rest / extents[n]);
    }
    return at;
  });
}

function selectRows({ columns, data }: ComplexMatrix, rows: readonly number[]): ComplexMatrix {
  const selected = complexMatrix(rows.length, columns);
  rows.forEach((row, k) => {
    selected.data.set(data.subarray(2 * row * columns, 2 * (row + 1) * columns), 2 * k * columns);
  });
  return selected;
}

/**
 * The elements that take less work: with k observed and m missing ones of M, about k³ or m² M multiply-adds
 * for every γ; those that were observed unless more than about 60 % were.
 */
export function cheaperSide({ rows, observed }: Mask): "missing" | "observed" {
  const missing = rows - observed.length;
  return observed.length ** 3 <= missing ** 2 * rows ? "observed" : "missing";
}

/** Where in the grid these elements are, ascending. */
export function positionsOf({ rows, observed }: Mask, side: "missing" | "observed"): Int32Array {
  if (side === "observed") return observed;
  const positions = new Int32Array(rows - observed.length);
  for (let i = 0, k = 0, to = 0; i < rows; i++) {
    if (observed[k] === i) k++;
    else positions[to++] = i;
  }
  return positions;
}

/** (i_1, …, i_R) of every position, one after the other. */
export function multiIndices(positions: Int32Array, extents: readonly number[]): Int32Array {
  const modes = extents.length;
  const out = new Int32Array(positions.length * modes);
  for (let k = 0; k < positions.length; k++) {
    let rest = positions[k];
    for (let n = modes - 1; n >= 0; n--) {
      out[k * modes + n] = rest % extents[n];
      rest = Math.floor(rest / extents[n]);
    }
  }
  return out;
}

/** The measurement on the whole grid, with zeros where nothing was observed. */
export function gridMeasurement({ measurement, mask }: MaskedProblem): ComplexMatrix {
  if (mask === undefined) return measurement;
  const { columns, data } = measurement;
  const grid = complexMatrix(mask.rows, columns);
  mask.observed.forEach((position, k) => {
    grid.data.set(data.subarray(2 * k * columns, 2 * (k + 1) * columns), 2 * position * columns);
  });
  return grid;
}
