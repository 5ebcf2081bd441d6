/** Which kernels are in use: WebAssembly where it is at hand, TypeScript everywhere else. */
import { describe, SparseError } from "../errors.js";
import { choiceOption, numberOption, optional, readOptions } from "../options.js";
import { Arena, type BlockStore, HeapStore, type MemoryPeak } from "./arena.js";

/** Which kernels to use; see {@link useKernels}. */
export interface KernelSettings {
  /** "automatic" (default): WebAssembly where the engine has and allows it. */
  readonly backend?: "automatic" | "webassembly" | "typescript";
  /** Bytes of working memory that solvers may use at a time. Default 2 GiB, at most 4 GiB. */
  readonly memoryLimit?: number;
}

/** What {@link kernelInfo} tells. */
export interface KernelInfo {
  /** The kernels in use. */
  readonly backend: "webassembly" | "typescript";
  /** Why it is not WebAssembly; absent if it is. */
  readonly reason?: string;
  /** Bytes of working memory that solvers use now. */
  readonly memoryUsed: number;
  readonly memoryLimit: number;
}

const who = "useKernels";
const backends = ["automatic", "webassembly", "typescript"] as const;
const addressSpace = 2 ** 32;
const optionTable = {
  backend: optional(choiceOption(backends)),
  memoryLimit: optional(numberOption({ min: 1, max: addressSpace, integer: true })),
} as const;
/** A memory larger than this is given back when no solver is using it. */
const keptBytes = 2 ** 26;

let choice: (typeof backends)[number] = "automatic";
let memoryLimit = 2 ** 31;
let reason: string | undefined;
/** The WebAssembly kernels; undefined until first needed, null where they are missing, forbidden or not wanted. */
let current: Arena | null | undefined;
/** Shared by all stores, so that it outlives a memory that is given back. */
const peak: MemoryPeak = { bytes: 0 };
const heap = new HeapStore(peak);

/** The WebAssembly kernels, or null. */
export function webAssembly(): Arena | null {
  return current === undefined ? start() : current;
}

function start(): Arena | null {
  current = null;
  if (choice === "typescript") {
    reason = "TypeScript was asked for";
    return current;
  }
  try {
    current = new Arena(peak);
    reason = undefined;
  } catch (error) {
    reason = `the engine refused WebAssembly: ${(error as Error).message}`;
    if (choice === "webassembly") {
      current = undefined;
      throw new SparseError("unsupported", `kernels: WebAssembly cannot be used, ${reason}`, {
        parameter: "backend",
        expected: "an engine that allows WebAssembly with vectors",
        received: reason,
        cause: error,
      });
    }
  }
  return current;
}

/** Where working memory comes from. */
export function blockStore(): BlockStore {
  return webAssembly() ?? heap;
}

export function workingMemoryLimit(): number {
  return memoryLimit;
}

/** Gives a large memory back if nobody uses it; the next call starts with a small one. */
export function releaseIdleMemory(): void {
  if (current && current.used === 0 && current.bytes > keptBytes) current = undefined;
}

/**
 * Chooses the kernels for all that follows; takes effect at once. Both give the same results to rounding.
 *
 * @throws `option` if a setting is unknown or out of range; `unsupported` if WebAssembly is asked for and cannot be
 *   used, or if a solver is under way
 *
 * @example
 * useKernels({ backend: "typescript" });
 */
export function useKernels(settings: KernelSettings): void {
  const { backend, memoryLimit: limit } = readOptions(who, optionTable, settings);
  if (backend !== undefined && backend !== choice) {
    if (bytesInUse() > 0) {
      throw new SparseError(
        "unsupported",
        `${who}: option backend cannot change while a solver is under way`,
        {
          parameter: "backend",
          expected: "no solver under way",
          received: describe(backend),
        },
      );
    }
    const before = choice;
    choice = backend;
    current = undefined;
    try {
      webAssembly();
    } catch (error) {
      choice = before;
      throw error;
    }
  }
  if (limit !== undefined) memoryLimit = limit;
}

function bytesInUse(): number {
  return heap.used + (current?.used ?? 0);
}

/**
 * The kernels in use and their memory.
 *
 * @example
 * kernelInfo().backend; // "webassembly"
 */
export function kernelInfo(): KernelInfo {
  const arena = webAssembly();
  const info = {
    backend: arena === null ? ("typescript" as const) : ("webassembly" as const),
    memoryUsed: arena?.used ?? heap.used,
    memoryLimit,
  };
  return reason === undefined ? info : { ...info, reason };
}

/** What {@link measureWorkingMemory} found. */
export interface MeasuredWork<Result> {
  /** What the work returned. */
  readonly result: Result;
  /** The most bytes of working memory that it had in use at one time. */
  readonly bytes: number;
}

/**
 * Runs `work` and counts the working memory that it has in use at most at one time, beyond what others have in use:
 * the arrays of solvers, and what kernels copy for a call. That is what `memoryLimit` limits; results, inputs and what
 * an operator keeps for itself are ordinary arrays and do not count. The same work on the same kernels gives the same
 * number. Measurements may be nested. What `work` throws passes through.
 *
 * @param work - measured until it returns, so not asynchronous
 *
 * @example
 * const { result, bytes } = measureWorkingMemory(() => sbl(a, y, { noise: { kind: "learned" } }));
 */
export function measureWorkingMemory<Result>(work: () => Result): MeasuredWork<Result> {
  const before = bytesInUse();
  const outer = peak.bytes;
  peak.bytes = before;
  try {
    const result = work();
    return { result, bytes: peak.bytes - before };
  } finally {
    peak.bytes = Math.max(outer, peak.bytes);
  }
}
