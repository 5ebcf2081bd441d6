/**
 * The memory in which kernels work. Arrays that live there are used where they are; any other array is copied in for the
 * duration of a call. When the memory grows, all views of it become invalid: {@link Block} gives the valid one.
 */
import { SparseError } from "../errors.js";
import { core } from "./modules/core.js";
import type { Planar } from "./planar.js";
import { type CoreExports, instantiate, staticBytes } from "./webassembly.js";

const pageBytes = 65536;
/** A cache line. */
const alignment = 64;

/**
 * Numbers in an arena. Take `re` and `im` when they are needed and do not keep them across a call that may allocate:
 * they are views that are made anew when the memory grows. After the block is released, taking them is an error.
 */
export class Block implements Planar {
  /** Who asked for it. */
  readonly who: string;
  /** The arena that it is part of; none if it has arrays of its own. */
  readonly home: Arena | undefined;
  readonly size: number;
  /** Byte addresses of the parts, 0 for imaginary parts that are absent, and of the end. */
  readonly reAddress: number;
  readonly imAddress: number;
  readonly end: number;
  #re: Float64Array | undefined;
  #im: Float64Array | undefined;

  constructor(who: string, home: Arena | undefined, start: number, size: number, real: boolean) {
    this.who = who;
    this.home = home;
    this.size = size;
    this.reAddress = start;
    this.imAddress = real ? 0 : start + aligned(8 * size);
    this.end = start + blockBytes(size, real);
  }

  get re(): Float64Array {
    return this.#re ?? refuse(this.who);
  }

  get im(): Float64Array | undefined {
    if (this.#re === undefined) refuse(this.who);
    return this.#im;
  }

  get released(): boolean {
    return this.#re === undefined;
  }

  /** Shows these arrays from now on. */
  attach(re: Float64Array, im: Float64Array | undefined): void {
    this.#re = re;
    this.#im = im;
  }

  release(): void {
    this.#re = undefined;
    this.#im = undefined;
  }
}

/** What a user can do to come here is to keep a step of an iterator. */
function refuse(who: string): never {
  throw new Error(
    `${who}: working memory was used after the run had ended; call current() of a step before the next step`,
  );
}

/** The most bytes that were in use at once, by blocks and by what a call needs for itself. */
export interface MemoryPeak {
  bytes: number;
}

/** What rooms are made of: blocks, up to a limit. */
export interface BlockStore {
  /** Bytes of all blocks that are not released. */
  readonly used: number;
  /** A block of zeros. @throws `limit` before anything is allocated, naming `who` */
  allocate(who: string, size: number, real: boolean, limit: number): Block;
  release(block: Block): void;
}

/** Blocks in ordinary arrays, for where there is no WebAssembly. */
export class HeapStore implements BlockStore {
  used = 0;
  readonly #peak: MemoryPeak;

  /** @param peak - raised whenever more is in use */
  constructor(peak: MemoryPeak = { bytes: 0 }) {
    this.#peak = peak;
  }

  allocate(who: string, size: number, real: boolean, limit: number): Block {
    const block = new Block(who, undefined, 0, size, real);
    checkLimit(who, this.used + block.end, limit);
    block.attach(new Float64Array(size), real ? undefined : new Float64Array(size));
    this.used += block.end;
    this.#peak.bytes = Math.max(this.#peak.bytes, this.used);
    return block;
  }

  release(block: Block): void {
    if (block.released) return;
    block.release();
    this.used -= block.end;
  }
}

/** Blocks in the memory of the WebAssembly kernels, one after the other. */
export class Arena implements BlockStore {
  /** The core kernels. */
  readonly exports: CoreExports;
  readonly #memory = new WebAssembly.Memory({ initial: staticBytes / pageBytes });
  readonly #modules = new Map<string, unknown>();
  readonly #peak: MemoryPeak;
  /** Ordered by address; released ones stay until all that follow are released. */
  readonly #blocks: Block[] = [];
  #heap: Float64Array;
  #top = staticBytes;
  /** Where what the present call needs for itself ends. */
  #callTop = staticBytes;

