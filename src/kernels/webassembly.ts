/**
 * The panel kernel in WebAssembly with 128-bit vectors: one function of about 500 bytes, put together here rather
 * than stored, so that it can be read. Multiplications and additions are separate and in the order of the TypeScript
 * kernel, so both give the same bits.
 */
import { blockColumns, blockDepth, blockRows, type PanelKernel, panelLines } from "./panels.js";

const pageBytes = 65536;
const rowsOfTile = panelLines;
/** Vectors of two numbers across a tile. */
const vectorsOfTile = panelLines / 2;

// Byte codes of the WebAssembly specification, release 2.0.
const i32 = 0x7f;
const v128 = 0x7b;
const op = {
  loop: 0x03,
  end: 0x0b,
  branchIf: 0x0d,
  get: 0x20,
  set: 0x21,
  tee: 0x22,
  i32const: 0x41,
} as const;
const i32LessUnsigned = 0x49;
const i32Add = 0x6a;
const i32Subtract = 0x6b;
const noResult = 0x40;
const vectorPrefix = 0xfd;
const eightByteAlignment = 3;

const get = (local: number): number[] => [op.get, local];
const set = (local: number): number[] => [op.set, local];
const tee = (local: number): number[] => [op.tee, local];
const constant = (value: number): number[] => [op.i32const, ...signed(value)];
const vector = (code: number): number[] => [vectorPrefix, ...unsigned(code)];
const load = (offset: number): number[] => [...vector(0), eightByteAlignment, ...unsigned(offset)];
const loadSplat = (offset: number): number[] => [...vector(10), eightByteAlignment, ...unsigned(offset)];
const store = (offset: number): number[] => [...vector(11), eightByteAlignment, ...unsigned(offset)];
const zero = [...vector(12), ...new Array<number>(16).fill(0)];
const add = vector(240);
const multiply = vector(242);

/** Non-negative integers in base 128, least significant first. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}

/** As {@link unsigned}, for non-negative integers where the encoding has a sign. */
function signed(value: number): number[] {
  return value < 64 ? [value] : [(value % 128) + 128, ...signed(Math.floor(value / 128))];
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const content = list(items);
  return [id, ...unsigned(content.length), ...content];
}

/**
 * multiply(a, end, b, sums, panels): byte addresses of a panel of A, of its end, of the panels of B and of the sums.
 */
function multiplyFunction(): number[] {
  const [a, end, b, sums, panels, step, firstSum] = [0, 1, 2, 3, 4, 5, 6];
  const sumCount = rowsOfTile * vectorsOfTile;
  const column = firstSum + sumCount;
  const entry = column + vectorsOfTile;
  const sumOf = (row: number, v: number): number => firstSum + row * vectorsOfTile + v;
  const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  const vectors = range(vectorsOfTile);

  const body = [
    ...[op.loop, noResult],
    ...range(sumCount).flatMap((i) => [...zero, ...set(firstSum + i)]),
    ...[...get(a), ...set(step)],
    ...[op.loop, noResult],
    ...vectors.flatMap((v) => [...get(b), ...load(16 * v), ...set(column + v)]),
    ...range(rowsOfTile).flatMap((row) => [
      ...[...get(step), ...loadSplat(8 * row), ...set(entry)],
      ...vectors.flatMap((v) => [
        ...[...get(sumOf(row, v)), ...get(entry), ...get(column + v), ...multiply, ...add],
        ...set(sumOf(row, v)),
      ]),
    ]),
    ...[...get(b), ...constant(8 * panelLines), i32Add, ...set(b)],
    ...[...get(step), ...constant(8 * panelLines), i32Add, ...tee(step)],
    ...[...get(end), i32LessUnsigned, op.branchIf, 0, op.end],
    ...range(sumCount).flatMap((i) => [...get(sums), ...get(firstSum + i), ...store(16 * i)]),
    ...[...get(sums), ...constant(16 * sumCount), i32Add, ...set(sums)],
    ...[...get(panels), ...constant(1), i32Subtract, ...tee(panels), op.branchIf, 0, op.end],
  ];
  const locals = list([
    [1, i32],
    [sumCount + vectorsOfTile + 1, v128],
  ]);
  const code = [...locals, ...body, op.end];
  return [...unsigned(code.length), ...code];
}

/** A module that exports the memory "m" and the function "f". */
function moduleBytes(pages: number): Uint8Array<ArrayBuffer> {
  const type = [0x60, ...list([[i32], [i32], [i32], [i32], [i32]]), 0];
  const [memory, func] = ["m", "f"].map((name) => [1, name.charCodeAt(0)]) as [number[], number[]];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [type]),
    ...section(3, [[0]]),
    ...section(5, [[0, ...unsigned(pages)]]),
    ...section(7, [
      [...memory, 2, 0],
      [...func, 0, 0],
    ]),
    ...section(10, [multiplyFunction()]),
  ]);
}

/** The kernel, or undefined where WebAssembly or its vectors are missing or forbidden. */
export function createWebAssemblyKernel(): PanelKernel | undefined {
  const aLength = blockRows * blockDepth;
  const bLength = blockColumns * blockDepth;
  const sumsLength = panelLines * blockColumns;
  try {
    const pages = Math.ceil((8 * (aLength + bLength + sumsLength)) / pageBytes);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(pages)));
    const { buffer } = exports["m"] as WebAssembly.Memory;
    const run = exports["f"] as (a: number, end: number, b: number, sums: number, panels: number) => void;
    const bAt = 8 * aLength;
    const sumsAt = bAt + 8 * bLength;
    return {
      name: "webassembly",
      a: new Float64Array(buffer, 0, aLength),
      b: new Float64Array(buffer, bAt, bLength),
      sums: new Float64Array(buffer, sumsAt, sumsLength),
      multiply: (at, depth, panels) => run(8 * at, 8 * (at + panelLines * depth), bAt, sumsAt, panels),
    };
  } catch {
    return undefined;
  }
}
