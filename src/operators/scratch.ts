import type { Planar } from "../complex/planar.js";

/**
 * Working arrays of an object, by name: made when first needed, kept for the next call. An array may be longer than
 * asked for, and holds whatever the last call left in it.
 */
export class Scratch {
  /** Bytes of all arrays made so far. */
  bytes = 0;
  readonly #arrays = new Map<string, Float64Array>();

  array(name: string, size: number): Float64Array {
    const kept = this.#arrays.get(name);
    if (kept !== undefined && kept.length >= size) return kept;
    const made = new Float64Array(size);
    this.bytes += made.byteLength - (kept?.byteLength ?? 0);
    this.#arrays.set(name, made);
    return made;
  }

  planar(name: string, size: number, real: boolean): Planar {
    const re = this.array(`${name}.re`, size);
    return real ? { re } : { re, im: this.array(`${name}.im`, size) };
  }
}
