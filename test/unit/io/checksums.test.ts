import { deflateSync, crc32 as nodeCrc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { adler32, crc32 } from "../../../src/io/checksums.js";
import { ascii } from "../../support/file-bytes.js";

describe("checksums", () => {
  it("give the published check values", () => {
    expect(crc32(ascii("123456789"))).toBe(0xcbf43926);
    expect(adler32(ascii("Wikipedia"))).toBe(0x11e60398);
    expect(crc32(new Uint8Array(0))).toBe(0);
    expect(adler32(new Uint8Array(0))).toBe(1);
  });

  it("agree with zlib on long input of the largest bytes", () => {
    for (const length of [1, 3799, 3800, 3801, 100_000]) {
      const bytes = new Uint8Array(length).fill(0xff);
      expect(crc32(bytes)).toBe(nodeCrc32(bytes));
      // A zlib stream ends with the Adler-32 of its content.
      expect(adler32(bytes)).toBe(deflateSync(bytes).readUInt32BE(deflateSync(bytes).length - 4));
    }
  });
});
