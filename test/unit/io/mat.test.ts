import { zlibSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readMat } from "../../../src/io/index.js";
import {
  ascii,
  concat,
  errorOf,
  float64,
  matElement,
  matFile,
  matMatrix,
  uint16,
  uint32,
} from "../../support/file-bytes.js";
import { goldenFile } from "../../support/golden-io.js";

const one = matElement(9, float64([7]));

function codeOf(elements: readonly ArrayLike<number>[], limits = {}): string {
  return errorOf(() => readMat(matFile(elements), limits)).code;
}

function compressed(element: Uint8Array): Uint8Array<ArrayBuffer> {
  const packed = zlibSync(element);
  return concat(uint32([15, packed.length]), packed);
}

function sparse(
  pointers: readonly number[],
  indices: readonly number[],
  values: readonly number[],
  dimensions: readonly number[] = [3, 2],
): Uint8Array<ArrayBuffer> {
  const content = [
    matElement(5, uint32(indices)),
    matElement(5, uint32(pointers)),
    matElement(9, float64(values)),
  ];
  return matMatrix({ class: 5, dimensions, content });
}

describe("readMat: the header", () => {
  it("names HDF5 for version 7.3, however the file says it", () => {
    const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
    for (const bytes of [
      matFile([], { version: 0x0200 }),
      matFile([], { version: 0x0200, little: false }),
      concat(signature, new Uint8Array(600)),
      concat(matFile([], { version: 0x0200 }), new Uint8Array(384), signature),
    ]) {
      expect(errorOf(() => readMat(bytes))).toMatchObject({
        code: "unsupported",
        received: expect.stringMatching("HDF5"),
      });
    }
  });

  it("names level 4, in both byte orders", () => {
    const big = concat(
      [0, 0, 3, 0xe8, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2],
      [120, 0],
      float64([1], false),
    );
    for (const bytes of [goldenFile("level-4.mat"), big]) {
      expect(errorOf(() => readMat(bytes))).toMatchObject({
        code: "unsupported",
        received: expect.stringMatching("level 4"),
      });
    }
  });

  it("refuses other versions, other marks and other files", () => {
    expect(errorOf(() => readMat(matFile([], { version: 0x0300 }))).code).toBe("unsupported");
    const bytes = matFile([]);
    bytes.set(ascii("XX"), 126);
    expect(errorOf(() => readMat(bytes)).code).toBe("format");
    expect(errorOf(() => readMat(new Uint8Array(0))).code).toBe("format");
    expect(errorOf(() => readMat(ascii("not a MAT file at all"))).code).toBe("format");
    expect(errorOf(() => readMat(matFile([]).subarray(0, 127))).code).toBe("format");
  });

  it("reads a file without variables", () => {
    expect(readMat(matFile([])).size).toBe(0);
  });
});

