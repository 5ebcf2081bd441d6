import type { ComplexVector } from "../complex/types.js";

/**
 * A stream of random numbers that is a function of its identity alone: the seed and a path of names and numbers.
 * Drawing from one stream never changes another, and a child is derived from the identity, not by drawing.
 *
 * Every method throws `option` if an argument is out of the range stated here.
 */
export interface RandomStream {
  /** The seed and the path, for messages. */
  readonly identity: readonly (string | number)[];
  /** The stream whose path is this one's with `names`, at least one, appended; always at its beginning. */
  child(...names: readonly (string | number)[]): RandomStream;
  /** Uniform on 0 … 2³² − 1. */
  uint32(): number;
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform on the integers 0 … bound − 1, without bias; 1 ≤ bound < 2⁵³. */
  integer(bound: number): number;
  /** +1 or −1. */
  sign(): 1 | -1;
  /** `count` ≤ `bound` different integers below `bound` ≤ 2³¹, ascending; every set is equally likely. */
  sample(bound: number, count: number): Int32Array;
  /** Standard normal. */
  normal(): number;
  /** `length` independent normal draws of the given variance (1 if absent; 0 gives zeros). */
  normals(length: number, variance?: number): Float64Array;
  /** `length` independent circular complex normal draws with E|z|² = variance (1 if absent), half in each part. */
  complexNormals(length: number, variance?: number): ComplexVector;
}
