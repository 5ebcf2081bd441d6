/** Kernels write what they are asked for, within the working memory that they ask for, and nothing else. */
import { describe, expect, it, vi } from "vitest";
import { Arena, type Block } from "../../../src/kernels/arena.js";
import { webAssembly } from "../../../src/kernels/backend.js";
import { hermitianEigen, svd } from "../../../src/kernels/decomposition.js";
import {
  cholesky,
  invertFromFactor,
  solveTriangle,
  whitenedNorms,
} from "../../../src/kernels/factorisation.js";
import { fourierTable, fourierTransform } from "../../../src/kernels/fourier.js";
import { useKernels } from "../../../src/kernels/index.js";
import type { Planar } from "../../../src/kernels/planar.js";
import { addProduct, clear, weightedSquare } from "../../../src/kernels/products.js";
import { rootsOfUnity } from "../../../src/operators/roots-of-unity.js";
import { fields, uniformSource } from "../../support/linalg-families.js";

useKernels({ backend: "webassembly" });

const limit = 2 ** 30;
const sentinel = 1.25;
const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 25, 33, 65, 100];

/** Operands of a call: where they live, what was in them, whether the call may write to them. */
class Operands {
  readonly #arena: Arena;
  readonly #inside: boolean;
  readonly #kept: (() => void)[] = [];
  readonly #blocks: Block[] = [];

  constructor(arena: Arena, inside: boolean) {
    this.#arena = arena;
    this.#inside = inside;
  }

  /** Numbers that the call may only read, or a result that it may write; guards around them. */
  make(size: number, real: boolean, entry: (i: number) => number, written = false): Planar {
    if (!this.#inside) {
      const parts: Planar = { re: new Float64Array(size), im: real ? undefined : new Float64Array(size) };
      fill(parts, size, entry);
      if (!written) this.#keep(parts);
      return parts;
    }
    this.#guard();
    const block = this.#arena.allocate("operand", size, real, limit);
    this.#blocks.push(block);
    fill(block, size, entry);
    if (!written) this.#keep(block);
    this.#guard();
    return block;
  }

