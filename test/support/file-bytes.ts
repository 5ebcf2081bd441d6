/** Files made by hand, byte by byte, for what no proper writer would write. */
import { isSparseError, type SparseError } from "../../src/errors.js";

export function concat(...parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Numbers of a DataView setter, one after the other. */
function numbers(
  width: number,
  values: readonly number[],
  set: (view: DataView, at: number, value: number) => void,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(width * values.length);
  const view = new DataView(out.buffer);
  values.forEach((value, i) => {
    set(view, width * i, value);
  });
  return out;
}

export function uint16(values: readonly number[], little = true): Uint8Array<ArrayBuffer> {
  return numbers(2, values, (view, at, value) => view.setUint16(at, value, little));
}

export function uint32(values: readonly number[], little = true): Uint8Array<ArrayBuffer> {
  return numbers(4, values, (view, at, value) => view.setUint32(at, value, little));
}

export function float64(values: readonly number[], little = true): Uint8Array<ArrayBuffer> {
  return numbers(8, values, (view, at, value) => view.setFloat64(at, value, little));
}

/** A `.npy` file with the given header text and data; the header is not padded. */
export function npyFile(
  header: string,
  data: ArrayLike<number> = [],
  version: readonly [number, number] = [1, 0],
): Uint8Array<ArrayBuffer> {
  const length = version[0] === 1 ? uint16([header.length]) : uint32([header.length]);
  return concat([0x93], ascii("NUMPY"), version, length, ascii(header), data);
}

/** The header NumPy writes. */
export function npyHeader(descr: string, shape: string, fortran = "False"): string {
  return `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;
}

/** A data element of a MAT file, padded to 8 bytes. `declared` replaces the true size in its tag. */
export function matElement(
  type: number,
  data: ArrayLike<number>,
  { little = true, declared = data.length }: { little?: boolean; declared?: number } = {},
): Uint8Array<ArrayBuffer> {
  return concat(uint32([type, declared], little), data, new Uint8Array(-data.length & 7));
}

interface MatrixParts {
  readonly class?: number;
  /** Bits such as 0x08 for complex, 0x02 for logical. */
  readonly flags?: number;
  readonly dimensions?: readonly number[];
  readonly name?: string;
  /** Elements after the name. */
  readonly content?: readonly ArrayLike<number>[];
}

/** A matrix element of a MAT file: a real 1 × 1 double called x, unless told otherwise. */
export function matMatrix(parts: MatrixParts = {}): Uint8Array<ArrayBuffer> {
  const { flags = 0, dimensions = [1, 1], name = "x", content = [matElement(9, float64([7]))] } = parts;
  const fields = [
    matElement(6, uint32([(parts.class ?? 6) | (flags << 8), 0])),
    matElement(5, uint32(dimensions)),
    matElement(1, new TextEncoder().encode(name)),
  ];
  return matElement(14, concat(...fields, ...content));
}

/** A MAT file of level 5 with the given elements. */
export function matFile(
  elements: readonly ArrayLike<number>[],
  { little = true, version = 0x0100 }: { little?: boolean; version?: number } = {},
): Uint8Array<ArrayBuffer> {
  const header = concat(ascii("MATLAB 5.0 MAT-file, made by hand".padEnd(116)), new Uint8Array(8));
  return concat(header, uint16([version], little), ascii(little ? "IM" : "MI"), ...elements);
}

/** The library's own error that a call throws; fails for any other outcome. */
export function errorOf(call: () => unknown): SparseError {
  try {
    call();
  } catch (error) {
    if (isSparseError(error)) return error;
    throw error;
  }
  throw new Error("expected an error, but the call returned");
}
