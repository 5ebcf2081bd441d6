/** Numbers as files store them: integers and floating point of all sizes, in either byte order and array order. */
import { rangeError } from "../errors.js";
import type { Reading } from "./reading.js";

export interface ElementType {
  readonly bytes: number;
  /** NaN for an integer that a double cannot hold. */
  readonly read: (view: DataView, offset: number, littleEndian: boolean) => number;
}

function wideInteger(view: DataView, offset: number, littleEndian: boolean, signed: boolean): number {
  const highOffset = littleEndian ? offset + 4 : offset;
  const high = signed ? view.getInt32(highOffset, littleEndian) : view.getUint32(highOffset, littleEndian);
  const low = view.getUint32(littleEndian ? offset : offset + 4, littleEndian);
  // 2^53 = 2^21 · 2^32 itself is exact, on both sides of zero.
  const exact = (high >= -(2 ** 21) && high < 2 ** 21) || (high === 2 ** 21 && low === 0);
  return exact ? high * 2 ** 32 + low : Number.NaN;
}

export const elementTypes = {
  boolean: { bytes: 1, read: (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1) },
  int8: { bytes: 1, read: (view, offset) => view.getInt8(offset) },
  uint8: { bytes: 1, read: (view, offset) => view.getUint8(offset) },
  int16: { bytes: 2, read: (view, offset, little) => view.getInt16(offset, little) },
  uint16: { bytes: 2, read: (view, offset, little) => view.getUint16(offset, little) },
  int32: { bytes: 4, read: (view, offset, little) => view.getInt32(offset, little) },
  uint32: { bytes: 4, read: (view, offset, little) => view.getUint32(offset, little) },
  int64: { bytes: 8, read: (view, offset, little) => wideInteger(view, offset, little, true) },
  uint64: { bytes: 8, read: (view, offset, little) => wideInteger(view, offset, little, false) },
  float32: { bytes: 4, read: (view, offset, little) => view.getFloat32(offset, little) },
  float64: { bytes: 8, read: (view, offset, little) => view.getFloat64(offset, little) },
} as const satisfies Record<string, ElementType>;

/** Where numbers go: `out[first]`, `out[first + stride]`, … */
export interface Destination {
  readonly out: Float64Array;
  readonly first: number;
  readonly stride: number;
}

/**
 * Reads `count` numbers from `offset` on; the caller has checked that they are there.
 *
 * @throws `range` naming the first integer beyond 2⁵³, which a double cannot hold
 */
export function readElements(
  reading: Reading,
  type: ElementType,
  littleEndian: boolean,
  offset: number,
  count: number,
  { out, first, stride }: Destination,
): void {
  const { view } = reading;
  const { bytes, read } = type;
  for (let i = 0, from = offset, to = first; i < count; i++, from += bytes, to += stride) {
    out[to] = read(view, from, littleEndian);
  }
  if (type !== elementTypes.int64 && type !== elementTypes.uint64) return;
  for (let i = 0; i < count; i++) {
    if (!Number.isNaN(out[first + i * stride])) continue;
    const at = offset + i * bytes;
    const value =
      type === elementTypes.int64 ? view.getBigInt64(at, littleEndian) : view.getBigUint64(at, littleEndian);
    throw rangeError(reading.who, `element ${i}`, `${value}`, "integers of at most 2^53 in magnitude");
  }
}

/** Fortran order (first index fastest) to C order. `parts` is 2 for complex numbers, else 1. */
export function fromFortranOrder(data: Float64Array, shape: readonly number[], parts: 1 | 2): Float64Array {
  if (shape.length < 2 || data.length === 0) return data;
  const out = new Float64Array(data.length);
  const strides: number[] = [];
  let stride = parts;
  for (const size of shape) {
    strides.push(stride);
    stride *= size;
  }
  const last = shape.length - 1;
  const columns = shape[last];
  const index = new Array<number>(last).fill(0);
  for (let to = 0, from = 0; to < out.length; ) {
    for (let c = 0, source = from; c < columns; c++, source += strides[last]) {
      out[to++] = data[source];
      if (parts === 2) out[to++] = data[source + 1];
    }
    // The next value of all indices but the last, counting like an odometer.
    for (let d = last - 1; d >= 0; d--) {
      from += strides[d];
      if (++index[d] < shape[d]) break;
      from -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
  return out;
}

/** C order to Fortran order: the same exchange, seen with the dimensions reversed. */
export function toFortranOrder(data: Float64Array, shape: readonly number[], parts: 1 | 2): Float64Array {
  return fromFortranOrder(data, [...shape].reverse(), parts);
}
