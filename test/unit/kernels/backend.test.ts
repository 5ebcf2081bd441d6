import { afterEach, describe, expect, it, vi } from "vitest";
import type * as Library from "../../../src/index.js";
import { webAssembly } from "../../../src/kernels/backend.js";
import { kernelInfo, measureWorkingMemory, useKernels } from "../../../src/kernels/index.js";
import { withRoom } from "../../../src/kernels/room.js";
import { sbl, sblSteps } from "../../../src/solvers/index.js";
import { backends, suiteBackend, useSuiteKernels, withKernels } from "../../support/kernels.js";
import { solverRuns } from "../../support/library-runs.js";
import { thrownAtOnce } from "../../support/thrown.js";

const options = { noise: { kind: "known", variance: 0.01 } } as const;
const defaultLimit = 2 ** 31;

afterEach(() => {
  useSuiteKernels();
  useKernels({ memoryLimit: defaultLimit });
});

describe("kernelInfo", () => {
  it("says what is in use and why it is not WebAssembly", () => {
    useKernels({ backend: "webassembly" });
    const info = { backend: "webassembly", memoryUsed: 0, memoryLimit: defaultLimit };
    expect(kernelInfo()).toEqual(info);
    useKernels({ backend: "typescript" });
    expect(kernelInfo()).toEqual({ ...info, backend: "typescript", reason: "TypeScript was asked for" });
    useKernels({ backend: "automatic" });
    expect(kernelInfo()).toEqual(info);
  });

  it.each(backends)("says how much memory runs on %s use", (backend) => {
    useKernels({ backend });
    const run = sblSteps([[1, 0.5]], [1], options);
    expect(kernelInfo().memoryUsed).toBe(0);
    run.next();
    expect(kernelInfo().memoryUsed).toBeGreaterThan(0);
    run.return(undefined as never);
    expect(kernelInfo().memoryUsed).toBe(0);
  });
});

describe("useKernels", () => {
  it.each([
    [{ backed: "typescript" }, "useKernels: option backed is unknown; did you mean backend?"],
    [{ backend: "wasm" }, 'useKernels: option backend is "wasm"'],
    [{ backend: null }, "useKernels: option backend is null"],
    [{ memoryLimit: 0 }, "useKernels: option memoryLimit is 0"],
    [{ memoryLimit: -1 }, "useKernels: option memoryLimit is -1"],
    [{ memoryLimit: 1.5 }, "useKernels: option memoryLimit is 1.5"],
    [{ memoryLimit: Number.NaN }, "useKernels: option memoryLimit is NaN"],
    [{ memoryLimit: 2 ** 32 + 1 }, "useKernels: option memoryLimit is 4294967297"],
    [{ memoryLimit: "1 GiB" }, 'useKernels: option memoryLimit is "1 GiB"'],
    [null, "useKernels: options is null"],
    ["typescript", 'useKernels: options is "typescript"'],
  ])("refuses %j", (settings, message) => {
    const before = kernelInfo();
    const error = thrownAtOnce(() => useKernels(settings as never));
    expect(error.code).toBe("option");
    expect(error.message).toContain(message);
    expect(kernelInfo()).toEqual(before);
  });

  it("refuses everything if one setting is wrong", () => {
    const before = kernelInfo();
    for (const settings of [
      { backend: "typescript", memoryLimit: -1 },
      { memoryLimit: 2 ** 20, backend: "wasm" },
    ]) {
      expect(thrownAtOnce(() => useKernels(settings as never)).code).toBe("option");
      expect(kernelInfo()).toEqual(before);
    }
  });

  it("reads own properties only", () => {
    const before = kernelInfo();
    useKernels(Object.create({ backend: "typescript", memoryLimit: 64 }));
    useKernels({});
    expect(kernelInfo()).toEqual(before);
  });

  it.each(backends)("does not change what runs on %s use, but takes the same again", (backend) => {
    useKernels({ backend });
    const other = backends.find((name) => name !== backend)!;
    const run = sblSteps([[1, 0.5]], [1], options);
    run.next();
    const error = thrownAtOnce(() => useKernels({ backend: other, memoryLimit: 5 }));
    expect(error).toMatchObject({ code: "unsupported", parameter: "backend" });
    expect(error.message).toBe("useKernels: option backend cannot change while a solver is under way");
    expect(kernelInfo()).toMatchObject({ backend, memoryLimit: defaultLimit });
    useKernels({ backend });
    run.return(undefined as never);
    useKernels({ backend: other });
    expect(kernelInfo().backend).toBe(other);
  });

  it("sets the limit of what comes after, also while a solver is under way", () => {
    const run = sblSteps([[1, 0.5]], [1], options);
    run.next();
    useKernels({ memoryLimit: 64 });
    expect(thrownAtOnce(() => sbl([[1, 0.5]], [1], options)).code).toBe("limit");
    run.return(undefined as never);
  });
});

describe("the memory of WebAssembly", () => {
  it("is given back after a large run, and kept after a small one", () => {
    useKernels({ backend: "webassembly" });
    const before = webAssembly();
    withRoom("small", (room) => room.planar(2 ** 16, true));
    expect(webAssembly()).toBe(before);
    // 80 MB.
    withRoom("large", (room) => {
      room.planar(10 ** 7, true);
      withRoom("inner", (inner) => inner.planar(100, true));
      expect(webAssembly()).toBe(before);
      expect(before!.bytes).toBeGreaterThan(8e7);
    });
    expect(webAssembly()!.bytes).toBeLessThan(2 ** 26);
  });
});

