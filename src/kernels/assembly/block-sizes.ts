/** How large triangles are divided. */
import { stepBytes, stripBytes, stripCount } from "./strips";

/** Triangles of at most this size are not divided. */
export const blockSize: i32 = 128;
/** Strips of a group that meet the same rows of a triangle one after the other. */
export const groupStrips: i32 = 16;
/** Steps of a group of strips for the largest triangle; if strips are shorter, more of them make a group. */
export const groupSteps: i32 = groupStrips * (blockSize + 2);

/** Where to halve a triangle that is larger than a block: near the middle, at a multiple of eight. */
export function splitPoint(n: i32): i32 {
  return ((n + 15) >> 4) << 3;
}

/** Whether a triangle and its right-hand sides are a block: a small triangle, or few right-hand sides. */
export function isBlock(n: i32, columns: i32, complex: bool): bool {
  return n <= blockSize || stripCount(columns, complex) <= stripsThatFit(n);
}

/** Strips of a group for a triangle of that size. */
export function stripsThatFit(n: i32): i32 {
  return <i32>((<usize>groupSteps * stepBytes) / stripBytes(n));
}
