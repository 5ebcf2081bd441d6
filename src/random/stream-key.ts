import { philox } from "./philox.js";

/** Version of everything that decides which numbers a stream holds. Changing any of it is a breaking change. */
export const streamVersion = 1;

/** What a block of the encoded identity announces; the second word of the block is a version, length or count. */
const versionTag = 0;
const stringTag = 1;
const numberTag = 2;
const endTag = 3;

/**
 * The 128 bits that tell one stream from all others: a hash of the stream version and the identity.
 *
 * The identity is encoded in blocks of two words. Each element is announced by its type and length, so that 1 and
 * "1", or ("ab", "c") and ("a", "bc"), differ; a last block holds the number of elements, so that no identity's code
 * is the beginning of another's. Strings are taken by UTF-16 code units, numbers by their 64 bits, −0 as 0. The
 * blocks are hashed by the Merkle–Damgård construction with the Davies–Meyer compression h ← h ⊕ E(h), where E is
 * Philox keyed with the block. The hash mixes well; it is not meant to resist an attacker.
 *
 * Source: B. Preneel, R. Govaerts, J. Vandewalle, "Hash functions based on block ciphers: a synthetic approach",
 * Proc. CRYPTO '93, 1994, scheme 5.
 */
export function streamKey(identity: readonly (string | number)[]): Uint32Array {
  const hash = new Uint32Array(4);
  absorb(hash, versionTag, streamVersion);
  for (const element of identity) {
    if (typeof element === "string") absorbString(hash, element);
    else absorbNumber(hash, element);
  }
  absorb(hash, endTag, identity.length);
  return hash;
}

function absorbString(hash: Uint32Array, text: string): void {
  absorb(hash, stringTag, text.length);
  for (let i = 0; i < text.length; i += 4) absorb(hash, codeUnits(text, i), codeUnits(text, i + 2));
}

/** Two code units in a word; zero past the end, where charCodeAt gives NaN. */
function codeUnits(text: string, i: number): number {
  return text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16);
}

function absorbNumber(hash: Uint32Array, value: number): void {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value + 0); // −0 + 0 is 0
  absorb(hash, numberTag, 8);
  absorb(hash, bits.getUint32(4), bits.getUint32(0));
}

const mixed = new Uint32Array(4);

function absorb(hash: Uint32Array, word0: number, word1: number): void {
  philox(hash[0], hash[1], hash[2], hash[3], word0, word1, mixed);
  for (let i = 0; i < 4; i++) hash[i] = hash[i] ^ mixed[i];
}