describe("measureWorkingMemory", () => {
  const take = (numbers: number) => withRoom("work", (room) => room.planar(numbers, true).re.length);

  it.each(backends)("finds the most in use at one time on %s, and hands the result on", (backend) => {
    useKernels({ backend });
    for (let repeat = 0; repeat < 3; repeat++) {
      expect(measureWorkingMemory(() => take(8) + take(1000) + take(16))).toEqual({
        result: 1024,
        bytes: 8000,
      });
    }
    expect(measureWorkingMemory(() => "nothing")).toEqual({ result: "nothing", bytes: 0 });
    const nested = measureWorkingMemory(() =>
      withRoom("outer", (room) => room.planar(16, false) && take(100)),
    );
    expect(nested.bytes).toBe(256 + 832);
  });

  it.each(backends)("does not count what others have in use on %s", (backend) => {
    useKernels({ backend });
    withRoom("other", (room) => {
      room.planar(5000, true);
      expect(measureWorkingMemory(() => take(8)).bytes).toBe(64);
      expect(measureWorkingMemory(() => 1).bytes).toBe(0);
    });
  });

  it.each(backends)("can be nested on %s, also around work that throws", (backend) => {
    useKernels({ backend });
    const inner: number[] = [];
    const { bytes } = measureWorkingMemory(() => {
      take(64);
      inner.push(measureWorkingMemory(() => take(8)).bytes);
      const failed = () =>
        measureWorkingMemory(() => {
          take(128);
          throw new Error("halfway");
        });
      expect(thrownAtOnce(failed).message).toBe("halfway");
      inner.push(measureWorkingMemory(() => take(16)).bytes);
    });
    expect([...inner, bytes]).toEqual([64, 128, 1024]);
  });

  it("outlives a memory that is given back", () => {
    useKernels({ backend: "webassembly" });
    const before = webAssembly();
    const { bytes } = measureWorkingMemory(() => {
      take(2 ** 24);
      expect(webAssembly()).not.toBe(before);
      take(8);
    });
    expect(bytes).toBe(2 ** 27);
  });

  it.each(backends)(
    "gives the same number for the same solver run on %s, and what the run has in use",
    (backend) => {
      useKernels({ backend });
      let used = 0;
      const run = () =>
        sbl([[1, 0.5]], [1], {
          ...options,
          onIteration: () => {
            used = Math.max(used, kernelInfo().memoryUsed);
            return "continue";
          },
        });
      const [first, second] = [measureWorkingMemory(run), measureWorkingMemory(run)];
      expect(first).toEqual(second);
      expect(first.bytes).toBeGreaterThanOrEqual(used);
      expect(used).toBeGreaterThan(0);
    },
  );

  it("starts no kernels of its own", async () => {
    vi.resetModules();
    let memories = 0;
    vi.stubGlobal("WebAssembly", {
      ...{ Module: WebAssembly.Module, Instance: WebAssembly.Instance },
      Memory: class extends WebAssembly.Memory {
        constructor(descriptor: WebAssembly.MemoryDescriptor) {
          super(descriptor);
          memories++;
        }
      },
    });
    const library = await import("../../../src/index.js");
    expect(library.measureWorkingMemory(() => 1)).toEqual({ result: 1, bytes: 0 });
    expect(memories).toBe(0);
    vi.unstubAllGlobals();
  });
});

describe("where WebAssembly is missing or forbidden", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  const message = "Refused to compile or instantiate WebAssembly module";
  class Forbidden {
    constructor() {
      throw new Error(message);
    }
  }
  const { Module, Instance, Memory } = WebAssembly;
  const engines = [
    ["missing", undefined],
    ["forbidden", { Module: Forbidden, Instance, Memory }],
    ["without vectors", { Module, Instance: Forbidden, Memory }],
    ["without memory", { Module, Instance, Memory: Forbidden }],
  ] as const;

  async function libraryWith(engine: unknown): Promise<typeof Library> {
    vi.resetModules();
    vi.stubGlobal("WebAssembly", engine);
    return import("../../../src/index.js");
  }

  it.each(engines)("%s: TypeScript takes its place, with the bits that it always has", async (_, engine) => {
    const run = solverRuns[0];
    const expected = withKernels("typescript", () => run.run({ sbl } as never));
    const library = await libraryWith(engine);
    const info = library.kernelInfo();
    expect(info.backend).toBe("typescript");
    expect(info.reason).toMatch(/^the engine refused WebAssembly: ./);
    if (engine !== undefined) expect(info.reason).toContain(message);
    expect(run.run(library)).toEqual(expected);
    expect(library.kernelInfo()).toEqual(info);
  });

  it.each(engines)("%s: it cannot be asked for", async (_, engine) => {
    const library = await libraryWith(engine);
    const error = thrownAtOnce(() => library.useKernels({ backend: "webassembly" }));
    expect(error.code).toBe("unsupported");
    expect(error.message).toMatch(/^kernels: WebAssembly cannot be used, the engine refused WebAssembly: ./);
    expect(library.kernelInfo().backend).toBe("typescript");
    library.useKernels({ backend: "automatic" });
    expect(library.kernelInfo().backend).toBe("typescript");
  });

  it("nothing is compiled before it is needed", async () => {
    let compiled = 0;
    class Counting extends Module {
      constructor(bytes: BufferSource) {
        super(bytes);
        compiled++;
      }
    }
    const library = await libraryWith({ Module: Counting, Instance, Memory });
    expect(compiled).toBe(0);
    library.omp([[1, 0.5]], [1], { sparsity: 1 });
    const once = compiled;
    expect(once).toBeGreaterThan(0);
    library.omp([[1, 0.5]], [1], { sparsity: 1 });
    expect(compiled).toBe(once);
  });
});

it("the suite runs on the kernels that it was told to run on", () => {
  const expected = suiteBackend === "typescript" ? "typescript" : "webassembly";
  expect(kernelInfo().backend).toBe(expected);
});
