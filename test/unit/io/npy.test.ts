import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readNpy, writeNpy } from "../../../src/io/index.js";
import { concat, errorOf, float64, npyFile, npyHeader } from "../../support/file-bytes.js";

const eight = float64([1, 2, 3, 4, 5, 6, 7, 8]);

function shapeOf(shape: string, data: ArrayLike<number> = []): readonly number[] {
  return readNpy(npyFile(npyHeader("<f8", shape), data)).shape;
}

function codeOf(bytes: Uint8Array, limits = {}): string {
  return errorOf(() => readNpy(bytes, limits)).code;
}

function headerCode(header: string, data: ArrayLike<number> = eight): string {
  return codeOf(npyFile(header, data));
}

describe("readNpy: the first bytes", () => {
  it("refuses another magic", () => {
    const bytes = npyFile(npyHeader("<f8", "(8,)"), eight);
    for (let i = 0; i < 6; i++) {
      const other = bytes.slice();
      other[i] ^= 1;
      expect(codeOf(other)).toBe("format");
    }
    expect(codeOf(new Uint8Array(0))).toBe("format");
  });

  it("reads versions 1.0, 2.0 and 3.0 and no other", () => {
    const header = npyHeader("<f8", "(8,)");
    for (const major of [1, 2, 3]) {
      expect(readNpy(npyFile(header, eight, [major, 0])).data).toEqual(
        Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      );
    }
    for (const version of [
      [4, 0],
      [0, 0],
      [1, 1],
      [255, 255],
    ] as const) {
      expect(codeOf(npyFile(header, eight, version))).toBe("unsupported");
    }
  });

  it("refuses every truncation and every surplus byte", () => {
    const bytes = npyFile(npyHeader("<f8", "(8,)"), eight);
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(bytes.subarray(0, length)), `${length} bytes`).toBe("format");
    }
    expect(codeOf(concat(bytes, [0]))).toBe("format");
  });

  it("refuses a header length beyond the file, of zero, or beyond the limit", () => {
    const bytes = npyFile(npyHeader("<f8", "(8,)"), eight);
    new DataView(bytes.buffer).setUint16(8, 60_000, true);
    expect(codeOf(bytes)).toBe("format");
    expect(codeOf(npyFile("", eight))).toBe("format");
    const longest = npyFile(npyHeader("<f8", "()").padEnd(65_536), eight.subarray(8, 16), [2, 0]);
    expect(readNpy(longest).data).toEqual(Float64Array.of(2));
    const longer = npyFile(npyHeader("<f8", "()").padEnd(65_537), eight.subarray(8, 16), [2, 0]);
    expect(codeOf(longer)).toBe("limit");
    const declared = npyFile("", [], [2, 0]);
    new DataView(declared.buffer).setUint32(8, 0xffffffff, true);
    expect(codeOf(declared, { headerBytes: 2 ** 40 })).toBe("format");
  });

  it("reads a header whose length is not a multiple of 64", () => {
    const header = npyHeader("<f8", "(8,)");
    expect((10 + header.length) % 64).not.toBe(0);
    expect(shapeOf("(8,)", eight)).toEqual([8]);
  });
});

