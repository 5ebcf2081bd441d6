/** When the memory of the kernels grows, every view of it becomes invalid: nobody may have kept one. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type * as ArenaModule from "../../../src/kernels/arena.js";
import { type LibraryCopy, matrixRuns, solverRuns } from "../../support/library-runs.js";

let growths = 0;

/** An arena whose memory grows at every allocation and at every call that needs memory. */
function alwaysGrowing(Arena: typeof ArenaModule.Arena): typeof ArenaModule.Arena {
  return class extends Arena {
    override allocate(...parameters: Parameters<ArenaModule.Arena["allocate"]>): ArenaModule.Block {
      this.#grow();
      return super.allocate(...parameters);
    }

    override begin(bytes: number, limit: number): void {
      if (bytes > 0) this.#grow();
      super.begin(bytes, limit);
    }

    /** A call that would need one byte more than there are. */
    #grow(): void {
      const before = this.bytes;
      super.begin(1, Number.POSITIVE_INFINITY);
      super.begin(before + 1 - this.work(0), Number.POSITIVE_INFINITY);
      if (this.bytes === before) throw new Error("the memory did not grow");
      growths++;
    }
  };
}

/** A copy of the library with modules of its own. */
async function freshLibrary(): Promise<LibraryCopy> {
  vi.resetModules();
  const library = await import("../../../src/index.js");
  library.useKernels({ backend: "webassembly" });
  return library;
}

let plain: LibraryCopy;
let growing: LibraryCopy;

beforeAll(async () => {
  plain = await freshLibrary();
  vi.doMock("../../../src/kernels/arena.js", async (importOriginal) => {
    const module = await importOriginal<typeof ArenaModule>();
    return { ...module, Arena: alwaysGrowing(module.Arena) };
  });
  growing = await freshLibrary();
});

afterAll(() => {
  vi.doUnmock("../../../src/kernels/arena.js");
  vi.resetModules();
});

describe("a memory that grows at every turn changes no bit", () => {
  it.each([...solverRuns, ...matrixRuns])("of $name", ({ run }) => {
    const before = growths;
    const expected = run(plain);
    expect(growths).toBe(before);
    expect(run(growing)).toEqual(expected);
    expect(growths).toBeGreaterThan(before);
    expect(growing.kernelInfo().memoryUsed).toBe(0);
  });
});