  /**
   * @param peak - raised whenever more is in use
   * @throws what the engine throws where WebAssembly or its vectors are missing or forbidden
   */
  constructor(peak: MemoryPeak = { bytes: 0 }) {
    this.#peak = peak;
    this.exports = instantiate(core, this.#memory) as CoreExports;
    this.#heap = new Float64Array(this.#memory.buffer);
  }

  /** What a module exports beyond the core; instantiated when first needed. */
  module<Exports>(base64: string): Exports {
    let exports = this.#modules.get(base64);
    if (exports === undefined) {
      exports = instantiate(base64, this.#memory);
      this.#modules.set(base64, exports);
    }
    return exports as Exports;
  }

  get used(): number {
    return this.#top - staticBytes;
  }

  /** Bytes of the whole memory, which grows and never shrinks. */
  get bytes(): number {
    return this.#heap.byteLength;
  }

  allocate(who: string, size: number, real: boolean, limit: number): Block {
    const block = new Block(who, this, this.#top, size, real);
    this.#reach(who, block.end, limit);
    this.#heap.fill(0, block.reAddress / 8, block.end / 8);
    this.#attach(block);
    this.#blocks.push(block);
    this.#top = block.end;
    return block;
  }

  /** Blocks may be released in any order; their memory is used again once all that follow are released too. */
  release(block: Block): void {
    block.release();
    while (this.#blocks.at(-1)?.released) this.#top = this.#blocks.pop()!.reAddress;
  }

  /** Whether the parts live here. */
  holds(parts: Planar): boolean {
    return parts instanceof Block && parts.home === this;
  }

  /** Bytes that a call needs to copy in `size` numbers of the parts, 0 if they live here. */
  outside(parts: Planar, size: number): number {
    return this.holds(parts) ? 0 : blockBytes(size, parts.im === undefined);
  }

  /**
   * Begins a call that needs `bytes` for copies and work; whatever an earlier call took is free again.
   *
   * @throws `limit` before anything is allocated, naming whoever has the last block
   */
  begin(bytes: number, limit: number): void {
    if (bytes > 0) this.#reach(this.#blocks.at(-1)?.who ?? "kernels", this.#top + bytes, limit);
    this.#callTop = this.#top;
  }

  /** The address of `size` real parts from number `at` on: where they are, or where they were copied to. */
  enterRe(parts: Planar, at: number, size: number): number {
    if (this.#checkHeld(parts, at, size)) return parts.reAddress + 8 * at;
    return this.#copyIn(parts.re, at, size);
  }

  /** The same for imaginary parts; 0 if there are none. */
  enterIm(parts: Planar, at: number, size: number): number {
    if (this.#checkHeld(parts, at, size)) return parts.imAddress === 0 ? 0 : parts.imAddress + 8 * at;
    return parts.im === undefined ? 0 : this.#copyIn(parts.im, at, size);
  }

  /** As {@link enterRe} for numbers that the call will write before it reads them: nothing is copied in. */
  reserveRe(parts: Planar, at: number, size: number): number {
    return this.#checkHeld(parts, at, size) ? parts.reAddress + 8 * at : this.work(8 * size);
  }

  /** As {@link enterIm}, likewise. */
  reserveIm(parts: Planar, at: number, size: number): number {
    if (this.#checkHeld(parts, at, size)) return parts.imAddress === 0 ? 0 : parts.imAddress + 8 * at;
    return parts.im === undefined ? 0 : this.work(8 * size);
  }

  /** Copies back what a call has written, unless the parts live here; an address of 0 stands for no numbers. */
  leave(parts: Planar, at: number, size: number, re: number, im: number): void {
    if (this.holds(parts)) return;
    parts.re.set(this.#heap.subarray(re / 8, re / 8 + size), at);
    if (im !== 0) parts.im?.set(this.#heap.subarray(im / 8, im / 8 + size), at);
  }

  /** The address of working memory for the present call, within what {@link begin} was given. */
  work(bytes: number): number {
    const address = this.#callTop;
    this.#callTop = address + aligned(bytes);
    return address;
  }

  /** Whether the parts live here; if they do, they must reach as far as the call does. */
  #checkHeld(parts: Planar, at: number, size: number): parts is Block {
    if (!(parts instanceof Block && parts.home === this)) return false;
    if (parts.released) refuse(parts.who);
    if (at + size > parts.size) throw new Error("kernels: an array is shorter than the call needs");
    return true;
  }

  #copyIn(array: Float64Array, at: number, size: number): number {
    if (at + size > array.length) throw new Error("kernels: an array is shorter than the call needs");
    const address = this.work(8 * size);
    this.#heap.set(at === 0 && size === array.length ? array : array.subarray(at, at + size), address / 8);
    return address;
  }

  #attach(block: Block): void {
    const { size, reAddress, imAddress } = block;
    const buffer = this.#heap.buffer;
    const im = imAddress === 0 ? undefined : new Float64Array(buffer, imAddress, size);
    block.attach(new Float64Array(buffer, reAddress, size), im);
  }

  /** Takes memory into use up to `end`; if it must grow, every block gets its view of the new one. */
  #reach(who: string, end: number, limit: number): void {
    const bytes = end - staticBytes;
    checkLimit(who, bytes, limit);
    if (end > this.bytes) this.#grow(who, end);
    if (bytes > this.#peak.bytes) this.#peak.bytes = bytes;
  }

  #grow(who: string, end: number): void {
    try {
      this.#memory.grow(Math.ceil((end - this.bytes) / pageBytes));
    } catch {
      throw limitError(who, end - staticBytes, "what the engine allows");
    }
    this.#heap = new Float64Array(this.#memory.buffer);
    for (const block of this.#blocks) if (!block.released) this.#attach(block);
  }
}

function aligned(bytes: number): number {
  return alignment * Math.ceil(bytes / alignment);
}

function blockBytes(size: number, real: boolean): number {
  return aligned(8 * size) * (real ? 1 : 2);
}

function checkLimit(who: string, bytes: number, limit: number): void {
  if (bytes > limit) throw limitError(who, bytes, `at most ${binaryUnits(limit)} (memoryLimit)`);
}

function limitError(who: string, bytes: number, expected: string): SparseError {
  const received = binaryUnits(bytes);
  return new SparseError("limit", `${who}: working memory would be ${received}; expected ${expected}`, {
    parameter: "working memory",
    expected,
    received,
  });
}

function binaryUnits(bytes: number): string {
  return bytes < 2 ** 20 ? `${(bytes / 2 ** 10).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