describe("readNpy: the header", () => {
  it("takes the keys in any order, with either quote and free blanks", () => {
    const header = `\n{ "shape" :( 2 ,4 ) , 'fortran_order':False,"descr": '<f8' } \t\n`;
    expect(readNpy(npyFile(header, eight)).shape).toEqual([2, 4]);
  });

  it.each([
    "[1]",
    "descr",
    "{",
    "}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (8,), ",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (8,), }}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (8,), } x",
    "{'descr': '<f8' 'fortran_order': False, 'shape': (8,)}",
    "{, 'descr': '<f8', 'fortran_order': False, 'shape': (8,)}",
    "{'descr': '<f8, 'fortran_order': False, 'shape': (8,)}",
    "{'descr': '<f8\\'', 'fortran_order': False, 'shape': (8,)}",
    "{'descr': <f8, 'fortran_order': False, 'shape': (8,)}",
    "{'descr': '<f8', 'fortran_order': 0, 'shape': (8,)}",
    "{'descr': '<f8', 'fortran_order': false, 'shape': (8,)}",
    "{'descr': '<f8', 'fortran_order': 'False', 'shape': (8,)}",
  ])("refuses %s", (header) => {
    expect(headerCode(header)).toBe("format");
  });

  it("refuses missing, repeated and extra keys", () => {
    expect(headerCode("{}")).toBe("format");
    expect(headerCode("{'descr': '<f8', 'shape': (8,)}")).toBe("format");
    expect(headerCode("{'descr': '<f8', 'fortran_order': False}")).toBe("format");
    expect(headerCode("{'fortran_order': False, 'shape': (8,)}")).toBe("format");
    const whole = "'descr': '<f8', 'fortran_order': False, 'shape': (8,)";
    expect(headerCode(`{${whole}, 'descr': '<f8'}`)).toBe("format");
    expect(headerCode(`{${whole}, 'fortran_order': False}`)).toBe("format");
    expect(headerCode(`{${whole}, 'shape': (8,)}`)).toBe("format");
    expect(headerCode(`{${whole}, '__proto__': (8,)}`)).toBe("format");
  });

  it("refuses a megabyte of brackets, inside and beyond the limit", () => {
    for (const bracket of ["{", "[", "("]) {
      const megabyte = bracket.repeat(2 ** 20);
      expect(codeOf(npyFile(megabyte, [], [2, 0]))).toBe("limit");
      expect(codeOf(npyFile(megabyte, [], [2, 0]), { headerBytes: 2 ** 21 })).toBe("format");
      const shape = npyHeader("<f8", megabyte);
      expect(codeOf(npyFile(shape, [], [2, 0]), { headerBytes: 2 ** 21 })).toBe("format");
      const descr = `{'descr': ${megabyte}`;
      const expected = bracket === "{" ? "format" : "unsupported";
      expect(codeOf(npyFile(descr, [], [2, 0]), { headerBytes: 2 ** 21 })).toBe(expected);
    }
  });

  it("names the offset and the reason", () => {
    const error = errorOf(() => readNpy(npyFile("{'descr': '<f8', 'fortran_order': Maybe", eight)));
    expect(error.message).toBe('readNpy: "M" at byte 44; expected False');
    expect(error).toMatchObject({ parameter: "byte 44", expected: "False", received: '"M"' });
  });
});

describe("readNpy: the shape", () => {
  it("reads single numbers, empty arrays and Python 2's long integers", () => {
    expect(shapeOf("()", eight.subarray(0, 8))).toEqual([]);
    expect(shapeOf("(0,)")).toEqual([0]);
    expect(shapeOf("(8,)", eight)).toEqual([8]);
    expect(shapeOf("(3, 0, 5)")).toEqual([3, 0, 5]);
    expect(shapeOf("(2L, 4L)", eight)).toEqual([2, 4]);
    expect(shapeOf("(2, 2, 2,)", eight)).toEqual([2, 2, 2]);
  });

  it.each([
    "(-8,)",
    "(8.0,)",
    "(8e0,)",
    "(8)",
    "8",
    "[8]",
    "(8, )(",
    "(,)",
    "(, 8)",
    "(4 2)",
    "(2,, 4)",
    "(8",
    "(0x8,)",
    "(None,)",
    "('8',)",
  ])("refuses %s", (shape) => {
    expect(headerCode(npyHeader("<f8", shape))).toBe("format");
  });

  it("refuses 40 dimensions, and takes 32", () => {
    const ones = (count: number): string => `(${"1,".repeat(count)})`;
    expect(shapeOf(ones(32), eight.subarray(0, 8))).toHaveLength(32);
    expect(headerCode(npyHeader("<f8", ones(33)))).toBe("limit");
    expect(headerCode(npyHeader("<f8", ones(40)))).toBe("limit");
  });

  it("refuses products that are too large, also where a double could not tell", () => {
    for (const shape of [
      "(65536, 65536, 65536, 65536)",
      "(9007199254740991, 9007199254740991)",
      "(134217729,)",
      "(99999999999999999999999999999999999999,)",
      `(${"9".repeat(400)},)`,
      "(0, 134217729)",
      "(134217729, 0)",
      "(65536, 0, 65536)",
    ]) {
      expect(headerCode(npyHeader("<f8", shape)), shape).toBe("limit");
    }
  });

  it("refuses 80 bytes that declare 65536 × 65536 before it allocates anything", () => {
    const bytes = npyFile(npyHeader("<f8", "(65536, 65536)").padEnd(70));
    expect(bytes).toHaveLength(80);
    expect(codeOf(bytes)).toBe("limit");
    // 32 GiB could not be allocated, so that this error shows that nobody tried.
    expect(codeOf(bytes, { elements: 2 ** 40 })).toBe("format");
    expect(codeOf(npyFile(npyHeader("<c16", "(134217728,)")))).toBe("format");
  });
});

