/** Fourier transforms in WebAssembly. */
import type { Arena } from "./arena.js";
import { workingMemoryLimit } from "./backend.js";
import { fourier } from "./modules/fourier.js";
import type { Planar } from "./planar.js";

/** What the module `fourier` exports; see webassembly.ts. */
interface FourierExports {
  fftRoots(n: number): number;
  fftInnerRoots(n: number): number;
  fftTableSize(n: number): number;
  fftWork(n: number): number;
  fftTable(n: number, roots: number, table: number, work: number): void;
  fftInterleaved(
    n: number,
    batch: number,
    x: number,
    out: number,
    table: number,
    work: number,
    inverse: boolean,
  ): void;
}

/**
 * The constants of the transform of length n.
 *
 * @param rootsOfUnity - gives e^{−j2πk/L}, k = 0 … L − 1
 */
export function fourierTable(arena: Arena, n: number, rootsOfUnity: (length: number) => Planar): Planar {
  const exports = arena.module<FourierExports>(fourier);
  const lengths = [exports.fftRoots(n), exports.fftInnerRoots(n)].filter((length) => length > 0);
  const roots = { re: new Float64Array(2 * lengths.reduce((sum, length) => sum + length, 0)) };
  let at = 0;
  for (const length of lengths) {
    const { re, im } = rootsOfUnity(length);
    roots.re.set(re, at);
    if (im !== undefined) roots.re.set(im, at + length);
    at += 2 * length;
  }
  const table = { re: new Float64Array(exports.fftTableSize(n) / 8) };
  const size = table.re.length;
  const work = exports.fftWork(n);
  const outside = arena.outside(roots, roots.re.length) + arena.outside(table, size);
  arena.begin(outside + work, workingMemoryLimit());
  const address = arena.reserveRe(table, 0, size);
  exports.fftTable(n, arena.enterRe(roots, 0, roots.re.length), address, arena.work(work));
  arena.leave(table, 0, size, address, 0);
  return table;
}

/** out ← the transforms of `batch` rows of n numbers, interleaved; `x` is left as it is and must not overlap `out`. */
export function fourierTransform(
  arena: Arena,
  n: number,
  table: Planar,
  batch: number,
  x: Planar,
  out: Planar,
): void {
  const exports = arena.module<FourierExports>(fourier);
  const size = 2 * n * batch;
  const constants = table.re.length;
  const work = exports.fftWork(n);
  const outside = arena.outside(x, size) + arena.outside(out, size) + arena.outside(table, constants);
  arena.begin(outside + work, workingMemoryLimit());
  const from = arena.enterRe(x, 0, size);
  const to = arena.reserveRe(out, 0, size);
  exports.fftInterleaved(n, batch, from, to, arena.enterRe(table, 0, constants), arena.work(work), false);
  arena.leave(out, 0, size, to, 0);
}
