/** Small files that ask for a lot. */
import { deflateSync, zlibSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readMat, readNpz, writeMat, writeNpy } from "../../src/io/index.js";
import { concat, errorOf, matFile, uint32 } from "../support/file-bytes.js";
import { packNpz } from "../support/file-mutations.js";

/** Zeros compress about a thousandfold, beyond the ratio that is allowed. */
function zeros(count: number) {
  return { shape: [count, 1], complex: false, data: new Float64Array(count) };
}

function compressedMat(element: Uint8Array): Uint8Array {
  const packed = zlibSync(element);
  return matFile([concat(uint32([15, packed.length]), packed)]);
}

describe("compression bombs", () => {
  const large = zeros(2 ** 22); // 32 MiB
  const small = zeros(2 ** 20); // 8 MiB

  it("are refused in .npz files when they inflate more than the ratio allows", () => {
    const bytes = packNpz(writeNpy(large));
    expect(bytes.length).toBeLessThan(2 ** 16);
    expect(errorOf(() => readNpz(bytes))).toMatchObject({
      code: "limit",
      message: expect.stringMatching(
        /grows to 33554560 bytes at byte 0; expected at most 16777216 left of inflateRatio 200/,
      ),
    });
    expect(readNpz(bytes, { inflateRatio: 2000 }).get("a")?.data).toHaveLength(2 ** 22);
    expect(errorOf(() => readNpz(bytes, { inflateRatio: 2000, inflateBytes: 2 ** 24 })).code).toBe("limit");
  });

  it("are refused in .mat files likewise, also in several parts", () => {
    const element = (array: typeof large): Uint8Array => writeMat(new Map([["x", array]])).subarray(128);
    const bytes = compressedMat(element(large));
    expect(bytes.length).toBeLessThan(2 ** 16);
    expect(errorOf(() => readMat(bytes)).code).toBe("limit");
    expect(readMat(bytes, { inflateRatio: 2000 }).get("x")?.data).toHaveLength(2 ** 22);
    const parts = ["x", "y", "z"].map((name) => {
      const packed = zlibSync(writeMat(new Map([[name, small]])).subarray(128));
      return concat(uint32([15, packed.length]), packed);
    });
    expect(readMat(matFile(parts.slice(0, 1))).size).toBe(1);
    expect(errorOf(() => readMat(matFile(parts))).code).toBe("limit");
  });

  it("are stopped where a declared size says so, however far the stream goes on", () => {
    const content = writeNpy(large);
    const bytes = packNpz(content);
    // The uncompressed size in the directory; then the checksum does not matter, because it is not reached.
    const directory = bytes.length - 22 - 51;
    new DataView(bytes.buffer).setUint32(directory + 24, 1000, true);
    expect(errorOf(() => readNpz(bytes))).toMatchObject({
      code: "format",
      received: "compressed stream that goes on",
      expected: "1000 bytes",
    });
    const tagged = concat(uint32([14, 1000]), new Uint8Array(2 ** 25));
    expect(errorOf(() => readMat(compressedMat(tagged))).received).toBe("compressed stream that goes on");
  });

  it("are not small arrays of zeros, which pass", () => {
    expect(readNpz(packNpz(writeNpy(small))).get("a")?.data).toHaveLength(2 ** 20);
    const element = writeMat(new Map([["x", small]])).subarray(128);
    expect(readMat(compressedMat(element)).get("x")?.data).toHaveLength(2 ** 20);
  });
});

describe("streams that say nothing", () => {
  it("end: a megabyte of empty deflate blocks", () => {
    // A stored block of length zero that is not the last: five bytes.
    const empty = new Uint8Array(2 ** 20);
    for (let at = 0; at + 5 <= empty.length; at += 5) empty.set([0, 0, 0, 0xff, 0xff], at);
    const stream = concat([0x78, 0x9c], empty, deflateSync(new Uint8Array(0)), [0, 0, 0, 1]);
    const bytes = matFile([concat(uint32([15, stream.length]), stream)]);
    expect(errorOf(() => readMat(bytes)).code).toBe("format");
  });

  it("end: a megabyte of empty elements", () => {
    expect(errorOf(() => readMat(matFile([new Uint8Array(2 ** 20)]))).code).toBe("format");
  });
});