  #guard(): void {
    const guard = this.#arena.allocate("guard", 16, true, limit);
    this.#blocks.push(guard);
    guard.re.fill(sentinel);
    this.#keep(guard);
  }

  #keep(parts: Planar): void {
    const re = parts.re.slice();
    const im = parts.im?.slice();
    this.#kept.push(() => {
      if (!sameNumbers(parts.re, re) || !(im === undefined || sameNumbers(parts.im!, im))) {
        throw new Error("the call wrote to what it may only read");
      }
    });
  }

  /** Checks and releases everything. */
  finish(): void {
    for (const check of this.#kept) check();
    for (const block of this.#blocks) this.#arena.release(block);
  }
}

function fill({ re, im }: Planar, size: number, entry: (i: number) => number): void {
  for (let i = 0; i < size; i++) {
    re[i] = entry(i);
    if (im !== undefined) im[i] = entry(-i - 1);
  }
}

/** Equal, also NaN. */
function sameNumbers(some: Float64Array, others: Float64Array): boolean {
  return some.every((value, i) => Object.is(value, others[i]));
}

/** Runs a call with the memory beyond the operands filled, and looks what became of it. */
function checked(arena: Arena, spareSize: number, call: () => unknown): void {
  const spare = arena.allocate("spare", spareSize, true, limit);
  const { re, reAddress: top } = spare;
  re.fill(sentinel);
  arena.release(spare);
  arena.begin(0, limit);
  let asked = 0;
  const begin = vi.spyOn(arena, "begin").mockImplementation((bytes, most) => {
    asked = bytes;
    Arena.prototype.begin.call(arena, bytes, most);
  });
  call();
  begin.mockRestore();
  // The last piece is taken with what fills up its cache line, and used without.
  expect(arena.work(0) - top, "bytes taken").toBeLessThan(asked + 64);
  expect(re.length, "the spare memory is enough").toBeGreaterThan(asked / 8 + 100);
  let i = Math.ceil(asked / 8);
  while (i < re.length && re[i] === sentinel) i++;
  expect(i, "the first number that is written beyond").toBe(re.length);
}

type Operation = (
  arena: Arena,
  make: Operands["make"],
  n: number,
  real: boolean,
  uniform: () => number,
) => () => unknown;

/** Positive definite: a heavy diagonal. */
const heavy = (n: number, uniform: () => number) => (i: number) => {
  if (i >= 0 && i % (n + 1) === 0) return 4 * n + 4;
  return i < 0 && (-i - 1) % (n + 1) === 0 ? 0 : uniform();
};

const operations: Readonly<Record<string, Operation>> = {
  cholesky: (arena, make, n, real, uniform) => {
    const a = make(n * n, real, heavy(n, uniform), true);
    return () => expect(cholesky(arena, a, n)).toBe(-1);
  },
  solveLower: triangular("solveLower"),
  solveLowerAdjoint: triangular("solveLowerAdjoint"),
  solveUpper: triangular("solveUpper"),
  invertFromFactor: (arena, make, n, real, uniform) => {
    const l = make(n * n, real, heavy(n, uniform), true);
    return () => invertFromFactor(arena, l, n);
  },
  whitenedNorms: (arena, make, n, real, uniform) => {
    const columns = 2 * n + 3;
    const l = make(n * n, real, heavy(n, uniform));
    const a = make(n * columns, real, uniform);
    const out = make(columns, true, uniform, true);
    return () => whitenedNorms(arena, l, n, a, columns, out);
  },
  "whitenedNorms of a real matrix by a complex factor": (arena, make, n, real, uniform) => {
    const l = make(n * n, !real, heavy(n, uniform));
    const a = make(n * 5, real, uniform);
    const out = make(5, true, uniform, true);
    return () => whitenedNorms(arena, l, n, a, 5, out);
  },
  hermitianEigen: (arena, make, n, real, uniform) => {
    const a = make(n * n, real, uniform);
    const values = make(n, true, uniform, true);
    const vectors = make(n * n, real, uniform, true);
    return () => expect(hermitianEigen(arena, a, n, values, vectors)).toBe(true);
  },
  "svd, square": decomposition((n) => [n, n]),
  "svd, tall": decomposition((n) => [2 * n + 1, n]),
  "svd, nearly square": decomposition((n) => [n + 2, n]),
  "svd, wide": decomposition((n) => [n, 2 * n + 1]),
  weightedSquare: (_, make, n, real, uniform) => {
    const columns = 2 * n + 1;
    const a = make(n * columns, real, uniform);
    const weights = make(columns + 2, true, (i) => Math.abs(i % 3));
    const c = make(n * n, real, uniform, true);
    return () => weightedSquare(c, a, n, columns, weights, 2);
  },
  "product of matrices": product((n) => [n, n + 1, 2 * n]),
  "product with a vector": product((n) => [n, 1, n + 3]),
  "product of a row": product((n) => [1, n, n + 3]),
  fourierTransform: (arena, make, n, real, uniform) => {
    const length = n + 1;
    const table = fourierTable(arena, length, rootsOfUnity);
    const constants = make(table.re.length, true, (i) => table.re[i]);
    const batch = real ? 1 : 3;
    const x = make(2 * length * batch, true, uniform);
    const out = make(2 * length * batch, true, uniform, true);
    return () => fourierTransform(arena, length, constants, batch, x, out);
  },
  fourierTable: (arena, _, n) => {
    return () => fourierTable(arena, n + 1, rootsOfUnity);
  },
  clear: (_, make, n, real, uniform) => {
    const parts = make(n + 3, real, uniform, true);
    return () => clear(parts, 2, n);
  },
};

function triangular(form: "solveLower" | "solveLowerAdjoint" | "solveUpper"): Operation {
  return (arena, make, n, real, uniform) => {
    const columns = 1 + (n % 6);
    const t = make(n * n, real, heavy(n, uniform));
    const b = make(n * columns, real, uniform, true);
    return () => solveTriangle(arena, form, t, n, b, columns);
  };
}

function decomposition(shape: (n: number) => readonly [number, number]): Operation {
  return (arena, make, n, real, uniform) => {
    const [rows, columns] = shape(n);
    const r = Math.min(rows, columns);
    const a = make(rows * columns, real, uniform);
    const u = make(rows * r, real, uniform, true);
    const s = make(r, true, uniform, true);
    const v = make(columns * r, real, uniform, true);
    return () => expect(svd(arena, a, rows, columns, u, s, v)).toBe(true);
  };
}

function product(shape: (n: number) => readonly [number, number, number]): Operation {
  return (_, make, size, real, uniform) => {
    const [m, n, k] = shape(size);
    const a = make(m * k, real, uniform);
    const b = make(k * n, real, uniform);
    const c = make(m * n, real, uniform, true);
    return () => {
      for (const form of ["plain", "adjoint"] as const) {
        addProduct(1, c, 0, n, form, a, 0, form === "plain" ? k : m, "plain", b, 0, n, m, n, k);
      }
    };
  };
}

describe.each(Object.entries(operations))("%s", (_, operation) => {
  it.each(
    fields.flatMap((field) => [
      { ...field, place: "working memory", inside: true },
      { ...field, place: "other arrays", inside: false },
    ]),
  )("stays within bounds: $field, in $place", ({ real, inside }) => {
    for (const n of sizes) {
      const arena = webAssembly()!;
      const operands = new Operands(arena, inside);
      const call = operation(
        arena,
        (...parameters) => operands.make(...parameters),
        n,
        real,
        uniformSource(n),
      );
      checked(arena, n < 40 ? 2 ** 16 : 2 ** 19, call);
      operands.finish();
      expect(arena.used).toBe(0);
    }
  });
});