describe("readNpy: the elements", () => {
  it.each([
    "|O",
    "|V8",
    "|S8",
    "<U2",
    "<M8[ns]",
    "<m8",
    "<f2",
    "<f16",
    "<c32",
    "f8",
    "=f8",
    "|f8",
    "|c16",
    "<i3",
    "<b8",
    "<x8",
    "",
    "constructor",
    "<constructor",
  ])("refuses type %s as unsupported", (descr) => {
    expect(headerCode(npyHeader(descr, "(8,)"))).toBe("unsupported");
  });

  it("refuses structured types as unsupported", () => {
    const header = "{'descr': [('a', '<f8'), ('b', '<i4')], 'fortran_order': False, 'shape': (8,)}";
    expect(headerCode(header)).toBe("unsupported");
    expect(headerCode(header.replace("[(", "((").replace(")]", "))"))).toBe("unsupported");
  });

  it("reads integers of 64 bits up to 2^53 on both sides, and no further", () => {
    for (const little of [true, false]) {
      for (const [type, value, exact] of [
        ["i8", 2n ** 53n, true],
        ["i8", 2n ** 53n + 1n, false],
        ["i8", -(2n ** 53n), true],
        ["i8", -(2n ** 53n) - 1n, false],
        ["i8", -(2n ** 63n), false],
        ["i8", -1n, true],
        ["i8", -(2n ** 32n), true],
        ["u8", 2n ** 53n, true],
        ["u8", 2n ** 53n + 1n, false],
        ["u8", 2n ** 64n - 1n, false],
      ] as const) {
        const data = new Uint8Array(16);
        new DataView(data.buffer).setBigUint64(8, BigInt.asUintN(64, value), little);
        const bytes = npyFile(npyHeader(`${little ? "<" : ">"}${type}`, "(2,)"), data);
        if (exact) expect(readNpy(bytes).data).toEqual(Float64Array.of(0, Number(value)));
        else expect(errorOf(() => readNpy(bytes))).toMatchObject({ code: "range", received: String(value) });
      }
    }
  });

  it("keeps NaN, whatever its payload", () => {
    const payloads = [0x7ff80000, 0x7ff00000, 0xfff80000, 0x7fffffff];
    const data = new Uint8Array(8 * payloads.length);
    const view = new DataView(data.buffer);
    for (const [i, high] of payloads.entries()) {
      view.setUint32(8 * i, 0xdeadbeef, true);
      view.setUint32(8 * i + 4, high, true);
    }
    expect(readNpy(npyFile(npyHeader("<f8", "(4,)"), data)).data).toEqual(
      new Float64Array(4).fill(Number.NaN),
    );
  });

  it("puts Fortran order into C order, for any shape", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (shape, complex) => {
          // The element with indices i₁, i₂, … is the number i₁ + 10 i₂ + 100 i₃ + …; its imaginary part is opposite.
          const inOrder = (dimensions: readonly number[]): number[] =>
            dimensions.reduceRight<number[]>(
              (rest, d) =>
                Array.from({ length: shape[d] }, (_, i) => rest.map((sum) => sum + i * 10 ** d)).flat(),
              [0],
            );
          const parts = (values: number[]): number[] => (complex ? values.flatMap((v) => [v, -v]) : values);
          const all = shape.map((_, d) => d);
          const fortran = parts(inOrder([...all].reverse()));
          const header = npyHeader(
            complex ? "<c16" : "<f8",
            `(${shape.map((size) => `${size},`).join("")})`,
            "True",
          );
          const array = readNpy(npyFile(header, float64(fortran)));
          expect(array).toEqual({ shape, complex, data: Float64Array.from(parts(inOrder(all))) });
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });
});