describe("readMat: elements", () => {
  it("refuses every truncation", () => {
    const bytes = matFile([matMatrix(), matMatrix({ name: "second" })]);
    const boundary = matFile([matMatrix()]).length;
    for (let length = 128; length < bytes.length; length++) {
      if (length === 128 || length === boundary) continue;
      expect(errorOf(() => readMat(bytes.subarray(0, length))).code, `${length} bytes`).toBe("format");
    }
  });

  it("refuses a length past the end, of zero, and of 2^32 − 1, at every level", () => {
    const matrix = matMatrix();
    for (const declared of [0, 1, 7, 1000, 2 ** 31, 2 ** 32 - 1]) {
      expect(codeOf([matElement(14, matrix.subarray(8), { declared })]), `matrix of ${declared}`).toBe(
        "format",
      );
      expect(codeOf([concat(uint32([15, declared]), zlibSync(matrix))]), `compressed of ${declared}`).toBe(
        "format",
      );
      for (const [at, field] of [
        [12, "flags"],
        [28, "dimensions"],
        [44, "name"],
        [60, "data"],
      ] as const) {
        if (field === "name" && declared < 8) continue; // a shorter name, or one with its padding
        const bytes = matrix.slice();
        new DataView(bytes.buffer).setUint32(at, declared, true);
        expect(codeOf([bytes]), `${field} of ${declared}`).toBe("format");
      }
    }
  });

  it("reads small elements, and refuses those of more than four bytes", () => {
    const small = (type: number, size: number, data: readonly number[]) => concat(uint16([type, size]), data);
    const matrix = (name: ArrayLike<number>, data: ArrayLike<number>) =>
      matElement(14, concat(matElement(6, uint32([6, 0])), matElement(5, uint32([1, 2])), name, data));
    const name = small(1, 2, [97, 98, 0, 0]);
    const data = small(2, 2, [200, 3, 0, 0]);
    expect(readMat(matFile([matrix(name, data)])).get("ab")?.data).toEqual(Float64Array.of(200, 3));
    expect(codeOf([matrix(small(1, 5, [97, 98, 99, 100]), data)])).toBe("format");
    expect(codeOf([matrix(name, small(2, 0xffff, [0, 0, 0, 0]))])).toBe("format");
  });

  it("refuses other elements at the top, and compressed ones inside compressed ones", () => {
    expect(codeOf([matElement(9, float64([1]))])).toBe("format");
    expect(codeOf([compressed(compressed(matMatrix()))])).toBe("format");
    expect(codeOf([compressed(matElement(9, float64([1])))])).toBe("format");
  });

  it("refuses array flags, dimensions, names and data of the wrong kind", () => {
    const build = (...elements: readonly ArrayLike<number>[]) => [matElement(14, concat(...elements))];
    const flags = matElement(6, uint32([6, 0]));
    const dimensions = matElement(5, uint32([1, 1]));
    const name = matElement(1, ascii("x"));
    expect(readMat(matFile(build(flags, dimensions, name, one))).size).toBe(1);
    expect(codeOf(build(matElement(5, uint32([6, 0])), dimensions, name, one))).toBe("format");
    expect(codeOf(build(matElement(6, uint32([6])), dimensions, name, one))).toBe("format");
    expect(codeOf(build(flags, matElement(9, float64([1, 1])), name, one))).toBe("format");
    expect(codeOf(build(flags, matElement(5, uint32([1])), name, one))).toBe("format");
    const odd = matFile(build(flags, matElement(5, [1, 0, 0, 0, 1]), name, one));
    expect(errorOf(() => readMat(odd))).toMatchObject({ code: "format", received: "element of 5 bytes" });
    expect(codeOf(build(flags, matElement(5, uint32([1, -1])), name, one))).toBe("format");
    expect(codeOf(build(flags, matElement(5, uint32([-1, -1])), name, one))).toBe("format");
    expect(codeOf(build(flags, dimensions, matElement(4, ascii("x ")), one))).toBe("format");
    expect(codeOf(build(flags, dimensions, name, matElement(16, ascii("x"))))).toBe("format");
    expect(codeOf(build(flags, dimensions, name))).toBe("format");
  });
});

describe("readMat: numbers", () => {
  it("refuses a real array with an imaginary part, and the reverse", () => {
    expect(readMat(matFile([matMatrix({ flags: 0x08, content: [one, one] })])).get("x")).toEqual({
      shape: [1, 1],
      complex: true,
      data: Float64Array.of(7, 7),
    });
    expect(codeOf([matMatrix({ content: [one, one] })])).toBe("format");
    expect(codeOf([matMatrix({ flags: 0x08, content: [one] })])).toBe("format");
    expect(codeOf([matMatrix({ flags: 0x08, content: [one, matElement(9, float64([1, 2]))] })])).toBe(
      "format",
    );
  });

  it("reads every storage type, whatever the class", () => {
    const two: readonly (readonly [number, ArrayLike<number>])[] = [
      [1, [0xff, 2]],
      [2, [255, 2]],
      [3, uint16([65535, 2])],
      [4, uint16([65535, 2])],
      [5, uint32([2 ** 32 - 1, 2])],
      [6, uint32([2 ** 32 - 1, 2])],
      [9, float64([0.1, 2])],
    ];
    const first = [-1, 255, -1, 65535, -1, 2 ** 32 - 1, 0.1];
    for (const [i, [type, data]] of two.entries()) {
      const matrix = matMatrix({ dimensions: [1, 2], content: [matElement(type, data)] });
      expect(readMat(matFile([matrix])).get("x")?.data).toEqual(Float64Array.of(first[i], 2));
    }
  });

  it("refuses integers beyond 2^53 with range", () => {
    const content = [matElement(12, uint32([1, 2 ** 21]))];
    expect(errorOf(() => readMat(matFile([matMatrix({ class: 14, content })])))).toMatchObject({
      code: "range",
      received: "9007199254740993",
    });
  });

  it("refuses shapes that are too large before it allocates, and shapes that do not fit", () => {
    expect(codeOf([matMatrix({ dimensions: [65536, 65536] })])).toBe("limit");
    expect(codeOf([matMatrix({ dimensions: [65536, 65536] })], { elements: 2 ** 40 })).toBe("format");
    expect(codeOf([matMatrix({ dimensions: new Array(33).fill(1) })])).toBe("limit");
    expect(codeOf([matMatrix({ dimensions: [0, 2 ** 30] })])).toBe("limit");
    expect(codeOf([matMatrix({ dimensions: [1, 2] })])).toBe("format");
    expect(codeOf([matMatrix({ dimensions: [0, 1] })])).toBe("format");
    // Elements count over the whole file.
    expect(codeOf([matMatrix(), matMatrix({ name: "y" })], { elements: 1 })).toBe("limit");
  });
});

