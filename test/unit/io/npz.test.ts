import { deflateSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../../src/io/checksums.js";
import { readNpz, writeNpy } from "../../../src/io/index.js";
import { ascii, concat, errorOf, uint16, uint32 } from "../../support/file-bytes.js";

const array = { shape: [2], complex: false, data: Float64Array.of(1, 2) };
const npy = writeNpy(array);

interface MemberParts {
  readonly name?: string;
  readonly content?: Uint8Array;
  readonly stored?: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly declared?: number;
  readonly start?: number;
}

/** A ZIP file with any lies in its directory. */
function zip(
  members: readonly MemberParts[],
  { count = members.length, comment = "" } = {},
): Uint8Array<ArrayBuffer> {
  const bodies: Uint8Array[] = [];
  const records: Uint8Array[] = [];
  let at = 0;
  for (const member of members) {
    const { name = "a.npy", content = npy, stored = content, method = 0, flags = 0 } = member;
    const sizes = uint32([member.crc ?? crc32(content), stored.length, member.declared ?? content.length]);
    const text = new TextEncoder().encode(name);
    const common = concat(uint16([flags, method, 0, 0]), sizes, uint16([text.length, 0]));
    const body = concat(ascii("PK\x03\x04"), uint16([20]), common, text, stored);
    records.push(
      concat(
        ascii("PK\x01\x02"),
        uint16([20, 20]),
        common,
        uint16([0, 0, 0]),
        uint32([0, member.start ?? at]),
        text,
      ),
    );
    bodies.push(body);
    at += body.length;
  }
  const directory = concat(...records);
  const end = concat(
    uint16([0, 0, count, count]),
    uint32([directory.length, at]),
    uint16([comment.length]),
    ascii(comment),
  );
  return concat(...bodies, directory, ascii("PK\x05\x06"), end);
}

function codeOf(bytes: Uint8Array, limits = {}): string {
  return errorOf(() => readNpz(bytes, limits)).code;
}

describe("readNpz", () => {
  it("reads stored and deflated members by name, in order, and passes over others", () => {
    const packed = deflateSync(npy);
    const bytes = zip([
      { name: "z.npy" },
      { name: "notes.txt", content: ascii("not an array") },
      { name: "folder/a.npy", stored: packed, method: 8 },
      { name: "__proto__.npy" },
      { name: ".npy" },
    ]);
    const arrays = readNpz(bytes);
    expect([...arrays.keys()]).toEqual(["z", "folder/a", "__proto__", ""]);
    for (const read of arrays.values()) expect(read).toEqual(array);
  });

  it("reads an archive of another writer, with a comment, and an empty one", () => {
    expect(
      readNpz(zipSync({ "a.npy": npy, "b.npy": [npy, { level: 0 }] }, { comment: "PK\x05\x06" })).size,
    ).toBe(2);
    expect(readNpz(zip([{}], { comment: "a comment" })).size).toBe(1);
    expect(readNpz(zip([])).size).toBe(0);
  });

  it("refuses every truncation", () => {
    const bytes = zip([{}, { name: "b.npy" }]);
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(bytes.subarray(0, length)), `${length} bytes`).toBe("format");
    }
  });

  it("refuses encrypted members, ZIP64, several parts and other methods as unsupported", () => {
    expect(codeOf(zip([{ flags: 1 }]))).toBe("unsupported");
    expect(codeOf(zip([{ method: 14 }]))).toBe("unsupported");
    expect(codeOf(zip([{}], { count: 0xffff }))).toBe("unsupported");
    const parts = zip([{}]);
    parts[parts.length - 18] = 1;
    expect(codeOf(parts)).toBe("unsupported");
  });

  it("refuses a directory that lies about its size, its records or its members", () => {
    expect(codeOf(zip([{}], { count: 2 }))).toBe("format");
    expect(codeOf(zip([{}], { count: 0 }))).toBe("format");
    expect(codeOf(zip([{ start: 1 }]))).toBe("format");
    expect(codeOf(zip([{ start: 0xfffffff0 }]))).toBe("format");
    expect(codeOf(zip([{}, {}]))).toBe("format");
    // A member that reaches into the directory, although all its bytes are there.
    const long = zip([{}]);
    long[26] += 1;
    expect(errorOf(() => readNpz(long))).toMatchObject({
      code: "format",
      received: `member of ${npy.length} bytes`,
    });
    const before = concat(new Uint8Array(4), zip([{}]));
    expect(codeOf(before)).toBe("format");
  });

  it("refuses damaged members by their checksum", () => {
    expect(codeOf(zip([{ crc: 0 }]))).toBe("format");
    expect(codeOf(zip([{ crc: 0, stored: deflateSync(npy), method: 8 }]))).toBe("format");
    expect(codeOf(zip([{ stored: ascii("\x07\x07\x07"), method: 8 }]))).toBe("format");
    expect(codeOf(zip([{ stored: new Uint8Array(0), method: 8 }]))).toBe("format");
  });

  it("refuses a declared size that is not the true one", () => {
    for (const declared of [0, npy.length - 1, npy.length + 1]) {
      expect(codeOf(zip([{ declared }]))).toBe("format");
      expect(codeOf(zip([{ declared, stored: deflateSync(npy), method: 8 }]))).toBe("format");
    }
    expect(codeOf(zip([{ declared: 0xfffffff0, stored: deflateSync(npy), method: 8 }]))).toBe("limit");
  });

  it("says which member is wrong", () => {
    const bytes = zip([{}, { name: "broken.npy", content: npy.subarray(0, -1) }]);
    expect(errorOf(() => readNpz(bytes)).message).toMatch(
      /^readNpz: "broken.npy": data of 15 bytes at byte 128; /,
    );
  });

  it("refuses names that are too long or not UTF-8", () => {
    expect(codeOf(zip([{ name: `${"n".repeat(5000)}.npy` }]))).toBe("limit");
    const bytes = zip([{ name: "ab.npy" }]);
    const name = bytes.lastIndexOf(0x61);
    bytes.set([0xc3, 0x28], name);
    expect(codeOf(bytes)).toBe("format");
  });

  it("counts what many records make of the same bytes", () => {
    const big = writeNpy({ shape: [2 ** 17], complex: false, data: new Float64Array(2 ** 17) });
    const names = Array.from({ length: 20 }, (_, i) => `${i}.npy`);
    const shared = (count: number): Uint8Array => {
      const [first, ...rest] = names.slice(0, count);
      // All but the first have no bytes of their own.
      const whole = zip([{ name: first!, content: big }]);
      const directory = whole.subarray(30 + first!.length + big.length, whole.length - 22);
      const records = rest.map((name) =>
        concat(directory.subarray(0, 28), uint16([name.length]), directory.subarray(30, 46), ascii(name)),
      );
      const all = concat(directory, ...records);
      const end = concat(
        ascii("PK\x05\x06"),
        uint16([0, 0, count, count]),
        uint32([all.length, 30 + first!.length + big.length]),
        [0, 0],
      );
      return concat(whole.subarray(0, 30 + first!.length + big.length), all, end);
    };
    expect(readNpz(shared(10)).size).toBe(10);
    expect(codeOf(shared(20), { inflateRatio: 10 })).toBe("limit");
    expect(codeOf(shared(20), { elements: 2 ** 20 })).toBe("limit");
  });
});
