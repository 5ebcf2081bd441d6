import { describe, rangeError, SparseError, shapeError } from "../errors.js";
import { checkArray, type NpyArray } from "./array.js";
import { toFortranOrder } from "./elements.js";
import { miDouble, miInt8, miInt32, miMatrix, miUint32 } from "./mat-element.js";

const doubleClass = 6;
const complexFlag = 0x0800;
/** MATLAB's limit for a variable. */
const maxVariableBytes = 2 ** 31 - 1;

/**
 * Writes a MAT file of level 5: real or complex doubles of two dimensions, little-endian, not compressed. MATLAB,
 * Octave and SciPy read it. An array of one dimension becomes a column, a single number 1 × 1.
 *
 * @param variables - arrays by name
 * @throws `shape` for more dimensions, or if a shape does not fit the data; `range` if a name is not a MATLAB
 *   variable name (a letter, then letters, digits and underscores, at most 63); `limit` for a variable of 2 GiB
 *
 * @example
 * await writeFileAtomic("mean.mat", writeMat(new Map([["mean", mean]])));
 */
export function writeMat(variables: ReadonlyMap<string, NpyArray>): Uint8Array {
  const matrices = Array.from(variables, ([name, array]) => matrixElement(name, array));
  const header = new Uint8Array(128).fill(0x20, 0, 116);
  putText(header, 0, "MATLAB 5.0 MAT-file, written by sparsewave");
  new DataView(header.buffer).setUint16(124, 0x0100, true);
  putText(header, 126, "IM");
  const file = new Uint8Array(matrices.reduce((total, matrix) => total + matrix.length, header.length));
  let at = 0;
  for (const part of [header, ...matrices]) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

function matrixElement(name: string, array: NpyArray): Uint8Array {
  checkArray("writeMat", array);
  const { shape, complex } = array;
  if (shape.length > 2)
    throw shapeError("writeMat", describe(name), `${shape.length} dimensions`, "at most 2");
  if (!/^[A-Za-z]\w{0,62}$/.test(name)) {
    throw rangeError("writeMat", "name", describe(name), "a letter, then letters, digits and underscores");
  }
  const [rows = 1, columns = 1] = shape;
  const parts = complex ? 2 : 1;
  const nameBytes = name.length <= 4 ? 8 : 8 + 8 * Math.ceil(name.length / 8);
  const numbers = rows * columns;
  const size = 16 + 16 + nameBytes + parts * (8 + 8 * numbers);
  if (size > maxVariableBytes || Math.max(rows, columns) >= 2 ** 31) {
    const received = `a variable of ${size} bytes`;
    throw new SparseError("limit", `writeMat: ${describe(name)} is ${received}; expected less than 2 GiB`, {
      parameter: name,
      expected: "less than 2 GiB",
      received,
    });
  }

  const bytes = new Uint8Array(8 + size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const put = (...words: number[]): void => {
    for (const word of words) {
      view.setUint32(at, word, true);
      at += 4;
    }
  };
  put(miMatrix, size);
  put(miUint32, 8, doubleClass | (complex ? complexFlag : 0), 0);
  put(miInt32, 8, rows, columns);
  // A name of up to four letters sits in its own tag.
  if (name.length <= 4) put((name.length << 16) | miInt8);
  else put(miInt8, name.length);
  putText(bytes, at, name);
  at = 8 + 32 + nameBytes;
  const data = toFortranOrder(array.data, [rows, columns], parts);
  for (let part = 0; part < parts; part++) {
    put(miDouble, 8 * numbers);
    for (let i = 0; i < numbers; i++, at += 8) view.setFloat64(at, data[parts * i + part], true);
  }
  return bytes;
}

function putText(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}