describe("readMat: names", () => {
  it("keeps names that mean something to objects", () => {
    const names = ["__proto__", "constructor", "toString", "größe"];
    const variables = readMat(matFile(names.map((name) => matMatrix({ name }))));
    expect([...variables.keys()]).toEqual(names);
    expect(Object.getPrototypeOf(variables)).toBe(Map.prototype);
    expect(({} as Record<string, unknown>)["shape"]).toBeUndefined();
  });

  it("passes over an array without a name, MATLAB's own", () => {
    expect([...readMat(matFile([matMatrix({ name: "" }), matMatrix()])).keys()]).toEqual(["x"]);
  });

  it("refuses a name of 5000 bytes, one that is not UTF-8, and one that comes twice", () => {
    expect(readMat(matFile([matMatrix({ name: "n".repeat(4096) })])).size).toBe(1);
    expect(codeOf([matMatrix({ name: "n".repeat(5000) })])).toBe("limit");
    const bytes = matMatrix({ name: "ab" });
    bytes.set([0xc3, 0x28], 48);
    expect(codeOf([bytes])).toBe("format");
    expect(codeOf([matMatrix(), matMatrix()])).toBe("format");
  });
});

describe("readMat: other classes", () => {
  it("passes over cells and structures, 1000 deep, text, objects and functions", () => {
    let cell = matMatrix({ class: 1, name: "", content: [] });
    for (let depth = 0; depth < 1000; depth++)
      cell = matMatrix({ class: depth % 2 === 0 ? 2 : 1, name: "", content: [cell] });
    const nested = matMatrix({ class: 1, name: "nested", content: [cell] });
    const others = [3, 4, 16, 99].map((code) => matMatrix({ class: code, name: `class${code}` }));
    const opaque = matElement(
      14,
      concat(matElement(6, uint32([17, 0])), matElement(1, ascii("opaque")), one),
    );
    const variables = readMat(matFile([nested, ...others, opaque, matMatrix()]));
    expect([...variables.keys()]).toEqual(["x"]);
  });
});

