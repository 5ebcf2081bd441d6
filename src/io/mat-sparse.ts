import type { NpyArray } from "./array.js";
import {
  type MatContent,
  type MatElement,
  type MatReading,
  miUint8,
  numberCount,
  readLastElements,
  readNumbers,
} from "./mat-element.js";
import { fileError, takeInflated } from "./reading.js";

/**
 * Fills in a sparse matrix of a MAT file (compressed columns: row indices, column pointers, values). The dense size
 * counts as growth of the file, so that a few bytes cannot ask for gigabytes.
 *
 * @throws `format` if indices or pointers are out of order or out of range; `limit` if the matrix is too large
 */
export function readSparse(
  reading: MatReading,
  { start, end, complex, logical }: MatContent,
  shape: readonly number[],
): NpyArray {
  if (shape.length !== 2) {
    throw fileError(reading, "format", start, `sparse array of ${shape.length} dimensions`, "2");
  }
  const [rows, columns] = shape as readonly [number, number];
  const parts = complex ? 2 : 1;
  const elements = readLastElements(reading, start, end, 2 + parts);
  const [indexElement, pointerElement, ...valueElements] = elements as [
    MatElement,
    MatElement,
    ...MatElement[],
  ];
  const rowIndices = readAll(reading, indexElement);
  const pointers = readAll(reading, pointerElement);
  checkPointers(reading, pointerElement, pointers, columns, rowIndices.length);
  const stored = pointers[columns];
  const values = valueElements.map((element) => {
    // MATLAB stores the values of logical matrices as bytes and yet calls them doubles.
    const bytewise = logical && element.bytes === stored;
    const read = readAll(reading, bytewise ? { ...element, type: miUint8 } : element);
    if (read.length >= stored) return read;
    throw fileError(reading, "format", element.at, `${read.length} values`, `${stored} or more`);
  });

  takeInflated(reading, 8 * parts * rows * columns, start);
  const data = new Float64Array(parts * rows * columns);
  for (let c = 0; c < columns; c++) {
    let previous = -1;
    for (let i = pointers[c]; i < pointers[c + 1]; i++) {
      const r = rowIndices[i];
      if (!Number.isInteger(r) || r <= previous || r >= rows) {
        const expected = `ascending integers below ${rows}`;
        throw fileError(reading, "format", indexElement.at, `row index ${r} in column ${c}`, expected);
      }
      previous = r;
      for (let part = 0; part < parts; part++) data[parts * (r * columns + c) + part] = values[part][i];
    }
  }
  return { shape, complex, data };
}

function readAll(reading: MatReading, element: MatElement): Float64Array {
  const out = new Float64Array(numberCount(reading, element));
  readNumbers(reading, element, { out, first: 0, stride: 1 });
  return out;
}

function checkPointers(
  reading: MatReading,
  element: MatElement,
  pointers: Float64Array,
  columns: number,
  indices: number,
): void {
  if (pointers.length !== columns + 1) {
    throw fileError(reading, "format", element.at, `${pointers.length} column pointers`, `${columns + 1}`);
  }
  for (let c = 0, previous = 0; c <= columns; c++) {
    const pointer = pointers[c];
    const inOrder = c === 0 ? pointer === 0 : pointer >= previous && pointer <= indices;
    if (!Number.isInteger(pointer) || !inOrder) {
      const expected = `integers from 0 up to at most ${indices}`;
      throw fileError(reading, "format", element.at, `column pointer ${pointer} of column ${c}`, expected);
    }
    previous = pointer;
  }
}
