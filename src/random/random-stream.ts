import { type ComplexVector, complexVector } from "../complex/types.js";
import { describe, optionError } from "../errors.js";
import { boxMuller } from "./box-muller.js";
import { philox } from "./philox.js";
import type { RandomStream } from "./stream.js";
import { streamKey } from "./stream-key.js";

/**
 * The stream of random numbers that belongs to a seed and a path.
 *
 * The generator is Philox4x32-10, the identity hashed into its key and upper counter words; see `streamKey`.
 * Different identities give unrelated streams of 2⁵⁵ words each. The same calls give the same bits on every engine,
 * in this and every version of the library with the same `streamVersion`.
 *
 * @param seed - a safe integer, at least 0, or a string; 1 and "1" are different seeds
 * @param path - names and finite numbers, for instance the figure, the trial and the purpose of the draws
 * @throws `option` if the seed or a path element is anything else
 *
 * @example
 * const trial = randomStream(1, "irs-snr", 17);
 * const gains = trial.child("path gains").complexNormals(3);
 * const noise = trial.child("noise").complexNormals(64, 0.1);
 */
export function randomStream(seed: number | string, ...path: readonly (string | number)[]): RandomStream {
  if (typeof seed !== "string" && !(Number.isSafeInteger(seed) && seed >= 0)) {
    throw optionError("randomStream", "seed", describe(seed), "a string or an integer from 0 to 2^53 - 1");
  }
  path.forEach((element, index) => {
    if (typeof element !== "string" && !Number.isFinite(element)) {
      throw optionError("randomStream", `path[${index}]`, describe(element), "a string or a finite number");
    }
  });
  return new PhiloxStream([seed, ...path]);
}

const wordRange = 2 ** 32;
const fractionRange = 2 ** 53;

class PhiloxStream implements RandomStream {
  readonly identity: readonly (string | number)[];
  readonly #key: Uint32Array;
  /** Blocks of four words drawn so far; the lower two words of the counter. */
  #blocks = 0;
  readonly #words = new Uint32Array(4);
  #wordsUsed = 4;
  readonly #normals = new Float64Array(2);
  #normalsUsed = 2;

  constructor(identity: readonly (string | number)[]) {
    this.identity = Object.freeze(identity);
    this.#key = streamKey(identity);
  }

  child(...names: readonly (string | number)[]): RandomStream {
    if (names.length === 0) throw optionError("child", "names", "empty", "at least one name");
    const [seed, ...path] = this.identity;
    return randomStream(seed!, ...path, ...names);
  }

  uint32(): number {
    if (this.#wordsUsed === 4) this.#drawBlock();
    return this.#words[this.#wordsUsed++];
  }

  uniform(): number {
    return this.#fraction() / fractionRange;
  }

  integer(bound: number): number {
    checkInteger("integer", "bound", bound, 1, Number.MAX_SAFE_INTEGER);
    const range = bound <= wordRange ? wordRange : fractionRange;
    // The last, incomplete run of `bound` values is drawn again; it is less than half of the range.
    const limit = range - (range % bound);
    let value: number;
    do value = range === wordRange ? this.uint32() : this.#fraction();
    while (value >= limit);
    return value % bound;
  }

  sign(): 1 | -1 {
    return this.uint32() >= wordRange / 2 ? 1 : -1;
  }

  sample(bound: number, count: number): Int32Array {
    checkInteger("sample", "bound", bound, 0, wordRange / 2);
    checkInteger("sample", "count", count, 0, bound);
    // Floyd's method: after each step, `chosen` is a uniform subset of 0 … last.
    const chosen = new Set<number>();
    for (let last = bound - count; last < bound; last++) {
      const candidate = this.integer(last + 1);
      chosen.add(chosen.has(candidate) ? last : candidate);
    }
    return Int32Array.from(chosen).sort();
  }

  normal(): number {
    if (this.#normalsUsed === 2) {
      boxMuller((this.#fraction() + 1) / fractionRange, this.uniform(), this.#normals);
      this.#normalsUsed = 0;
    }
    return this.#normals[this.#normalsUsed++];
  }

  normals(length: number, variance = 1): Float64Array {
    checkInteger("normals", "length", length, 0, Number.MAX_SAFE_INTEGER);
    checkVariance("normals", variance);
    return this.#scaledNormals(length, Math.sqrt(variance));
  }

  complexNormals(length: number, variance = 1): ComplexVector {
    checkInteger("complexNormals", "length", length, 0, Number.MAX_SAFE_INTEGER);
    checkVariance("complexNormals", variance);
    return complexVector(length, this.#scaledNormals(2 * length, Math.sqrt(variance / 2)));
  }

  #scaledNormals(length: number, deviation: number): Float64Array {
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++) values[i] = deviation * this.normal();
    return values;
  }

  /** Uniform on 0 … 2⁵³ − 1. */
  #fraction(): number {
    const high = this.uint32() >>> 5;
    return high * 2 ** 26 + (this.uint32() >>> 6);
  }

  #drawBlock(): void {
    const key = this.#key;
    const high = Math.floor(this.#blocks / wordRange);
    philox(this.#blocks | 0, high, key[2], key[3], key[0], key[1], this.#words);
    this.#blocks++;
    this.#wordsUsed = 0;
  }
}

function checkInteger(method: string, parameter: string, value: number, min: number, max: number): void {
  if (!(Number.isSafeInteger(value) && value >= min && value <= max)) {
    throw optionError(method, parameter, describe(value), `an integer from ${min} to ${max}`);
  }
}

function checkVariance(method: string, variance: number): void {
  if (!(Number.isFinite(variance) && variance >= 0)) {
    throw optionError(method, "variance", describe(variance), "a finite number, at least 0");
  }
}