describe("readMat: sparse matrices", () => {
  it("fills them in", () => {
    expect(readMat(matFile([sparse([0, 2, 3], [0, 2, 1], [5, 6, 7])])).get("x")).toEqual({
      shape: [3, 2],
      complex: false,
      data: Float64Array.of(5, 0, 0, 7, 6, 0),
    });
  });

  it("reads logical ones, whose values MATLAB stores as bytes but calls doubles", () => {
    const content = [
      matElement(5, uint32([0, 2, 1])),
      matElement(5, uint32([0, 2, 3])),
      matElement(9, [1, 1, 1]),
    ];
    const matrix = matMatrix({ class: 5, flags: 0x02, dimensions: [3, 2], content });
    expect(readMat(matFile([matrix])).get("x")?.data).toEqual(Float64Array.of(1, 0, 0, 1, 1, 0));
    expect(codeOf([matMatrix({ class: 5, dimensions: [3, 2], content })])).toBe("format");
  });

  it.each([
    ["too few", [0, 3]],
    ["too many", [0, 2, 3, 3]],
    ["not from 0", [1, 2, 3]],
    ["falling", [0, 3, 2]],
    ["beyond the indices", [0, 4, 4]],
    ["negative", [0, -1, 3]],
    ["huge", [0, 2, 2 ** 31 - 1]],
    ["none", []],
  ])("refuses column pointers that are %s", (_, pointers) => {
    const bytes = matFile([sparse(pointers, [0, 1, 2], [5, 6, 7])]);
    expect(errorOf(() => readMat(bytes))).toMatchObject({
      code: "format",
      received: expect.stringMatching("column pointer"),
    });
  });

  it.each([
    ["beyond the rows", [0, 3, 1]],
    ["negative", [0, -1, 1]],
    ["twice in a column", [2, 2, 1]],
    ["falling in a column", [2, 0, 1]],
  ])("refuses row indices %s", (_, indices) => {
    expect(codeOf([sparse([0, 2, 3], indices, [5, 6, 7])])).toBe("format");
  });

  it("refuses indices and pointers that are no whole numbers", () => {
    const build = (indices: readonly number[], pointers: readonly number[]) => {
      const content = [matElement(9, float64(indices)), matElement(9, float64(pointers)), one];
      return [matMatrix({ class: 5, dimensions: [2, 1], content })];
    };
    expect(readMat(matFile(build([1], [0, 1]))).get("x")?.data).toEqual(Float64Array.of(0, 7));
    for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(codeOf(build([bad], [0, 1]))).toBe("format");
      expect(codeOf(build([1], [0, bad]))).toBe("format");
    }
  });

  it("refuses missing values and more than two dimensions", () => {
    expect(codeOf([sparse([0, 2, 3], [0, 2, 1], [5, 6])])).toBe("format");
    expect(codeOf([sparse([0, 2, 3], [0, 2, 1], [5, 6, 7], [3, 2, 1])])).toBe("format");
  });

  it("refuses a few bytes that fill a gigabyte", () => {
    expect(codeOf([sparse([0, 0], [], [], [2 ** 27, 1])])).toBe("limit");
    expect(codeOf([sparse([0, 0], [], [], [2 ** 22, 1])])).toBe("limit");
    expect(readMat(matFile([sparse([0, 0], [], [], [2 ** 21, 1])])).get("x")?.data).toHaveLength(2 ** 21);
  });
});

describe("readMat: compression", () => {
  it("reads compressed matrices of every way to compress", () => {
    const matrix = matMatrix({
      dimensions: [100, 50],
      content: [matElement(9, float64(new Array(5000).fill(0.3)))],
    });
    const random = matMatrix({
      dimensions: [100, 500],
      content: [matElement(9, float64(Array.from({ length: 50_000 }, (_, i) => Math.sin(i * i))))],
    });
    for (const element of [matrix, random]) {
      const plain = readMat(matFile([element]));
      for (const level of [0, 1, 6, 9] as const) {
        const packed = zlibSync(element, { level });
        expect(readMat(matFile([concat(uint32([15, packed.length]), packed)]))).toEqual(plain);
      }
    }
  });

  it("refuses damage: every bit of a small file", () => {
    const packed = compressed(matMatrix());
    const plain = readMat(matFile([packed]));
    for (let bit = 0; bit < 8 * packed.length; bit++) {
      const damaged = packed.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      // Some bits of a zlib header say nothing about the content.
      let outcome: unknown = plain;
      try {
        outcome = readMat(matFile([damaged]));
      } catch (error) {
        expect(error).toMatchObject({ name: "SparseError" });
      }
      expect(outcome).toEqual(plain);
    }
  });

  it("refuses a stream that is shorter or longer than its matrix", () => {
    const matrix = matMatrix();
    const short = matFile([compressed(matrix.subarray(0, -8))]);
    expect(errorOf(() => readMat(short))).toMatchObject({
      code: "format",
      received: `compressed stream of ${matrix.length - 8} bytes`,
      expected: `${matrix.length}`,
    });
    expect(codeOf([compressed(concat(matrix, new Uint8Array(8)))])).toBe("format");
    expect(codeOf([compressed(matrix.subarray(0, 4))])).toBe("format");
    expect(codeOf([compressed(new Uint8Array(0))])).toBe("format");
  });
});