describe("readNpy: its arguments", () => {
  const bytes = npyFile(npyHeader("<f8", "(8,)"), eight);

  it("reads views with an offset, Node buffers, shared memory and other views of bytes", () => {
    const inside = concat(new Uint8Array(13), bytes).subarray(13);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    const others = [new Int8Array(bytes.buffer), new Uint8ClampedArray(bytes.buffer)];
    for (const input of [inside, Buffer.from(bytes), shared, ...others]) {
      expect(readNpy(input as Uint8Array).data).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    }
  });

  it("does not write to its input", () => {
    const copy = bytes.slice();
    readNpy(bytes);
    expect(bytes).toEqual(copy);
  });

  it("refuses anything but bytes, and unknown limits", () => {
    for (const input of [undefined, null, "bytes", [1, 2], bytes.buffer, new Float64Array(4)]) {
      expect(errorOf(() => readNpy(input as never)).code).toBe("shape");
    }
    expect(errorOf(() => readNpy(bytes, { element: 3 } as never)).message).toMatch(/did you mean elements\?/);
    expect(errorOf(() => readNpy(bytes, { elements: 0 })).code).toBe("option");
  });

  it("keeps to the limits it is given", () => {
    expect(codeOf(bytes, { fileBytes: bytes.length - 1 })).toBe("limit");
    expect(codeOf(bytes, { elements: 7 })).toBe("limit");
    expect(codeOf(bytes, { headerBytes: 16 })).toBe("limit");
    const matrix = npyFile(npyHeader("<f8", "(2, 4)"), eight);
    expect(codeOf(matrix, { dimensions: 1 })).toBe("limit");
    expect(readNpy(bytes, { fileBytes: bytes.length, elements: 8, dimensions: 1 }).shape).toEqual([8]);
  });
});

describe("writeNpy", () => {
  it("starts the data at a multiple of 64 and gives back what it was given", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 6 }),
        fc.boolean(),
        fc.infiniteStream(fc.double()),
        (shape, complex, values) => {
          const count = shape.reduce((product, size) => product * size, complex ? 2 : 1);
          const data = Float64Array.from({ length: count }, () => values.next().value);
          const bytes = writeNpy({ shape, complex, data });
          expect((bytes.length - 8 * count) % 64).toBe(0);
          expect(readNpy(bytes)).toEqual({ shape, complex, data });
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });

  it("refuses a shape that does not fit the data", () => {
    const data = new Float64Array(6);
    for (const array of [
      { shape: [7], complex: false, data },
      { shape: [6], complex: true, data },
      { shape: [-6], complex: false, data },
      { shape: [1.5, 4], complex: false, data },
      { shape: [6], complex: false, data: [1, 2, 3, 4, 5, 6] },
      { shape: 6, complex: false, data },
      undefined,
    ]) {
      expect(errorOf(() => writeNpy(array as never)).code).toBe("shape");
    }
  });
});
