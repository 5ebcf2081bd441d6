import { Inflate } from "fflate";
import { isSparseError } from "../errors.js";
import { fileError, type Reading } from "./reading.js";

/** 16 KiB inflate to 16 MiB at most: how far a stream can get ahead of our checks. */
const pushBytes = 2 ** 14;

/**
 * Inflates a raw deflate stream whose size is declared outside of it or by its own first bytes. The output is
 * allocated when the declared size has been heard; a stream that goes on beyond it is stopped there.
 *
 * @param reading - the file, for messages
 * @param offset - where the stream begins, for messages
 * @param headBytes - how many inflated bytes `sizeOf` needs to see
 * @param sizeOf - the size of the whole output; checks it against the limits
 * @throws `format` if the stream is damaged or of another size
 */
export function inflate(
  reading: Reading,
  offset: number,
  stream: Uint8Array,
  headBytes: number,
  sizeOf: (head: Uint8Array) => number,
): Uint8Array {
  let out: Uint8Array | undefined;
  let length = 0;
  let head = new Uint8Array(0);

  function receive(chunk: Uint8Array): void {
    if (out === undefined) {
      head = concatenate(head, chunk);
      if (head.length < headBytes) return;
      out = new Uint8Array(sizeOf(head));
      append(out, head);
    } else {
      append(out, chunk);
    }
  }
  function append(target: Uint8Array, chunk: Uint8Array): void {
    if (chunk.length > target.length - length) {
      throw fileError(reading, "format", offset, "compressed stream that goes on", `${target.length} bytes`);
    }
    target.set(chunk, length);
    length += chunk.length;
  }

  const inflater = new Inflate(receive);
  try {
    for (let at = 0; at < stream.length; at += pushBytes) {
      inflater.push(stream.subarray(at, at + pushBytes), at + pushBytes >= stream.length);
    }
  } catch (error) {
    if (isSparseError(error)) throw error;
    throw fileError(reading, "format", offset, "damaged compressed stream", "deflated bytes", error);
  }
  if (out === undefined || length < out.length) {
    const expected = `${out?.length ?? headBytes}`;
    throw fileError(
      reading,
      "format",
      offset,
      `compressed stream of ${out ? length : head.length} bytes`,
      expected,
    );
  }
  return out;
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
